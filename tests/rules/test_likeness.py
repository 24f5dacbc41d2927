"""Titles that say the same, and titles that do not."""

import pytest

from incidents.rules.likeness import alike, words


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
