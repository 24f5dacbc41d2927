"""No channel and no person is told the same thing twice, whatever they are to the incident."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlmodel import select

from models import Delivery
from tests.stories.telling import ON_CALL, saying
from tests.stories.test_drill import SCRIPT
from tests.stories.test_runbooks import CHECKOUT, POLICY, book
from tests.world import World

PEOPLE = """
rotations:
  primary: {people: [U0BOB]}
escalations:
  critical: {levels: [{page: [rotation:primary]}]}
severities:
  SEV1: {escalation: critical, watch_for: none}
"""
SAME = "workspace: {leadership_channel: incidents, announce_channel: incidents}" + PEOPLE
LEADERS = "workspace: {leadership_channel: leadership}" + PEOPLE


def each_once(world: World) -> None:
    """Of one event no channel, thread or person has got two messages, and none has the same words twice; what is only
    edited is none."""
    with world.core.view() as session:
        sent = [row for row in session.exec(select(Delivery)) if row.result.get("ts") and row.wanted is None]
    told = Counter(
        (row.event_id, row.result["channel"])
        for row in sent
        if row.reaction not in ("pin", "tick", "rules", "draft", "update.thread")
    )
    twice = {place: [row.reaction for row in sent if row.event_id == place[0]] for place, count in told.items() if count > 1}
    assert not twice, twice
    ours = [
        (channel.name or channel.id, message.thread_ts, message.text)
        for channel in world.workspace.state.channels.values()
        for message in channel.messages.values()
        if message.user == world.workspace.bot_user and message.subtype is None
    ]
    anew = ("You are paged", "acknowledged")  # another level, another page
    again = [what for what, count in Counter(ours).items() if count > 1 and not any(words in what[2] for words in anew)]
    assert not again, again


def test_leaders_who_read_the_announcements(make_world: Callable[..., World]) -> None:
    world = make_world(SAME)
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    channel = world.slack.channel("incidents")
    assert len(saying(channel.messages, "Checkout is down")) == 1, "the announcement, which is kept current"
    alice.runs("/incident update", in_=world.room())
    alice.fills("Impact", "no orders at all")
    alice.submits()
    bob.runs("/incident resolve", in_=world.room())
    world.settle()
    assert len(saying(channel.messages, "Checkout is down")) == 1
    each_once(world)


def test_a_follower_who_comes_into_the_room(make_world: Callable[..., World]) -> None:
    world = make_world(PEOPLE)
    alice, erin = world.slack.people("alice", "erin")
    alice.runs("/incident declare sev1 Checkout is down")
    erin.runs("/incident subscribe 1")
    world.settle()
    alice.runs("/incident sev 2 half of it works", in_=world.room())
    world.settle()
    assert len(saying(erin.inbox, "lowered the severity")) == 1
    erin.joins(world.room())
    alice.runs("/incident sev 1 all of it again", in_=world.room())
    world.settle()
    assert not saying(erin.inbox, "all of it again"), "it stands in the room, where she reads it"
    assert saying(world.room().messages, "all of it again")
    each_once(world)


def test_leaders_who_follow_it_too(make_world: Callable[..., World]) -> None:
    world = make_world(LEADERS)
    alice, bob, dave = world.slack.people("alice", "bob", "dave")
    dave.creates("leadership")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    leaders = world.slack.channel("leadership")
    dave.runs("/incident subscribe 1 here", in_=leaders)
    bob.runs("/incident subscribe 1")
    world.settle()
    before = len(leaders.messages)
    alice.runs("/incident update", in_=world.room())
    alice.fills("Impact", "no orders at all")
    alice.submits()
    world.settle()
    assert len(leaders.messages) == before + 1, "the summary, and not the update as well"
    bob.runs("/incident ack 1")
    alice.runs("/incident resolve", in_=world.room())
    world.settle()
    assert len(leaders.messages) == before + 2
    each_once(world)


def test_a_fresh_room_is_quickly_read(make_world: Callable[..., World]) -> None:
    """The card says who leads; one message says who is paged and who is next; one what the room is for."""
    world = make_world(PEOPLE)
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    ours = [post for post in room.messages if post.message.subtype is None]
    assert len(ours) == 3, [post.text for post in ours]
    assert "Incident commander\n@alice" in ours[0].reads.replace("*", "")
    assert "Paged @bob" in ours[1] and ours[1].buttons == ["Acknowledge"] and "Decisions are made and recorded here" in ours[2]
    timeline = alice.runs("/incident timeline", in_=room)
    assert "@alice is now Incident commander" in timeline and "started the escalation" in timeline, "the record has it all"
    alice.runs("/incident tech @bob", in_=room)
    alice.runs("/incident page @erin the database", in_=room)
    world.settle()
    assert saying(room.messages, "@alice made @bob Technical lead"), "what happens later is said"
    assert saying(room.messages, "asked for @erin: the database")


def test_a_hand_off(make_world: Callable[..., World]) -> None:
    """The one who is asked, the one who waits for the answer, and the room: once each."""
    world = make_world(PEOPLE)
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    assert alice.runs("/incident handoff ic @bob", in_=world.room()).form
    assert alice.submits() == {}
    world.settle()
    assert len(saying(bob.inbox, "asks you to take over as Incident commander")) == 1
    bob.clicks("Accept", in_=saying(bob.inbox, "asks you to take over")[0])
    world.settle()
    assert len(saying(alice.inbox, "took over as Incident commander")) == len(saying(world.room().messages, "took over as")) == 1
    assert not saying(bob.inbox, "took over as Incident commander"), "he knows"
    each_once(world)


def test_a_merge_of_two_that_one_person_follows(make_world: Callable[..., World]) -> None:
    world = make_world(LEADERS)
    alice, bob, dave, erin = world.slack.people("alice", "bob", "dave", "erin")
    dave.creates("leadership")
    alice.runs("/incident declare sev1 Checkout is down")
    bob.runs("/incident declare sev1 Search is slow")
    for number in (1, 2):
        erin.runs(f"/incident subscribe {number}")
    world.settle()
    before = len(erin.inbox)
    bob.runs("/incident merge INC-1", in_=world.room(2))
    bob.clicks("Merge into INC-1")
    world.settle()
    assert len(erin.inbox) <= before + 1, [post.text for post in erin.inbox]
    alice.runs("/incident resolve", in_=world.room(1))
    world.settle()
    assert len(saying(erin.inbox, "*resolved*")) == 1, "of the one that went on"
    each_once(world)


def test_a_reopening(make_world: Callable[..., World]) -> None:
    world = make_world(LEADERS)
    alice, bob, dave, erin = world.slack.people("alice", "bob", "dave", "erin")
    dave.creates("leadership")
    alice.runs("/incident declare sev1 Checkout is down")
    erin.runs("/incident subscribe 1")
    bob.runs("/incident ack 1")
    world.settle()
    alice.runs("/incident resolve", in_=world.room())
    world.settle()
    alice.runs("/incident reopen it is back", in_=world.room())
    world.settle()
    for told in (erin.inbox, world.room().messages):
        assert len(saying(told, "it is back")) == 1
    each_once(world)


def test_a_drill_that_nobody_plays(make_world: Callable[..., World]) -> None:
    """Every inject, hint and level once, and at the end its score."""
    world = make_world(ON_CALL)
    (world.folder / "drills").mkdir()
    (world.folder / "drills" / "checkout-outage.yml").write_text(SCRIPT)
    world.person("alice").runs("/incident drill checkout-outage")
    world.advance(minutes=50)
    room = world.room()
    for words in ("Error rate of checkout", "A hint", "charged twice", "the drill is over", "Nobody answered; the last resort"):
        assert len(saying(room.messages, words)) == 1, words
    assert not saying(room.messages, "*resolved*")
    each_once(world)


def test_a_runbook_whose_deadlines_page(make_world: Callable[..., World], tmp_path: Path) -> None:
    """One line says that the deadline has passed and who is paged; one asks them."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "checkout.md").write_text(CHECKOUT)
    world = make_world(POLICY)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident declare sev1 Nobody can pay checkout")
    world.settle()
    room = world.room()
    alice.runs("/incident tech @carol", in_=room)
    bob.runs("/incident ack 1")
    bob.runs("/incident runbook checkout", in_=room)
    world.settle()
    bob.clicks("Yes → 3", in_=book(room))
    world.settle()
    world.advance(minutes=11)
    told = [post.reads for post in room.messages if "Checkout" in post.reads and "step 3" in post.reads.lower()]
    assert len([text for text in told if "not done after 10 minutes" in text]) == 1, told
    bob.runs("/incident ack 1")
    world.advance(minutes=20)
    assert len(saying(room.messages, "has not solved it after 30 minutes")) == 1
    assert not saying(room.messages, "asked for @carol") and "asked for @carol" in bob.runs("/incident timeline", in_=room)
    each_once(world)
