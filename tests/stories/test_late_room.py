"""A room that comes late is as complete as any, and comes only where it is still wanted."""

from collections.abc import Callable

from tests.stories.telling import ON_CALL, saying
from tests.world import World

ONE_LEVEL = """
rotations:
  primary: {people: [U0BOB]}
"""


def test_who_was_paged_is_invited_though_the_page_is_over(make_world: Callable[..., World]) -> None:
    world = make_world(ONE_LEVEL)
    alice, bob = world.slack.people("alice", "bob")
    world.workspace.faults.fail_next("conversations.invite", error="ratelimited", retry_after=20)
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    bob.clicks("Acknowledge")
    world.settle()
    assert not bob.is_in(world.room())
    world.advance(seconds=30)
    assert bob.is_in(world.room()) and alice.is_in(world.room())


def test_after_no_time_at_all(make_world: Callable[..., World]) -> None:
    """Who writes 0s means it: it opens with the next sweep."""
    world = make_world("severities: {SEV2: {room: after 0s}}")
    world.person("alice").runs("/incident declare sev2 Search is slow")
    world.settle()
    assert world.room().name == "inc-2026-11-23-search-is-slow-1"


def test_after_thirty_minutes_unresolved(make_world: Callable[..., World]) -> None:
    world = make_world(ON_CALL + "severities:\n  SEV2: {escalation: critical}\n")
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    assert "It lives in the announce channel's thread" in alice.runs("/incident declare sev2 Search is slow")
    world.settle()
    card = world.slack.channel("incidents").messages[0]
    bob.clicks("Acknowledge")
    alice.runs("/incident tech @carol")
    world.advance(minutes=29, seconds=59)
    assert world.incident().room_channel is None and not world.slack.channels_starting("inc-")

    world.advance(seconds=1)
    room = world.room()
    assert room.name == "inc-2026-11-23-search-is-slow-1"
    assert set(room.members) == {"alice", "bob", "carol"}, "declarer and IC, whoever was paged, and whoever holds a role"
    assert [pin.reads.splitlines()[0] for pin in room.pins] == [":large_orange_circle: *INC-1  Search is slow*"]
    assert room.topic == "SEV2 investigating | IC @alice | Search is slow"
    assert len(saying(card.thread, f"INC-1 goes on in #{room.name}")) == 1
    assert f"Room: #{room.name}" in card and card.buttons == []
    world.advance(hours=2)
    assert world.slack.channels_starting("inc-") == [room]
    world.slack.assert_nothing_refused()


def test_resolved_before_that_it_needs_none(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev2 Search is slow")
    world.advance(minutes=20)
    alice.runs("/incident resolve a stuck shard was moved")
    world.settle()
    alice.clicks("Resolve anyway")
    world.advance(hours=2)
    assert world.incident().status == "resolved" and not world.slack.channels_starting("inc-")


def test_less_bad_than_thought_it_needs_none(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev2 Search is slow")
    world.advance(minutes=20)
    alice.runs("/incident sev 3 only the internal search")
    world.advance(hours=2)
    assert world.incident().severity == "SEV3" and not world.slack.channels_starting("inc-")


def test_worse_than_thought_it_opens_at_once(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev2 Search is slow")
    world.advance(minutes=20)
    alice.runs("/incident sev 1")
    world.settle()
    room = world.room()
    assert "SEV1 Critical" in room.pins[0] and alice.is_in(room)
    world.advance(minutes=30)
    assert world.slack.channels_starting("inc-") == [room], "the thirty minutes of SEV2 open no second one"


def test_several_teams_want_a_room_at_once(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Search is slow")
    alice.chooses("Severity", "SEV3")
    alice.checks("Also", "Several teams")
    assert alice.submits() == {}
    world.settle()
    assert alice.is_in(world.room())

    alice.runs("/incident declare sev3 The export hangs")
    world.settle()
    assert world.incident(2).room_channel is None
    assert "A war room opens within seconds" in alice.runs("/incident set INC-2 cause_unclear yes")
    world.settle()
    assert alice.is_in(world.room(2)) and "The export hangs" in world.room(2).pins[0]
