"""What a team lets happen by itself: when this has happened, then do that (PRODUCT §10)."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from incidents.events import KINDS
from incidents.policy_values import Channel, Settings, Target, Word, shown, text, wrong
from incidents.rules.lifecycle import Status
from incidents.rules.runbook_text import url_trouble

MOST_RULES = 200
PLACEHOLDERS = ("key", "title", "severity", "status", "services", "room", "name")
CHANGES = ("incident.declared", "severity.changed", "status.changed", "field.set")
"""What makes a rule without an `event` look again."""

_QUIET = ("automation.", "delivery.", "digest.")
"""What these events say is Muster's own affair: nothing may follow from it."""


def events() -> list[str]:
    """The kinds of events that a rule may name."""
    return sorted(kind for kind in KINDS if not kind.startswith(_QUIET))


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str | int) else value


def _known_event(value: str) -> str:
    if value not in events():
        near = get_close_matches(value, events(), n=3, cutoff=0.4)
        expected = f"did you mean {' or '.join(near)}?" if near else f"such as {', '.join(CHANGES)}"
        raise wrong(f"is {shown(value)}, which is no event", expected)
    return value


def _known_status(value: str) -> str:
    states = [str(state) for state in Status]
    if value not in states:
        raise wrong(f"is {shown(value)}, which is no state", f"there are: {', '.join(states)}")
    return value


def _template(value: str) -> str:
    unknown = [name for name in re.findall(r"\{([^{}]*)\}", value) if name not in PLACEHOLDERS]
    if unknown or re.sub(r"\{[^{}]*\}", "", value).count("{"):
        raise wrong(f"is {shown(value)}", f"in braces may stand {', '.join(PLACEHOLDERS)}")
    return value


def _address(value: str) -> str:
    trouble = url_trouble(value)
    if trouble is not None:
        raise wrong(f"is {shown(value)}, {trouble[0]}", trouble[1])
    return value


Words = Annotated[list[Word], Field(min_length=1, max_length=50), BeforeValidator(_one_or_more)]
Template = Annotated[str, text(1000), AfterValidator(_template)]
Address = Annotated[str, text(1000), AfterValidator(_address)]
Targets = Annotated[list[Target], Field(min_length=1, max_length=20), BeforeValidator(_one_or_more)]


class When(Settings):
    """Everything that is given has to be so after the event; of several values one. Without `event`: whenever it was
    declared or its severity, state or fields changed. A rule looks at private incidents only if it says `private`, and
    then at nothing else."""

    event: Annotated[list[Annotated[str, AfterValidator(_known_event)]], Field(max_length=50), BeforeValidator(_one_or_more)] = []
    severity: Words | None = None
    status: Annotated[list[Annotated[str, AfterValidator(_known_status)]], BeforeValidator(_one_or_more)] | None = None
    service: Words | None = None
    type: Words | None = None
    private: bool = False
    field: Annotated[dict[Word, Words], Field(min_length=1, max_length=20)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise wrong("says nothing", "say when, such as {event: severity.changed, severity: SEV1}")
        return self

    def words(self) -> str:
        """In a few words, for "Because SEV1 on checkout: …"."""
        said = []
        if self.severity:
            said.append("/".join(self.severity))
        if self.type:
            said.append("/".join(self.type))
        if self.service:
            said.append(f"on {', '.join(self.service)}")
        if self.status:
            said.append(f"is {'/'.join(self.status)}")
        for field, values in (self.field or {}).items():
            said.append(f"{field} {'/'.join(values)}")
        if self.private:
            said.append("private")
        return " ".join(said) or ", ".join(self.event)


class Message(Settings):
    """What is posted; in the incident's room where no channel is named."""

    text: Template
    channel: Channel | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_text(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value


class Then(Settings):
    """One thing that follows: exactly one of these. `page` takes targets, or the name of an escalation."""

    invite: Targets | None = None
    page: Annotated[list[Target] | Word, Field(max_length=20)] | None = None
    post: Message | None = None
    task: Template | None = None
    webhook: Address | None = None

    @model_validator(mode="before")
    @classmethod
    def _page_by_target(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("page"), str) and ":" in value["page"]:
            return {**value, "page": [value["page"]]}
        return value

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len([name for name in self.model_fields_set if getattr(self, name) is not None]) != 1:
            raise wrong("does not say one thing", "write each of invite, page, post, task and webhook as an entry of its own")
        if any(target.kind == "channel" for target in self.invite or ()):
            raise wrong("invites a channel", "write person:, rotation: or group:")
        return self


class Automation(Settings):
    """When something has happened, something follows: once for each incident, or with `every` each time."""

    name: Annotated[str, text(60)] = ""
    when: When
    then: Annotated[list[Then], Field(min_length=1, max_length=20)]
    every: bool = False

    @model_validator(mode="after")
    def _nothing_leaves(self) -> Self:
        leaves = [then for then in self.then if then.webhook or (then.post is not None and then.post.channel)]
        if self.when.private and leaves:
            raise wrong("takes a private incident out of its room", "post there only, without `channel`, and call nothing")
        return self

    @property
    def key(self) -> str:
        """What it is known by in the record: its name, else what it waits for. It may be moved within the file."""
        if self.name:
            return re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-") or "rule"
        said = json.dumps(self.when.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    @property
    def because(self) -> str:
        """Why it does what it does, in a few words."""
        return self.name or self.when.words()


_Where = tuple[str | int, ...]


def mistakes(rules: list[Automation], known: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[_Where, str, str]]:
    """What rules name that the file does not have, and two that cannot be told apart. `known` is by section."""
    seen: dict[str, int] = {}
    for number, rule in enumerate(rules):
        twin = seen.setdefault(rule.key, number)
        if twin != number:
            what = "has the name" if rule.name else "waits for the same as"
            yield (
                ("automations", number, "when"),
                f"{what} of rule {twin + 1}",
                "give one of them another `name`, or put them together",
            )
        for setting, section in (("severity", "severities"), ("service", "services"), ("type", "types")):
            for name in getattr(rule.when, setting) or ():
                if name not in known[section]:
                    yield from _stranger(("automations", number, "when", setting), setting, name, known[section])
        for field in rule.when.field or ():
            if field not in known["fields"]:
                yield from _stranger(("automations", number, "when", "field"), "field", field, known["fields"])
        for place, then in enumerate(rule.then):
            where = ("automations", number, "then", place, "page" if then.page else "invite")
            if isinstance(then.page, str) and then.page not in known["escalations"]:
                yield from _stranger(where, "escalation", then.page, known["escalations"])
            for target in [*(then.page if isinstance(then.page, list) else ()), *(then.invite or ())]:
                if target.kind == "rotation" and target.name not in known["rotations"]:
                    yield from _stranger(where, "rotation", target.name, known["rotations"])


def _stranger(where: _Where, what: str, name: str, there: Mapping[str, Any]) -> Iterator[tuple[_Where, str, str]]:
    expected = f"there are: {', '.join(list(there)[:20])}" if there else f"the file has no {what}"
    yield where, f"names the {what} {shown(name)}, which does not exist", expected
