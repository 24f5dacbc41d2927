"""Moments, days and lengths of time as people type them."""

from datetime import UTC, date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import BadMoment
from incidents.rules.times import (
    duration_words,
    parse_due,
    parse_moment,
    parse_until,
    split_action,
    split_leading_moment,
)

BERLIN = ZoneInfo("Europe/Berlin")  # UTC+1 in winter
NOW = datetime(2026, 11, 21, 13, 10, tzinfo=UTC)  # a Saturday, 14:10 in Berlin
TODAY = date(2026, 11, 21)


def berlin(day: int, hour: int, minute: int, second: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14:05", berlin(21, 14, 5)),
        ("at 14:05", None),
        ("14:05:30", berlin(21, 14, 5, 30)),
        ("2:05pm", berlin(21, 14, 5)),
        ("2 pm", berlin(21, 14, 0)),
        ("12am", berlin(21, 0, 0)),
        ("14:11", NOW),
        ("14:30", berlin(20, 14, 30)),
        ("13:05 UTC", berlin(21, 14, 5)),
        ("yesterday 23:50", berlin(20, 23, 50)),
        ("Yesterday at 23:50", berlin(20, 23, 50)),
        ("today 9:00", berlin(21, 9, 0)),
        ("fri 18:00", berlin(20, 18, 0)),
        ("saturday 9:00", berlin(21, 9, 0)),
        ("last saturday 9:00", berlin(14, 9, 0)),
        ("2026-11-20 14:05", berlin(20, 14, 5)),
        ("2026-11-20T14:05:10", berlin(20, 14, 5, 10)),
        ("2026-11-20T14:05Z", berlin(20, 15, 5)),
        ("2026-11-20 14:05 UTC", berlin(20, 15, 5)),
        ("2026-11-20T14:05:00+02:00", berlin(20, 13, 5)),
        ("2026-11-20 2pm", berlin(20, 14, 0)),
        ("10m ago", NOW - timedelta(minutes=10)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("now", NOW),
        ("noon", berlin(21, 12, 0)),
    ],
)
def test_moments_that_have_passed(text: str, moment: datetime | None) -> None:
    if moment is None:
        with pytest.raises(BadMoment):
            parse_moment(text, NOW, BERLIN)
    else:
        found = parse_moment(text, NOW, BERLIN)
        assert found == moment
        assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "25:00",
        "14:60",
        "14",
        "1405",
        "13pm",
        "soon",
        "yesterday",
        "2026-13-40 10:00",
        "foo 10:00",
        "x ago",
        "1" * 200,
    ],
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(BadMoment, match="Write it like 14:05, yesterday 23:50"):
        parse_moment(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-11-22 10:00", "lies in the future"),
        ("tomorrow 10:00", "Write it like"),
        ("today 18:00", "lies in the future"),
        ("0001-01-01T00:00", "Write it like|ten years"),
        ("9999-12-31T23:59-12:00", "Write it like|future"),
        ("1999-01-01 10:00", "ten years"),
    ],
)
def test_moments_out_of_bounds(text: str, sentence: str) -> None:
    with pytest.raises(BadMoment, match=sentence):
        parse_moment(text, NOW, BERLIN)


def test_the_hour_that_is_skipped_is_an_hour_later() -> None:
    evening = datetime(2027, 3, 27, 20, 0, tzinfo=UTC)
    assert parse_until("tomorrow 02:30", evening, BERLIN) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_the_most_recent_one() -> None:
    after = datetime(2026, 10, 25, 3, 0, tzinfo=UTC)
    assert parse_moment("2:30", after, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert parse_moment("2:30", between, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "rest"),
    [
        ("14:05 rolled back", berlin(21, 14, 5), "rolled back"),
        ("14:05: rolled  back\nreally", berlin(21, 14, 5), "rolled  back\nreally"),
        ("14:05 – rolled back", berlin(21, 14, 5), "rolled back"),
        ("yesterday 23:50 it began", berlin(20, 23, 50), "it began"),
        ("2026-11-20 10:00 deploy", berlin(20, 10, 0), "deploy"),
        ("2026-11-20T10:00Z deploy", berlin(20, 11, 0), "deploy"),
        ("9:05 PM restart", berlin(20, 21, 5), "restart"),
        ("13:05 utc restart", berlin(21, 14, 5), "restart"),
        ("14:05", berlin(21, 14, 5), ""),
        ("rolled back at 14:05", None, "rolled back at 14:05"),
        ("25:00 is no time", None, "25:00 is no time"),
        ("14:05-14:10 it was down", None, "14:05-14:10 it was down"),
        ("5pm traffic peak", None, "5pm traffic peak"),
        ("10 nodes", None, "10 nodes"),
        ("2030-01-01 10:00 certificate ends", None, "2030-01-01 10:00 certificate ends"),
        ("", None, ""),
    ],
)
def test_a_moment_in_front_of_a_note(text: str, moment: datetime | None, rest: str) -> None:
    assert split_leading_moment(text, NOW, BERLIN) == (moment, rest)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("15:00", berlin(21, 15, 0)),
        ("until 15:00", berlin(21, 15, 0)),
        ("14:00", berlin(22, 14, 0)),
        ("3pm", berlin(21, 15, 0)),
        ("30m", NOW + timedelta(minutes=30)),
        ("for 2 hours", NOW + timedelta(hours=2)),
        ("in 1h30m", NOW + timedelta(minutes=90)),
        ("half", None),
        ("an hour", NOW + timedelta(hours=1)),
        ("tomorrow 9:00", berlin(22, 9, 0)),
        ("tomorrow", berlin(22, 9, 0)),
        ("monday 10am", berlin(23, 10, 0)),
        ("saturday", berlin(28, 9, 0)),
        ("next friday 10:00", berlin(27, 10, 0)),
        ("midnight", berlin(22, 0, 0)),
        ("2026-12-01 10:00", berlin(1, 10, 0, month=12)),
        ("2026-12-01", berlin(1, 9, 0, month=12)),
        ("14:30 UTC", berlin(21, 15, 30)),
    ],
)
def test_moments_to_come(text: str, moment: datetime | None) -> None:
    if moment is None:
        with pytest.raises(BadMoment):
            parse_until(text, NOW, BERLIN)
    else:
        assert parse_until(text, NOW, "Europe/Berlin") == moment


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write it like 15:00, 30m, 2h or tomorrow 9:00"),
        ("15", "Write it like"),
        ("later", "Write it like"),
        ("0m", "has passed already"),
        ("2026-11-20 10:00", "has passed already"),
        ("today 9:00", "has passed already"),
        ("2029-11-20 10:00", "more than a year ahead"),
        ("100w", "more than a year ahead"),
    ],
)
def test_what_is_no_moment_to_come(text: str, sentence: str) -> None:
    with pytest.raises(BadMoment, match=sentence):
        parse_until(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("today", date(2026, 11, 21)),
        ("tomorrow", date(2026, 11, 22)),
        ("friday", date(2026, 11, 27)),
        ("by Friday", date(2026, 11, 27)),
        ("by fri.", date(2026, 11, 27)),
        ("saturday", date(2026, 11, 28)),
        ("next monday", date(2026, 11, 23)),
        ("next friday", date(2026, 11, 27)),
        ("in 2 weeks", date(2026, 12, 5)),
        ("in two weeks", date(2026, 12, 5)),
        ("2w", date(2026, 12, 5)),
        ("10 days", date(2026, 12, 1)),
        ("in a month", date(2026, 12, 21)),
        ("next week", date(2026, 11, 28)),
        ("by end of week", date(2026, 11, 27)),
        ("by the end of the month", date(2026, 11, 30)),
        ("eow", date(2026, 11, 27)),
        ("by 2026-12-01", date(2026, 12, 1)),
        ("2026-12-01T23:30Z", date(2026, 12, 2)),
        ("1 Dec", date(2026, 12, 1)),
        ("Dec 1st", date(2026, 12, 1)),
        ("1st of december, 2027", date(2027, 12, 1)),
        ("20 nov", date(2027, 11, 20)),
        ("29 february", date(2028, 2, 29)),
    ],
)
def test_days_to_come(text: str, due: date) -> None:
    assert parse_due(text, TODAY, BERLIN) == due


def test_next_friday_is_next_weeks() -> None:
    wednesday = date(2026, 11, 18)
    assert parse_due("friday", wednesday, UTC) == date(2026, 11, 20)
    assert parse_due("next friday", wednesday, UTC) == date(2026, 11, 27)
    assert parse_due("wednesday", wednesday, UTC) == date(2026, 11, 25)
    assert parse_due("in 1 month", date(2027, 1, 31), UTC) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write it like friday, tomorrow, in 2 weeks or 2026-12-01"),
        ("firday", "Did you mean friday?"),
        ("1/12/2026", "Write it like"),
        ("1.12.", "Write it like"),
        ("2026-13-40", "Write it like"),
        ("31 feb", "Write it like"),
        ("3m", "Write it like"),
        ("soon", "Write it like"),
        ("5", "Write it like"),
        ("2026-11-20", "lies in the past"),
        ("yesterday", "lies in the past"),
        ("last friday", "lies in the past"),
        ("9999-12-31", "ten years"),
        ("in 999 months", "ten years"),
    ],
)
def test_what_is_no_day_to_come(text: str, sentence: str) -> None:
    with pytest.raises(BadMoment, match=sentence):
        parse_due(text, TODAY, BERLIN)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Add an alert on retries", ("Add an alert on retries", None, None)),
        ("Add an alert <@U123> by friday", ("Add an alert", "<@U123>", "friday")),
        ("Add an alert by friday <@U123|ann>", ("Add an alert", "<@U123>", "friday")),
        ("<@U123> Add an alert by 2026-12-01", ("Add an alert", "<@U123>", "2026-12-01")),
        ("<@U123>: Add an alert, by end of week.", ("Add an alert", "<@U123>", "end of week")),
        ("To be done by <@U123> by tomorrow", ("To be done", "<@U123>", "tomorrow")),
        ("Ask <@U1> for logs <@U2>", ("Ask <@U1> for logs", "<@U2>", None)),
        ("Ask <@U1> for logs", ("Ask <@U1> for logs", None, None)),
        ("Restart it by hand", ("Restart it by hand", None, None)),
        ("Stop doing it by hand by next friday", ("Stop doing it by hand", None, "next friday")),
        ("Cut the delay by 2 weeks", ("Cut the delay by 2 weeks", None, None)),
        ("Cut the delay by 1.5", ("Cut the delay by 1.5", None, None)),
        ("Alert due in 2 weeks", ("Alert", None, "in 2 weeks")),
        ("Alert by firday", ("Alert", None, "firday")),
        ("Alert by 2026-13-40", ("Alert", None, "2026-13-40")),
        ("Alert by 1/12/2026", ("Alert", None, "1/12/2026")),
        ("Alert by 1 Dec 2026!", ("Alert", None, "1 Dec 2026")),
        ("Alert <@U123> by 15 Nov", ("Alert", "<@U123>", "15 Nov")),
        ("Alert <@U123> by 31 Feb", ("Alert", "<@U123>", "31 Feb")),
        ("Alert <@U123> by yesterday", ("Alert", "<@U123>", "yesterday")),
        ("Alert <@U123> by last friday", ("Alert", "<@U123>", "last friday")),
        ("standby friday", ("standby friday", None, None)),
        ("by friday", ("", None, "friday")),
        ("<@U123>", ("", "<@U123>", None)),
        ("", ("", None, None)),
        ("a\nb <@W9> by monday", ("a\nb", "<@W9>", "monday")),
    ],
)
def test_action_items_in_one_line(text: str, parts: tuple[str, str | None, str | None]) -> None:
    assert split_action(text) == parts


def test_the_longest_text_is_read_at_once() -> None:
    began = process_time()
    assert split_action("a" + " " * 11_900 + "b <@U0B> by friday") == ("a" + " " * 11_900 + "b", "<@U0B>", "friday")
    assert process_time() - began < 0.5, "Slack waits three seconds for the whole of it; it took five"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (40.9, "40 s"),
        (60, "1 min"),
        (2520, "42 min"),
        (3600, "1 h"),
        (3900, "1 h 05 min"),
        (86399, "23 h 59 min"),
        (86400, "1 day"),
        (100800, "1 day 4 h"),
        (172800, "2 days"),
        (259200, "3 days"),
        (300000, "3 days"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration_words(timedelta(seconds=seconds)) == words


PIECES = st.lists(
    st.sampled_from(
        ["14:05", "25:61", "9", "pm", "am", "utc", "yesterday", "tomorrow", "next", "last", "friday", "by", "in", "2"]
        + [
            "weeks",
            "months",
            "ago",
            "for",
            "until",
            "2026-11-20",
            "2026-02-30",
            "0000-00-00",
            "31",
            "feb",
            "dec",
            "1st",
        ]
        + ["9999-12-31T23:59-12:00", "0001-01-01T00:00+14:00", "a", "<@U1>", ",", "noon", "999", "99999w", "0s", "may"]
    ),
    max_size=5,
).map(" ".join)
NOWS = st.integers(0, 365 * 24 * 3600 * (2099 - 2000)).map(lambda s: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago"])


@given(PIECES | st.text(max_size=90), NOWS, ZONES)
def test_nothing_but_refusals(text: str, now: datetime, zone: str) -> None:
    try:
        assert parse_moment(text, now, zone) <= now
    except BadMoment as refusal:
        assert len(refusal.sentence) < 250
    try:
        assert parse_until(text, now, zone) > now
    except BadMoment as refusal:
        assert refusal.field == "until"
    today = now.astimezone(ZoneInfo(zone)).date()
    try:
        assert parse_due(text, today, zone) >= today
    except BadMoment as refusal:
        assert refusal.field == "due"
    moment, rest = split_leading_moment(text, now, zone)
    assert moment is None or moment <= now
    assert text.rstrip().endswith(rest)
    left, owner, _ = split_action(text)
    assert left in text
    assert owner is None or owner in text
