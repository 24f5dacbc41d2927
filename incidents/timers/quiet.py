"""A room in which nothing has happened for two cadences is asked whether it is still going on, once per silence."""

from collections.abc import Iterable

from incidents.core import Unit
from incidents.events import RoomQuiet
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """Not where updates are untimed or paused. Before it is asked aloud, what was said in the room is looked at."""
    incident = now.incident
    every = policy.severity(incident.severity).update_every
    if every is None or incident.status not in ACTIVE or incident.updates_paused or incident.quiet_asked:
        return
    since = incident.heard_at or incident.declared_at
    watch_for = policy.severity(incident.severity).watch_for
    if incident.status == Status.MONITORING and watch_for and incident.mitigated_at:
        since = max(since, incident.mitigated_at + watch_for)  # until then the watch asks
    at = since + every * policy.updates.quiet_after_cadences
    until = incident.updates_paused_until
    yield Due(max(at, until) if until else at, f"quiet:{incident.number}:{incident.heard_event}")


def fire(unit: Unit, due: Due) -> None:
    unit.incident.quiet_asked = True
    unit.record(RoomQuiet(since=unit.incident.heard_at or unit.incident.declared_at), key=due.key)


TIMER = Timer("quiet room", owed, fire)
