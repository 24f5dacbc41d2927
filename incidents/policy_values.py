"""The values that settings are made of: durations, people, channels, targets, room rules, handovers.

Each reads what a person writes in `muster.yml` and is stored as that text again.
"""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from incidents.errors import BadDuration, Refused, quote

LONGEST = timedelta(days=3660)
"""No duration is longer: about ten years."""

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 604800),
}
_LENGTH = re.compile(r"([0-9]{1,9})(?:[.]([0-9]{1,3}))?\s*([a-z]{1,7})\s*")


def parse_duration(text: str) -> timedelta:
    """`30s`, `5m`, `4h`, `2d`, `1w`, and several together (`1h30m`, `1 hour 30 min`); each unit once, in any case.

    Between zero and ten years. Raises BadDuration, whose sentence shows how to write one; a bare number is no
    duration, because nobody can tell its unit.
    """
    rest, seconds, used = text.strip().lower() if len(text) <= 60 else "", 0.0, set[int]()
    if not rest:
        raise BadDuration(_no_duration(text))
    while rest:
        found = _LENGTH.match(rest)
        unit = _UNITS.get(found[3]) if found else None
        if found is None or unit is None or unit in used:
            raise BadDuration(_no_duration(text))
        used.add(unit)
        seconds += float(f"{found[1]}.{found[2] or 0}") * unit
        rest = rest[found.end() :]
    if seconds > LONGEST.total_seconds():
        raise BadDuration(f"“{quote(text)}” is longer than ten years. Write something shorter, such as 30m or 4h.")
    return timedelta(seconds=seconds)


def _no_duration(text: str) -> str:
    what = f"“{quote(text)}” is not a length of time." if text.strip() else "The length of time is missing."
    return f"{what} Write it like 30s, 5m, 4h, 2d, 1w or 1h30m."


def duration_text(length: timedelta) -> str:
    """As it is written in the file (`1h30m`); `parse_duration` gives the same length back, to the millisecond."""
    left, words = length, ""
    for unit, seconds in (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60)):
        count, left = divmod(left, timedelta(seconds=seconds))
        words += f"{count}{unit}" if count else ""
    seconds_left = f"{left.total_seconds():.3f}".rstrip("0").rstrip(".")
    return words + (f"{seconds_left}s" if left or not words else "")


def wrong(what: str, expected: str) -> PydanticCustomError:
    """A mistake in the config: `what` is said about the setting, `expected` is what would be right."""
    return PydanticCustomError("muster", "{what}; {expected}", {"what": what, "expected": expected})


def shown(value: object) -> str:
    return f"“{quote(str(value)[:400], 40)}”"


_EXAMPLES = "write it like 30s, 5m, 4h, 2d, 1w or 1h30m"


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise wrong(f"is {shown(value)}, which has no unit", _EXAMPLES)
    try:
        return parse_duration(value)
    except Refused:
        raise wrong(f"is {shown(value)}, which is not a duration", _EXAMPLES) from None


def _no_shorter_than(least: timedelta) -> Callable[[timedelta], timedelta]:
    def check(value: timedelta) -> timedelta:
        if value < least:
            raise wrong(f"is {shown(duration_text(value))}", f"it has to be {duration_text(least)} or longer")
        return value

    return check


def none_word(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in ("none", "no", "never") else value


def _none_is_zero(value: object) -> object:
    return "0s" if value is None or none_word(value) is None else value


as_text = PlainSerializer(duration_text, return_type=str, when_used="json")
Duration = Annotated[timedelta, AfterValidator(_no_shorter_than(timedelta(seconds=1))), BeforeValidator(_duration), as_text]
"""A second or longer."""
DurationOrNone = Annotated[Duration | None, BeforeValidator(none_word)]
"""`none` and null say that there is none."""
DurationOrZero = Annotated[timedelta, BeforeValidator(_duration), BeforeValidator(_none_is_zero), as_text]
"""`none` and null are zero."""


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, KeyError, OSError):
        raise wrong(f"is {shown(value)}, which is no time zone", "write it like Europe/Berlin or UTC") from None
    return value


def _channel(value: object) -> object:
    """`#incidents` and `incidents` are the same; an id such as C024BE91L stays as it is."""
    if value is None:
        return value
    if not isinstance(value, str):
        raise wrong(f"is {shown(value)}, which is no channel", "write it like incidents")
    name = value.strip().removeprefix("#")
    if not re.fullmatch(r"[CG][A-Z0-9]{6,20}", name) and not (re.fullmatch(r"[\w-]{1,80}", name) and name == name.lower()):
        raise wrong(f"is {shown(value)}, which is no channel name", "write it like incidents, in lower case")
    return name


_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}|[^\s@<>|:]{1,64}@[^\s@<>|:]{1,190}")


def _person(value: object) -> object:
    if not isinstance(value, str) or not _PERSON.fullmatch(value.strip()):
        raise wrong(f"has {shown(value)}, which is no person", "write a Slack user id (U024BE7LH) or an e-mail address")
    return value.strip()


def is_address(text: str) -> bool:
    """Whether it may be somebody's e-mail address."""
    return "@" in text and _PERSON.fullmatch(text) is not None


def text(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Line = Annotated[str, text(300)]
Word = Annotated[str, text(40)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Channel = Annotated[str, BeforeValidator(_channel)]
PersonRef = Annotated[str, BeforeValidator(_person)]


class Settings(BaseModel):
    """The base of all that a file holds: unknown keys are refused, nothing can be changed afterwards. `lacking` is said
    where something that is needed is missing, `example` where nothing better is known to say."""

    lacking: ClassVar[str] = (
        "a new level needs its own rank (1 is the worst), a new role its name, an escalation its levels, a rule `when` and `then`"
    )
    example: ClassVar[str] = "see the example in muster.yml"

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)


_TARGETS = {
    "rotation": re.compile(r"\S.{0,39}"),
    "person": _PERSON,
    "group": re.compile(r"S[A-Z0-9]{1,30}"),
    "channel": re.compile(r"[\w-]{1,80}"),
}


def _parts(value: object) -> dict[str, Any]:
    kind, _, name = value.strip().partition(":") if isinstance(value, str) else ("", "", "")
    name = name.strip().removeprefix("#") if kind == "channel" else name.strip()
    if kind not in _TARGETS or not _TARGETS[kind].fullmatch(name):
        raise wrong(
            f"is {shown(value)}, which names nobody",
            "write rotation:<name>, person:<Slack user id or e-mail>, group:<S…> or channel:<name>",
        )
    return {"kind": kind, "name": name}


def names_somebody(value: object) -> bool:
    """Whether it is written as a target, such as `person:…`, and not as a name that is only shown."""
    return isinstance(value, str) and value.strip().partition(":")[0] in _TARGETS and ":" in value


class Target(Settings):
    """Who a level pages: `rotation:primary`, `person:U024BE7LH`, `person:ann@example.com`, `group:S0614TZR7`,
    `channel:leadership`. Written and stored as that text."""

    kind: Literal["rotation", "person", "group", "channel"]
    name: str

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        return value if isinstance(value, dict | Target) else _parts(value)

    @model_serializer
    def _text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


def _owner(value: object) -> object:
    if isinstance(value, Target):
        return value
    if names_somebody(value):
        return Target(**_parts(value))
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 300:
        raise wrong(f"is {shown(value)}, which is no owner", "write a name, or such as person:<id>, channel:<name>")
    return value.strip()


def _list_of_owners(value: object) -> object:
    return [] if value is None else value if isinstance(value, list) else [value]


Owners = Annotated[list[Annotated[Target | str, PlainValidator(_owner)]], Field(max_length=20), BeforeValidator(_list_of_owners)]
"""Who owns something: targets, or names that are only shown; one of them, or a list."""


class RoomRule(Settings):
    """When a war room opens: `now`, `after 30m` unresolved, `on request`, `no`. `after` is set for that kind only."""

    kind: Literal["now", "after", "on request", "no"]
    after: timedelta | None = None

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        if isinstance(value, dict | RoomRule):
            return value
        said = "no" if value is False else " ".join(value.lower().split()) if isinstance(value, str) else ""
        if said in ("now", "on request", "no"):
            return {"kind": said}
        try:
            if said.startswith("after "):
                return {"kind": "after", "after": parse_duration(said.removeprefix("after "))}
        except BadDuration:
            pass
        raise wrong(f"is {shown(value)}, which is no rule", "write now, after 30m, on request or no")

    @model_serializer
    def _text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"after {duration_text(self.after)}" if self.after is not None else self.kind


class Handover(Settings):
    """When a shift begins, by the rotation's own clock: `Mon 09:00`, or `09:00` for shifts of days."""

    weekday: Annotated[int, Field(ge=0, le=6)] | None
    at: time

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        if isinstance(value, dict | Handover):
            return value
        found = re.fullmatch(r"(?:([a-z]{2,9})\.?\s+)?([0-9]{1,2}):([0-9]{2})", str(value).strip().lower())
        days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        named = [day for day in days if found and found[1] and len(found[1]) >= 2 and day.startswith(found[1])]
        if found is None or int(found[2]) > 23 or int(found[3]) > 59 or (found[1] and not named):
            raise wrong(f"is {shown(value)}, which is no moment of the week", "write it like Mon 09:00")
        return {"weekday": days.index(named[0]) if named else None, "at": time(int(found[2]), int(found[3]))}

    @model_serializer
    def _text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        day = "" if self.weekday is None else ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[self.weekday] + " "
        return f"{day}{self.at:%H:%M}"


def folded(text: str) -> str:
    """Names are the same if they differ in case, spaces and signs only."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
