"""While requests come faster than they are answered, what can wait does; one alone waits for nothing."""

import threading
import time

from bot.bell import Bell
from bot.rush import CALM, Rush


def test_one_request_alone_is_no_rush() -> None:
    rush = Rush()
    with rush.request():
        assert not rush.is_on
    assert not rush.is_on


def test_what_follows_one_request_alone_waits_for_nothing() -> None:
    rush, began = Rush(), time.monotonic()
    with rush.request():
        rush.wait_for_calm(5)
    assert time.monotonic() - began < 2


def test_two_at_once_are_one_until_it_has_been_calm_for_a_moment() -> None:
    rush = Rush()
    with rush.request(), rush.request():
        assert rush.is_on
    assert rush.is_on
    began = time.monotonic()
    rush.wait_for_calm(5)
    assert not rush.is_on and time.monotonic() - began < 2


def test_nobody_waits_longer_than_they_are_willing_to() -> None:
    rush = Rush()
    with rush.request(), rush.request():
        began = time.monotonic()
        rush.wait_for_calm(0.1)
        assert 0.1 <= time.monotonic() - began < 2


def test_the_bell_waits_for_the_end_of_a_rush() -> None:
    rush, rung = Rush(), threading.Event()
    bell = Listening(rush, rung)
    with rush.request():
        bell.ring(1)
        assert rung.wait(5), "one request alone does not keep it"
    rung.clear()
    with rush.request(), rush.request():
        bell.ring(1)
        assert not rung.wait(CALM)
    assert rung.wait(5)


class Listening(Bell):
    """A bell without Redis that says when it was rung."""

    def __init__(self, rush: Rush, rung: threading.Event) -> None:
        super().__init__("redis://127.0.0.1:1", workers=1, rush=rush)
        self._rung = rung

    def _ring(self, name: str) -> bool:
        self._rung.set()
        return True
