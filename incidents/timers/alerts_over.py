"""All alerts of an incident have stopped, and stayed so for a while: its room is asked whether the fix is in."""

from collections.abc import Iterable

from incidents.core import Unit
from incidents.events import AlertsOver
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident = now.incident
    if (
        incident.alerts_over_at is not None
        and incident.alerts_over_event != incident.alerts_asked_event
        and incident.status in ACTIVE
        and incident.status != Status.MONITORING
    ):
        yield Due(
            incident.alerts_over_at + policy.alerts.quiet_after, f"alerts-over:{incident.number}:{incident.alerts_over_event}"
        )


def fire(unit: Unit, due: Due) -> None:
    unit.incident.alerts_asked_event = unit.incident.alerts_over_event
    unit.record(AlertsOver(alerts=unit.incident.alerts), key=due.key)


TIMER = Timer("alerts over", owed, fire)
