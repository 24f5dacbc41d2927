"""A hand-off that nobody accepts in time is off: its holder keeps the role."""

from collections.abc import Iterable

from incidents import handoffs
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import ENDED
from incidents.standing import Standing
from incidents.timers import Due, Timer
from models import RoleAssignment


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    if now.incident.status in ENDED:
        return
    for holding in now.holdings:
        if holding.offer_until is not None:
            yield Due(holding.offer_until, f"handoff:{now.incident.number}:{holding.offer_event}", holding.id or 0)


def fire(unit: Unit, due: Due) -> None:
    handoffs.expire(unit, unit.session.get_one(RoleAssignment, due.subject), due.key)


TIMER = Timer("hand-off unanswered", owed, fire)
