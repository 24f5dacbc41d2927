"""What to try, and what to check: ticked off with one tap, on the timeline with name and time, open items in view."""

import pytest

from sandbox.seen import Room
from tests.stories.telling import saying
from tests.world import World


@pytest.fixture
def room(world: World) -> Room:
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.settle()
    world.person("bob").joins(world.room())
    world.settle()
    return world.room()


def ticks(world: World) -> list[tuple[str, str, bool]]:
    events = [event for event in world.events() if event.kind == "checklist.ticked"]
    return [(event.actor or "", event.payload["item"], event.payload.get("on", True)) for event in events]


def test_the_ways_to_mitigate_are_a_tap_each(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident status mitigating", in_=room)
    world.settle()
    [post] = saying(room.messages, "to *mitigating*")
    assert {"Roll back", "Flag off", "Scale up", "Fail over", "Degrade", "Checklist"} <= set(post.buttons)
    bob.clicks("Fail over", in_=post)
    world.settle()
    assert saying(room.messages, "@bob ticked *fail over* (mitigation)")
    assert "Mitigation: fail over @bob" in room.pins[0]
    bob.clicks("Fail over", in_=post)
    world.settle()
    assert "“fail over” is ticked already, by @bob." in bob.ephemerals[-1]
    assert ticks(world) == [(bob.id, "fail over", True)]


def test_the_resolution_checklist_before_and_after_resolving(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident mitigated rolled back", in_=room)
    world.settle()
    assert "Checklist, still to do: service normal, metrics confirm, temporary mitigations" in room.pins[0]
    listed = bob.runs("/incident checklist", in_=room)
    assert "Resolution checklist of INC-1: 0 of 7 done" in listed and listed.ephemeral
    bob.clicks("Done", in_=listed.post)
    world.settle()
    assert saying(room.messages, "@bob ticked *service normal* (resolution)")
    assert "1 of 7 done" in bob.ephemerals[-1] and "Checklist, still to do: metrics confirm, temp" in room.pins[0]
    world.advance(hours=1)
    [asked] = saying(room.messages, "The watch is over: still holding?")
    assert "Before resolving: metrics confirm" in asked and "service normal" not in asked

    alice.runs("/incident checklist resolution 2", in_=room)
    alice.runs("/incident", in_=room)
    alice.clicks("Resolution checklist")
    assert alice.form.value("Resolution checklist") == ["Service normal", "Metrics confirm"], "what is ticked is ticked there"
    alice.checks("Resolution checklist", "Customers told")
    assert alice.submits() == {}
    world.settle()
    assert world.incident().status == "resolved"
    assert [item for _, item, _ in ticks(world)] == ["service normal", "metrics confirm", "customers told"]
    assert saying(room.messages, "Still to do: temporary mitigations cleaned up · timeline complete")
    for number in (3, 5, 6, 7):
        bob.runs(f"/incident checklist resolution {number}", in_=room)
    world.settle()
    assert "Checklist: all done" in room.pins[0]
    timeline = bob.runs("/incident timeline", in_=room)
    assert "@bob ticked *cause tagged* (resolution)" in timeline


def test_resolving_names_what_is_open(world: World, room: Room) -> None:
    alice = world.person("alice")
    for number in (1, 2, 3, 4, 5):
        alice.runs(f"/incident checklist resolution {number}", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    [told] = saying(alice.ephemerals, "is resolved now")
    assert "2 of 7 on the checklist still to do." in told and "Checklist" in told.buttons
    assert saying(room.messages, "Still to do: postmortem owner named and scheduled · cause tagged")


def test_when_it_comes_back_it_is_checked_anew(world: World, room: Room) -> None:
    alice = world.person("alice")
    alice.runs("/incident checklist resolution 1", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    alice.runs("/incident reopen errors again", in_=room)
    world.settle()
    assert "0 of 7 done" in alice.runs("/incident checklist resolution", in_=room)
    alice.runs("/incident checklist resolution 1", in_=room)
    assert "0 of 7 done" in alice.runs("/incident checklist resolution undo 1", in_=room)
    assert ticks(world)[-1] == (alice.id, "service normal", False)


def test_the_first_five_minutes_tick_themselves_where_the_record_knows(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    assert (
        "First five minutes, still to do: roles given, first status posted, known facts written down, theories written"
        in room.pins[0]
    )
    [rules] = saying(room.messages, "Decisions are made and recorded here.")
    bob.clicks("First five minutes", in_=rules)
    world.settle()
    listed = bob.ephemerals[-1]
    assert "First five minutes of INC-1: 1 of 5 done" in listed and {"Roles", "Update"} <= set(listed.buttons)
    alice.runs("/incident impact nobody can pay", in_=room)
    alice.runs("/incident comms @bob", in_=room)
    alice.runs("/incident update looking", in_=room)
    alice.submits()
    alice.runs("/incident checklist first 5", in_=room)
    world.settle()
    assert "First five minutes" not in room.pins[0]
    assert "5 of 5 done" in alice.runs("/incident checklist first", in_=room)
    assert ticks(world) == [(alice.id, "theories written down", True)], "the others are known, not ticked"
    assert "Investigation checklist of INC-1: 0 of 5 done" in alice.runs("/incident checklist", in_=room)
    assert "Investigation checklist" in alice.runs("/incident", in_=room).post.buttons
    alice.runs("/incident checklist investigation 1", in_=room)
    world.settle()
    assert saying(room.messages, "@alice ticked *recent deploys* (investigation)")
    alice.runs("/incident mitigated rolled back", in_=room)
    alice.runs("/incident status investigating", in_=room)
    world.settle()
    assert saying(room.messages, "Look at: recent deploys · config changes")


REFUSED = {
    "resolution 8": "there are 7",
    "resolution banana": "Which item?",
    "mitigation undo 1": "“roll back” is not ticked.",
    "undo": "Which item?",
}


def test_refusals(world: World, room: Room) -> None:
    for said, answer in REFUSED.items():
        told = world.person("alice").runs(f"/incident checklist {said}", in_=room)
        assert answer in told and told.ephemeral
        assert ticks(world) == []
