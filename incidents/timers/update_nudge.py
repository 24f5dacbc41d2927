"""Shortly before a status update is due, whoever writes them is asked for it."""

from collections.abc import Iterable

from incidents import updates
from incidents.core import Unit
from incidents.events import UpdateNudged
from incidents.policy import Policy
from incidents.rules.cadence import nudge_at
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident = now.incident
    due = updates.next_due(incident, policy)
    every = policy.severity(incident.severity).update_every
    if due is None or incident.nudged_event == incident.update_anchor_event:
        return
    at = nudge_at(due, every, policy.severity(incident.severity).nudge_before)
    if at is not None:
        yield Due(at, f"nudge:{incident.number}:{incident.update_anchor_event}:{incident.snoozed_event}")


def fire(unit: Unit, due: Due) -> None:
    """Communications lead, else the commander; with neither, the room. Nobody is asked for what is already overdue."""
    incident = unit.incident
    incident.nudged_event = incident.update_anchor_event
    when = updates.next_due(incident, unit.policy)
    paused = incident.updates_paused_until is not None and incident.updates_paused_until > unit.now
    if when is None or when <= unit.now or paused:
        return
    held = unit.standing().holders
    unit.record(UpdateNudged(person=held.get("comms") or held.get("ic"), due_at=when), key=due.key)


TIMER = Timer("update nudge", owed, fire)
