"""Titles that say the same, and titles that do not."""

import pytest

from incidents.rules.likeness import about_the_same, alike, words


@pytest.mark.parametrize(
    ("one", "other", "so"),
    [
        ("Checkout is down", "checkout IS down", True),
        ("CheckoutIsDown", "Checkout is down", True),
        ("checkout_is_down", "Checkout is down again", True),
        ("Checkout is down", "Checkout is slow", False),
        ("Checkout", "Checkout", True),
        ("Checkout", "Checkout is down", False),
        ("HTTPErrors", "httperrors", True),
        ("", "", False),
        ("Kasse gestört", "KASSE GESTÖRT", True),
    ],
)
def test_alike(one: str, other: str, so: bool) -> None:
    assert alike(words(one), words(other)) is so and alike(words(other), words(one)) is so


@pytest.mark.parametrize(
    ("one", "other", "so"),
    [
        ("Checkout is down", "the checkout doesn't work!", True),
        ("Checkout is down", "CheckoutErrorRate", True),
        ("Payments fail in Europe", "payment errors", True),
        ("Search is down", "Login is down", False),
        ("Everything is broken", "It is down", False),
        ("login page is slow", "login API times out", False),
        ("", "", False),
        ("Kasse gestört", "Kasse geht nicht", False),
    ],
)
def test_about_the_same(one: str, other: str, so: bool) -> None:
    """The last one is missed: the words that are said of anything are English."""
    assert about_the_same(words(one), words(other)) is so and about_the_same(words(other), words(one)) is so
