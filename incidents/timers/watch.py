"""The question at the end of the watch: is the fix still holding?"""

from collections.abc import Iterable

from incidents.core import Unit
from incidents.events import WatchAsked
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident = now.incident
    watch_for = policy.severity(incident.severity).watch_for
    if (
        watch_for is not None
        and incident.status == Status.MONITORING
        and incident.mitigated_at is not None
        and incident.watch_asked_event != incident.watch_event
    ):
        yield Due(incident.mitigated_at + watch_for, f"watch:{incident.number}:{incident.watch_event}")


def fire(unit: Unit, due: Due) -> None:
    unit.incident.watch_asked_event = unit.incident.watch_event
    unit.record(WatchAsked(), key=due.key)


TIMER = Timer("watch", owed, fire)
