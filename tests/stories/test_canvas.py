"""The room's canvas is its living document: current, never anybody else's, and left out where the plan has none."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.acts.canvas import WHAT
from bot.workspace import lacked
from sandbox.seen import Room
from tests.world import World


def canvases(world: World, room: Room) -> list[str]:
    """What the canvases of a room hold."""
    return [c.markdown for c in world.workspace.state.canvases.values() if c.channel == room.id and not c.deleted]


A_WHILE = 3  # seconds, until it shows what has changed


def canvas(world: World, room: Room | None = None) -> str:
    world.advance(seconds=A_WHILE)
    (text,) = canvases(world, room or world.room())
    return text


def calls(world: World, *methods: str) -> int:
    return len([entry for entry in world.workspace.log.recent(10_000) if entry["kind"] in methods])


def test_it_says_how_things_stand(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down <!channel> # [x](https://evil.example)")
    text = canvas(world)
    assert "INC-1" in text and "**Severity**: SEV1 Critical" in text and "**Incident commander**: alice" in text
    assert "\\<!channel>" in text and "\\[x\\](https" in text, "people's words are no markup"
    assert "<@" not in text and "![](" not in text, "a mention would notify people with every change"

    room = world.room()
    alice.runs(f"/incident theory {bob.mention} thinks the pool is exhausted", in_=room)
    alice.runs(f"/incident task drain eu-west {bob.mention}", in_=room)
    alice.runs("/incident link https://g.example.com/1 Error rate", in_=room)
    text = canvas(world)
    assert "**Current theory**: @bob thinks the pool is exhausted" in text
    assert "- drain eu-west (bob)" in text and "[Error rate](https://g.example.com/1)" in text
    assert "## Timeline (UTC)" in text and "alice" in text.partition("## Timeline")[2]

    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    text = canvas(world)
    assert "**Status**: resolved" in text and "**Resolved**: 2026-11-23 14:02 UTC" in text
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_one_edit_for_a_burst_and_none_for_nothing(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(seconds=A_WHILE)
    before = calls(world, "canvases.edit")
    for number in range(6):
        alice.runs(f"/incident note 1 the {number}th thing")
        world.settle()
    assert "the 5th thing" in canvas(world) and calls(world, "canvases.edit") == before + 1
    world.advance(minutes=8)
    assert calls(world, "canvases.edit") == before + 1, "time alone changes nothing"
    assert calls(world, "conversations.canvases.create") == 1


def test_somebody_deleted_it(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(seconds=A_WHILE)
    for each in world.workspace.state.canvases.values():
        each.deleted = True
    alice.runs("/incident impact nobody can pay", in_=world.room())
    assert "nobody can pay" in canvas(world)


@pytest.mark.parametrize("method", ["conversations.canvases.create", "canvases.edit"])
def test_in_doubt_there_is_one(world: World, method: str) -> None:
    """The answer was lost: it is there, and is found again by who made it."""
    alice = world.person("alice")
    world.workspace.faults.fail_next(method, error="internal_error", status=500)
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=2)
    alice.runs("/incident impact nobody can pay", in_=world.room())
    world.advance(minutes=2)
    assert "nobody can pay" in canvas(world)


@pytest.fixture
def free(tmp_path: Path, make_world: Callable[..., World]) -> World:
    world = make_world()
    world.workspace.state.team.plan = "free"
    return world


def test_a_plan_without_canvases(free: World, caplog: pytest.LogCaptureFixture) -> None:
    """Said once in the log; nobody in Slack is bothered."""
    alice = free.person("alice")
    with caplog.at_level(logging.WARNING):
        for number in (1, 2):
            alice.runs(f"/incident declare sev1 Checkout is down {number}")
            free.advance(seconds=A_WHILE)
            alice.runs("/incident impact nobody can pay", in_=free.room(number))
            free.advance(seconds=A_WHILE)
    assert len([record for record in caplog.records if "rooms have no canvas" in record.message]) == 1
    assert calls(free, "conversations.canvases.create") == 1 and not canvases(free, free.room())
    assert not [row for row in free.waiting() if " dead " in row]
    with free.core.view() as session:
        assert lacked(session, WHAT) is not None, "which the doctor says"

    for number in (1, 2):
        alice.runs(f"/incident pause {number}")
    free.workspace.state.team.plan = "pro"
    free.advance(days=1)
    alice.runs("/incident impact nobody can pay at all", in_=free.room())
    assert "nobody can pay at all" in canvas(free)


def test_a_slack_that_knows_no_canvases(world: World) -> None:
    """As GovSlack may be, and what stands in for Slack: asked once, and not with every change again."""
    world.workspace.faults.fail_next("conversations.canvases.create", times=9, error="unknown_method")
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(seconds=A_WHILE)
    alice.runs("/incident impact nobody can pay", in_=world.room())
    world.advance(seconds=A_WHILE)
    assert calls(world, "conversations.canvases.create") == 1
    assert not [row for row in world.waiting() if " dead " in row]


def test_not_where_the_team_wants_none(make_world: Callable[..., World]) -> None:
    world = make_world("workspace: {canvas: false}")
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.advance(seconds=A_WHILE)
    assert not canvases(world, world.room())
