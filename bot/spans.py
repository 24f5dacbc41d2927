"""From when and for how long, as people type it: `fri 18:00 for 4h`, `until mon 9:00`."""

import re
from datetime import datetime, timedelta

from bot.commands import Request
from incidents.errors import BadMoment, quote
from incidents.policy_values import parse_duration
from incidents.rules.times import parse_until

_END = re.compile(r"(?:^|\s)(for|until|till)\s+(.+)$", re.IGNORECASE | re.DOTALL)


def read(text: str, request: Request) -> tuple[datetime | None, timedelta | None]:
    """When it begins, None where that is now or not said; and how long it lasts, None where that is not said.

    Moments are to come, and in the time zone of whoever asks. Refused where it reads as neither.
    """
    found = _END.search(text)
    begins = re.sub(r"^\s*from\s+", "", text[: found.start()] if found else text, flags=re.IGNORECASE).strip()
    starts_at = None if begins.lower() in ("", "now") else parse_until(begins, request.now, request.timezone)
    if found is None:
        return starts_at, None
    if found[1].lower() == "for":
        return starts_at, parse_duration(found[2])
    since = starts_at or request.now
    is_counted_from_today = re.match(r"(today|tonight|tomorrow)\b", found[2], re.IGNORECASE) is not None
    ends_at = parse_until(found[2], request.now if is_counted_from_today else since, request.timezone)
    if ends_at <= since:
        raise BadMoment(f"“{quote(found[2])}” is before it begins. Say until when, or for how long: `for 4h`.", field="until")
    return starts_at, ends_at - since
