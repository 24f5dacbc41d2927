"""One drain's threads: whoever finds nothing to do stays at hand, and all end when nothing is left."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bell import DELIVERIES
from incidents import timeline
from tests.spine.harness import House
from workers import job
from workers.deliver import Courier

_PATIENCE = 10


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


class Slow:
    """Slack takes its time to make a room; then it answers an invitation and a pin only once both have been asked for."""

    def __init__(self, house: House) -> None:
        self._api, self._met = house.api, threading.Barrier(2)
        self.met: set[str] = set()

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        if method == "conversations.create":
            time.sleep(0.3)
        if method in ("conversations.invite", "pins.add") and method not in self.met:
            self._met.wait(_PATIENCE)
            self.met.add(method)
        return self._api.call(method, args)

    def upload(self, url: str, content: bytes) -> None:
        self._api.upload(url, content)


def test_who_had_nothing_to_do_helps_with_what_others_leave(house: House) -> None:
    """While the room is made everything else gets done; what the open room brings is done by two at once again."""
    house.person("alice").runs("/incident declare sev3 The first one makes the announce channel")
    house.settle()
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    slack = Slow(house)
    done = Courier(house.core, slack, house.muster.table).drain(threads=2)
    assert slack.met == {"conversations.invite", "pins.add"}
    house.settle()
    assert done > 5 and house.room(2).pins


def test_it_ends_when_nothing_is_due(house: House) -> None:
    assert Courier(house.core, house.api, house.muster.table).drain(threads=4) == 0


def test_what_waits_for_others_than_slack_holds_nobody_up(house: House) -> None:
    """The first thread hangs without a call to Slack; the second begins all the same."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    hung, others = threading.Event(), threading.Event()

    class Hanging(Courier):
        def one(self, *, up_to_priority: int = 99) -> bool:
            if hung.is_set():
                others.set()
            else:
                hung.set()
                assert others.wait(_PATIENCE)
            return super().one(up_to_priority=up_to_priority)

    assert Hanging(house.core, house.api, house.muster.table).drain(threads=2) > 5


def test_a_worker_asks_slack_once_who_it_is(house: House) -> None:
    """However many jobs it does: the canvas has permalinks, which begin with what Slack says."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    job.prepare(house.muster)
    asked = []
    for number in range(2):
        timeline.note(house.core, 1, f"Note {number}", by="U0BOB")
        house.clock.at += timedelta(seconds=5)
        assert job.deliver(DELIVERIES)
        entries = house.workspace.log.entries
        asked.append(len([each for each in entries if each.direction == "from_app" and each.kind == "auth.test"]))
    assert asked[0] == asked[1]
