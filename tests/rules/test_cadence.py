"""When updates fall due and are asked for (PRODUCT §6)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.cadence import due, nudge_at

T0 = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_due_is_one_cadence_after_the_last_update() -> None:
    assert due(T0, None, minutes(30), None) == T0 + minutes(30)
    assert due(T0, None, None, None) is None


def test_a_promise_comes_before_the_cadence_until_it_was_kept() -> None:
    assert due(T0, T0 + minutes(90), minutes(30), None) == T0 + minutes(90)
    assert due(T0, T0 + minutes(10), minutes(30), None) == T0 + minutes(10)
    assert due(T0, T0 + minutes(10), None, None) == T0 + minutes(10)
    assert due(T0, T0 - minutes(5), minutes(30), None) == T0 + minutes(30)
    assert due(T0, T0, None, None) is None


def test_a_pause_holds_everything_back_until_its_end() -> None:
    assert due(T0, None, minutes(30), T0 + minutes(120)) == T0 + minutes(120)
    assert due(T0, None, minutes(30), T0 + minutes(10)) == T0 + minutes(30)
    assert due(T0, T0 + minutes(60), minutes(30), T0 + minutes(120)) == T0 + minutes(120)
    assert due(T0, None, None, T0 + minutes(120)) is None


def test_the_nudge_is_five_minutes_before_and_never_earlier_than_half_the_cadence() -> None:
    at = T0 + minutes(30)
    assert nudge_at(at, minutes(30), minutes(5)) == at - minutes(5)
    assert nudge_at(at, minutes(6), minutes(5)) == at - minutes(3)
    assert nudge_at(at, timedelta(seconds=3), minutes(5)) == at - timedelta(seconds=1.5)
    assert nudge_at(at, None, minutes(5)) == at - minutes(5)
    assert nudge_at(at, minutes(30), minutes(0)) == at
    assert nudge_at(None, minutes(30), minutes(5)) is None


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30)), st.integers(0, 10**6))
def test_a_nudge_lies_in_the_second_half_of_its_cadence(every: timedelta, before: int) -> None:
    at = nudge_at(T0 + every, every, timedelta(seconds=before))
    assert T0 + every / 2 - timedelta(microseconds=1) <= at <= T0 + every
