"""What a team asks about its incidents besides what everybody asks: types, and fields of its own (PRODUCT §5)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from incidents.policy_values import Line, Settings, Word, none_word, shown, text, wrong

Kind = Literal["text", "choice", "number", "people", "date"]
Stage = Literal["declare", "mitigate", "resolve", "close"]
STAGES: tuple[Stage, ...] = ("declare", "mitigate", "resolve", "close")
"""In the order in which an incident comes to them."""

MOST_FIELDS = 25
MOST_OF_CHOICES = 100_000
"""Bytes of all choices together, as a form carries them: a form has 250 000 for everything."""
MOST_ON_CARD = 8  # two columns of a phone's screen; Slack takes ten
BUILT_IN_FIELDS = ("type", "detected_by", "causes", "services")
"""What everybody has, set in the same way as a team's own."""

RESTRICTABLE = ("title", "summary", "impact", "theory", "several_teams", "cause_unclear", *BUILT_IN_FIELDS)
"""The fields that may be left to some, besides the team's own."""

RESERVED = frozenset(
    (
        *BUILT_IN_FIELDS,
        *("title", "name", "summary", "impact", "theory", "severity", "sev", "status", "several_teams", "teams", "cause_unclear"),
        *("unclear", "detected", "detection", "source", "cause", "service", "services", "started", "start", "acknowledged"),
        *("declared", "mitigated", "resolved", "closed", "impact_started", "all", "open", "mine", "page", "none", "form"),
    )
)
"""Words that mean something else after `set` or in `list`."""

CAUSES = ["deploy", "config", "code", "capacity", "dependency", "infrastructure", "network", "data", "security", "unknown"]
"""What causes are tagged with where the file says nothing: systems, never people."""


def _one_of(words: tuple[str, ...], none: str = "") -> BeforeValidator:
    def check(value: object) -> object:
        said = value.strip().lower() if isinstance(value, str) else value
        if said not in words:
            listed = f"{', '.join(words[:-1])} or {words[-1]}" if not none else f"{', '.join(words)} or {none}"
            raise wrong(f"is {shown(value)}", f"write {listed}")
        return said

    return BeforeValidator(check)


def _required(value: object) -> object:
    return None if value is False or none_word(value) is None else value


class TypePolicy(Settings):
    """A kind of incident. `when` says which one to choose; `severity` counts where nobody names one; the `default` one
    is chosen where nobody says anything."""

    name: Annotated[str, text(40)] = ""
    when: Line | None = None
    severity: Word | None = None
    default: bool = False


class FieldPolicy(Settings):
    """A field of the team's own. It belongs to `types`, to all of them where that is empty.

    `required`: by when it has to be filled in; the declare form insists on `declare`, a one-line declaration does not
    wait for it. `card`: it stands on the card, not only in `/incident show`.
    """

    name: Annotated[str, text(40)] = ""
    kind: Annotated[Kind, _one_of(("text", "choice", "number", "people", "date"))] = "text"
    choices: Annotated[list[Annotated[str, text(75)]], Field(max_length=100)] = []
    types: Annotated[list[Word], Field(max_length=50)] = []
    required: Annotated[
        Annotated[Stage, _one_of(STAGES, "never")] | None,
        BeforeValidator(_required),
    ] = None
    card: bool = False
    hint: Annotated[str, text(150)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _choices_make_a_choice(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("choices") and "kind" not in value:
            return {"kind": "choice", **value}
        return value

    def needed_by(self, stage: Stage) -> bool:
        """Has it to be filled in when an incident comes to this stage?"""
        return self.required is not None and STAGES.index(self.required) <= STAGES.index(stage)

    def belongs_to(self, type: str | None) -> bool:
        """Is it asked of incidents of this type?"""
        return not self.types or type in self.types


_Where = tuple[str | int, ...]


def mistakes(
    types: Mapping[str, TypePolicy], fields: Mapping[str, FieldPolicy], levels: Mapping[str, object]
) -> Iterator[tuple[_Where, str, str]]:
    """What is wrong between types and fields that are each right: where, what, and what would be right."""
    for key, type in types.items():
        yield from _name_mistakes("types", key, "a type", "outage")
        if type.severity is not None and type.severity not in levels:
            yield (
                ("types", key, "severity"),
                f"names the severity {shown(type.severity)}, which does not exist",
                f"there are: {', '.join(levels)}",
            )
    defaults = [key for key, type in types.items() if type.default]
    for key in defaults[1:]:
        yield ("types", key, "default"), f"is set, and so is that of {defaults[0]}", "only one type is the default"
    for key, field in fields.items():
        yield from _name_mistakes("fields", key, "a field", "region")
        yield from _field_mistakes(key, field, types)
    heavy = list(_too_much(fields))
    if heavy:
        yield (
            ("fields", heavy[0], "choices"),
            "are too many for one form together with the others'",
            "shorten them, or take some out",
        )
    on_card = [key for key, field in fields.items() if field.card]
    for key in on_card[MOST_ON_CARD:]:
        yield ("fields", key, "card"), f"is the {len(on_card)}th on the card", f"{MOST_ON_CARD} are the most that a card shows"


def _too_much(fields: Mapping[str, FieldPolicy]) -> Iterator[str]:
    size = 0
    for key, field in fields.items():
        size += sum(2 * len(json.dumps(choice)) + 80 for choice in field.choices)
        if size > MOST_OF_CHOICES:
            yield key


def _name_mistakes(section: str, key: str, what: str, example: str) -> Iterator[tuple[_Where, str, str]]:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,23}", key):
        yield (
            (section, key),
            f"is {shown(key)}, which is no name for {what}",
            f"write a short word in lower case, such as {example}; `name` is what people read",
        )
    elif key in RESERVED:
        yield (section, key), f"is {shown(key)}, which has a meaning already", "choose another word"


def _field_mistakes(key: str, field: FieldPolicy, types: Mapping[str, TypePolicy]) -> Iterator[tuple[_Where, str, str]]:
    for number, name in enumerate(field.types):
        if name not in types:
            there = f"there are: {', '.join(types)}" if types else "no type is defined; add it under types"
            yield ("fields", key, "types", number), f"names the type {shown(name)}, which does not exist", there
    if field.kind == "choice" and not field.choices:
        yield ("fields", key), "is a choice without choices", "write choices: [eu, us]"
    if field.kind != "choice" and field.choices:
        yield ("fields", key, "choices"), f"are given, but the field is of the kind {field.kind}", "write kind: choice"
    seen: set[str] = set()
    for number, choice in enumerate(field.choices):
        if choice.casefold() in seen:
            yield ("fields", key, "choices", number), f"has {shown(choice)} twice", "write each choice once"
        seen.add(choice.casefold())
