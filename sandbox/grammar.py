"""What a value of Block Kit may be, and Slack's words when it is not: the pieces that the tables are made of."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Problem:
    """One complaint: Slack's sentence, and the JSON pointer to what it is about."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Problems = Iterator[Problem]
Rule = Callable[[Mapping[str, object], str], Problems]


class Shape(Protocol):
    def problems(self, value: object, at: str) -> Problems: ...


@dataclass(frozen=True)
class Chars:
    """A string of `least` to `most` characters, of the given form."""

    most: int = 3000
    least: int = 1
    form: str = ""

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
        elif len(value) < self.least:
            yield Problem(f"must be more than {self.least - 1} characters", at)
        elif len(value) > self.most:
            yield Problem(f"must be less than {self.most + 1} characters", at)
        elif self.form and not re.fullmatch(self.form, value):
            yield Problem("failed to match all allowed schemas", at)


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem("must provide a number", at)
        elif value < self.least:
            yield Problem(f"must be more than {self.least - 1}", at)
        elif value > self.most:
            yield Problem(f"must be less than {self.most + 1}", at)


@dataclass(frozen=True)
class Number:
    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield Problem("must provide a number", at)


@dataclass(frozen=True)
class Flag:
    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, bool):
            yield Problem("must provide a boolean", at)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: frozenset[str]

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, str) or value not in self.words:
            yield Problem("must be a valid enum value", at)


@dataclass(frozen=True)
class Nullable:
    """null, or the shape."""

    shape: Shape

    def problems(self, value: object, at: str) -> Problems:
        if value is not None:
            yield from self.shape.problems(value, at)


@dataclass(frozen=True)
class Many:
    """A list of `least` to `most` values of one shape."""

    of: Shape
    most: int = 100
    least: int = 1

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, list):
            yield Problem("must provide an array", at)
            return
        if len(value) < self.least:
            yield Problem(f"must provide at least {self.least} items", at)
        if len(value) > self.most:
            yield Problem(f"no more than {self.most} items allowed", at)
        for index, item in enumerate(value):
            yield from self.of.problems(item, f"{at}/{index}")


@dataclass(frozen=True)
class Record:
    """An object with these properties and no others, and rules that look at several of them together."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)
    rules: Sequence[Rule] = ()

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        yield from (Problem(f"missing required field: {name}", at) for name in self.required if name not in value)
        for name, inner in value.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is None:
                yield Problem(f"invalid additional property: {name}", at)
            else:
                yield from shape.problems(inner, f"{at}/{name}")
        for rule in self.rules:
            yield from rule(value, at)


@dataclass(frozen=True)
class Typed:
    """An object whose `type` says which shape it has."""

    kinds: Mapping[str, Shape]

    def problems(self, value: object, at: str) -> Problems:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
        elif "type" not in value:
            yield Problem("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in self.kinds:
            yield Problem(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from self.kinds[value["type"]].problems(value, at)


def one_of(*words: str) -> Choice:
    return Choice(frozenset(words))


def either(first: str, second: str) -> Rule:
    """At least one of the two."""

    def rule(value: Mapping[str, object], at: str) -> Problems:
        if first not in value and second not in value:
            yield Problem(f"must define either `{first}` or `{second}`", f"{at}/type")

    return rule


def exactly_one(first: str, second: str) -> Rule:
    def rule(value: Mapping[str, object], at: str) -> Problems:
        yield from either(first, second)(value, at)
        if first in value and second in value:
            yield Problem(f"must not define both `{first}` and `{second}`", f"{at}/type")

    return rule
