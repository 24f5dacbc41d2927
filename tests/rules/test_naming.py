"""Room names that Slack accepts, and incidents as people name them (PRODUCT §5)."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.naming import incident_ref, room_name

TEMPLATE = "inc-{date}-{slug}-{number}"
T0 = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


def name(title: str, number: int = 42, template: str = TEMPLATE, attempt: int = 0, timezone: str = "UTC") -> str:
    return room_name(template, title=title, number=number, declared_at=T0, timezone=timezone, attempt=attempt)


@pytest.mark.parametrize(
    ("title", "room"),
    [
        ("Checkout is down", "inc-2026-11-21-checkout-is-down-42"),
        ("  500s on /api/v2!! ", "inc-2026-11-21-500s-on-api-v2-42"),
        ("Überlastung größer", "inc-2026-11-21-uberlastung-grosser-42"),
        ("База данных", "inc-2026-11-21-baza-dannykh-42"),
        ("!!!", "inc-2026-11-21-42"),
        ("", "inc-2026-11-21-42"),
        ("<!channel> down", "inc-2026-11-21-down-42"),
        ("<@U123> broke <https://x.example|the page>", "inc-2026-11-21-broke-the-page-42"),
        ("db_main", "inc-2026-11-21-db_main-42"),
        ("{number}", "inc-2026-11-21-number-42"),
    ],
)
def test_names(title: str, room: str) -> None:
    assert name(title) == room


def test_other_scripts_become_latin() -> None:
    assert re.fullmatch(r"inc-2026-11-21-[a-z]+-42", name("数据库"))
    assert "fire" in name("🔥")


def test_the_slug_alone_is_shortened_at_a_words_end() -> None:
    title = "The payment gateway of the checkout rejects every card of the third kind"
    assert name(title) == "inc-2026-11-21-the-payment-gateway-of-the-checkout-rejects-every-card-of-the-42"
    assert name("x" * 500) == f"inc-2026-11-21-{'x' * 62}-42"
    assert name("x" * 500, number=123456789).endswith("x-123456789")


def test_the_next_name_when_one_is_taken() -> None:
    assert name("Down", attempt=1) == "inc-2026-11-21-down-42-2"
    assert name("Down", attempt=11) == "inc-2026-11-21-down-42-12"
    assert name("x" * 500, attempt=1).endswith("x-42-2")


def test_the_day_is_the_teams() -> None:
    assert name("Down", timezone="Asia/Tokyo") == "inc-2026-11-22-down-42"
    tokyo = ZoneInfo("Asia/Tokyo")
    assert room_name(TEMPLATE, title="", number=1, declared_at=T0, timezone=tokyo) == "inc-2026-11-22-1"


@given(
    st.text(max_size=300),
    st.integers(1, 10**9),
    st.integers(0, 99),
    st.sampled_from([TEMPLATE, "{number}", "INC {number}: {slug}", "{slug}-{number}-{date}", "war-room-of-ours-{number}"]),
)
def test_a_name_is_always_legal_and_holds_the_number(title: str, number: int, attempt: int, template: str) -> None:
    room = name(title, number, template, attempt)
    assert re.fullmatch(r"[a-z0-9_-]{1,80}", room)
    assert str(number) in room
    if attempt:
        assert room.endswith(f"-{attempt + 1}")


@pytest.mark.parametrize("text", ["INC-42", "inc42", "#42", "42", " inc 42 ", "INC-0042", "Inc_42"])
def test_names_of_an_incident(text: str) -> None:
    assert incident_ref(text) == 42


@pytest.mark.parametrize("text", ["", "INC", "INC-", "42a", "SEV1", "-42", "0", "4 2", "٤٢", "9" * 12, "#inc-42-x", "4.2"])
def test_what_names_no_incident(text: str) -> None:
    assert incident_ref(text) is None
