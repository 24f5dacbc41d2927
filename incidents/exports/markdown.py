"""The postmortem as Markdown, for GitHub, wikis and plain reading.

Every text of the document is escaped: it shows as the characters it holds and makes no heading, link, image, HTML,
list, code or table cell. Lines within it are folded into one. Only http and https links are written.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from unicodedata import bidirectional
from urllib.parse import quote

from incidents.exports import Export
from incidents.rules.postmortem.document import (
    Block,
    Document,
    Items,
    Line,
    Paragraph,
    Piece,
    Section,
    Table,
    Text,
    Timeline,
    Todo,
)

_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MARKUP = re.compile(
    r"[\\`*\[\]<|~$]"
    r"|_+(?![^\W_])|(?<![^\W_])_+"  # within a word, as in payment_service, an underscore means nothing
    r"|&(?=#?\w*;)"  # an entity
    r"|:(?=//)|(?<=mailto):|(?<=xmpp):|(?<=www)\."  # GitHub makes links of addresses that merely stand there
    r"|\{(?=[{%:#])",  # templates of the site generators that a postmortem may be published with
    re.IGNORECASE,
)
_OPENS_BLOCK = re.compile(r"(?:[#>+=:-]|\d{1,9}(?=[.)]))")
_CLOSES_HEADING = re.compile(r"#(?=#*$)")


def render(document: Document) -> str:
    """The whole document, ending in a line break. The same document gives the same bytes."""
    blocks = [f"# {_inline((Text(f'{document.key}: {document.title}'),))}", _inline(document.notice)]
    blocks.append(_block(document.header))
    for section in document.sections:
        blocks += _section(section, 2)
    return "\n\n".join(blocks) + "\n"


def _section(section: Section, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} {_inline((Text(section.title),))}"
    for block in section.blocks:
        yield _block(block)
    for part in section.parts:
        yield from _section(part, depth + 1)


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return _inline(block.line)
    if isinstance(block, Items):
        marks = (f"{number}." if block.numbered else "-" for number in range(1, len(block.lines) + 1))
        return "\n".join(f"{mark} {_inline(line)}" for mark, line in zip(marks, block.lines, strict=True))
    if isinstance(block, Table):
        return _table(block)
    return _timeline(block)


def _table(table: Table) -> str:
    head = [_inline((Text(column),)) for column in table.columns]
    rows = [[_inline(cell) for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _timeline(timeline: Timeline) -> str:
    """One list, or one for each day under its date where there are several."""
    days = [(day, list(entries)) for day, entries in groupby(timeline.entries, key=lambda entry: entry.at.date())]
    blocks: list[str] = []
    for day, entries in days:
        if len(days) > 1:
            blocks.append(f"### {day.isoformat()}")
        blocks.append("\n".join(_entry(entry.at, entry.says, entry.link, entry.noted_at) for entry in entries))
    return "\n\n".join(blocks) or "Nothing was recorded."


def _entry(at: datetime, says: Line, link: str | None, noted_at: datetime | None) -> str:
    noted = ""
    if noted_at is not None:
        noted = f" (noted at {noted_at:%H:%M})" if noted_at.date() == at.date() else f" (noted at {noted_at:%Y-%m-%d %H:%M})"
    return f"- {_inline((Text(f'{at:%H:%M}', link=link), Text(' '), *says))}{noted}"


def _inline(line: Line) -> str:
    """One line of Markdown. Neighbours of the same kind are one text, so that no two of them make markup together."""
    written = "".join(_piece(kind, pieces) for kind, pieces in groupby(line, key=_kind))
    written = _CLOSES_HEADING.sub(r"\#", re.sub(" {2,}", " ", written).strip())
    opens = _OPENS_BLOCK.match(written)
    if opens is None:
        return written
    end = opens.end() if opens.group().isdigit() else 0
    return f"{written[:end]}\\{written[end:]}"


_Kind = tuple[bool, bool, str | None] | None


def _kind(piece: Piece) -> _Kind:
    return (piece.bold, piece.code, piece.link) if isinstance(piece, Text) else None


def _piece(kind: _Kind, pieces: Iterable[Piece]) -> str:
    if kind is None:
        return ", ".join(_todo(piece) for piece in pieces if isinstance(piece, Todo))
    bold, code, link = kind
    text = "".join(_plain(piece.text) for piece in pieces if isinstance(piece, Text))
    written = f"`{text}`" if code and not re.search(r"[`|]", text) else _escape(text)
    if bold and written.strip():
        written = f"**{written.strip()}**"
    address = _address(link)
    return f"[{written}]({address})" if address and written.strip() else written


def _todo(todo: Todo) -> str:
    owner = _escape(_plain(todo.owner)).strip() if todo.owner else ""
    return f"TODO(@{owner or 'owner'}): {_escape(_plain(todo.question))}"


def _address(link: str | None) -> str | None:
    """A link's address, written so that it ends where it ends; None for what is no web address."""
    if link is None or not re.match(r"https?://", link):
        return None
    return quote(_UNSEEN.sub("", link), safe=":/?#@!$&'*+,;=%~-._")


def _plain(text: str) -> str:
    """The text on one line, without unseen characters that change what others look like.

    What holds words written right to left is isolated, so that it cannot reorder what stands around it.
    """
    folded = re.sub(r"\s+", " ", _UNSEEN.sub("", text))
    if not any(bidirectional(letter) in ("R", "AL") for letter in folded):
        return folded
    words = folded.strip()
    return folded.replace(words, f"\u2068{words}\u2069")


def _escape(text: str) -> str:
    """The text such that Markdown shows it as it is, wherever in a line it stands."""
    return _MARKUP.sub(lambda found: "".join(f"\\{mark}" for mark in found.group()), text)


EXPORT = Export(name="markdown", suffix=".md", render=render)
