"""Whoever has held a role for very long is told to think of handing it over, once; after a reopening once more."""

from collections.abc import Iterable
from datetime import datetime

from incidents.core import Unit
from incidents.events import HandoffSuggested
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE
from incidents.standing import Standing
from incidents.timers import Due, Timer
from models import Incident, RoleAssignment


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    if now.incident.status not in ACTIVE:
        return
    for holding in now.holdings:
        rules = policy.roles.get(holding.role)
        if rules is not None and rules.suggest_handoff_after is not None and not holding.handoff_suggested:
            since = _since(now.incident, holding)
            yield Due(since + rules.suggest_handoff_after, f"long-role:{holding.id}:{since.isoformat()}", holding.id or 0)


def _since(incident: Incident, holding: RoleAssignment) -> datetime:
    """Whoever held it all the time that the incident was resolved has rested meanwhile: counted from its reopening."""
    return max(holding.since, incident.reopened_at or holding.since)


def fire(unit: Unit, due: Due) -> None:
    """Nobody who has asked somebody already is told to."""
    holding = unit.session.get_one(RoleAssignment, due.subject)
    since = _since(unit.incident, holding)
    holding.handoff_suggested = True
    unit.session.add(holding)
    if holding.offered_to is None:
        name = unit.policy.role_name(holding.role)
        suggested = HandoffSuggested(role=holding.role, role_name=name, person=holding.person, since=since)
        unit.record(suggested, key=due.key)


TIMER = Timer("role held for long", owed, fire)
