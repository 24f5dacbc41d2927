"""A question that has been answered, or overtaken, has no buttons any more, wherever it was asked."""

from collections.abc import Callable

import pytest

from tests.stories.telling import saying
from tests.world import World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    made = make_world("severities: {SEV1: {watch_for: 60m}}\n")
    made.person("alice").runs("/incident declare sev1 Checkout is down")
    made.settle()
    return made


def test_a_nudge_that_was_followed(world: World) -> None:
    alice = world.person("alice")
    world.advance(minutes=26)
    [nudge] = saying(alice.inbox, "a status update is due")
    assert nudge.buttons == ["Update", "Snooze 10 min"]
    alice.runs("/incident update", in_=world.room())
    alice.fills("Impact", "no orders")
    assert alice.submits() == {}
    world.settle()
    [nudge] = saying(alice.inbox, "a status update was due")
    assert not nudge.buttons


def test_a_hand_off_that_was_accepted(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs(f"/incident handoff ic {bob.mention}", in_=world.room())
    assert alice.submits() == {}
    world.settle()
    [asked] = saying(bob.inbox, "asks you to take over")
    [shown] = saying(world.room().messages, "to take over as Incident commander")
    assert asked.buttons == shown.buttons == ["Accept", "Decline"]
    bob.clicks("Accept", in_=asked)
    world.settle()
    [asked] = saying(bob.inbox, "asks you to take over")
    [shown] = saying(world.room().messages, "to take over as Incident commander")
    assert not asked.buttons and not shown.buttons and "answered or is over" in asked.reads


def test_take_ic_and_still_holding(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident leave ic", in_=world.room())
    world.advance(minutes=6)
    [asked] = [each for each in saying(world.room().messages, "Nobody is Incident commander yet") if each.buttons]
    bob.clicks("Take IC", in_=asked)
    world.settle()
    assert not [each for each in saying(world.room().messages, "Nobody is Incident commander yet") if each.buttons]

    bob.runs("/incident mitigated", in_=world.room())
    world.advance(minutes=31)
    [asked] = saying(world.room().messages, "still holding?")
    bob.clicks("Holding", in_=asked)
    world.settle()
    [asked] = saying(world.room().messages, "still holding?")
    assert not asked.buttons
