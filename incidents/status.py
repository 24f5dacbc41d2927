"""Moving an incident through its states."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from incidents import (
    deploys,
    drills,
    fields,
    likeness,
    owners,
    paging,
    permissions,
    postmortems,
    roles,
    rooms,
    runbook_deadlines,
    update_times,
)
from incidents.checklists import forget_resolution
from incidents.core import Core, Unit
from incidents.edit import refuse_merged, remember
from incidents.errors import Refused
from incidents.events import StatusChanged, WatchHolds
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE, ENDED, OPEN, Status, check_move, reopens_to, stamps
from incidents.texts import prose
from models import Event, Incident


def move(
    core: Core,
    number: int,
    to: Status,
    *,
    by: str,
    why: str = "",
    confirmed: bool = False,
    filled: Mapping[str, str] = MappingProxyType({}),
    key: str | None = None,
) -> Event:
    """Move to a state that is open from here, stamping the moments that go with it; `filled` are fields set with it.

    Raises FieldsMissing where the team wants a field filled in by then, and changes nothing. Resolving
    stops every page and builds the postmortem draft where one is owed; reopening starts the updates again, and pages
    whoever the severity pages.
    """
    why = prose(why, "reason", field="why", needed=False)
    refused = permissions.refusal(core, permissions.CLOSE, by) if to is Status.CLOSED else None
    if refused is not None:
        raise refused
    fields.refuse_restricted(core, filled, by)
    excused = fields.excused(core, by)
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        old = Status(unit.incident.status)
        fields.fill(unit, filled, by=by)
        fields.refuse_lacking(unit, to, excused)
        over = watch_over(unit)
        check_move(old, to, why=why, watch_over=over, confirmed=confirmed)
        early = to is Status.RESOLVED and old in OPEN and not over
        return carry_out(unit, old, to, by=by, why=why, early=early)


def reopen(core: Core, number: int, *, by: str, why: str, key: str | None = None) -> Event:
    """Back to work with a reason: resolved → investigating, closed → resolved."""
    why = prose(why, "reason", field="why", needed=False)
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        old = Status(unit.incident.status)
        to = reopens_to(old)
        if not why:
            raise Refused("Reopening needs a reason: `/incident reopen what came back`.", field="why")
        return carry_out(unit, old, to, by=by, why=why)


def holds(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Somebody looked, and the fix holds. Only while it is watched."""
    with core.unit(number, key) as unit:
        refuse_merged(unit.incident)
        if unit.incident.status != Status.MONITORING:
            raise Refused(f"{unit.incident.key} is {unit.incident.status}; no fix is being watched.")
        return unit.record(WatchHolds(), by=by)


def watched(incident: Incident, policy: Policy, now: datetime) -> bool:
    """Has the fix been watched for as long as the severity asks? True where it asks for no watch."""
    watch_for = policy.severity(incident.severity).watch_for
    if watch_for is None:
        return True
    return incident.mitigated_at is not None and now >= incident.mitigated_at + watch_for


def watch_over(unit: Unit) -> bool:
    """The same at this moment."""
    return watched(unit.incident, unit.policy, unit.now)


def carry_out(
    unit: Unit,
    old: Status,
    to: Status,
    *,
    by: str | None,
    why: str,
    early: bool = False,
    told: Sequence[str] = (),
    by_drill: bool = False,
) -> Event:
    """Make a move that has been checked, with all that follows from it. `by_drill`: only because a drill was ended, so that
    nothing was mitigated by it."""
    incident, resolved_at = unit.incident, unit.incident.resolved_at
    incident.status = str(to)
    remember(unit, "status", old)
    changes = stamps(old, to)
    stamped = changes.stamp - {"mitigated"} if by_drill else changes.stamp
    for name in stamped:
        setattr(incident, f"{name}_at", unit.now)
    for name in changes.clear:
        setattr(incident, f"{name}_at", None)
    event = unit.record(StatusChanged(old=old, new=to, why=why, early=early, told=list(told), by_drill=by_drill), by=by)
    if "mitigated" in stamped:
        incident.watch_event = event.id
    if old in ENDED and to not in ENDED:
        rooms.call_back(unit)
    if to not in runbook_deadlines.WORKING:
        runbook_deadlines.forget(unit)
    if to not in OPEN:
        paging.stop(unit)
        drills.finish(unit, by=by)
    if old is Status.RESOLVED and to in ACTIVE:
        incident.reopened_at = unit.now
        forget_resolution(unit)
        roles.begin_again(unit)
    if old not in ACTIVE and to in ACTIVE:
        update_times.begin_anew(unit, event)
        incident.silent_updates = 0
    if old is Status.TRIAGE and to in ACTIVE:
        _begin_work(unit, event, by=by)
    if old not in ACTIVE and to in ACTIVE:
        owners.follow(unit, by=by)
        deploys.look_back(unit)
    if to is Status.RESOLVED and old in OPEN:
        postmortems.draft_if_owed(unit)
    if old is Status.RESOLVED and to in ACTIVE and to is not Status.MONITORING:
        paging.page_anew(unit, by=by, why=why, resolved_at=resolved_at)
    return event


def _begin_work(unit: Unit, event: Event, *, by: str | None) -> None:
    """Out of triage: from here on it is an incident like any other. Whoever says that what an alert opened is real has declared
    it, and is its commander; where its route said so, nobody is yet."""
    incident = unit.incident
    if incident.declared_by is None:
        unit.declares = True
        incident.declared_by, incident.declared_at = by, unit.now
        incident.ic_missing_at, incident.ic_missing_event = unit.now, event.id
        if by is not None and roles.current(unit, "ic") is None:
            roles.give(unit, "ic", by, by=by)
    rooms.follow_severity(unit)
    paging.page_as_severity_says(unit, by=by)
    likeness.show_in_triage(unit)
