"""Names: of war rooms, in what Slack allows, and of incidents, as people type them (PRODUCT §5)."""

import re
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from anyascii import anyascii

LONGEST = 80
"""Characters of a Slack channel name."""

_MARKUP = re.compile(r"<[@#!][^<>|]*>|<[^<>|]*\|([^<>|]*)>")
_REF = re.compile(r"(?:#|inc[\s_-]?)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


def room_name(
    template: str,
    *,
    title: str,
    number: int,
    declared_at: datetime,
    timezone: str | tzinfo,
    attempt: int = 0,
) -> str:
    """A channel name that Slack accepts: 1 to 80 characters of `a-z 0-9 - _`, made from `workspace.room_name`.

    `{date}` is the day of `declared_at` (aware) in `timezone`, `{slug}` the title in Latin letters, `{number}` the
    incident's. The slug alone is shortened, at a word's end where there is one near; the number is always whole. A
    title that leaves no letter leaves no slug. `attempt` 1, 2, … ends in `-2`, `-3`, … for names that were taken.
    """
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    suffix = f"-{attempt + 1}" if attempt > 0 else ""
    fixed = template.replace("{date}", declared_at.astimezone(zone).date().isoformat()).replace("{number}", str(number))
    slug = _slug(title)
    name = _legal(fixed.replace("{slug}", slug))
    over = len(name) + len(suffix) - LONGEST
    if over > 0:
        name = _legal(fixed.replace("{slug}", _shortened(slug, max(0, len(slug) - over))))
    return (name or str(number))[: LONGEST - len(suffix)] + suffix


def _slug(title: str) -> str:
    return _legal(anyascii(_MARKUP.sub(lambda found: found[1] or " ", title[:400]))).strip("-_")


def _legal(text: str) -> str:
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_]+", "-", text.lower())).strip("-")


def _shortened(slug: str, room: int) -> str:
    """At most `room` characters, ending with a whole word unless that would cost more than a third."""
    cut = slug[:room]
    if len(slug) > room and slug[room] != "-" and cut.rfind("-") * 3 >= room * 2:
        cut = cut[: cut.rfind("-")]
    return cut.strip("-_")


def incident_ref(text: str) -> int | None:
    """The number in `INC-42`, `inc42`, `#42` or `42`; None if the whole text is no such name. From 1 to 999 999 999."""
    found = _REF.fullmatch(text.strip()) if len(text) <= 40 else None
    return int(found[1]) if found else None
