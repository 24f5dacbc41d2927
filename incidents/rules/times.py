"""Moments, days and lengths of time as people type and read them.

Whatever is typed, nothing but a refusal is raised. Moments that are returned are aware, in UTC; `now` is aware; `tz` is
the zone that a bare "14:05" is meant in. English words; days and months may be shortened.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from incidents.errors import BadDuration, BadMoment, quote
from incidents.policy import parse_duration

Zone = str | tzinfo

_LONGEST_TEXT = 80
_LONGEST_OWNER = 200  # characters with what stands around it; in a long text each blank would be looked at from every other one
_SKEW = timedelta(minutes=2)  # a person's watch may be ahead of the server's by so much
_TEN_YEARS = timedelta(days=3660)
_A_YEAR = timedelta(days=366)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a couple of": 2}

_CLOCK = (
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?"
    r"\s?(?P<half>[ap]m)?(?P<utc>\s?(?:utc|gmt|z))?"
)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|today|tonight|tomorrow|yesterday|(?:(?:last|next|this|on)\s)?[a-z]{3,9}"
_DAY_AND_CLOCK = re.compile(rf"(?:(?P<day>{_DAY})[\s,]*(?:at\s)?)?(?:{_CLOCK})?")
_LEADING = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[t ]|(?:today|yesterday)[\s,]+(?:at\s)?)?"
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[ap]m\b)?(?:\s?(?:utc|gmt|z)\b|[+-][0-9]{2}:?[0-9]{2})?(?=\s|$|[,;:–—-]\s)",
    re.IGNORECASE,
)


def parse_moment(text: str, now: datetime, tz: Zone) -> datetime:
    """A moment that has passed: `14:05` (the most recent one), `yesterday 23:50`, `mon 9:00`, `10 min ago`, `now`,
    `2026-11-20 14:05`, ISO 8601 with or without an offset, any of them with `UTC` behind.

    What is ahead by less than two minutes counts as now. Raises BadMoment for anything else, for the future, and for
    what is more than ten years ago.
    """
    said, zone = _said(text), _zone(tz)
    if said in ("now", "just now"):
        return now.astimezone(UTC)
    if said.endswith(" ago"):
        try:
            return now.astimezone(UTC) - parse_duration(_counted(said.removesuffix(" ago")))
        except BadDuration:
            raise _bad_moment(text) from None
    found = list(_moments(said, now, zone, (0, -1, -2, *range(-3, -8, -1)), None))
    if not found:
        raise _bad_moment(text)
    passed = [moment for moment in found if moment <= now + _SKEW]
    if not passed:
        raise BadMoment(f"“{quote(text)}” lies in the future. Give a moment that has passed, such as 14:05.", field="when")
    moment = min(max(passed), now.astimezone(UTC))
    if now - moment > _TEN_YEARS:
        raise BadMoment(f"“{quote(text)}” is more than ten years ago. Check the year.", field="when")
    return moment


def split_leading_moment(text: str, now: datetime, tz: Zone) -> tuple[datetime | None, str]:
    """`[HH:MM] text`: the moment that the text begins with, or None, and what is left. Never raises.

    Understood in front of text: `14:05`, `yesterday 23:50`, `2026-11-20 14:05`, ISO 8601. What is no moment that has
    passed ("25:00", a range like "14:05-14:10") stays part of the text, so that nothing is lost.
    """
    kept = text.strip()
    found = _LEADING.match(kept)
    if found is None:
        return None, kept
    try:
        moment = parse_moment(found[0], now, tz)
    except BadMoment:
        return None, kept
    return moment, kept[found.end() :].lstrip(" \t\r\n,;:–—-")


def parse_until(text: str, now: datetime, tz: Zone) -> datetime:
    """A moment to come: `15:00` (the next one), `30m`, `for 2 hours`, `tomorrow 9:00`, `fri 10am`, `noon`, ISO 8601.

    A day alone means 09:00. Raises BadMoment for anything else, for the past, and for more than a year ahead.
    """
    said, zone = re.sub(r"^(?:until|till|til|for|in|at)\s+", "", _said(text)), _zone(tz)
    try:
        moment = now.astimezone(UTC) + parse_duration(_counted(said))
    except BadDuration:
        ahead = [m for m in _moments(said, now, zone, range(15), time(9)) if m > now]
        found = ahead or list(_moments(said, now, zone, (0,), time(9)))
        if not found:
            raise BadMoment(
                f"“{quote(text)}” is not a time to come. Write it like 15:00, 30m, 2h or tomorrow 9:00.", field="until"
            ) from None
        moment = min(ahead, default=min(found))
    if moment <= now:
        raise BadMoment(f"“{quote(text)}” has passed already. Write a later one, such as 30m or 15:00.", field="until")
    if moment - now > _A_YEAR:
        raise BadMoment(f"“{quote(text)}” is more than a year ahead. Write a nearer one.", field="until")
    return moment


def parse_due(text: str, today: date, tz: Zone) -> date:
    """A day to come, or today: `friday` (the next one), `next friday` (next week's), `tomorrow`, `in 2 weeks`, `10d`,
    `end of month`, `1 Dec`, `December 1st 2027`, `2026-12-01`, each with `by` in front if one likes.

    `tz` says which day an ISO moment with an offset falls on. A day and month without a year mean the next such day.
    Raises BadMoment for anything else (`1/2/2026` too, which is two different days), for the past, and for more than
    ten years ahead.
    """
    said = re.sub(r"^(?:due\s+)?(?:by|until|till|before|on|due)\s+(?:the\s+)?", "", _said(text))
    day = _due(said, today, _zone(tz))
    if day is None:
        near = get_close_matches(said, [*_WEEKDAYS, "today", "tomorrow", "next week"], n=1, cutoff=0.75)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise BadMoment(
            f"“{quote(text)}” is not a day. {hint}Write it like friday, tomorrow, in 2 weeks or 2026-12-01.",
            field="due",
        )
    if day < today:
        raise BadMoment(f"“{quote(text)}” lies in the past. Give a day from today on, such as friday.", field="due")
    if day - today > _TEN_YEARS:
        raise BadMoment(f"“{quote(text)}” is more than ten years ahead. Check the year.", field="due")
    return day


def parse_day(text: str, today: date, tz: Zone) -> date:
    """Any day that `parse_due` knows, also one that has passed. Raises BadMoment for anything else, and for what is more than
    ten years away."""
    said = re.sub(r"^(?:by|until|before|on|due)\s+(?:the\s+)?", "", _said(text))
    day = _due(said, today, _zone(tz))
    if day is None or abs(day - today) > _TEN_YEARS:
        near = get_close_matches(said, [*_WEEKDAYS, "today", "tomorrow", "yesterday"], n=1, cutoff=0.75)
        hint = f"Did you mean {near[0]}? " if near and day is None else ""
        raise BadMoment(f"“{quote(text)}” is not a day. {hint}Write it like friday, 1 Dec, yesterday or 2026-12-01.", field="due")
    return day


def split_action(text: str) -> tuple[str, str | None, str | None]:
    """`text [@owner] [by <date>]`, the last two in any order: the text, the owner as `<@U123>`, the day as typed.

    An owner is named at the end or at the very beginning; a mention in the middle is part of the sentence. `by …` is a
    day only if it reads as one ("by hand" is text); one that nearly does ("by firday", "by 2026-13-40") is given
    back, for `parse_due` to refuse with a hint. Never raises.
    """
    left, owner, due = text.strip(), None, None
    for _ in range(2):
        if owner is None and (found := _OWNER_AT_END.search(left, max(0, len(left) - _LONGEST_OWNER))):
            owner, left = f"<@{found[1]}>", left[: found.start()]
        if due is None and (at := _due_at_end(left)):
            left, due = left[: at[0]], at[1]
        left = left.rstrip(" \t\r\n,;")
    if owner is None and (found := _OWNER_AT_START.match(left)):
        owner, left = f"<@{found[1]}>", left[found.end() :]
    return left.strip(), owner, due


def duration_words(length: timedelta) -> str:
    """Short enough for a phone, rounded down: `40 s`, `42 min`, `1 h 05 min`, `2 h`, `1 day 4 h`, `3 days`."""
    seconds = max(0, int(length.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes == 0:
        return f"{seconds} s"
    if hours == 0:
        return f"{minutes} min"
    if days == 0:
        return f"{hours} h {minutes % 60:02} min" if minutes % 60 else f"{hours} h"
    words = f"{days} day{'s' if days > 1 else ''}"
    return f"{words} {hours % 24} h" if days < 3 and hours % 24 else words


_OWNER_AT_END = re.compile(
    r"(?:(?:^|\s+)(?:by|for|owner:?|->|→))?\s*<@([UW][A-Z0-9]{1,30})(?:\|[^<>]{0,100})?>[\s.,;]*$", re.IGNORECASE
)
_OWNER_AT_START = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]{0,100})?>[\s,:;-]*")
_BY = re.compile(r"(?:^|(?<=\s))(?:due\s+by|by|due)\s+", re.IGNORECASE)


def _due_at_end(text: str) -> tuple[int, str] | None:
    """Where the last `by …` begins that reads as a day, and the day."""
    for found in reversed(list(_BY.finditer(text, max(0, len(text) - _LONGEST_TEXT)))):
        phrase = text[found.end() :].strip(" \t\r\n.,;!")
        if _reads_as_day(phrase):
            return found.start(), phrase
    return None


def _reads_as_day(phrase: str) -> bool:
    said = _said(phrase)
    counted = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?\s?([a-z]+)", said)
    if not said or counted:  # "cut it by 2 weeks" is an amount, "by 15 Nov" a day, and "by 31 Feb" was meant as one
        return counted is not None and _month(counted[1]) is not None
    if re.fullmatch(r"[0-9]{1,4}[-./][0-9]{1,2}[-./]?[0-9]{0,4}", said):
        return "." not in said or said.count(".") == 2 or said.endswith(".")  # "by 1.5" is an amount
    if _due(said, date(2000, 1, 1), UTC) is not None:
        return True
    near = get_close_matches(said, [*_WEEKDAYS, "today", "tomorrow"], n=1, cutoff=0.8)
    return bool(near) and " " not in said


def _said(text: str) -> str:
    """Lower case, single spaces; empty if it is too long to be anything."""
    return " ".join(text.lower().split()).strip(".!") if len(text) <= _LONGEST_TEXT else ""


def _zone(tz: Zone) -> tzinfo:
    return ZoneInfo(tz) if isinstance(tz, str) else tz


def _counted(said: str) -> str:
    """Counts in words as digits: "an hour" → "1 hour"."""
    for word in sorted(_COUNTS, key=len, reverse=True):
        if said.startswith(f"{word} "):
            return f"{_COUNTS[word]} {said.removeprefix(f'{word} ')}"
    return said


def _bad_moment(text: str) -> BadMoment:
    what = f"“{quote(text)}” is not a moment." if text.strip() else "The moment is missing."
    return BadMoment(f"{what} Write it like 14:05, yesterday 23:50, 10m ago or 2026-11-20 14:05.", field="when")


def _moments(said: str, now: datetime, zone: tzinfo, days: range | tuple[int, ...], alone: time | None) -> Iterator[datetime]:
    """Every moment that `said` can mean, on the days so many from today; `alone` is the time of a day without one.

    Where the clocks go back an hour twice, both are given; where they go forward, the skipped one is an hour later.
    """
    said = re.sub(r"\bnoon\b", "12:00", re.sub(r"\bmidnight\b", "00:00", said))
    exact = _iso(said, zone)
    if exact is not None:
        yield exact
        return
    found = _DAY_AND_CLOCK.fullmatch(said)
    if found is None or not (found["hour"] or (found["day"] and alone is not None)):
        return
    clock = _clock(found) if found["hour"] else alone
    if clock is None:
        return
    zone = UTC if found["utc"] else zone
    today = now.astimezone(zone).date()
    matches = _day_matcher(found["day"], today)
    for ahead in days:
        day = today + timedelta(days=ahead)
        if matches(day):
            yield from _at(day, clock, zone)
    if found["day"] and found["day"][0].isdigit() and (day_said := _iso_day(found["day"])):
        yield from _at(day_said, clock, zone)


def _at(day: date, clock: time, zone: tzinfo) -> Iterator[datetime]:
    """Nothing for what no calendar can hold in UTC."""
    try:
        first, second = (datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    except (OverflowError, ValueError):
        return
    yield first
    if second > first:  # what is skipped would be an hour earlier by its other reading
        yield second


def _clock(found: re.Match[str]) -> time | None:
    hour, minute, second = int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    elif not found["minute"]:
        return None
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _day_matcher(word: str | None, today: date) -> Callable[[date], bool]:
    """Whether a day is the one that was named; without a name every day is."""
    if word is None:
        return lambda day: True
    ahead = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}.get(word)
    if ahead is not None:
        return lambda day: day == today + timedelta(days=ahead)
    if word.startswith("next "):
        named = _named_weekday(word, today)
        return lambda day: day == named
    weekday, before = _weekday(word.split()[-1]), today if word.startswith("last ") else date.max
    return lambda day: weekday is not None and day.weekday() == weekday and day < before


def _weekday(word: str) -> int | None:
    """`mon`, `tues`, `friday`; never fewer than three letters."""
    return next((n for n, name in enumerate(_WEEKDAYS) if len(word) >= 3 and name.startswith(word)), None)


def _month(word: str) -> int | None:
    short = "september" if word == "sept" else word
    return next((n for n, name in enumerate(_MONTHS, 1) if len(word) >= 3 and name.startswith(short)), None)


def _iso(said: str, zone: tzinfo) -> datetime | None:
    """ISO 8601 with a time; without an offset it is meant in `zone`."""
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}", said):
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"\s?(?:utc|gmt|z)$", "+00:00", said).upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso_day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said) else None
    except ValueError:
        return None


def _due(said: str, today: date, zone: tzinfo) -> date | None:
    """The day that `said` means, wherever it lies; None if it means none."""
    moment = _iso(said, zone)
    if moment is not None:
        return moment.astimezone(zone).date()
    if said in _FIXED:
        return _FIXED[said](today)
    return _iso_day(said) or _named_weekday(said, today) or _from_now(said, today) or _day_of_month(said, today)


_FIXED: dict[str, Callable[[date], date]] = {
    **dict.fromkeys(("today", "tonight", "eod", "end of day", "end of the day", "now"), lambda today: today),
    "yesterday": lambda today: today - timedelta(days=1),
    "tomorrow": lambda today: today + timedelta(days=1),
    "day after tomorrow": lambda today: today + timedelta(days=2),
    "next week": lambda today: today + timedelta(weeks=1),
    **dict.fromkeys(
        ("this week", "eow", "end of week", "end of the week"),
        lambda today: today + timedelta((4 - today.weekday()) % 7),
    ),
    "next month": lambda today: _months_on(today, 1),
    **dict.fromkeys(
        ("this month", "eom", "end of month", "end of the month"),
        lambda today: today.replace(day=monthrange(today.year, today.month)[1]),
    ),
}


def _months_on(day: date, months: int) -> date:
    """The same day so many months on, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _named_weekday(said: str, today: date) -> date | None:
    """The next such day after today; with `next`, the one of next week, Monday being its first day; with `last`, the one before
    today."""
    found = re.fullmatch(r"(?:(this|next|on|last)\s)?([a-z]{3,9})", said)
    weekday = _weekday(found[2]) if found else None
    if found is None or weekday is None:
        return None
    if found[1] == "next":
        return today + timedelta(days=7 - today.weekday() + weekday)
    if found[1] == "last":
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _from_now(said: str, today: date) -> date | None:
    counted = _counted(said.removeprefix("in ").removeprefix("within "))
    months = re.fullmatch(r"([0-9]{1,3})\s?(?:mo|months?)", counted)
    try:
        if months:
            return _months_on(today, int(months[1]))
        if re.fullmatch(r"[0-9.]+\s?m", counted):  # minutes, or months?
            return None
        return today + timedelta(days=parse_duration(counted).days)
    except (BadDuration, ValueError, OverflowError):
        return None


def _day_of_month(said: str, today: date) -> date | None:
    """`1 dec`, `december 1st`, `1 dec 2027`; without a year, the next such day."""
    found = re.fullmatch(
        r"(?:(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m>[a-z]{3,9})|(?P<m2>[a-z]{3,9})\s(?P<d2>[0-9]{1,2})(?:st|nd|rd|th)?)"
        r"\.?,?(?:\s(?P<y>[0-9]{4}))?",
        said,
    )
    month = _month(found["m"] or found["m2"]) if found else None
    if found is None or month is None:
        return None
    for year in [int(found["y"])] if found["y"] else range(today.year, today.year + 9):
        try:
            day = date(year, month, int(found["d"] or found["d2"]))
        except ValueError:
            continue
        if found["y"] or day >= today:
            return day
    return None
