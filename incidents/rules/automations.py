"""Which of the team's rules fire on what has happened (PRODUCT §10). The same for real and on trial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from incidents.events import Declared, FieldsSet, Happened, SeverityChanged, StatusChanged
from incidents.policy_automations import CHANGES, Automation, When
from incidents.rules.lifecycle import ACTIVE, Status

MOST_OF_A_RULE = 20
MOST = 60
"""Firings in one incident: of a rule that fires every time, and of all of them."""


@dataclass(frozen=True)
class Facts:
    """What a rule looks at, at one moment."""

    severity: str
    status: str
    services: tuple[str, ...] = ()
    type: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    private: bool = False


@dataclass(frozen=True)
class Firing:
    """A rule and the event that it fires on, by its place among those that were looked at."""

    rule: Automation
    at: int
    facts: Facts


def after_each(happened: Sequence[Happened], now: Facts) -> list[Facts]:
    """How it stood right after each event, reckoned back from how it stands after the last one."""
    found: list[Facts] = []
    for each in reversed(happened):
        found.append(now)
        if isinstance(each, SeverityChanged):
            now = replace(now, severity=each.old)
        elif isinstance(each, StatusChanged):
            now = replace(now, status=each.old)
        elif isinstance(each, FieldsSet):
            now = _before(each, now)
        elif isinstance(each, Declared):
            found[-1] = replace(now, severity=each.severity, status=each.status)
    return found[::-1]


def _before(changed: FieldsSet, now: Facts) -> Facts:
    fields = dict(now.fields)
    for change in changed.changes:
        if change.field == "type":
            now = replace(now, type=change.old or None)
        elif change.field == "services":
            now = replace(now, services=tuple(one for one in change.old.split(", ") if one))
        else:
            fields[change.field] = change.old
    return replace(now, fields=tuple(fields.items()))


def _kinds(happened: Happened) -> set[str]:
    """What is taken out of triage is declared by that; before, rules look at it only where they name that state."""
    begins = isinstance(happened, StatusChanged) and happened.old == Status.TRIAGE and happened.new in ACTIVE
    return {happened.kind, Declared.kind} if begins else {happened.kind}


def matches(when: When, happened: Happened, facts: Facts) -> bool:
    """Is everything so that the rule asks for?"""
    if not _kinds(happened) & set(when.event or CHANGES) or facts.private != when.private:
        return False
    if facts.status == Status.TRIAGE and Status.TRIAGE not in (when.status or ()):
        return False
    if when.severity and facts.severity not in when.severity:
        return False
    if when.status and facts.status not in when.status:
        return False
    if when.service and not set(when.service) & set(facts.services):
        return False
    if when.type and facts.type not in when.type:
        return False
    known = dict(facts.fields)
    return all(known.get(field, "") in values for field, values in (when.field or {}).items())


def firings(rules: Sequence[Automation], happened: Sequence[Happened], now: Facts, fired: Mapping[str, int]) -> list[Firing]:
    """What fires on these events, in their order. `fired` counts what has fired before: a rule fires once in an incident
    unless it is for every time, and whatever the rules say, no more than is sensible."""
    counts, found = dict(fired), list[Firing]()
    for at, (each, facts) in enumerate(zip(happened, after_each(happened, now), strict=True)):
        for rule in rules:
            done = counts.get(rule.key, 0)
            if done >= (MOST_OF_A_RULE if rule.every else 1) or sum(counts.values()) >= MOST:
                continue
            if matches(rule.when, each, facts):
                counts[rule.key] = done + 1
                found.append(Firing(rule, at, facts))
    return found


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with what stands in its braces; nothing in the values is a template again."""
    said, rest = "", template
    while rest:
        before, brace, rest = rest.partition("{")
        said += before
        if not brace:
            break
        name, _, rest = rest.partition("}")
        said += words.get(name, "")
    return said
