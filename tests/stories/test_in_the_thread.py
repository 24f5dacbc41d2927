"""An incident without a room lives in the announce thread, with the same card and buttons, and moves cleanly later."""

import pytest

from sandbox import channels
from sandbox.seen import Post, Room
from tests.stories.telling import saying
from tests.world import World


def declared(world: World) -> tuple[Room, Post]:
    """Alice's SEV3: the announce channel, and the card in it."""
    answer = world.person("alice").runs("/incident declare sev3 The export hangs")
    assert "It lives in the announce channel's thread" in answer
    world.settle()
    channel = world.slack.channel("incidents")
    assert len(channel.messages) == 1 and not world.slack.channels_starting("inc-")
    return channel, channel.messages[0]


def test_card_buttons_and_thread(world: World) -> None:
    channel, card = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    assert card.buttons[:6] == ["Acknowledge", "Update", "Status", "Roles", "Escalate", "Resolve"]
    for each in (alice, bob):
        each.joins(channel)

    bob.clicks("Acknowledge", in_=card)
    bob.clicks("Update", in_=card)
    bob.fills("Impact", "Nobody can export")
    assert bob.submits() == {}
    bob.clicks("Status", in_=card)
    bob.chooses("New state", "Identified")
    bob.fills("Reason", "the queue is full")
    assert bob.submits() == {}
    world.settle()
    assert "Acknowledge" not in card.buttons and "Nobody can export" in card and "identified" in card
    [posted] = saying(card.thread, "Status update  INC-1")
    assert "Nobody can export" in posted and posted.text.startswith("Status update, INC-1")
    assert saying(card.thread, "@bob acknowledged") and saying(card.thread, "the queue is full")
    assert channel.messages == [card], "the channel itself is not disturbed"

    alice.runs("/incident note 1 the disk is full", in_=channel)
    alice.runs("/incident tech @bob", in_=channel)
    world.settle()
    assert saying(card.thread, "@alice: the disk is full") and "*Technical lead*\n@bob" in card.reads
    bob.clicks("Page somebody", in_=card)
    bob.picks_person("Person", "dave")
    assert bob.submits() == {}
    world.settle()
    assert "Where: its thread in #incidents" in world.person("dave").inbox[-1]
    assert saying(card.thread, "Paged @dave")[-1].buttons == ["Acknowledge"]
    world.slack.assert_nothing_refused()


def test_its_update_falls_due_and_its_draft_comes_there(world: World) -> None:
    channel, card = declared(world)
    alice = world.person("alice")
    alice.joins(channel)
    world.advance(hours=3, minutes=55)
    assert "a status update is due" in alice.inbox[-1]
    world.advance(minutes=5)
    [posted] = saying(card.thread, "Status update")
    assert "Nothing new was reported since" in posted and "Posted by Muster, because an update was due" in posted
    alice.clicks("Resolve", in_=card)
    world.advance(hours=5)
    assert card.buttons == ["Postmortem", "Action items", "Reopen", "Close"]
    assert len(saying(card.thread, "Status update")) == 1, "nothing falls due once it is over"
    alice.clicks("Postmortem", in_=card)
    world.settle()
    [draft] = channel.files
    assert "The export hangs" in draft.text and [post for post in card.thread if post.files]


def test_it_moves_into_a_room(world: World) -> None:
    channel, card = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    alice.joins(channel)
    alice.runs("/incident impact 1 nobody can export", in_=channel)
    alice.runs("/incident comms 1 @bob", in_=channel)
    world.advance(minutes=7)
    stood = [post.text for post in card.thread]

    alice.clicks("Open a war room", in_=card)
    world.settle()
    room = world.room()
    assert set(room.members) == {"alice", "bob"}
    [pin] = room.pins
    assert "nobody can export" in pin and "*Communications lead*\n@bob" in pin.reads
    assert pin.buttons[:3] == ["Acknowledge", "Update", "Status"] and "Open a war room" not in pin.buttons
    assert card.buttons == [] and f"Room: #{room.name}" in card, "one card, and the way to it"
    assert channel.messages == [card]
    assert [post.text for post in card.thread][: len(stood)] == stood, "what was said stays where it was said"
    assert saying(card.thread, f"INC-1 goes on in #{room.name}")
    assert "has its room already" in alice.runs("/incident room 1")

    bob.runs("/incident note the queue is full", in_=room)
    bob.clicks("Update", in_=pin)
    bob.fills("Current theory", "the queue is full")
    bob.submits()
    world.settle()
    assert saying(room.messages, "@bob: the queue is full") and not saying(card.thread, "@bob: the queue is full")
    assert len(saying(room.messages, "Status update")) == len(saying(card.thread, "Status update")) == 1
    world.slack.assert_nothing_refused()


def test_slack_refuses_the_room(world: World) -> None:
    """The thread is its home again, people are told why, and what was said meanwhile is not lost."""
    alice = world.person("alice")
    alice.creates("incidents")
    world.workspace.faults.fail_next("conversations.create", times=9, error="restricted_action")
    alice.runs("/incident declare sev1 Checkout is down")
    alice.runs("/incident note 1 payments time out")
    world.advance(seconds=10)
    channel = world.slack.channel("incidents")
    [card] = [post for post in channel.messages if "Resolve" in post.buttons]
    assert world.incident().room_channel is None and "*INC-1  Checkout is down*" in card
    assert saying(card.thread, "The war room could not be opened (restricted_action)")
    assert saying(card.thread, "payments time out") and saying(card.thread, "Nobody is on call")
    [said] = saying(channel.messages, "The war room could not be opened")
    assert "in its thread" in said and "`/incident room 1`" in said.text, (
        "said where all can read it, and press no room's command"
    )

    world.workspace.faults.clear()
    assert "opens within seconds" in alice.runs("/incident room 1")
    world.advance(seconds=3)
    assert alice.is_in(world.room()) and "Checkout is down" in world.room().pins[0]
    assert card.buttons == [] and [row.split()[:2] for row in world.waiting()] == [["room/", "dead"]]


@pytest.mark.parametrize("deleted", [False, True])
def test_the_announce_channel_is_lost(world: World, deleted: bool) -> None:
    """Muster comes into it again, or where it was deleted makes another one, and says there what was to be said."""
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Search is slow")
    world.settle()
    old = world.slack.channel("incidents").channel
    if deleted:
        del world.workspace.state.channels[old.id]
    else:
        channels.leave(world.workspace, old, world.workspace.bot_user)
    alice.runs("/incident note 1 it is the index")
    world.advance(seconds=5)
    [card] = world.slack.channel("incidents").messages
    assert saying(card.thread, "it is the index")
    assert not [row for row in world.waiting() if " dead " in row]
