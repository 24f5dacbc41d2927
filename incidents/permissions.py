"""Who may do what a team has restricted (`permissions` in muster.yml); by default everybody may do everything.

Responding is never restricted: declaring, paging, acknowledging, raising the severity and resolving are everybody's.
"""

from collections.abc import Sequence

from incidents.core import Core
from incidents.errors import Refused
from incidents.policy import Policy, Target

LOWER_SEVERITY, CLOSE = "lower the severity", "close an incident"
PRIVATE = "declare a private incident"
_NAMED = 5  # people whom a refusal names


class NotAllowed(Refused):
    """The team's config leaves this to others; the sentence names them."""


def edit(field: str) -> str:
    """The act of changing this field."""
    return f"change the {field.replace('_', ' ')}"


def refusal(core: Core, act: str, by: str) -> NotAllowed | None:
    """Why `by` may not do this, None if they may. May ask Slack who is in a user group: never called inside a unit.

    Who is in a group that cannot be looked up, and was never before, is nobody: a restriction fails closed.
    """
    allowed = _allowed(core.policy, act)
    if not allowed:
        return None
    people: list[str] = []
    unknown = False
    for target in sorted(allowed, key=lambda each: each.kind == "group"):  # whoever is named needs no looking up
        members = core.members(target)
        unknown = unknown or members is None
        if by in (members or ()):
            return None
        people += [one for one in sorted(members or ()) if one not in people]
    return NotAllowed(_sentence(act, people, unknown))


def breaks_glass(core: Core, by: str) -> bool:
    """Whether this person may let themselves into private incidents. Nobody may unless the config says so, and nobody
    whom Slack does not show in the group. Asks Slack, as `refusal` does."""
    targets = sorted(core.policy.private.break_glass, key=lambda each: each.kind == "group")
    return any(by in (core.members(target) or ()) for target in targets)


def _allowed(policy: Policy, act: str) -> Sequence[Target]:
    rules = policy.permissions
    if act == LOWER_SEVERITY:
        return rules.lower_severity
    if act == CLOSE:
        return rules.close
    if act == PRIVATE:
        return policy.private.declare
    return next((who for field, who in rules.edit.items() if edit(field) == act), [])


def _sentence(act: str, people: Sequence[str], unknown: bool) -> str:
    named = ", ".join(f"<@{one}>" for one in people[:_NAMED])
    more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
    if unknown:
        also = f", or ask {named}{more}" if people else ""
        why = "Slack does not say at the moment who is in their user group"
        return f"Your team lets only some {act}, and {why}. Try again{also}."
    if not people:
        return f"Your team lets only a user group {act}, and nobody is in it. Whoever keeps muster.yml can change that."
    return f"Your team lets only {named}{more} {act}. Ask {'one of them' if len(people) > 1 else 'them'}; nothing was changed."
