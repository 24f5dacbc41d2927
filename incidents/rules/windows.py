"""A stretch of time to come, as people write it: `now for 2h`, `tomorrow 22:00 for 3 hours`, `friday 9:00 until 11:30`."""

import re
from datetime import datetime

from incidents.errors import BadMoment, quote
from incidents.rules.times import Zone, parse_until

_NOW = ("", "now", "right now", "at once", "immediately")
_LEADS_TO_END = ("for", "until", "till")
_MOST_WORDS = 8  # of a moment or a length of time
_EXAMPLE = "Write it like `now for 2h`, `tomorrow 22:00 for 3h` or `friday 9:00 until 11:30`."


def split_window(text: str, now: datetime, tz: Zone) -> tuple[datetime, datetime, str]:
    """`[when] for <how long> [why]`, or `until <when>` in place of the length: its two ends, and what is left of the text.

    Raises BadMoment where the one or the other is missing, is none, or has passed.
    """
    words = text.split()
    if words and words[0].lower() in ("from", "starting", "on"):
        words = words[1:]
    at = next((at for at, word in enumerate(words[: _MOST_WORDS + 1]) if word.lower() in _LEADS_TO_END), None)
    if at is None:
        raise BadMoment(f"Say for how long. {_EXAMPLE}", field="when")
    when = " ".join(words[:at])
    begins = now if when.lower() in _NOW else parse_until(when, now, tz)
    rest = words[at + 1 :]
    for count in range(min(_MOST_WORDS, len(rest)), 0, -1):
        try:
            ends = parse_until(" ".join(rest[:count]).rstrip(",;:"), begins, tz)
        except BadMoment:
            continue
        return begins, ends, _reason(" ".join(rest[count:]))
    said = f"“{quote(' '.join(rest[:3]))}” is no length of time. " if rest else "Say for how long. "
    raise BadMoment(said + _EXAMPLE, field="when")


def _reason(text: str) -> str:
    return re.sub(r"^because\s+", "", text.lstrip(" ,;:–—-"), flags=re.IGNORECASE)
