"""After the fix: watched for as long as the severity says, asked about once, and resolved with the checklist in view."""

from collections.abc import Callable

from tests.stories.telling import saying
from tests.world import World


def declared(world: World, severity: str = "sev1") -> None:
    alice = world.person("alice")
    alice.runs(f"/incident declare {severity} Checkout is down")
    alice.runs("/incident pause 1")
    world.advance(minutes=40)
    told = alice.runs("/incident mitigated 1 rolled back")
    assert "is monitoring now" in told and "Then `/incident resolve INC-1`" in told
    world.settle()


def test_it_holds(world: World) -> None:
    declared(world)
    alice, room = world.person("alice"), world.room()
    assert world.incident().mitigated_at == world.clock.at
    world.advance(minutes=59, seconds=59)
    assert not saying(room.messages, "The watch is over: still holding?")
    world.advance(seconds=1)
    [asked] = saying(room.messages, "The watch is over: still holding? Errors at zero? Latency normal?")
    assert asked.buttons == ["Resolve", "Not holding"]
    world.advance(hours=3)
    assert len(saying(room.messages, "The watch is over: still holding?")) == 1
    alice.clicks("Resolve", in_=asked)
    world.settle()
    assert world.incident().status == "resolved" and not alice.has_form, "the watch is over: nothing more is asked"
    assert "before the watch was over" not in saying(room.messages, "*resolved*")[0]
    assert saying(room.messages, "Still to do: service normal")
    assert "is resolved now" in alice.ephemerals[-1]


def test_halfway_through_it_is_asked_whether_it_holds(world: World) -> None:
    declared(world)
    bob, room = world.person("bob"), world.room()
    bob.joins(room)
    world.advance(minutes=29, seconds=59)
    assert not saying(room.messages, "still holding?")
    world.advance(seconds=1)
    [asked] = saying(room.messages, "Watching until 15:42 UTC: still holding? Errors at zero? Latency normal?")
    assert asked.buttons == ["Holding", "Not holding"]
    bob.clicks("Holding", in_=asked)
    world.settle()
    assert saying(room.messages, "@bob looked: the fix is holding") and world.incident().status == "monitoring"
    assert "@bob looked: the fix is holding" in bob.runs("/incident timeline", in_=room)
    world.advance(minutes=30)
    assert saying(room.messages, "The watch is over: still holding?")
    bob.runs("/incident resolve", in_=room)
    world.settle()
    assert "no fix is being watched" in bob.runs("/incident holding", in_=room)


def test_it_does_not_hold(world: World) -> None:
    declared(world)
    bob, room = world.person("bob"), world.room()
    bob.joins(room)
    world.advance(hours=1)
    bob.clicks("Not holding", in_=saying(room.messages, "The watch is over: still holding?")[0])
    world.settle()
    assert world.incident().status == "investigating" and world.incident().mitigated_at is None
    world.advance(hours=2)
    assert len(saying(room.messages, "The watch is over: still holding?")) == 1, "nothing is being watched"
    bob.runs("/incident mitigated rolled back the database as well", in_=room)
    world.advance(hours=1)
    assert len(saying(room.messages, "The watch is over: still holding?")) == 2, "a new fix, a new watch"


def test_the_watch_is_as_long_as_the_severity_says(world: World) -> None:
    declared(world, "sev2")
    room = world.room()
    world.advance(minutes=29, seconds=59)
    assert not saying(room.messages, "The watch is over: still holding?")
    world.advance(seconds=1)
    assert saying(room.messages, "The watch is over: still holding?")


def test_what_the_watch_asks_is_not_asked_of_a_quiet_room_as_well(world: World) -> None:
    declared(world)
    world.person("alice").runs("/incident resume 1")
    world.advance(hours=1, minutes=59)
    asked = [post.text for post in world.room().messages if "still holding?" in post or "Is this still going on?" in post]
    assert len(asked) == 2 and not any("Is this still going on?" in text for text in asked)
    world.advance(minutes=1)
    assert saying(world.room().messages, "Is this still going on?"), "nobody has answered"


def test_no_watch_where_none_is_asked_for(world: World) -> None:
    declared(world, "sev3")
    world.advance(hours=3)
    assert not saying(world.slack.channel("incidents").all, "still holding?")
    assert "is resolved now" in world.person("alice").runs("/incident resolve 1")


def test_resolved_early_it_asks_once_and_says_so(world: World) -> None:
    declared(world)
    alice, room = world.person("alice"), world.room()
    asked = alice.runs("/incident resolve all good", in_=room)
    assert "The watch after the fix is not over yet. Resolve anyway?\nIt is watched until 15:42 UTC." in asked
    world.settle()
    assert world.incident().status == "monitoring"
    alice.clicks("Resolve anyway")
    world.advance(hours=2)
    assert world.incident().status == "resolved"
    assert saying(room.messages, "moved it from monitoring to *resolved* before the watch was over: all good")
    assert not saying(room.messages, "The watch is over: still holding?")


def test_the_checklist_names_what_is_left(world: World) -> None:
    declared(world)
    alice, room = world.person("alice"), world.room()
    alice.runs("/incident", in_=room)
    alice.clicks("Resolution checklist")
    for done in ("Service normal", "Customers told"):
        alice.checks("Resolution checklist", done)
    alice.fills("What fixed it?", "rolled back")
    assert list(alice.submits()) == ["Resolving early"]
    alice.checks("Resolving early")
    assert alice.submits() == {}
    world.settle()
    told = alice.ephemerals[-1]
    assert "5 of 7 on the checklist still to do." in told
    assert saying(room.messages, "*resolved* before the watch was over: rolled back")


def test_seconds_work_as_well(make_world: Callable[..., World]) -> None:
    world = make_world("severities:\n  SEV1: {update_every: none, watch_for: 3s}\n")
    declared(world)
    world.advance(seconds=3)
    assert len(saying(world.room().messages, "The watch is over: still holding?")) == 1
