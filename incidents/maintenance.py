"""Planned maintenance: for a while the alerts of a service wake nobody. What still fires at its end is handled then."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from incidents.core import Core
from incidents.errors import Refused
from incidents.policy_values import folded
from incidents.texts import one_line
from models import Alert, Delivery, Incident, Maintenance, Wake
from models.alert import ALERT_FIRING

LONGEST = timedelta(days=30)
AHEAD = timedelta(days=90)
MOST = 200  # windows that are not over yet
_LONGEST_REASON = 300
_WAKE = "maintenance:"
TOLD = "maintenance"  # the reaction: a direct message to its owner
_POSTS = 2  # how pressing: like what is posted


def plan(
    core: Core, service: str, starts_at: datetime, ends_at: datetime, why: str, *, by: str, key: str | None = None
) -> Maintenance:
    """A window of the service; the same request again gives the one that it set. The wake at its end is stored with it."""
    reason = one_line(why, "reason", limit=len(why) + 1)
    if len(reason) > _LONGEST_REASON:
        raise Refused(f"The reason has {len(reason)} characters; {_LONGEST_REASON} is the most. Say it in fewer words.")
    with core.turn("maintenance") as session:
        again = session.exec(select(Maintenance).where(Maintenance.key == key)).first() if key is not None else None
        if again is not None:
            return again
        now = core.clock.now(session)
        starts_at = max(starts_at, now)
        _refuse(session, service, starts_at, ends_at, now)
        row = Maintenance(key=key, service=service, starts_at=starts_at, ends_at=ends_at, owner=by, reason=reason, set_at=now)
        session.add(row)
        session.flush()
        session.add(Wake(subject=f"{_WAKE}{row.number}", due_at=ends_at))
        return row


def _refuse(session: Session, service: str, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused("It would end before it begins. Say for how long: `now for 2h`, `tomorrow 22:00 for 3h`.")
    if ends_at - starts_at > LONGEST:
        raise Refused(f"{LONGEST.days} days is the most for one maintenance. Set a shorter one, and another when it ends.")
    if starts_at - now > AHEAD:
        raise Refused(f"Maintenance is set at most {AHEAD.days} days ahead. Set it nearer to its time.")
    known = coming(session, now)
    if len(known) >= MOST:
        raise Refused(f"{MOST} are planned already, which is the most. `/incident maintenance` lists them, each with End.")
    for row in known:
        if folded(row.service) == folded(service) and row.starts_at <= starts_at and ends_at <= row.ends_at:
            raise Refused(f"{row.service} is under maintenance then already, says <@{row.owner}>: {row.reason}")


def end(core: Core, number: int, *, by: str) -> Maintenance:
    """Over from now on, begun or not; what it holds back is handled within a second, and its owner is told unless it was them.
    Ended again it stays as it is."""
    with core.transaction() as session:
        row = session.exec(select(Maintenance).where(Maintenance.id == number).with_for_update()).first()
        if row is None:
            raise Refused("There is no such maintenance. `/incident maintenance` lists what is planned.")
        now = core.clock.now(session)
        if row.over_at is None and row.ends_at > now:
            row.over_at, row.ended_by = now, by
            session.add(row)
            if by != row.owner:
                session.add(_told(row, now))
            wake = session.get(Wake, f"{_WAKE}{number}", with_for_update=True)
            if wake is not None:
                wake.due_at = now
        return row


def _told(row: Maintenance, now: datetime) -> Delivery:
    """Whoever planned it may be at work on it still, and its alerts page people from now on."""
    said = {"said": {"maintenance": row.number}}
    return Delivery(reaction=TOLD, target=row.owner, lane=f"{TOLD}:{row.owner}", priority=_POSTS, next_at=now, result=said)


def active(session: Session, now: datetime, *, kept: bool = False) -> Sequence[Maintenance]:
    """The windows that are open at this moment. `kept`: none of them is over before this transaction is."""
    query = select(Maintenance).where(
        col(Maintenance.over_at).is_(None), col(Maintenance.ends_at) > now, col(Maintenance.starts_at) <= now
    )
    query = query.order_by(col(Maintenance.ends_at), col(Maintenance.id))
    return session.exec(query.with_for_update(read=True) if kept else query).all()


def coming(session: Session, now: datetime) -> Sequence[Maintenance]:
    """Those that are open or still to come, in the order in which they begin."""
    query = select(Maintenance).where(col(Maintenance.over_at).is_(None), col(Maintenance.ends_at) > now)
    return session.exec(query.order_by(col(Maintenance.starts_at), col(Maintenance.id))).all()


def of_incident(session: Session, incident: Incident, now: datetime) -> Sequence[Maintenance]:
    """The open windows of its services, and of those that its title names."""
    served = {folded(service) for service in incident.services}
    return [row for row in active(session, now) if folded(row.service) in served or _names(incident.title, row.service)]


def _names(title: str, service: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(service)}(?!\w)", title, re.IGNORECASE) is not None


@dataclass(frozen=True)
class Silenced:
    """How many alerts a window held back, and how many of these fire and are held back still."""

    total: int
    firing: int


def silenced(session: Session, rows: Sequence[Maintenance]) -> dict[int, Silenced]:
    """By window; those that held nothing back are not in it."""
    held = case((col(Alert.incident_id).is_(None) & (col(Alert.state) == ALERT_FIRING), 1), else_=0)
    query = select(Alert.maintenance_id, func.count(), func.sum(held)).group_by(col(Alert.maintenance_id))
    found = session.exec(query.where(col(Alert.maintenance_id).in_([row.number for row in rows])))
    return {window: Silenced(total, int(firing or 0)) for window, total, firing in found if window is not None}


def holding(windows: Sequence[Maintenance], services: Sequence[str], began: datetime | None = None) -> Maintenance | None:
    """The window that holds an alert of these services back: None unless each of them is under maintenance, and was so when
    it began, where that counts. Of several the one that is over first."""
    last: dict[str, Maintenance] = {}
    for window in sorted(windows, key=lambda window: window.ends_at):
        if began is None or window.starts_at <= began:
            last[folded(window.service)] = window
    found = [last.get(folded(service)) for service in services]
    if not found or None in found:
        return None
    return min((window for window in found if window is not None), key=lambda window: window.ends_at)


def is_subject(subject: str) -> bool:
    """Is this the wake of a window?"""
    return subject.startswith(_WAKE)


def close(core: Core, subject: str) -> bool:
    """At the end of a window it is over, once and for all: from here on it holds nothing back. False, with its wake set to
    its end, where it goes on."""
    number = int(subject.removeprefix(_WAKE))
    with core.transaction() as session:
        row = session.exec(select(Maintenance).where(Maintenance.id == number).with_for_update()).one()
        now = core.clock.now(session)
        if row.over_at is None and row.ends_at > now:
            wake = session.get(Wake, subject, with_for_update=True)
            if wake is not None:
                wake.due_at = row.ends_at
            return False
        row.over_at = row.over_at or now
        session.add(row)
        return True


def done(core: Core, subject: str) -> None:
    """All that it held back is handled."""
    with core.transaction() as session:
        wake = session.get(Wake, subject, with_for_update=True)
        if wake is not None:
            session.delete(wake)
