"""Whoever is not in the room follows by direct message or in a channel of their own, and is told of each thing once."""

from collections.abc import Callable

import pytest

from sandbox.people import Somebody
from sandbox.seen import Room
from tests.stories.telling import saying, updates
from tests.world import World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Alice's SEV1; leaders have a channel."""
    made = make_world(
        "workspace: {leadership_channel: leadership}\nseverities:\n  SEV1: {watch_for: none}\n  SEV2: {watch_for: none}\n"
    )
    made.person("dave").creates("leadership")
    made.person("alice").runs("/incident declare sev1 Checkout is down")
    made.settle()
    return made


def writes(world: World, impact: str, person: Somebody, *, untick: tuple[str, ...] = (), status: str = "") -> None:
    person.runs("/incident update", in_=world.room())
    person.fills("Impact", impact)
    if status:
        person.chooses("Status", status)
    for option in untick:
        person.unchecks("Also tell", option)
    assert person.submits() == {}
    world.settle()


def room_of(world: World, name: str) -> Room:
    return world.slack.channel(name)


def test_a_person_follows_by_direct_message(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    assert "You are sent the updates of INC-1" in erin.runs("/incident subscribe 1")
    assert "You follow this incident already" in erin.runs("/incident subscribe 1")
    writes(world, "no orders", alice)
    [told] = saying(erin.inbox, "*Impact*\nno orders")
    assert "/incident unsubscribe 1" in told.reads and not told.buttons
    alice.runs("/incident status identified", in_=world.room())
    world.settle()
    assert len(erin.inbox) == 1, "a step on the way is the room's"
    alice.runs("/incident sev 2 half of it works", in_=world.room())
    alice.runs("/incident resolve", in_=world.room())
    world.settle()
    assert len(saying(erin.inbox, "lowered the severity from SEV1 to SEV2")) == 1
    assert len(saying(erin.inbox, "to *resolved*")) == 1
    alice.runs("/incident reopen it came back", in_=world.room())
    world.settle()
    assert len(saying(erin.inbox, "it came back")) == 1
    assert "sent no more" in erin.runs("/incident unsubscribe 1")
    writes(world, "again no orders", alice)
    assert not saying(erin.inbox, "again no orders")
    assert "You do not follow INC-1" in erin.runs("/incident unsubscribe 1")


def test_what_came_with_an_update_is_not_told_again(world: World) -> None:
    """An update that resolves: one message to the follower, one to the leaders; the room reads its checklist."""
    alice, erin = world.slack.people("alice", "erin")
    erin.runs("/incident subscribe 1")
    world.settle()
    leaders = len(room_of(world, "leadership").messages)
    writes(world, "all orders come in", alice, status="resolved")
    [told] = erin.inbox
    assert "resolved" in told and "all orders come in" in told
    [summary] = room_of(world, "leadership").messages[leaders:]
    assert "SEV1 Critical, resolved for" in summary and "Impact: all orders come in" in summary
    assert len(saying(world.room().messages, "to *resolved*")) == 1


def test_a_severity_changed_in_an_update_is_said_once_in_the_room(world: World) -> None:
    alice, room = world.person("alice"), world.room()
    alice.runs("/incident update", in_=room)
    alice.chooses("Severity", "SEV2 Major")
    alice.fills("Impact", "only cards fail")
    assert alice.submits() == {}
    world.settle()
    assert len(saying(updates(room), "only cards fail")) == 1 and not saying(room.messages, "lowered the severity")
    assert "lowered the severity" in alice.runs("/incident timeline", in_=room).reads


def test_a_channel_follows(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    support = erin.creates("support")
    answer = erin.runs("/incident subscribe 1 here", in_=support)
    world.settle()
    assert "is sent the updates of INC-1" in answer
    [welcome] = saying(support.messages, "@erin subscribed this channel to INC-1")
    assert welcome
    writes(world, "no orders", alice)
    assert len(saying(support.messages, "*Impact*\nno orders")) == 1
    erin.runs("/incident unsubscribe 1 here", in_=support)
    writes(world, "some orders", alice)
    assert not saying(support.messages, "some orders")


def test_a_channel_that_muster_may_not_post_to_follows_no_longer(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    secret = erin.creates("secret", private=True)
    erin.runs("/incident subscribe 1 here", in_=secret)
    world.advance(seconds=5)
    assert world.incident().subscribers == []
    assert len(saying(erin.inbox, "Invite Muster there")) == 1
    assert not saying(world.slack.channel("incidents").messages, "refused something"), "that is told to who asked for it"
    writes(world, "no orders", alice)
    assert not saying(secret.messages, "no orders")


def test_the_room_and_the_announce_channel_are_told_anyway(world: World) -> None:
    alice = world.person("alice")
    assert "come there anyway" in alice.runs("/incident subscribe here", in_=world.room())
    bob = world.person("bob")
    assert "People follow by themselves" in alice.runs(f"/incident subscribe {bob.mention}", in_=world.room())


def test_the_audience_is_chosen(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    erin.runs("/incident subscribe 1")
    world.settle()
    leaders = len(room_of(world, "leadership").messages)
    thread = len(room_of(world, "incidents").messages[0].thread)
    writes(world, "between us", alice, untick=("The announcement thread", "Whoever follows it (1)", "Leadership"))
    assert saying(world.room().messages, "between us")
    assert not erin.inbox and len(room_of(world, "leadership").messages) == leaders
    assert len(room_of(world, "incidents").messages[0].thread) == thread
    writes(world, "for everybody", alice)
    assert len(saying(erin.inbox, "for everybody")) == 1
    [summary] = room_of(world, "leadership").messages[leaders:]
    assert "Impact: for everybody" in summary and "led by @alice" in summary and "Theory" not in summary.reads
    assert len(saying(room_of(world, "incidents").messages[0].thread, "for everybody")) == 1


def test_whoever_writes_it_is_not_sent_it(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident subscribe", in_=world.room())
    writes(world, "no orders", alice)
    assert not saying(alice.inbox, "no orders")
