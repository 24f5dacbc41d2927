"""The timeline follows its messages, keeps what they shared, tells what comes next, and is curated without losing anything."""

from datetime import timedelta

import pytest

from incidents.dossier import gather
from incidents.exports.markdown import render
from models.event import Event
from sandbox import uploads
from sandbox.people import Somebody
from sandbox.seen import Post, Room
from tests.stories.telling import ON_CALL, saying
from tests.world import World


@pytest.fixture
def room(world: World) -> Room:
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.settle()
    world.person("bob").joins(world.room())
    world.settle()
    return world.room()


def draft(world: World) -> str:
    return render(gather(world.core, 1).postmortem(names={}, link=lambda channel, ts, thread_ts: ""))


def captured(world: World, room: Room, text: str) -> tuple[Somebody, Post]:
    alice, bob = world.slack.people("alice", "bob")
    post = bob.says(text, in_=room)
    alice.reacts("pushpin", post)
    world.settle()
    return bob, post


def timeline(world: World, said: str = "timeline") -> str:
    return world.person("alice").runs(f"/incident {said}", in_=world.room()).reads


def entry(world: World, text: str) -> int:
    found: list[Event] = [event for event in world.events() if text in str(event.payload)]
    assert found[0].id is not None
    return found[0].id


# --- captured messages are as they are in Slack


def test_an_edit_follows(world: World, room: Room) -> None:
    bob, post = captured(world, room, "error rate 40 percent")
    bob.edits(post, "error rate *4* percent")
    world.settle()
    shown = timeline(world)
    assert "@bob wrote: error rate *4* percent" in shown and "(edited)" in shown and "40 percent" not in shown
    assert "40 percent" not in draft(world)
    assert [event.payload["text"] for event in world.events() if event.kind == "message.captured"] == ["error rate 40 percent"]
    bob.edits(post, "error rate 5 percent")
    world.settle()
    assert world.workspace.delivery.redeliver(30)
    world.settle()
    assert "error rate 5 percent" in timeline(world)
    assert len([event for event in world.events() if event.kind == "message.edited"]) == 2


def test_a_deletion_takes_the_words_away(world: World, room: Room) -> None:
    bob, post = captured(world, room, "the password is hunter2")
    bob.deletes(post)
    world.settle()
    assert world.workspace.delivery.redeliver(30)
    world.settle()
    assert "@bob wrote something that was deleted since" in timeline(world)
    assert "hunter2" not in timeline(world) and "hunter2" not in draft(world)
    assert len([event for event in world.events() if event.kind == "message.deleted"]) == 1
    kept = [event.payload for event in world.events() if event.kind in ("message.captured", "message.edited")]
    assert kept and not [payload for payload in kept if payload["text"] or payload.get("files")], "its words are his"


def test_other_messages_leave_nothing_behind(world: World, room: Room) -> None:
    before = len(world.events())
    bob = world.person("bob")
    post = bob.says("hm", in_=room)
    bob.edits(post, "hmm")
    bob.deletes(post)
    world.settle()
    assert len(world.events()) == before


def test_files_are_kept_as_links(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    item = uploads.begin(world.workspace, "graph <1>.png", 3, user=bob.id)
    post = bob.says("look", in_=room)
    post.message.files.append(item.id)
    alice.reacts("pushpin", post)
    world.settle()
    link = f"{world.workspace.url}/files/{bob.id}/{item.id}/graph <1>.png"
    [event] = [event for event in world.events() if event.kind == "message.captured"]
    assert event.payload["files"] == [["graph <1>.png", link]]
    assert "@bob wrote: look [" in timeline(world) and "graph" in draft(world)


# --- times in words


def test_notes_have_the_time_that_people_say(world: World, room: Room) -> None:
    """Bob is in London: his clock is UTC."""
    bob = world.person("bob")
    for said in ("14:01 the release went out", "yesterday 23:50 the queue began to grow", "1:30pm a customer wrote"):
        bob.runs(f"/incident note {said}", in_=room)
    world.settle()
    lines = [line for line in timeline(world).splitlines() if "UTC  @bob" in line]
    assert lines == [
        "2026-11-22 23:50 UTC  @bob: the queue began to grow _(added later)_",
        "2026-11-23 13:30 UTC  @bob: a customer wrote _(added later)_",
        "14:01 UTC  @bob: the release went out _(added later)_",
    ]
    assert saying(room.messages, "@bob: the queue began to grow _(2026-11-22 23:50 UTC)_")
    assert saying(room.messages, "@bob: the release went out _(14:01 UTC)_")


# --- curation


def test_starred_and_hidden_without_losing_the_log(world: World, room: Room) -> None:
    alice = world.person("alice")
    alice.runs("/incident note the cache was cold", in_=room)
    alice.runs("/incident note lunch is here", in_=room)
    world.settle()
    before = len(world.events())
    cold, lunch = entry(world, "the cache was cold"), entry(world, "lunch is here")
    listed = alice.runs("/incident timeline edit", in_=room)
    assert f"#{lunch}" in listed and listed.ephemeral
    assert "marked" in alice.runs(f"/incident timeline star {cold}", in_=room)
    assert "leaves it out" in alice.runs(f"/incident timeline hide #{lunch}", in_=room)
    world.settle()
    shown = timeline(world)
    assert ":star: @alice: the cache was cold" in shown and "lunch is here _(not in the draft)_" in shown
    assert "★ alice: the cache was cold" in draft(world).replace("U0ALICE", "alice") and "lunch" not in draft(world)
    assert "lunch" not in alice.runs("/incident catchup", in_=room)
    assert len(world.events()) == before + 2, "both entries are in the log as they were"
    assert "has it again" in alice.runs(f"/incident timeline unhide {lunch}", in_=room)
    alice.runs(f"/incident timeline unstar {cold}", in_=room)
    assert "lunch" in draft(world) and "★" not in draft(world)


def test_an_entry_is_put_to_its_true_time(world: World, room: Room) -> None:
    bob, alice = world.slack.people("bob", "alice")
    world.advance(minutes=10)
    bob.runs("/incident note the deploy went out", in_=room)
    world.advance(minutes=5)
    bob.runs("/incident note errors began", in_=room)
    world.settle()
    number = entry(world, "errors began")
    bob.runs(f"/incident timeline time {number} 14:05", in_=room)
    shown = timeline(world)
    assert shown.index("errors began") < shown.index("the deploy went out")
    assert "14:05 UTC  @bob: errors began _(added later)_" in shown
    text = draft(world)
    assert text.index("errors began") < text.index("the deploy went out")
    [event] = [event for event in world.events() if event.id == number]
    assert f"{event.at:%H:%M}" == "14:17", "the log keeps when it was said"


REFUSED = {
    "star banana": "is no entry's number",
    "star 99999": "INC-1 has no entry 99999.",
    "time 1 13:00": "Only notes, decisions and messages are put to another time.",
    "unstar 1": "is so already",
    "hide": "Which entry?",
    "banana": "“banana” means nothing here.",
}


def test_refusals(world: World, room: Room) -> None:
    before = len(world.events())
    for said, answer in REFUSED.items():
        assert answer in timeline(world, f"timeline {said}")
    assert len(world.events()) == before


# --- what comes next


def test_it_tells_what_comes_next(make_world: object) -> None:
    assert callable(make_world)
    world: World = make_world(ON_CALL)
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    told = alice.runs("/incident timeline", in_=world.room()).reads
    coming = told.partition("What comes next")[2]
    assert "14:07 UTC  the next level is paged, unless somebody acknowledges" in coming
    assert "14:27 UTC  a status update is asked for" in coming
    assert "14:32 UTC  Muster posts a status update" in coming
    alice.runs("/incident ack 1")
    alice.runs("/incident mitigated 1")
    coming = alice.runs("/incident timeline", in_=world.room()).reads.partition("What comes next")[2]
    assert "next level" not in coming and "14:32 UTC  the room is asked: still holding?" in coming
    alice.runs("/incident cancel 1 a test run")
    world.settle()
    assert saying(world.room().messages, "cancelled")
    assert "the next" not in alice.runs("/incident timeline", in_=world.room()).reads.partition("What comes next")[2]


def test_whoever_travels_writes_by_the_clocks_where_they_are(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev4 A typo")
    for zone, hour in (("Europe/Berlin", 8), ("Asia/Tokyo", 0)):
        world.workspace.state.people["U0ALICE"].tz = zone
        world.clock.at += timedelta(days=1, hours=1)
        alice.runs(f"/incident note 1 09:00 It was there already, seen from {zone}")
        assert world.events()[-1].at.hour == hour
