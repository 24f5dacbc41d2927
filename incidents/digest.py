"""The open incidents, summed up for leaders every morning; nothing is said where none is open."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from incidents import access
from incidents.core import Core, Repeated
from incidents.events import DigestDue
from incidents.policy import Policy
from incidents.rules.lifecycle import OPEN
from incidents.standing import is_open
from models import Incident, Wake

SUBJECT = "digest"  # its wake's name
LATE = timedelta(hours=1)  # after an outage it is still said so long after its time; then the next morning's does


def channel(policy: Policy) -> str | None:
    """Where it goes; None where there is none."""
    return (policy.digest.channel or policy.workspace.leadership_channel) if policy.digest.at else None


def latest(policy: Policy, now: datetime) -> datetime:
    """The last moment at which it was due, by the clocks of the workspace's time zone."""
    assert policy.digest.at is not None
    zone = ZoneInfo(policy.workspace.timezone)
    hour, minute = (int(part) for part in policy.digest.at.split(":"))
    today = now.astimezone(zone).date()
    due = datetime.combine(today, time(hour, minute), zone)
    if due > now:
        due = datetime.combine(today - timedelta(days=1), time(hour, minute), zone)
    return due.astimezone(UTC)


def following(policy: Policy, now: datetime) -> datetime:
    """The next such moment after `now`."""
    ahead = latest(policy, now + timedelta(days=1))
    return ahead if ahead > now else latest(policy, now + timedelta(days=1, hours=2))  # a day of 25 hours


def schedule(core: Core) -> None:
    """Have it thought of at once: at the start, and after the config was edited."""
    with core.transaction() as session:
        _wake_at(session, core.clock.now(session) if channel(core.policy) else None)


def fire(core: Core) -> int:
    """Record that it is due, once a morning; how many were recorded. The wake is set to the next morning afterwards.

    The record is one event of the worst open incident, and what reaches Slack is its delivery: so it happens once,
    whatever dies in between.
    """
    policy, fired = core.policy, 0
    with core.view() as session:
        now = core.clock.now(session)
        rows = session.exec(select(Incident).where(is_open(), col(Incident.drill).is_(None), access.visible(session))).all()
    wanted = channel(policy) is not None
    if wanted and now - latest(policy, now) <= LATE:
        worst = sorted(rows, key=lambda row: (policy.severity(row.severity).rank, row.number))
        fired = _record(core, [row.number for row in worst], latest(policy, now))
    with core.transaction() as session:
        _wake_at(session, following(policy, now) if wanted else None)
    return fired


def _record(core: Core, numbers: list[int], due: datetime) -> int:
    for number in numbers:
        try:
            with core.unit(number, f"digest:{due:%Y-%m-%dT%H:%M}") as unit:
                if unit.incident.status in OPEN and not unit.incident.private:  # else it changed this moment
                    unit.record(DigestDue(due_at=due))
                    return 1
        except Repeated:
            return 0
    return 0


def _wake_at(session: Session, due: datetime | None) -> None:
    if due is None:
        row = session.get(Wake, SUBJECT)
        if row is not None:
            session.delete(row)
        return
    session.execute(_WAKE, {"subject": SUBJECT, "due": due})


_WAKE = text(
    "INSERT INTO wake (subject, due_at, failures) VALUES (:subject, :due, 0) "
    "ON CONFLICT (subject) DO UPDATE SET due_at = excluded.due_at, failures = 0, trouble = NULL"
).bindparams(bindparam("due", type_=UTCDateTime()))
