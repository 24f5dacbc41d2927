"""Status updates on time: asked for before, put off once, posted by the worker when nobody did, silent while paused."""

from collections.abc import Callable

import pytest

from tests.stories.telling import as_seen, nudges, saying, updates
from tests.world import World

SECONDS = """
severities:
  SEV1: {update_every: 8s, nudge_before: 3s, watch_for: 20s}
"""
NOTHING_NEW = "Nothing new was reported since 14:02 UTC."


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Alice's SEV1, declared at 14:02: an update is due every thirty minutes."""
    made = make_world()
    made.person("alice").runs("/incident declare sev1 Checkout is down")
    made.settle()
    return made


def test_whoever_writes_them_is_asked_five_minutes_before(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    room = world.room()
    world.advance(minutes=24, seconds=59)
    assert not nudges(alice)
    world.advance(seconds=1)
    assert nudges(alice)[0].text.startswith("INC-1: a status update is due at <!date^")
    alice.clicks("Update", in_=nudges(alice)[0])
    assert alice.form.value("Status") == "investigating" and alice.form.value("Severity").startswith("SEV1")
    alice.fills("Impact", "1 in 3 payments fail")
    alice.fills("Actions in progress", "rolling back")
    assert alice.submits() == {}
    world.settle()
    [posted] = updates(room)
    assert "1 in 3 payments fail" in posted and "rolling back" in posted and "By @alice" in posted
    assert "Next update 14:57 UTC" in posted and "Nothing new" not in posted
    assert "*Impact*\n1 in 3 payments fail" in room.pins[0].reads
    [echo] = saying(world.slack.channel("incidents").messages[0].thread, "Status update")
    assert echo.text == posted.text

    alice.runs("/incident comms @bob", in_=room)
    world.advance(minutes=25)
    assert len(nudges(alice)) == 1 and len(nudges(bob)) == 1, "comms, once there is one"
    world.advance(minutes=5)
    assert len(updates(room)) == 2


def test_who_was_asked_reads_each_time_once(world: World) -> None:
    """What was asked for is not turned into the next one by taking its buttons away."""
    alice = world.person("alice")
    world.advance(minutes=25)
    alice.clicks("Update", in_=nudges(alice)[0])
    assert alice.submits() == {
        "Actions in progress": "Say in one line what is known, or what is being done: whoever reads it has nothing else."
    }
    alice.fills("Actions in progress", "still looking")
    assert alice.submits() == {}
    world.advance(minutes=56)
    told = [(message.reads.splitlines()[0], bool(message.buttons)) for message in nudges(alice)]
    assert told == [
        (":hourglass: INC-1: a status update was due at 14:32 UTC. Checkout is down", False),
        (":hourglass: INC-1: a status update was due at 14:57 UTC. Checkout is down", False),
        (":hourglass: INC-1: a status update is due at 15:27 UTC. Checkout is down", True),
    ]


def test_nobody_writes_one_so_the_worker_does(world: World) -> None:
    room = world.room()
    alice = world.person("alice")
    world.advance(minutes=30)
    [timed] = updates(room)
    assert NOTHING_NEW in timed and "Posted by Muster, because an update was due" in timed
    assert "Next update 15:02 UTC" in timed and timed.buttons == ["Write one"] and "*Duration*\n30 min" in timed.reads
    assert timed.text.startswith("Status update, INC-1 SEV1 investigating: Checkout is down. Nothing new was reported")
    assert not saying(alice.inbox, "had nothing new to say")

    world.advance(minutes=30)
    assert len(updates(room)) == 2 and NOTHING_NEW in updates(room)[-1]
    [told] = saying(alice.inbox, "INC-1: the last updates had nothing new to say")
    assert told.buttons == ["Update"], "after two in a row the commander is told"
    world.advance(minutes=30)
    assert len(updates(room)) == 3 and len(saying(alice.inbox, "nothing new to say")) == 1
    alice.clicks("Write one", in_=updates(room)[-1])
    alice.fills("Current theory", "a bad pool size")
    assert alice.submits() == {}
    world.advance(minutes=60)
    assert "Nothing new was reported since 15:32 UTC." in updates(room)[-1]
    assert len(saying(alice.inbox, "nothing new to say")) == 2, "counted anew from what she wrote"


@pytest.mark.parametrize("said", ["note errors began after the release", "decision we roll back"])
def test_what_was_noted_is_news(world: World, said: str) -> None:
    world.advance(minutes=10)
    world.person("alice").runs(f"/incident {said}", in_=world.room())
    world.advance(minutes=20)
    [timed] = updates(world.room())
    assert "Nothing new was reported since 14:12 UTC." in timed


def test_put_off_once(world: World) -> None:
    alice = world.person("alice")
    room = world.room()
    world.advance(minutes=25)
    first = as_seen(nudges(alice)[0])
    alice.clicks("Snooze", in_=first)
    world.settle()
    assert "The update is put off until 14:42 UTC" in alice.ephemerals[-1]
    world.advance(minutes=11)
    assert not updates(room)
    assert len(nudges(alice)) == 2 and nudges(alice)[-1].buttons == ["Update"], "asked again, and it can wait no longer"
    alice.clicks("Snooze", in_=first)
    world.settle()
    assert "put off once already" in alice.ephemerals[-1]
    world.advance(minutes=4)
    assert len(updates(room)) == 1
    world.advance(minutes=25)
    assert "Snooze 10 min" in nudges(alice)[-1].buttons, "the next one may be put off again"


@pytest.mark.parametrize("until", ["", " 2h"])
def test_paused(world: World, until: str) -> None:
    alice = world.person("alice")
    room = world.room()
    assert "No nudges and no timed updates" in alice.runs(f"/incident pause{until}", in_=room)
    world.advance(hours=1, minutes=59)
    assert not updates(room) and not nudges(alice)
    assert saying(room.messages, "@alice paused the timed updates")
    assert "Resume updates" in alice.runs("/incident", in_=room).post.buttons  # type: ignore[union-attr]
    if until:
        world.advance(minutes=1)
        assert len(updates(room)) == 1, "what fell due meanwhile is due then, once"
    else:
        assert "until 2026-11-24 08:01 UTC" in alice.runs("/incident pause 16h", in_=room)
        alice.clicks("Resume updates")
        world.advance(minutes=25)
        assert not updates(room) and len(nudges(alice)) == 1, "a whole cadence from when they were resumed"
        world.advance(minutes=5)
        assert len(updates(room)) == 1


def test_what_is_written_in_a_pause_promises_nothing(world: World) -> None:
    alice, room = world.person("alice"), world.room()
    alice.runs("/incident pause", in_=room)
    alice.runs("/incident update", in_=room)
    alice.fills("Impact", "every third payment fails")
    alice.submits()
    world.settle()
    assert "Timed updates are paused." in updates(room)[0].text and "Next update" not in updates(room)[0].reads


def test_reopening_ends_a_pause(world: World) -> None:
    alice, room = world.person("alice"), world.room()
    alice.runs("/incident pause", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    alice.runs("/incident reopen it is down again", in_=room)
    world.advance(minutes=31)
    assert len(updates(room)) == 1


def test_a_cadence_of_seconds(make_world: Callable[..., World]) -> None:
    world = make_world(SECONDS)
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    world.advance(seconds=5)
    assert len(nudges(alice)) == 1
    world.advance(seconds=3)
    assert len(updates(room)) == 1
    world.advance(seconds=32)
    assert len(updates(room)) == 5 and len(nudges(alice)) == 5, "one of each for every eight seconds"
    assert len(saying(alice.inbox, "nothing new to say")) == 1
    alice.runs("/incident identified", in_=room)
    world.advance(seconds=40)
    assert len(saying(alice.inbox, "nothing new to say")) == 2


def test_a_moment_that_somebody_promised(world: World) -> None:
    alice = world.person("alice")
    room = world.room()
    alice.runs("/incident update looking at the pool", in_=room)
    assert alice.form.value("Actions in progress") == "looking at the pool"
    alice.picks("Next update", int(world.clock.at.timestamp()) + 90 * 60)
    assert alice.submits() == {}
    world.advance(minutes=84, seconds=59)
    assert len(updates(room)) == 1 and not nudges(alice) and "Next update 15:32 UTC" in updates(room)[0]
    world.advance(minutes=5, seconds=1)
    assert len(updates(room)) == 2 and len(nudges(alice)) == 1


def test_worse_is_sooner(make_world: Callable[..., World]) -> None:
    """Raised from a four-hour cadence, the next update comes by the new one, and an update is offered at once."""
    world = make_world()
    alice = world.person("alice")
    alice.runs("/incident declare sev3 The export hangs")
    world.advance(hours=1)
    alice.runs("/incident sev 1 1 data is lost")
    world.settle()
    room = world.room()
    assert saying(room.all, "raised the severity from SEV3 to SEV1: data is lost")[0].buttons == ["Write an update"]
    world.advance(minutes=30)
    assert len(updates(room)) == 1
    world.advance(minutes=30)
    assert len(updates(room)) == 2


def test_an_update_that_changes_severity_and_state(world: World) -> None:
    alice = world.person("alice")
    room = world.room()
    alice.clicks("Update", in_=room.pins[0])
    alice.chooses("Status", "monitoring")
    alice.chooses("Severity", "SEV2")
    alice.fills("Impact", "none any more")
    assert alice.submits() == {}
    world.settle()
    [posted] = updates(room)
    assert "*Severity*\nSEV2" in posted and "*Status*\nmonitoring" in posted
    assert not saying(room.messages, "lowered the severity"), "the update has said so"
    assert room.topic == "SEV2 monitoring | IC @alice | Checkout is down"
    assert "~SEV1~ SEV2" in room.pins[0]
    world.advance(minutes=59)
    assert len(updates(room)) == 1, "an hour, since it is SEV2 now"
