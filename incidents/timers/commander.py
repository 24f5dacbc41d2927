"""An incident that needs a commander and has had none for a while: the room is asked."""

from collections.abc import Iterable

from incidents.core import Unit
from incidents.events import CommanderMissing
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE
from incidents.rules.on_call import for_role
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident, role = now.incident, policy.roles.get("ic")
    if (
        role is None
        or role.ask_if_empty_after is None
        or incident.ic_missing_at is None
        or incident.ic_asked_event == incident.ic_missing_event
        or incident.status not in ACTIVE
        or policy.severity(incident.severity).rank > role.ask_if_empty_up_to_rank
    ):
        return
    since = max(incident.ic_missing_at, incident.reopened_at or incident.ic_missing_at)
    yield Due(since + role.ask_if_empty_after, f"no-ic:{incident.number}:{incident.ic_missing_event}")


def fire(unit: Unit, due: Due) -> None:
    unit.incident.ic_asked_event = unit.incident.ic_missing_event
    suggested = for_role("ic", unit.policy, unit.now, unit.overrides)
    unit.record(CommanderMissing(role_name=unit.policy.role_name("ic"), suggested=suggested), key=due.key)


TIMER = Timer("commander missing", owed, fire)
