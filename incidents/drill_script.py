"""What a drill's script says: the pydantic of `drills/*.yml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from incidents.policy_values import (
    Duration,
    DurationOrNone,
    DurationOrZero,
    Line,
    Settings,
    Word,
    duration_text,
    shown,
    text,
    wrong,
)
from incidents.rules.drill_steps import WORDS, parse_step
from incidents.texts import TITLE_LENGTH

LONGEST = timedelta(days=1)
"""No drill is longer."""


def _step(value: str) -> str:
    if parse_step(value) is None:
        raise wrong(f"is {shown(value)}, which is no step", f"write {WORDS}")
    return value


def _no_longer(value: timedelta) -> timedelta:
    if value > LONGEST:
        raise wrong(f"is {shown(duration_text(value))}", f"a drill lasts {duration_text(LONGEST)} at most")
    return value


StepWords = Annotated[Word, AfterValidator(_step)]
At = Annotated[DurationOrZero, AfterValidator(_no_longer)]
Said = Annotated[str, text(2000)]


class Inject(Settings):
    """What somebody says in the room `at` so long after the beginning; `as` is their name there, shown as text."""

    model_config = ConfigDict(populate_by_name=True)
    at: At
    say: Said
    speaker: Annotated[Word, Field(alias="as")] = "Somebody"


class Hint(Settings):
    """A help for whoever is stuck, left out where the step `unless` was done by then."""

    at: At
    say: Said
    unless: StepWords | None = None


class Expectation(Settings):
    """A step, and by when after the beginning it should be done; `practise` is said afterwards when it was not."""

    do: StepWords
    within: Annotated[Duration, AfterValidator(_no_longer)]
    practise: Line | None = None


@dataclass(frozen=True)
class Moment:
    """Something that the script says, at its time: an inject or a hint."""

    at: timedelta
    says: str
    speaker: str = ""
    hint: bool = False
    unless: str | None = None


class Script(Settings):
    """One scenario. It pages and opens a room as an incident of its severity and services does; `briefing` is the first
    thing that its room reads; at `end` it is over, if it is not before."""

    lacking: ClassVar[str] = "a script has at least a title and a severity, an inject `at` and `say`, a step `do` and `within`"
    example: ClassVar[str] = "see docs/drills.md"

    title: Annotated[str, text(TITLE_LENGTH)]
    severity: Word
    about: Line | None = None
    services: Annotated[list[Word], Field(max_length=20)] = []
    briefing: Annotated[str, text(2000)] | None = None
    injects: Annotated[list[Inject], Field(max_length=100)] = []
    expect: Annotated[list[Expectation], Field(max_length=30)] = []
    hints: Annotated[list[Hint], Field(max_length=50)] = []
    end: Annotated[DurationOrNone, AfterValidator(lambda value: _no_longer(value) if value else value)] = None

    @property
    def moments(self) -> list[Moment]:
        """All that it says, in the order of its time; of the same moment the injects first."""
        injects = [Moment(each.at, each.say, each.speaker) for each in self.injects]
        hints = [Moment(each.at, each.say, hint=True, unless=each.unless) for each in self.hints]
        return sorted([*injects, *hints], key=lambda moment: moment.at)

    def stored(self) -> dict[str, Any]:
        """As it is kept; `Script.model_validate` of it is equal to this."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        mistakes = list(self._too_late())
        if mistakes:
            raise PydanticCustomError("muster_many", "{first}", {"first": mistakes[0][1], "mistakes": mistakes})
        return self

    def _too_late(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        if self.end is None:
            return
        rows = [("injects", number, each.at) for number, each in enumerate(self.injects)]
        rows += [("hints", number, each.at) for number, each in enumerate(self.hints)]
        for name, number, at in rows:
            if at >= self.end:
                what = f"is {shown(duration_text(at))}, when the drill is over"
                yield (name, number, "at"), what, f"it ends at {duration_text(self.end)}; say it before, or end later"
