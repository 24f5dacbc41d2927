"""Status updates: written by people, or posted by the worker when one falls due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlmodel import col, select

from incidents import edit, fields, permissions, status, update_times
from incidents.core import Core, Unit
from incidents.errors import Refused, quote
from incidents.events import (
    Captured,
    Decided,
    Edited,
    FieldsSet,
    Noted,
    SeverityChanged,
    StatusChanged,
    StillGoing,
    TaskDone,
    UpdatePosted,
    UpdateSnoozed,
    UpdatesPaused,
    UpdatesResumed,
    UpdatesSilent,
)
from incidents.policy import Policy
from incidents.rules import cadence
from incidents.rules.lifecycle import OPEN, Status, check_move, way_on
from incidents.rules.severity import is_raise
from incidents.standing import holders
from incidents.texts import prose
from models import Event, Incident, StatusUpdate


@dataclass(frozen=True)
class Report:
    """What a person writes in the update form. `next_update_at` None means: by the severity's cadence. `tells` are the
    audiences that it goes to."""

    status: Status
    severity: str
    impact: str = ""
    theory: str = ""
    actions: str = ""
    next_update_at: datetime | None = None
    tells: tuple[str, ...] = ("home", "thread", "subscribers")


def next_due(incident: Incident, policy: Policy) -> datetime | None:
    """When the next update is due; None where none is, or while they are paused with no end."""
    if incident.status not in OPEN or incident.status == Status.TRIAGE or incident.updates_paused:
        return None
    return cadence.due(
        anchor=incident.update_anchor_at,
        promised=incident.update_promised_at,
        every=policy.severity(incident.severity).update_every,
        paused_until=incident.updates_paused_until,
    )


def after_this(incident: Incident, every: timedelta | None, now: datetime) -> datetime | None:
    """When the next one will be due if one is posted now, and its writer names no time."""
    if incident.updates_paused:
        return None
    return cadence.due(anchor=now, promised=None, every=every, paused_until=incident.updates_paused_until)


def post_update(
    core: Core,
    number: int,
    write: Callable[[Incident], Report],
    *,
    by: str,
    confirmed: bool = False,
    filled: Mapping[str, str] = MappingProxyType({}),
    services: Sequence[str] = (),
    key: str | None = None,
) -> Event:
    """Post what is known and when to expect more; a changed state or severity is changed with it, as its verb would, and
    so are the fields that are `filled` in for it; `services` come to those that it has. `write` sees the incident when nobody
    else can change it any more."""
    kept = {act: permissions.refusal(core, act, by) for act in (permissions.LOWER_SEVERITY, *map(permissions.edit, _WORDS))}
    fields.refuse_restricted(core, [*filled, *(["services"] if services else [])], by)
    excused = fields.excused(core, by)
    with core.unit(number, key) as unit:
        report = write(unit.incident)
        impact = prose(report.impact, "impact", field="impact", needed=False)
        theory = prose(report.theory, "theory", field="theory", needed=False)
        actions = prose(report.actions, "actions", field="actions", needed=False)
        core.policy.check_level(report.severity)
        fields.fill(unit, {**filled, **fields.with_services(unit.incident, services)}, by=by)
        fields.refuse_lacking(unit, report.status, excused)
        old = _check(unit, report, confirmed)
        _check_allowed(unit, report, {"impact": impact, "theory": theory}, kept)
        why = _why_severity(unit, report, impact, theory, actions)
        for field, value in (("impact", impact), ("theory", theory)):
            if value and value != getattr(unit.incident, field):
                edit.remember(unit, field, getattr(unit.incident, field))
                setattr(unit.incident, field, value)
        event = _record(unit, report, impact, theory, actions, by=by)
        if report.severity != unit.incident.severity:
            edit.set_severity(unit, report.severity, by=by, why=why, told=report.tells)
        if report.status is not old:
            early = report.status is Status.RESOLVED and not status.watch_over(unit)
            status.carry_out(unit, old, report.status, by=by, why="", early=early, told=report.tells)
        unit.incident.update_promised_at = report.next_update_at
        return event


def _check(unit: Unit, report: Report, confirmed: bool) -> Status:
    incident = unit.incident
    if incident.status not in OPEN:
        said = f"{incident.key} is {incident.status}; nothing more is due."
        raise Refused(f"{said} {way_on(incident.status, incident.merged_into)}")
    old = Status(incident.status)
    if report.status is not old:
        check_move(old, report.status, why=None, watch_over=status.watch_over(unit), confirmed=confirmed)
    elif report.severity == incident.severity and not (report.impact or report.theory or report.actions).strip():
        raise Refused("Say in one line what is known, or what is being done: whoever reads it has nothing else.", field="actions")
    if report.next_update_at is not None and report.next_update_at <= unit.now:
        raise Refused("The next update has to lie ahead. Pick a later time.", field="next_update")
    return old


_WORDS = ("impact", "theory")
_WHY = 250  # characters of them in a reason


def _check_allowed(unit: Unit, report: Report, words: Mapping[str, str], kept: Mapping[str, Refused | None]) -> None:
    """What the team leaves to others may stand in the form, unchanged."""
    old = unit.incident.severity
    lowers = report.severity != old and not is_raise(old, report.severity, unit.policy)
    touched = {permissions.LOWER_SEVERITY: ("severity", lowers)}
    for field, said in words.items():
        touched[permissions.edit(field)] = (field, bool(said) and said != getattr(unit.incident, field))
    for act, (field, changes) in touched.items():
        refused = kept[act]
        if refused is not None and changes:
            refused.field = field
            raise refused


def _why_severity(unit: Unit, report: Report, impact: str, theory: str, actions: str) -> str:
    """Why the severity changes: what the update says that was not known before, and what it is. Lowering takes a reason."""
    incident = unit.incident
    news = (
        f"impact is now “{quote(impact, _WHY)}”" if impact and impact != incident.impact else "",
        actions,
        f"the theory is “{quote(theory, _WHY)}”" if theory and theory != incident.theory else "",
    )
    why = next((said for said in news if said), "")
    if not why and report.severity != incident.severity and not is_raise(incident.severity, report.severity, unit.policy):
        raise Refused(
            f"Lowering to {report.severity} needs a reason. Say under Impact or Actions in progress why it is less bad.",
            field="severity",
        )
    return why[:300]


def _record(
    unit: Unit,
    report: Report,
    impact: str,
    theory: str,
    actions: str,
    *,
    by: str | None,
    silent_since: datetime | None = None,
    key: str | None = None,
) -> Event:
    """Store the update, post it, and start counting towards the next one."""
    incident = unit.incident
    every = unit.policy.severity(report.severity).update_every if report.status in OPEN else None
    following = report.next_update_at or after_this(incident, every, unit.now)
    row = StatusUpdate(
        incident_id=incident.number,
        by=by,
        status=str(report.status),
        severity=report.severity,
        impact=impact,
        theory=theory,
        actions=actions,
        next_update_at=following,
        at=unit.now,
    )
    unit.session.add(row)
    unit.session.flush()
    assert row.id is not None
    posted = UpdatePosted(
        update_id=row.id,
        status=row.status,
        severity=row.severity,
        impact=impact,
        theory=theory,
        actions=actions,
        next_update_at=following,
        tells=list(report.tells),
        timed=by is None,
        silent_since=silent_since,
    )
    event = unit.record(posted, by=by, key=key)
    update_times.count_from(unit, event)
    incident.silent_updates = 0 if by else incident.silent_updates + 1
    return event


def post_timed(unit: Unit) -> Event:
    """What the worker posts when an update falls due and nobody wrote one: what is known, and that nothing is new.

    Named by the event that the cadence runs from, so a deadline that moved cannot post twice.
    """
    incident = unit.incident
    report = Report(Status(incident.status), incident.severity, incident.impact, incident.theory)
    since = _last_news(unit)
    key = f"update:{incident.number}:{incident.update_anchor_event}"
    event = _record(unit, report, incident.impact, incident.theory, "", by=None, silent_since=since, key=key)
    limit = unit.policy.updates.silent_before_ic_told
    if incident.silent_updates == limit:
        told = holders(unit.session, incident.number)
        unit.record(UpdatesSilent(count=limit, person=told.get("ic")))
    return event


def _last_news(unit: Unit) -> datetime:
    """When somebody last reported something: declared it, wrote an update or a note, or changed what is known."""
    query = select(Event.recorded_at).where(
        Event.incident_id == unit.incident.number, col(Event.actor).is_not(None), col(Event.kind).in_(_NEWS)
    )
    moments: list[datetime] = list(unit.session.exec(query))
    return max([unit.incident.declared_at, *moments])


_NEWS = [
    kind.kind for kind in (UpdatePosted, StatusChanged, SeverityChanged, Edited, FieldsSet, Noted, Decided, Captured, TaskDone)
]


def snooze(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Put the coming update off by ten minutes (config), once."""
    with core.unit(number, key) as unit:
        incident = unit.incident
        when = next_due(incident, unit.policy)
        if when is None:
            raise Refused(f"No update of {incident.key} is due; there is nothing to put off.")
        if incident.snoozed_event == incident.update_anchor_event:
            raise Refused("It was put off once already. Post what you have: `/incident update`.")
        until = max(when, unit.now) + snooze_for(incident, unit.policy)
        incident.snoozed_event, incident.nudged_event = incident.update_anchor_event, None
        incident.update_promised_at = until
        return unit.record(UpdateSnoozed(until=until), by=by)


def snooze_for(incident: Incident, policy: Policy) -> timedelta:
    """By how much an update is put off: never longer than the cadence itself, so that short cadences stay short."""
    every, snooze_by = policy.severity(incident.severity).update_every, policy.updates.snooze
    return min(snooze_by, every) if every else snooze_by


def pause(core: Core, number: int, until: datetime | None, *, by: str, key: str | None = None) -> Event:
    """No nudges and no timed updates until then; with no moment, until somebody resumes."""
    with core.unit(number, key) as unit:
        if unit.incident.status not in OPEN:
            over = unit.incident
            raise Refused(f"{over.key} is {over.status}; no updates are due. {way_on(over.status, over.merged_into)}")
        unit.incident.updates_paused, unit.incident.updates_paused_until = until is None, until
        return unit.record(UpdatesPaused(until=until), by=by)


def resume(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Updates fall due again, the first one a whole cadence from now."""
    with core.unit(number, key) as unit:
        incident = unit.incident
        if not incident.updates_paused and incident.updates_paused_until is None:
            raise Refused("The updates are not paused; nothing was changed.")
        event = unit.record(UpdatesResumed(), by=by)
        update_times.begin_anew(unit, event)
        return event


def still_going(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Somebody answers the question that a quiet room is asked; it is asked again only after the next silence."""
    with core.unit(number, key) as unit:
        incident = unit.incident
        if incident.status not in OPEN:
            raise Refused(f"{incident.key} is {incident.status}. {way_on(incident.status, incident.merged_into)}")
        if not incident.quiet_asked:
            raise Refused("Somebody has answered already; nothing was changed.")
        return unit.record(StillGoing(), by=by)
