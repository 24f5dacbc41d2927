"""What people may type: how long, and what is left of it."""

import re

from incidents.errors import Refused
from incidents.phrase import TOKEN

TITLE_LENGTH = 150
TEXT_LENGTH = 3000

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


_LINK = re.compile(r"https?://[^\s<>|\"`^{}\\]{3,1900}")


def link(text: str) -> str:
    """A web address that may be shown and bookmarked, or a refusal that says what would be right."""
    said = _INVISIBLE.sub("", text).strip().rstrip(".,;")
    if not _LINK.fullmatch(said):
        raise Refused("That is no link. Give a whole one: `/incident link https://grafana.example.com/d/1 Error rate`.")
    return said


def one_line(text: str, what: str, limit: int = TITLE_LENGTH, field: str | None = None) -> str:
    """`text` on one line and not empty, or a refusal that says what would be right."""
    line = " ".join(_INVISIBLE.sub(" ", text).split())
    if not line:
        raise Refused(f"The {what} is empty. Say in a few words what is going on.", field=field)
    if len(line) > limit:
        raise Refused(f"The {what} has {len(line)} characters; {limit} is the most. Put the rest into the summary.", field=field)
    return line


def headline(text: str) -> tuple[str, str]:
    """A title for what somebody typed in one go, and all of it as the summary where it is too long for a title: who is in a
    hurry is not asked to shorten anything."""
    line = " ".join(_INVISIBLE.sub(" ", text).split())
    if len(line) <= TITLE_LENGTH:
        return text, ""
    kept = line[: TITLE_LENGTH - 1]
    kept = kept.rpartition(" ")[0] if " " in kept[TITLE_LENGTH // 2 :] else re.sub(r"<[^<>]*$", "", kept)
    return f"{kept.rstrip(' ,.;:')}…", text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"


def prose(text: str, what: str, field: str | None = None, *, needed: bool = True) -> str:
    """`text` with its lines, or a refusal that says what would be right."""
    kept = _INVISIBLE.sub("", text.replace("\r\n", "\n")).strip()
    if needed and not kept:
        raise Refused(f"The {what} is empty. Write it after the command, on one line or several.", field=field)
    if len(kept) > TEXT_LENGTH:
        raise Refused(
            f"The {what} has {len(kept)} characters; {TEXT_LENGTH} is the most. Shorten it, or post it as several.",
            field=field,
        )
    return kept


def foreign(text: str, limit: int) -> str:
    """What another system wrote, on one line and at most so long; it names no person and no channel, whatever it holds."""
    kept = _INVISIBLE.sub(" ", text[: 4 * limit].encode(errors="replace").decode())
    line = " ".join(TOKEN.sub(lambda found: f" {found[1]}", kept).split())  # apart, or `<<@U1>>` would be one then
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def foreign_link(url: str) -> str:
    """A web address of another system's, or nothing where it is none."""
    return url if _LINK.fullmatch(url) and not _INVISIBLE.search(url) else ""
