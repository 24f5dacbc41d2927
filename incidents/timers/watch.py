"""The questions of the watch: is the fix still holding? Halfway through it, and at its end."""

from collections.abc import Iterable
from datetime import datetime

from incidents.core import Unit
from incidents.events import WatchAsked
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.standing import Standing
from incidents.timers import Due, Timer
from models import Incident

_HALF = "half"


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident = now.incident
    end = _end(incident, policy)
    if end is None or incident.mitigated_at is None or incident.watch_asked_event == incident.watch_event:
        return
    run = f"{incident.number}:{incident.watch_event}"
    if incident.watch_checked_event != incident.watch_event:
        yield Due(incident.mitigated_at + (end - incident.mitigated_at) / 2, f"watch-{_HALF}:{run}")
    yield Due(end, f"watch:{run}")


def _end(incident: Incident, policy: Policy) -> datetime | None:
    watch_for = policy.severity(incident.severity).watch_for
    if watch_for is None or incident.status != Status.MONITORING or incident.mitigated_at is None:
        return None
    return incident.mitigated_at + watch_for


def fire(unit: Unit, due: Due) -> None:
    """Both are owed after an outage that outlasted the watch: then only its end is asked about."""
    incident = unit.incident
    end = _end(incident, unit.policy)
    incident.watch_checked_event = incident.watch_event
    if due.key.startswith(f"watch-{_HALF}:"):
        if end is not None and end > unit.now:
            unit.record(WatchAsked(until=end), key=due.key)
        return
    incident.watch_asked_event = incident.watch_event
    unit.record(WatchAsked(), key=due.key)


TIMER = Timer("watch", owed, fire)
