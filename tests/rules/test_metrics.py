"""How incidents went over a while, from incidents written out by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidents.rules.measures import ResponseTimes
from incidents.rules.metrics import Facts, FollowUp, Metrics, Share, Spread, measure, spread

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
NONE = ResponseTimes(None, None, None, None)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def incident(number: int, severity: str = "SEV1", *, days_ago: float = 1, **said: Any) -> Facts:
    return Facts(
        number=number,
        severity=severity,
        declared_at=NOW - timedelta(days=days_ago),
        **{"title": f"Trouble {number}", "times": NONE, **said},
    )


def measured(incidents: list[Facts], follow_ups: list[FollowUp] | None = None, days: int = 30) -> Metrics:
    return measure(
        incidents,
        follow_ups or [],
        since=NOW - timedelta(days=days),
        until=NOW,
        levels=["SEV1", "SEV2", "SEV3"],
        targets={"SEV1": {"mitigate": minutes(30), "detect": None}},
        postmortems=100,
        actions_done=80,
    )


@pytest.mark.parametrize(
    ("took", "found"),
    [
        ([], None),
        ([7], (1, 7, 7)),
        ([9, 3], (2, 6, 9)),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 100], (10, 5.5, 9)),
        ([1] * 10 + [50], (11, 1, 1)),
        ([1] * 9 + [50], (10, 1, 1)),
        ([1] * 8 + [50, 60], (10, 1, 50)),
    ],
)
def test_median_and_p90(took: list[int], found: tuple[int, float, float] | None) -> None:
    made = spread([minutes(each) for each in took])
    assert (made and (made.n, made.median, made.p90)) == (found and (found[0], minutes(found[1]), minutes(found[2])))


def test_times_by_severity_against_their_targets() -> None:
    times = [ResponseTimes(None, minutes(2), minutes(length), None) for length in (20, 25, 90)]
    found = measured([incident(n, times=each) for n, each in enumerate(times)] + [incident(9, "SEV2", times=times[2])])
    assert found.times["SEV1"]["mitigate"] == Spread(3, minutes(25), minutes(90), minutes(30), 2)
    assert found.times["SEV1"]["mitigate"].met is True and found.times["SEV1"]["acknowledge"].met is None
    assert found.times["SEV2"] == {
        "acknowledge": Spread(1, minutes(2), minutes(2)),
        "mitigate": Spread(1, minutes(90), minutes(90)),
    }
    assert found.severities == {"SEV1": 3, "SEV2": 1}
    late = measured([incident(1, times=times[2])]).times["SEV1"]["mitigate"]
    assert (late.met, late.within) == (False, 0)


def test_what_was_counted() -> None:
    found = measured(
        [
            incident(1, services=("checkout", "search"), causes=("deploy",), detected_by="customer"),
            incident(2, "gone", services=("checkout",), detected_by="alert"),
            incident(3, detected_by="alert"),
        ]
    )
    assert list(found.services.items()) == [("checkout", 2), ("search", 1)]
    assert (found.causes, list(found.sources)) == ({"deploy": 1}, ["alert", "customer"])
    assert list(found.severities) == ["SEV1", "gone"], "a level that left the config comes last"


def test_shares() -> None:
    found = measured(
        [incident(1, updates_due=4, updates_late=1, drafted=True), incident(2, drafted=False), incident(3, updates_due=1)],
        [
            FollowUp(date(2026, 11, 20), date(2026, 11, 20)),
            FollowUp(date(2026, 11, 20), date(2026, 11, 21)),
            FollowUp(date(2026, 11, 22), None),
            FollowUp(date(2026, 11, 23), None),  # its day is not over
            FollowUp(date(2026, 11, 23), date(2026, 11, 22)),
        ],
    )
    assert (found.updates, found.updates.met) == (Share(4, 5), None)
    assert (found.postmortems, found.postmortems.met) == (Share(1, 2, 100), False)
    assert (found.actions, found.actions.percent, found.actions.met) == (Share(2, 4, 80), 50, False)
    assert Share(199, 200, 100).percent == 99 and Share(8, 10, 80).met is True and Share(0, 0, 100).met is None


def test_repeats() -> None:
    deploy: dict[str, Any] = {"causes": ("deploy",), "services": ("checkout",)}
    found = measured(
        [
            incident(5, **deploy),
            incident(2, **deploy),
            incident(3, causes=("deploy",), services=("search",)),
            incident(4, causes=("config",), services=("checkout",)),
            incident(6, causes=("unknown",), services=("checkout",)),
            incident(7, causes=("unknown",), services=("checkout",)),
            incident(8, causes=("data",), title="The export hangs"),
            incident(9, causes=("data",), title="the EXPORT hangs"),
            incident(10, causes=("data",), title="Nobody can log in"),
            incident(11, **deploy),
        ]
    )
    assert found.repeats == [(5, 2), (9, 8), (11, 5)]


def test_weeks() -> None:
    found = measured([incident(n, days_ago=ago) for n, ago in enumerate((0, 6.9, 7.1, 20, 29.9))])
    assert found.weeks == [
        (date(2026, 10, 19), 1),
        (date(2026, 10, 26), 0),
        (date(2026, 11, 2), 1),
        (date(2026, 11, 9), 1),
        (date(2026, 11, 16), 2),
    ]
    assert measured([], days=1).weeks == [(date(2026, 11, 16), 0)]
