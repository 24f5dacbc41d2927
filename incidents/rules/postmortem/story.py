"""The record with the questions that several sections ask of it, and the words that they share."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import NamedTuple, TypeVar

from incidents.events import (
    Acknowledged,
    Declared,
    Edited,
    Happened,
    LevelPaged,
    MomentCorrected,
    RoleAssigned,
    StatusChanged,
    UpdatePosted,
)
from incidents.phrase import TOKEN, Link, Part, When, Where, Who
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.postmortem.document import Items, Line, Piece, Section, Text, Todo
from incidents.rules.postmortem.record import Happening, Record

_ADVICE = re.compile(r"(\. [^.]*)?:? `/incident [^`]*`$")  # the last sentence, where it ends in a command
LINKS_SHOWN = 12  # how many moments one claim lists before it says how many more there are
H = TypeVar("H", bound=Happened)


class Moment(NamedTuple):
    """A moment of the incident with the message that it came from."""

    at: datetime
    link: str | None


class Story:
    """The record with the questions that several sections ask of it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.told = sorted(record.happenings, key=lambda h: h.at)
        self.happenings = [h for h in self.told if h.merged_from is None]
        self.as_of = max([h.recorded_at for h in record.happenings], default=record.declared_at)
        began = [at for at in (record.impact_started_at, record.detected_at) if at is not None]
        self.several_days = len({utc(at).date() for at in (*began, *(h.at for h in self.told if h.what.headline))}) > 1
        self.open = record.status in OPEN
        self.owner = self._owner()

    def _owner(self) -> str | None:
        commanders = [given.person for _, given in self.of(RoleAssigned) if given.role == "ic"]
        owner = commanders[-1] if commanders else self.record.declared_by
        return None if owner is None else self.who(owner)

    def of(self, kind: type[H]) -> list[tuple[Happening, H]]:
        """The events of one kind, in the order in which they happened."""
        return [(h, h.what) for h in self.happenings if isinstance(h.what, kind)]

    def who(self, id: str | None) -> str:
        """A person's name; the id of who has none."""
        return "Muster" if id is None else self.record.names.get(id) or id

    def where(self, id: str) -> str:
        """A channel's name; the id of which has none."""
        return "#" + (self.record.names.get(id) or id).removeprefix("#")

    def said(self, text: str) -> str:
        """People's words with names in place of the tokens of people and channels."""
        return TOKEN.sub(lambda t: self.where(t[1][1:]) if t[1][0] == "#" else self.who(t[1][1:]), text)

    def todo(self, question: str) -> Todo:
        """What only people know."""
        return Todo(question, self.owner)

    def clock(self, at: datetime) -> str:
        """Hours and minutes in UTC, with the day where the incident spans several."""
        return f"{utc(at):%Y-%m-%d %H:%M}" if self.several_days else f"{utc(at):%H:%M}"

    def at(self, moment: "Moment | Happening") -> Text:
        """When, linked to the message."""
        return Text(self.clock(moment.at), link=moment.link)

    def sentence(self, happening: Happening) -> Line:
        """What happened, in the event's own words, without what it advised then."""
        phrase = happening.what.sentence(happening.by)
        pieces: list[Text] = []
        bold = code = False
        for literal, name, _, _ in Formatter().parse(_ADVICE.sub("", phrase.template)):
            for words in re.split(r"([*`])", literal):
                if words == "*" and not code:
                    bold = not bold
                elif words == "`":
                    code = not code
                else:
                    pieces.append(Text(words, bold, code))
            if name is not None:
                part = phrase.parts[name]
                pieces.append(Text(self._part(part, happening.at), bold, code, part.url if isinstance(part, Link) else None))
        return line(*pieces)

    def _part(self, part: Part, told_at: datetime) -> str:
        """A part in words; a moment of the day that it is told under needs no date."""
        if isinstance(part, Who):
            return self.who(part.id)
        if isinstance(part, Link):
            return part.name
        if isinstance(part, Where):
            return self.where(part.id)
        if isinstance(part, When):
            return f"{utc(part.at):%H:%M}" if utc(part.at).date() == utc(told_at).date() else f"{utc(part.at):%Y-%m-%d %H:%M}"
        return self.said(str(part))

    def moment(self, name: str) -> Moment | None:
        """A kept moment (PRODUCT §2), linked to the entry that stamped it."""
        at: datetime | None = getattr(self.record, f"{name}_at")
        if at is None:
            return None
        corrected = [h.link for h, what in self.of(MomentCorrected) if what.moment == name and what.new == at and h.link]
        stamped = [h.link for h in self.happenings if h.at == at and h.link and stamps(h.what, name)]
        return Moment(at, next(iter([*corrected[::-1], *stamped]), None))

    def first_page(self) -> Moment | None:
        """When somebody was first paged."""
        return next((Moment(h.at, h.link) for h, _ in self.of(LevelPaged)), None)

    def history(self, name: str) -> list[tuple[str, Happening]]:
        """What the summary, impact or theory was said to be, one after the other; the last is how it stands."""
        told: list[tuple[str, Happening]] = []
        for happening in self.record.happenings:
            if happening.merged_from is not None:
                continue
            value = said_of(happening.what, name)
            if value is not None and (not told or told[-1][0] != value):
                told.append((value, happening))
        return told

    def quoted(self, name: str) -> Line | None:
        """How the summary, impact or theory stands, and who said so where."""
        value = str(getattr(self.record, name))
        if not value:
            return None
        told = self.history(name)
        source = self.source(told[-1][1]) if told and told[-1][0] == value else ()
        return line(self.said(value), *source)

    def source(self, happening: Happening) -> Line:
        """Who said it and when, in brackets."""
        return line(f" ({self.who(happening.by)}, ", self.at(happening), ")")

    def times(self, happenings: Sequence[Happening]) -> Line:
        """The moments of a claim, each linked."""
        pieces: list[Piece | str] = []
        for happening in happenings[:LINKS_SHOWN]:
            pieces += [", " if pieces else "", self.at(happening)]
        rest = len(happenings) - LINKS_SHOWN
        return line(*pieces, f" and {rest} more" if rest > 0 else "")

    def because(self, why: str) -> str:
        """A reason after a claim, where one was given."""
        return f": {self.said(why)}" if why else ""

    def span(self, start: str, end: str) -> timedelta | None:
        """How long from one kept moment to another; None unless both are known, and in that order."""
        first, last = self.moment(start), self.moment(end)
        return last.at - first.at if first and last and last.at >= first.at else None


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def line(*pieces: Piece | str) -> Line:
    made = (Text(piece) if isinstance(piece, str) else piece for piece in pieces)
    return tuple(piece for piece in made if isinstance(piece, Todo) or piece.text)


def fact(label: str, *pieces: Piece | str) -> Line:
    return line(Text(f"{label}:", bold=True), " ", *pieces)


def count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def stamps(what: Happened, name: str) -> bool:
    """Is this the kind of event that stamps the moment?"""
    if isinstance(what, Declared):
        return name in ("declared", "detected")
    if isinstance(what, Acknowledged):
        return name == "acknowledged" and what.first
    if isinstance(what, StatusChanged):
        return name in ("mitigated", "resolved", "closed") or (name == "declared" and what.old == Status.TRIAGE)
    return False


def said_of(what: Happened, name: str) -> str | None:
    """What the event says of the summary, impact or theory; None where it says nothing new of it."""
    if isinstance(what, Edited):
        return what.new if what.field == name else None
    if isinstance(what, Declared) or (isinstance(what, UpdatePosted) and not what.timed):
        return getattr(what, name, None) or None
    return None


def section(
    story: Story, key: str, title: str, facts: Iterable[Line], question: str, *, parts: tuple[Section, ...] = ()
) -> Section:
    """What the record knows, then what is asked of people."""
    lines = (*facts, line(story.todo(question)))
    return Section(key, title, (Items(lines),), parts)


# --- Section by section -----------------------------------------------------------------------------------------------
