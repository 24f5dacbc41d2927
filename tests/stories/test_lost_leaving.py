"""Slack's word that somebody came into or left the room of a private incident was lost; Muster finds out by itself."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from incidents.members import reconcile
from models import Insider
from sandbox.people import Somebody
from sandbox.seen import Room
from tests.stories.telling import saying
from tests.world import World

SECURITY = """
rotations: {security: {people: [carol@example.com]}}
escalations: {security: {levels: [{page: [rotation:security], wait: 5m}]}}
private: {escalation: security}
"""
NOBODY = "There is no INC-1. `/incident list` shows the open ones."


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(SECURITY)


def declares(world: World) -> Room:
    world.person("alice").runs("/incident declare private: sev1 Salaries leaked")
    world.settle()
    return world.room()


def leaves_unheard(world: World, room: Room, who: Somebody) -> None:
    world.workspace.state.channels[room.id].members.remove(who.id)


def comes_unheard(world: World, room: Room, who: Somebody) -> None:
    world.workspace.state.channels[room.id].members.append(who.id)


def gone(world: World) -> list[str]:
    return [event.payload["person"] for event in world.events() if event.kind == "access.ended"]


def test_whoever_left_unheard_sees_nothing(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    room = declares(world)
    alice.invites(erin, room)
    world.settle()
    assert "Salaries leaked" in erin.runs("/incident show 1")
    leaves_unheard(world, room, erin)
    world.advance(minutes=6)
    assert erin.runs("/incident show 1").reads == NOBODY and "Salaries" not in erin.runs("/incident list")
    assert "@erin" not in alice.runs("/incident private", in_=room).reads.split("Who looked")[0]
    assert "Salaries leaked" in alice.runs("/incident show 1")
    world.advance(minutes=20)
    assert gone(world) == [erin.id], "once"
    assert not saying(room.messages, "no longer in it"), "the room is not told who left it; Slack does that"


def test_whoever_came_and_left_unheard(world: World) -> None:
    """Brought in by a page; Slack never said that they were there."""
    carol = world.person("carol")
    room = declares(world)
    with world.core.transaction() as session:
        for row in session.exec(select(Insider)):
            row.room_ts = None
            session.add(row)
    leaves_unheard(world, room, carol)
    world.advance(minutes=6)
    assert carol.runs("/incident show 1").reads == NOBODY, "also who was paged by e-mail address"


def test_whoever_came_unheard_is_in(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    room = declares(world)
    comes_unheard(world, room, erin)
    assert erin.runs("/incident show 1").reads == NOBODY
    world.advance(minutes=6)
    assert "Salaries leaked" in erin.runs("/incident show 1")
    assert "@erin" in alice.runs("/incident private", in_=room)
    leaves_unheard(world, room, erin)
    world.advance(minutes=6)
    assert erin.runs("/incident show 1").reads == NOBODY


def test_after_it_is_resolved(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    room = declares(world)
    alice.invites(erin, room)
    alice.runs("/incident resolve", in_=room)
    world.settle()
    leaves_unheard(world, room, erin)
    world.advance(minutes=65)
    assert erin.runs("/incident show 1").reads == NOBODY


def test_an_invitation_under_way_is_no_leaving(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    room = declares(world)
    world.workspace.faults.fail_next("conversations.invite", times=40, error="ratelimited", status=429, retry_after=20)
    alice.runs("/incident page @bob", in_=room)
    world.advance(minutes=6)
    assert not bob.is_in(room) and "Salaries leaked" in bob.runs("/incident show 1")
    world.advance(minutes=20)
    assert bob.is_in(room) and not gone(world)


def test_a_list_older_than_what_slack_said_changes_nothing(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    room = declares(world)
    before = world.clock.at
    world.advance(minutes=1)
    alice.invites(erin, room)
    world.settle()
    reconcile(world.core, 1, room.id, {alice.id}, as_of=before)
    assert "Salaries leaked" in erin.runs("/incident show 1")
    erin.leaves(room)
    world.settle()
    reconcile(world.core, 1, room.id, {alice.id, erin.id}, as_of=before)
    assert erin.runs("/incident show 1").reads == NOBODY


def test_where_slack_does_not_say(world: World) -> None:
    """Then it is shown in the room only, where Slack itself keeps the door; and to whoever holds a role."""
    alice, erin = world.slack.people("alice", "erin")
    room = declares(world)
    alice.invites(erin, room)
    world.settle()
    world.workspace.faults.fail_next("conversations.members", times=99, error="fetch_members_failed")
    world.advance(minutes=21)
    assert "Slack has not said for a while who is in the room of INC-1. Do it there" in erin.runs("/incident show 1")
    assert "Salaries leaked" in erin.runs("/incident show", in_=room)
    assert "Salaries leaked" in alice.runs("/incident show 1"), "who is its commander"
    assert not [event for event in world.events() if event.kind == "delivery.failed"], "and nobody is told every five minutes"
    world.workspace.faults.clear()
    world.advance(minutes=6)
    assert "Salaries leaked" in erin.runs("/incident show 1")


def test_whom_slack_does_not_let_in_has_not_left(world: World) -> None:
    """They were paged, and can answer."""
    alice, bob = world.slack.people("alice", "bob")
    room = declares(world)
    world.workspace.faults.fail_next("conversations.invite", times=9, error="cant_invite")
    alice.runs("/incident page @bob", in_=room)
    world.advance(minutes=11)
    assert not bob.is_in(room) and not gone(world)
    assert "Salaries leaked" in bob.runs("/incident show 1")
