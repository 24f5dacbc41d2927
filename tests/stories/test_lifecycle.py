"""Reopened, closed, cancelled: each with its reason, and what cannot be is refused with what can."""

from collections.abc import Callable

import pytest

from incidents.events import StatusChanged
from sandbox.people import Somebody
from tests.stories.telling import ON_CALL, is_paged, pages, saying, updates
from tests.world import World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Bob is on call; Alice's SEV1 is acknowledged."""
    made = make_world(ON_CALL)
    made.person("alice").runs("/incident declare sev1 Checkout is down")
    made.settle()
    made.person("bob").clicks("Acknowledge")
    made.settle()
    return made


def resolve(world: World, person: Somebody, why: str = "rolled back") -> None:
    """Before the watch is over, which asks once."""
    asked = person.runs(f"/incident resolve {why}", in_=world.room())
    assert "The fix has not been watched yet. Resolve anyway?" in asked and asked.post
    assert asked.post.buttons == ["Resolve anyway", "Watch it for 1 h"]
    person.clicks("Resolve anyway")
    world.settle()


def last_moves(world: World) -> list[tuple[str, str, str]]:
    moves = [event.payload for event in world.events() if event.kind == "status.changed"]
    return [(move["old"], move["new"], move.get("why", "")) for move in moves]


def test_resolved_early_then_it_comes_back(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    room = world.room()
    world.advance(minutes=10)
    resolve(world, alice)
    assert saying(room.messages, "@alice moved it from investigating to *resolved* before the watch was over: rolled back")
    assert room.pins[0].buttons == ["Postmortem", "Action items", "Reopen", "Close"]
    posted = len(updates(room))
    world.advance(hours=3)
    assert len(updates(room)) == posted, "nothing falls due while it is over"

    bob.joins(room)
    bob.clicks("Reopen", in_=room.pins[0])
    assert bob.submits() == {"Reason": "Please complete this required field."}
    bob.fills("Reason", "errors again")
    assert bob.submits() == {}
    world.settle()
    assert saying(room.messages, "@bob moved it from resolved to *investigating*: errors again")
    assert len(pages(bob)) == 2 and "(errors again)" in pages(bob)[1], "three hours later nobody may be at it any more"
    assert "Paged @bob. If nobody acknowledges by" in bob.ephemerals[-1]
    bob.clicks("Acknowledge", in_=pages(bob)[1])
    world.settle()
    assert not saying(room.messages, "Nobody is Communications lead yet"), "that is asked some time after the reopening"
    assert "Resolve" in room.pins[0].buttons and room.topic.startswith("SEV1 investigating")
    assert world.incident().resolved_at is None and world.incident().mitigated_at is None
    world.advance(minutes=31)
    assert len(updates(room)) == posted + 1, "updates fall due again, from now"
    assert last_moves(world) == [
        ("investigating", "resolved", "rolled back"),
        ("resolved", "investigating", "errors again"),
    ]


def test_reopened_into_the_state_that_is_chosen(world: World) -> None:
    alice = world.person("alice")
    resolve(world, alice)
    alice.runs("/incident status", in_=world.room())
    alice.chooses("New state", "Monitoring")
    alice.fills("Reason", "one more look")
    assert alice.submits() == {}
    world.settle()
    assert last_moves(world)[-1] == ("resolved", "monitoring", "one more look")


def test_closed_with_a_reason_and_opened_again(world: World) -> None:
    alice = world.person("alice")
    room = world.room()
    resolve(world, alice)
    alice.runs("/incident close", in_=room)
    assert alice.has_form and alice.form.value("New state") == "closed"
    alice.closes()
    world.settle()
    assert world.incident().status == "resolved", "a form that is put away changes nothing"
    assert "is closed now" in alice.runs("/incident close the postmortem is out", in_=room)
    world.settle()
    assert world.incident().closed_at and room.pins[0].buttons == ["Postmortem", "Action items"]
    assert "From here it can only go back to resolved: `reopen <why>`" in alice.runs("/incident status monitoring", in_=room)
    assert "can no longer be changed" in alice.runs("/incident sev 2 it was less", in_=room)
    assert "its roles are history" in alice.runs("/incident tech", in_=room)
    assert "is resolved now" in alice.runs("/incident reopen a number was wrong", in_=room)
    world.settle()
    assert last_moves(world)[1:] == [
        ("resolved", "closed", "the postmortem is out"),
        ("closed", "resolved", "a number was wrong"),
    ]
    assert world.incident().closed_at is None and len(room.files) == 1, "no second draft for a correction"


def test_cancelled_it_is_quiet(make_world: Callable[..., World]) -> None:
    world = make_world(ON_CALL)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    asked = alice.runs("/incident cancel 1")
    assert "Cancel INC-1, Checkout is down?" in asked and asked.post and asked.post.buttons == ["Cancel it", "Resolve"]
    assert world.incident().status == "investigating"
    told = alice.runs("/incident cancel 1 a test run")
    assert "is cancelled now" in told and "no postmortem is owed" in told
    world.advance(hours=4)
    room = world.room()
    assert saying(room.messages, "@alice moved it from investigating to *cancelled*: a test run")
    assert not is_paged(carol) and not updates(room) and not room.files and not alice.inbox
    assert room.pins[0].buttons == [] and "cancelled" in world.slack.channel("incidents").messages[0]
    for refused, answer in (
        ("reopen it was real", "What was cancelled does not reopen; declare a new incident."),
        ("resolve", "It cannot go from cancelled to resolved. Nothing more can happen to it"),
        ("mitigated", "It cannot go from cancelled to monitoring. Nothing more can happen to it"),
        ("postmortem", "INC-1 was cancelled; it has no postmortem."),
    ):
        assert answer in alice.runs(f"/incident {refused}", in_=room)
    assert last_moves(world) == [("investigating", "cancelled", "a test run")]
    assert "There are no open incidents" in bob.runs("/incident list")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("status closed", "It cannot go from investigating to closed. From here it can go to identified, mitigating"),
        ("decline", "It cannot go from investigating to declined"),
        ("reopen why not", "It is open already"),
        ("status investigating", "It is already investigating"),
        ("status banana", "“banana” is not a state"),
        ("status mitigatng", "Did you mean `mitigating`?"),
        ("mitigatng", "Did you mean `mitigating`?"),
    ],
)
def test_a_refused_move_says_which_are_open(world: World, said: str, answer: str) -> None:
    before = len(world.events())
    told = world.person("alice").runs(f"/incident {said}", in_=world.room())
    assert answer in told and told.ephemeral
    world.settle()
    assert len(world.events()) == before and world.incident().status == "investigating"


def test_among_the_active_states_any_move_and_back(world: World) -> None:
    alice = world.person("alice")
    room = world.room()
    for state, said in (
        ("mitigating", "mitigating"),
        ("identified", "status identified"),
        ("monitoring", "monitoring!"),
        ("mitigating", "mitigate"),
        ("investigating", "investigating 1 not it"),
    ):
        assert f"is {state} now" in alice.runs(f"/incident {said}", in_=room)
        world.settle()
        assert state in room.pins[0] and saying(room.messages, f"*{state}*")[-1].buttons[:1] == ["Write an update"]
    assert saying(room.messages, "What are you trying?")[0].buttons[1:6] == [
        "Roll back",
        "Flag off",
        "Scale up",
        "Fail over",
        "Degrade",
    ]
    assert world.incident().mitigated_at is None, "it was not mitigated after all"


def in_triage(world: World) -> None:
    """As what an alert opens is, before anybody has looked at it."""
    with world.core.unit(1) as unit:
        unit.incident.status = "triage"
        unit.record(StatusChanged(old="investigating", new="triage"))
    world.settle()


def test_declined_from_triage_it_is_over(world: World) -> None:
    in_triage(world)
    bob, room = world.person("bob"), world.room()
    bob.joins(room)
    world.settle()
    assert room.pins[0].buttons == ["Declare", "Attach to …", "Dismiss", "Timeline"], "it is acknowledged"
    bob.clicks("Dismiss", in_=room.pins[0])
    world.settle()
    row = world.incident()
    assert (row.status, row.closed_at) == ("declined", world.clock.at)
    assert saying(room.messages, "@bob moved it from triage to *declined*")
    assert saying(bob.ephemerals, "no postmortem is owed")
    posted = len(room.messages)
    world.advance(hours=3)
    assert len(room.messages) == posted and not room.files, "nothing falls due any more"
    assert "Nothing more can happen to it" in bob.runs("/incident decline", in_=room)


def test_what_is_real_goes_from_triage_into_work(world: World) -> None:
    in_triage(world)
    bob, room = world.person("bob"), world.room()
    bob.joins(room)
    world.settle()
    bob.clicks("Declare", in_=room.pins[0])
    world.settle()
    assert world.incident().status == "investigating" and "Resolve" in room.pins[0].buttons
