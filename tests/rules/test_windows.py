"""A stretch of time to come, as people write it."""

from datetime import UTC, datetime

import pytest

from incidents.errors import BadMoment
from incidents.rules.windows import split_window

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)  # a Monday, 15:02 in Berlin


@pytest.mark.parametrize(
    ("said", "begins", "ends", "why"),
    [
        ("now for 2h moving the database", "23 14:02", "23 16:02", "moving the database"),
        ("for an hour: disks", "23 14:02", "23 15:02", "disks"),
        ("22:00 for 1h 30m because the bank moves", "23 21:00", "23 22:30", "the bank moves"),
        ("tomorrow 22:00 for 3 hours", "24 21:00", "25 00:00", ""),
        ("friday 9:00 until 11:30 for the audit", "27 08:00", "27 10:30", "for the audit"),
        ("from in 2h for 30 minutes, restarts", "23 16:02", "23 16:32", "restarts"),
        ("2026-12-01 08:00 for 2d shelves", "1 07:00", "3 07:00", "shelves"),
    ],
)
def test_what_is_understood(said: str, begins: str, ends: str, why: str) -> None:
    starts_at, ends_at, reason = split_window(said, NOW, "Europe/Berlin")
    assert (f"{starts_at.day} {starts_at:%H:%M}", f"{ends_at.day} {ends_at:%H:%M}", reason) == (begins, ends, why)


@pytest.mark.parametrize(
    "said", ["", "now", "now for", "now for ever and ever", "whenever for 2h x", "yesterday 9:00 for 2h x", "for"]
)
def test_what_is_not(said: str) -> None:
    with pytest.raises(BadMoment):
        split_window(said, NOW, "Europe/Berlin")
