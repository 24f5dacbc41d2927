"""The rules of the config, as soon as something has happened."""

from collections.abc import Iterable

from incidents import automations
from incidents.core import Unit
from incidents.policy import Policy
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """At once; the core sets `automate_at` with every event while there are rules."""
    incident = now.incident
    if policy.automations and incident.automate_at is not None:
        yield Due(incident.automate_at, f"automations:{incident.number}:{incident.last_event}")


def fire(unit: Unit, due: Due) -> None:
    automations.follow(unit)


TIMER = Timer("automations", owed, fire)
