"""A role other than the commander's that the team wants held, and that nobody holds: the room is asked, once."""

from collections.abc import Iterable
from datetime import datetime

from incidents.core import Unit
from incidents.events import RoleMissing
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE
from incidents.rules.on_call import for_role
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    if now.incident.status in ACTIVE:
        yield from (due for _, due in _empty(now, policy))


def _empty(now: Standing, policy: Policy) -> Iterable[tuple[str, Due]]:
    """The roles that are to be asked for, and when: counted from when they were left, else from the declaration;
    never from before the last reopening."""
    incident, severity, held = now.incident, policy.severity(now.incident.severity), now.holders
    for role, rules in policy.roles.items():
        if role == "ic" or rules.ask_if_empty_after is None or role in held or role in incident.roles_asked:
            continue
        untimed = role == "comms" and severity.update_every is None
        if untimed or severity.rank > rules.ask_if_empty_up_to_rank:
            continue
        left = incident.roles_left.get(role)
        since = datetime.fromisoformat(left) if left else incident.declared_at
        since = max(since, incident.reopened_at or since)
        yield role, Due(since + rules.ask_if_empty_after, f"no-role:{incident.number}:{role}:{left or ''}")


def fire(unit: Unit, due: Due) -> None:
    now = unit.standing()
    role = next(role for role, found in _empty(now, unit.policy) if found.key == due.key)
    unit.incident.roles_asked = [*unit.incident.roles_asked, role]
    missing = RoleMissing(
        role=role,
        role_name=unit.policy.role_name(role),
        covers=now.holders.get("ic"),
        suggested=for_role(role, unit.policy, unit.now, unit.overrides),
    )
    unit.record(missing, key=due.key)


TIMER = Timer("role empty", owed, fire)
