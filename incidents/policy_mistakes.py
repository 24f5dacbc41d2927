"""What is wrong between settings of `muster.yml` that are each right: names that mean nothing, or two things at once."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from incidents.policy_alerts import mistakes as alert_mistakes
from incidents.policy_automations import mistakes as automation_mistakes
from incidents.policy_defaults import ANSWER_WORDS, COMMAND_WORDS, DEFAULT_ESCALATIONS, DEFAULT_SEVERITIES
from incidents.policy_fields import RESTRICTABLE
from incidents.policy_fields import mistakes as field_mistakes
from incidents.policy_metrics import mistakes as metrics_mistakes
from incidents.policy_values import Target, folded, shown

if TYPE_CHECKING:
    from incidents.policy import Policy

_Where = tuple[str | int, ...]
_NAMED_BY_RULES = ("severities", "services", "types", "fields", "escalations", "rotations")


def mistakes(policy: "Policy") -> Iterator[tuple[_Where, str, str]]:
    """What is wrong between settings that are each right: where, what, and what would be right."""
    yield from _level_mistakes(policy)
    yield from _role_mistakes(policy)
    yield from automation_mistakes(policy.automations, {name: getattr(policy, name) for name in _NAMED_BY_RULES})
    yield from alert_mistakes(policy.alerts, {name: getattr(policy, name) for name in ("severities", "services")})
    yield from metrics_mistakes(policy.metrics, policy.severities)
    yield from field_mistakes(policy.types, policy.fields, policy.severities)
    yield from _name_clashes({key: (type.name,) for key, type in policy.types.items()}, "types")
    yield from _name_clashes({key: (field.name,) for key, field in policy.fields.items()}, "fields")
    for number, cause in enumerate(policy.causes):
        if "," in cause or folded(cause) in map(folded, policy.causes[:number]) or not folded(cause):
            yield ("causes", number), f"has {shown(cause)}", "write each tag once, without commas"
    for name in policy.permissions.edit:
        if name not in (*RESTRICTABLE, *policy.fields):
            can = ", ".join((*RESTRICTABLE, *policy.fields))
            yield ("permissions", "edit", name), f"names the field {shown(name)}", f"these can be restricted: {can}"
    for name, escalation in policy.escalations.items():
        for number, level in enumerate(escalation.levels):
            yield from _strangers(policy, level.page, ("escalations", name, "levels", number, "page"))
        yield from _strangers(policy, escalation.last_resort, ("escalations", name, "last_resort"))
    for name, service in policy.services.items():
        if "," in name:
            yield ("services", name), f"is called {shown(name)}", "give it a name without commas"
        yield from _unknown("escalation", service.escalation, policy.escalations, ("services", name, "escalation"))
        yield from _unknown("rotation", service.rotation, policy.rotations, ("services", name, "rotation"))
        for number, owner in enumerate(service.owner):
            if isinstance(owner, Target) and owner.kind == "rotation":
                yield from _unknown("rotation", owner.name, policy.rotations, ("services", name, "owner", number))
    for name, role in policy.roles.items():
        yield from _unknown("rotation", role.rotation, policy.rotations, ("roles", name, "rotation"))
    yield from _unknown("escalation", policy.private.escalation, policy.escalations, ("private", "escalation"))
    for name, severity in policy.severities.items():
        by_default = severity.escalation == DEFAULT_ESCALATIONS.get(name, "") and not policy.escalations
        if "escalation" in severity.model_fields_set and not by_default:
            where = ("severities", name, "escalation")
            yield from _unknown("escalation", severity.escalation, policy.escalations, where)


def _strangers(policy: "Policy", targets: list[Target], where: _Where) -> Iterator[tuple[_Where, str, str]]:
    for number, target in enumerate(targets):
        if target.kind == "rotation":
            yield from _unknown("rotation", target.name, policy.rotations, (*where, number))


def _unknown(what: str, name: str | None, known: dict[str, Any], where: _Where) -> Iterator[tuple[_Where, str, str]]:
    if name is not None and name not in known:
        there = f"there are: {', '.join(list(known)[:20])}" if known else f"no {what} is defined; add it under {what}s"
        yield where, f"names the {what} {shown(name)}, which does not exist", there


def _level_mistakes(policy: "Policy") -> Iterator[tuple[_Where, str, str]]:
    if not policy.severities:
        yield ("severities",), "leaves no level at all", "keep at least one"
    ranks: dict[int, str] = {}
    for name, severity in policy.severities.items():
        if not re.fullmatch(r"\w[\w .-]{0,23}", name) or not folded(name):
            yield ("severities", name), f"is {shown(name)}, which is no name for a level", "write it like SEV1 or P1"
        twin = ranks.setdefault(severity.rank, name)
        if twin != name:
            expected = "each level has its own rank"
            if twin in DEFAULT_SEVERITIES:
                expected += f"; if {twin} is of no use here, take it out with `{twin}: false`"
            yield ("severities", name, "rank"), f"is {severity.rank}, which is {twin}'s", expected
    called = {key: (s.name, *s.aliases) for key, s in policy.severities.items()}
    yield from _name_clashes(called, "severities")


def _role_mistakes(policy: "Policy") -> Iterator[tuple[_Where, str, str]]:
    for key in policy.roles:
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,23}", key):
            yield (
                ("roles", key),
                f"is {shown(key)}, which is no name for a role",
                "write a short word in lower case, such as legal",
            )
        for word in (key, *policy.roles[key].aliases):
            if folded(word) in COMMAND_WORDS | ANSWER_WORDS:
                where = ("roles", key) if word == key else ("roles", key, "aliases")
                yield where, f"is called {shown(word)}, and so is a command", "choose another word: roles are commands, too"
    yield from _name_clashes({key: (role.name, *role.aliases) for key, role in policy.roles.items()}, "roles")


def _name_clashes(called: dict[str, tuple[str, ...]], section: str) -> Iterator[tuple[_Where, str, str]]:
    """Two levels, or two roles, that the same word would mean."""
    owner: dict[str, str] = {}
    for key, names in called.items():
        for name in {folded(name): name for name in (key, *names) if folded(name)}.items():
            twin = owner.setdefault(name[0], key)
            if twin != key:
                yield (
                    (section, key),
                    f"is called {shown(name[1])}, and so is {twin}",
                    "a word can mean only one of them",
                )
