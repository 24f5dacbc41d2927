"""The document that a postmortem is: sections of words, links and open questions, for any export to write down."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Text:
    """Words to be shown as exactly these characters, whoever they are from: an export escapes them."""

    text: str
    bold: bool = False
    code: bool = False
    link: str | None = None


@dataclass(frozen=True)
class Todo:
    """What only people know. `owner` is the name of who finds out; None while the incident has nobody."""

    question: str
    owner: str | None


Piece = Text | Todo
Line = tuple[Piece, ...]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    line: Line


@dataclass(frozen=True)
class Items:
    """A list; numbered where the order is an argument."""

    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows as wide as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, in UTC. `noted_at` is set where it was written down later than it happened."""

    at: datetime
    says: Line
    link: str | None = None
    noted_at: datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """Entries in the order in which they happened."""

    entries: tuple[Entry, ...]


Block = Paragraph | Items | Table | Timeline


@dataclass(frozen=True)
class Section:
    """A part of the document; `key` names it for whoever edits it, and stays the same in every draft."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    parts: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Document:
    """A postmortem. `notice` says what kind of draft this is and as of when."""

    key: str
    title: str
    notice: Line
    header: Items
    sections: tuple[Section, ...]


# --- What it is built from --------------------------------------------------------------------------------------------
