"""Response times (PRODUCT §13)."""

from datetime import UTC, datetime, timedelta

from incidents.rules.measures import Moments, ResponseTimes, response_times

T0 = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return T0 + timedelta(minutes=minutes)


def after(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def test_all_moments_known() -> None:
    moments = Moments(
        impact_started=at(0),
        detected=at(4),
        declared=at(6),
        first_paged=at(7),
        acknowledged=at(9),
        mitigated=at(34),
        resolved=at(64),
    )
    assert response_times(moments) == ResponseTimes(after(4), after(2), after(30), after(60))


def test_nothing_but_declared() -> None:
    assert response_times(Moments(declared=at(0))) == ResponseTimes(None, None, None, None)


def test_declaring_counts_where_nobody_was_paged_or_no_detection_is_known() -> None:
    moments = Moments(declared=at(0), acknowledged=at(3), mitigated=at(20), resolved=at(30))
    assert response_times(moments) == ResponseTimes(None, after(3), after(20), after(30))


def test_acknowledged_before_the_first_page_went_out() -> None:
    assert response_times(Moments(declared=at(0), first_paged=at(5), acknowledged=at(2))).acknowledge == after(2)


def test_what_contradicts_itself_is_unknown() -> None:
    moments = Moments(declared=at(10), impact_started=at(9), detected=at(8), acknowledged=at(1), mitigated=at(2))
    assert response_times(moments) == ResponseTimes(None, None, None, None)


def test_detected_later_than_declared_counts_from_declaring() -> None:
    moments = Moments(declared=at(0), impact_started=at(-5), detected=at(10), mitigated=at(30))
    assert response_times(moments).mitigate == after(30)
    assert response_times(moments).detect == after(15)
