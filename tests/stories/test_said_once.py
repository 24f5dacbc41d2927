"""No channel and no person is told the same thing twice, whatever they are to the incident."""

from collections import Counter
from collections.abc import Callable

from sqlmodel import select

from models import Delivery
from tests.stories.telling import saying
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
    """Of one event no channel, thread or person has got two messages; what is only edited is none."""
    with world.core.view() as session:
        sent = [row for row in session.exec(select(Delivery)) if row.result.get("ts") and row.wanted is None]
    told = Counter(
        (row.event_id, row.result["channel"])
        for row in sent
        if row.reaction not in ("pin", "tick", "rules", "draft", "update.thread")
    )
    twice = {place: [row.reaction for row in sent if row.event_id == place[0]] for place, count in told.items() if count > 1}
    assert not twice, twice


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
    assert "Paged @bob" in ours[1] and ours[1].buttons == ["Acknowledge"] and "This room decides and records" in ours[2]
    timeline = alice.runs("/incident timeline", in_=room)
    assert "@alice took Incident commander" in timeline and "started the escalation" in timeline, "the record has it all"
    alice.runs("/incident tech @bob", in_=room)
    alice.runs("/incident page @erin the database", in_=room)
    world.settle()
    assert saying(room.messages, "@alice made @bob Technical lead"), "what happens later is said"
    assert saying(room.messages, "asked for @erin: the database")
