"""A room in which nothing happens for two cadences is asked once whether it is still going on."""

from tests.stories.telling import as_seen, saying
from tests.world import World

QUESTION = "Is this still going on?"


def declared(world: World) -> None:
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.settle()


def test_it_is_asked_once_a_silence(world: World) -> None:
    declared(world)
    room, bob = world.room(), world.person("bob")
    world.advance(minutes=59, seconds=59)
    assert not saying(room.messages, QUESTION)
    world.advance(seconds=1)
    [asked] = map(as_seen, saying(room.messages, QUESTION))
    assert asked.buttons == ["Still going on", "Update", "Resolve"]
    world.advance(hours=4)
    assert len(saying(room.messages, QUESTION)) == 1
    bob.joins(room)
    world.settle()
    bob.clicks("Still going on", in_=asked)
    world.settle()
    assert saying(room.messages, "@bob says that it is still going on")
    bob.clicks("Still going on", in_=asked)
    world.settle()
    assert "Somebody has answered already" in bob.ephemerals[-1]
    world.advance(minutes=59)
    assert len(saying(room.messages, QUESTION)) == 1
    world.advance(minutes=1)
    assert len(saying(room.messages, QUESTION)) == 2, "another silence"


def test_people_who_talk_are_not_asked(world: World) -> None:
    """What they write is no command, and is looked up before they are asked; the silence counts from there."""
    declared(world)
    room, alice = world.room(), world.person("alice")
    world.advance(minutes=40)
    alice.says("the database looks fine", in_=room)
    world.advance(minutes=30)
    assert not saying(room.messages, QUESTION)
    world.advance(minutes=29)
    assert not saying(room.messages, QUESTION)
    world.advance(minutes=1)
    assert len(saying(room.messages, QUESTION)) == 1


def test_what_somebody_does_counts(world: World) -> None:
    declared(world)
    alice, room = world.person("alice"), world.room()
    world.advance(minutes=50)
    alice.runs("/incident note rebooting", in_=room)
    world.advance(minutes=50)
    assert not saying(room.messages, QUESTION)


def test_paused_and_over_it_is_not_asked(world: World) -> None:
    declared(world)
    alice, room = world.person("alice"), world.room()
    alice.runs("/incident pause", in_=room)
    world.advance(hours=5)
    assert not saying(room.messages, QUESTION)
    alice.runs("/incident resume", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve")
    world.advance(hours=5)
    assert not saying(room.messages, QUESTION)


def test_in_a_thread_too(world: World) -> None:
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.advance(hours=8)
    [announced] = [post for post in world.slack.channel("incidents").messages if "INC-1" in post]
    assert len(saying(announced.thread, QUESTION)) == 1
