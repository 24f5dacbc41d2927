"""What was deployed of an incident's services, told soon after it is declared and while it is open."""

from collections.abc import Iterable

from incidents import deploys
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """Named by what was told last: there is one telling after each."""
    incident = now.incident
    if incident.deploys_at is not None and incident.status in ACTIVE:
        last = int(incident.deploys_told_at.timestamp() * 1e6) if incident.deploys_told_at is not None else 0
        yield Due(incident.deploys_at, f"deploys:{incident.number}:{last}")


def fire(unit: Unit, due: Due) -> None:
    deploys.tell(unit, due.key)


TIMER = Timer("deploys", owed, fire)
