"""Killed between any two steps of the spine, and started again: everything is there exactly once."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.spine.harness import (
    Act,
    House,
    Picture,
    account,
    assert_kept,
    dice,
    pictures,
)

PARTS = 4  # of each story's crash points, so that two cores share them
EVERY_STEP = ("declare", "update", "escalation")  # of the others, whose steps are the same for the most part, every second
MANNERS = 5
SETTLED = 200  # seconds after which every doubt is settled: a look, a repost, the look for copies a minute later
CHANGING = (
    "chat.postMessage", "chat.update", "conversations.create", "conversations.invite", "conversations.setTopic",
    "pins.add", "bookmarks.add", "files.completeUploadExternal", "files.delete",
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """What has happened before, and what happens while everything may be killed at any step."""

    before: Any
    acts: list[Act]


def _form_is_filled(house: House) -> None:
    alice = house.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Checkout is down")
    alice.chooses("Severity", "SEV1")


def _declared(house: House) -> None:
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.advance(seconds=10)


def _update_is_written(house: House) -> None:
    """It lives in the thread, without a room; the update makes it a SEV1."""
    house.person("bob").runs("/incident declare sev3 Checkout is slow")
    house.advance(minutes=2)
    alice = house.person("alice")
    alice.runs("/incident update")
    alice.fills("Impact", "1 in 3 payments fail")
    alice.fills("Current theory", "The new release leaks connections")
    alice.chooses("Severity", "SEV1")


def _a_stranger_has_the_name(house: House) -> None:
    house.person("bob").creates("inc-2026-11-23-checkout-is-slow-1")
    house.person("bob").runs("/incident declare sev3 Checkout is slow")


def _watched(house: House) -> None:
    _declared(house)
    house.person("carol").clicks("Acknowledge")
    house.person("alice").runs("/incident pause", in_=house.room())
    house.person("alice").runs("/incident mitigated", in_=house.room())
    house.advance(minutes=61)


def _drafted(house: House) -> None:
    _watched(house)
    house.person("alice").runs("/incident resolve", in_=house.room())
    house.advance(minutes=1)
    house.person("bob").runs("/incident note it was the connection pool", in_=house.room())
    house.advance(minutes=1)


STORIES = {
    "declare": Story(_form_is_filled, [lambda house: house.person("alice").submits(), 30.0]),
    "update": Story(_update_is_written, [lambda house: house.person("alice").submits(), 30.0]),
    "escalation": Story(
        _declared,
        [330.0, lambda house: house.person("carol").clicks("Acknowledge"), 22 * 60.0, 5 * 60.0],
    ),
    "room later": Story(
        _a_stranger_has_the_name,
        [
            5.0,
            lambda house: house.person("bob").runs("/incident note 1 It began at noon"),
            0.0,
            lambda house: house.person("alice").runs("/incident room"),
            30.0,
        ],
    ),
    "silence": Story(_declared, [16 * 60.0]),
    "resolve": Story(_watched, [lambda house: house.person("alice").runs("/incident resolve", in_=house.room()), 30.0]),
    "draft again": Story(_drafted, [lambda house: house.person("alice").runs("/incident postmortem", in_=house.room()), 30.0]),
}


@dataclass(frozen=True)
class Clean:
    """A story that went undisturbed: where it could be killed, and what came of it."""

    taken: list[Picture]
    steps: int
    answers: list[str]
    came_of_it: dict[str, Any]


@cache
def clean(name: str) -> Clean:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        story = STORIES[name]
        story.before(house)
        taken, steps, acks = pictures(house, story.acts)
        assert_kept(house)
        assert all(ack.ok for ack in acks)
        house.slack.assert_nothing_refused(allow=["already_in_channel", "name_taken"])
        came_of_it = account(house)
        house.close()
        return Clean(taken, steps, [str(ack.body) for ack in acks], came_of_it)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", STORIES)
def test_killed_once(house: House, name: str, part: int) -> None:
    """After a step, everything is killed and started again; Slack repeats what was not answered."""
    known, acts = clean(name), STORIES[name].acts
    assert known.steps > 20
    steps = known.taken if name in EVERY_STEP else known.taken[1::2]
    for picture in steps[part::PARTS]:
        house.resume(picture, acts)
        house.passes(SETTLED)
        try:
            assert_kept(house)
            assert_as_promised(account(house), known.came_of_it, moves=name == "room later")
            answers = [str(ack.body) for _, ack in house.line.heard]
            for first, again in zip(known.answers[len(known.answers) - len(answers) :], answers, strict=True):
                assert alike(first, again), f"answered {again}, not {first}"
            _nothing_changes_when_it_all_comes_again(house)
        except AssertionError as error:
            raise AssertionError(f"killed at step {picture.step}, {picture.label}: {error}") from error


def alike(first: str, again: str) -> bool:
    """The same answer, or one in other words about the same incident."""
    return again == first or ("INC-1: " in again and "broke" not in again and "did not answer" not in again)


def _nothing_changes_when_it_all_comes_again(house: House) -> None:
    """Slack delivers every request once more, later."""
    before = house.rows()
    for request, _ in list(house.line.heard):
        assert house.line.send(request).ok
    house.settle()
    assert house.rows() == before
    assert_kept(house)


@pytest.mark.parametrize("manner", range(MANNERS))
@pytest.mark.parametrize("weather", ["fair", "history lags", "late effects", "both"])
def test_killed_twice(house: House, weather: str, manner: int) -> None:
    """Killed at any step, and again at any step of what follows; by chance, seeded."""
    chance = dice(weather, manner)
    for name in chance.sample(list(STORIES), 3):
        known, acts = clean(name), STORIES[name].acts
        picture = chance.choice(known.taken)
        second = chance.randrange(1, known.steps)
        house.weather = {"history_lag": 20.0} if weather in ("history lags", "both") else {}
        house.lateness = late_now_and_then(chance) if weather in ("late effects", "both") else None
        house.resume(picture, acts, {second})
        house.lateness = None
        house.passes(SETTLED)
        try:
            assert_kept(house)
            assert_as_promised(account(house), known.came_of_it, moves=True)
        except AssertionError as error:
            where = f"{name}: killed at step {picture.step}, {picture.label}, and {second} steps later"
            raise AssertionError(f"{where}: {error}") from error


def late_now_and_then(chance: Random) -> Callable[[str], float | None]:
    """One changing call in six is answered by a timeout, and takes effect up to forty seconds later."""
    return lambda method: chance.uniform(1, 40) if method in CHANGING and chance.random() < 1 / 6 else None


def assert_as_promised(now: dict[str, Any], known: dict[str, Any], *, moves: bool) -> None:
    """The same, but for pages that came too late to wait for: that was said, and the next level told at once.

    `moves`: where a post stands may depend on when it could be posted, before the home moved or after.
    """
    late = [kind for kind, _, _ in now["timeline"] if kind == "page.failed"]
    for what in now if not late else ():
        assert now[what] == known[what] or (moves and what in ("channels", "inboxes")), what
    if late:
        assert [entry for entry in now["timeline"] if entry[0] != "page.failed"][:3] == known["timeline"][:3]
        assert now["levels"][: len(known["levels"])] == known["levels"]
