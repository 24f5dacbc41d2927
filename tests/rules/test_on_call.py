"""Fixed rotations (PRODUCT §8)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.policy import Policy, Rotation, Target
from incidents.rules.on_call import Override, next_handover, on_call, turns, who

BERLIN = ZoneInfo("Europe/Berlin")


def rotation(**settings: Any) -> Rotation:
    return Rotation.model_validate({"people": ["U0A", "U0B", "U0C"], "timezone": "Europe/Berlin", **settings})


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[misc,arg-type]


def test_the_count_begins_with_the_first_handover_of_2024() -> None:
    weekly = rotation()
    assert on_call(weekly, berlin(2024, 1, 1, 9, 0)) == "U0A"
    assert on_call(weekly, berlin(2024, 1, 8, 8, 59)) == "U0A"
    assert on_call(weekly, berlin(2024, 1, 8, 9, 0)) == "U0B"
    assert on_call(weekly, berlin(2024, 1, 15, 9, 0)) == "U0C"
    assert on_call(weekly, berlin(2024, 1, 22, 9, 0)) == "U0A"
    assert on_call(weekly, berlin(2024, 1, 1, 8, 59)) == "U0C", "backwards as well: no gap"
    assert on_call(rotation(handover="Wed 10:00"), berlin(2024, 1, 3, 10, 0)) == "U0A"


def test_starts_says_whose_shift_is_first() -> None:
    weekly = rotation(starts="2026-11-18")
    assert on_call(weekly, berlin(2026, 11, 23, 9, 0)) == "U0A"
    assert on_call(weekly, berlin(2026, 11, 23, 8, 59)) == "U0C"
    assert on_call(rotation(starts="2026-11-23"), berlin(2026, 11, 23, 9, 0)) == "U0A"


@pytest.mark.parametrize(
    ("before", "after"), [((2026, 3, 23), (2026, 3, 30)), ((2026, 10, 19), (2026, 10, 26))], ids=["spring", "autumn"]
)
def test_the_handover_stays_at_nine_when_the_clocks_change(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    weekly = rotation()
    assert next_handover(weekly, berlin(*before, 9, 0)) == berlin(*after, 9, 0)
    assert next_handover(weekly, berlin(*after, 8, 59, 59)) == berlin(*after, 9, 0)
    assert on_call(weekly, berlin(*after, 8, 59)) != on_call(weekly, berlin(*after, 9, 0))


def test_a_handover_in_the_hour_that_comes_twice_happens_once() -> None:
    daily = rotation(every="1d", handover="02:30")
    changes, moment = [], datetime(2026, 10, 24, 23, tzinfo=UTC)
    for _ in range(60):
        if on_call(daily, moment) != on_call(daily, moment - timedelta(minutes=5)):
            changes.append(moment)
        moment += timedelta(minutes=5)
    assert changes == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_short_shifts() -> None:
    seconds = rotation(every="4s")
    start = datetime(2026, 11, 21, tzinfo=UTC)
    assert len({on_call(seconds, start + timedelta(seconds=4 * n)) for n in range(3)}) == 3
    half_days = rotation(every="12h", handover="09:00")
    assert next_handover(half_days, berlin(2026, 7, 1, 10, 0)) == berlin(2026, 7, 1, 21, 0)
    assert next_handover(half_days, berlin(2026, 12, 1, 10, 0)) == berlin(2026, 12, 1, 21, 0)


moments = st.integers(0, 365 * 24 * 3600 * (2040 - 2020)).map(lambda s: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
rotations = st.builds(
    rotation,
    people=st.lists(st.sampled_from(["U0A", "U0B", "U0C", "U0D"]), min_size=1, max_size=4, unique=True),
    every=st.sampled_from(["30s", "1h", "3h", "8h", "12h", "1d", "36h", "2d", "1w", "2w"]),
    handover=st.sampled_from(["Mon 09:00", "Sun 02:30", "03:00", "Fri 23:59", "00:00"]),
    timezone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)


@given(rotations, moments)
def test_somebody_is_always_on_call_until_the_next_handover(turns: Rotation, at: datetime) -> None:
    ends = next_handover(turns, at)
    assert ends is not None
    assert at < ends <= at + turns.every + timedelta(hours=1)
    now, last = on_call(turns, at), on_call(turns, ends - timedelta(microseconds=1))
    assert now == last
    following = turns.people[(turns.people.index(now or "") + 1) % len(turns.people)]
    assert on_call(turns, ends) == following


def test_who_is_meant() -> None:
    policy = Policy.model_validate(
        {
            "people": {"U0ANN": {"email": "ann@example.com"}},
            "rotations": {
                "primary": {"people": ["Ann@example.com"]},
                "away": {"ical": "https://example.com/a.ics"},
            },
        }
    )
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def meant(text: str) -> list[str]:
        return who(Target.model_validate(text), policy, at, ())

    assert meant("rotation:primary") == ["U0ANN"]
    assert meant("rotation:away") == []
    assert meant("rotation:gone") == []
    assert meant("person:U0BOB") == ["U0BOB"]
    assert meant("person:ann@example.com") == ["U0ANN"]
    assert meant("person:new@example.com") == ["new@example.com"]
    assert meant("group:S012") == []
    assert meant("channel:ops") == []
    assert next_handover(policy.rotations["away"], at) is None


class TestOverrides:
    POLICY = Policy.model_validate(
        {"rotations": {"primary": {"people": ["U0A", "U0B"], "starts": "2026-11-23"}, "empty": {"ical": "https://example.com"}}}
    )

    @staticmethod
    def override(person: str, begins: int, ends: int, rotation: str = "primary") -> Override:
        return Override(rotation, person, utc(23, begins), utc(23, ends))

    def turns(self, *overrides: Override, rotation: str = "primary", at: int = 12) -> list[tuple[str | None, datetime | None]]:
        found = list(turns(rotation, self.POLICY, utc(23, at), overrides))
        return [(turn.person, turn.until) for turn in found[:4]]

    def test_one_comes_before_the_rotation_and_ends_by_itself(self) -> None:
        stand_in = self.override("U0C", 14, 18)
        assert self.turns(stand_in)[:3] == [("U0A", utc(23, 14)), ("U0C", utc(23, 18)), ("U0A", utc(30, 9))]
        primary = Target(kind="rotation", name="primary")
        held = [who(primary, self.POLICY, utc(23, hour), [stand_in]) for hour in (13, 14, 17, 18)]
        assert held == [["U0A"], ["U0C"], ["U0C"], ["U0A"]]
        assert who(primary, self.POLICY, utc(23, 15), [self.override("U0C", 14, 18, "secondary")]) == ["U0A"]

    def test_of_several_the_one_that_was_set_last_counts(self) -> None:
        first, last = self.override("U0C", 13, 19), self.override("U0D", 14, 15)
        assert [person for person, _ in self.turns(first, last)] == ["U0A", "U0C", "U0D", "U0C"]
        assert [person for person, _ in self.turns(last, first)[:3]] == ["U0A", "U0C", "U0A"]

    def test_who_is_on_call_anyway_is_no_change(self) -> None:
        assert self.turns(self.override("U0A", 13, 14))[0] == ("U0A", utc(30, 9))

    def test_where_nobody_is_known(self) -> None:
        assert self.turns(rotation="empty") == [(None, None)]
        assert self.turns(self.override("U0C", 10, 14, "empty"), rotation="empty") == [("U0C", utc(23, 14)), (None, None)]


def utc(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)
