"""A bad incident that nobody commands is asked for a commander after five minutes; leaders are told of the worst."""

from collections.abc import Callable

from tests.stories.telling import saying
from tests.world import World


def declared(world: World, severity: str) -> None:
    """By Alice, who clears the field."""
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Checkout is down")
    alice.chooses("Severity", severity)
    alice.clears("Incident commander")
    assert alice.submits() == {}
    world.settle()


def test_the_room_is_asked_once(world: World) -> None:
    declared(world, "SEV1")
    bob, room = world.person("bob"), world.room()
    assert "_nobody yet_" in room.pins[0].reads and "no IC yet" in room.topic
    world.advance(minutes=4, seconds=59)
    assert not saying(room.messages, "Nobody is Incident commander yet")
    world.advance(seconds=1)
    [asked] = saying(room.messages, "Nobody is Incident commander yet")
    assert asked.buttons == ["Take IC"]
    world.advance(hours=2)
    assert len(saying(room.messages, "Nobody is Incident commander yet")) == 1

    bob.joins(room)
    world.settle()
    bob.clicks("Take IC", in_=asked)
    world.settle()
    assert "You are Incident commander of INC-1 now" in bob.ephemerals[-1]
    assert saying(room.messages, "@bob is now Incident commander") and "IC @bob" in room.topic
    bob.runs("/incident leave ic", in_=room)
    world.advance(minutes=5)
    assert len(saying(room.messages, "Nobody is Incident commander yet")) == 2, "left again, asked again"


def test_taken_in_time_nobody_is_asked(world: World) -> None:
    declared(world, "SEV2")
    world.advance(minutes=3)
    world.person("bob").runs("/incident ic 1")
    world.advance(hours=1)
    assert not saying(world.slack.channel("incidents").all + world.room().all, "Nobody is Incident commander yet")


def test_what_is_less_bad_can_do_without(world: World) -> None:
    declared(world, "SEV3")
    world.advance(hours=3)
    assert not saying(world.slack.channel("incidents").all, "Nobody is Incident commander yet")


def test_leaders_hear_of_the_worst_when_it_begins_and_ends(make_world: Callable[..., World]) -> None:
    world = make_world("workspace: {leadership_channel: leadership}\nseverities:\n  SEV1: {watch_for: none}\n")
    alice, dave = world.slack.people("alice", "dave")
    leadership = dave.creates("leadership")
    alice.runs("/incident declare sev2 Search is slow")
    world.settle()
    assert not saying(leadership.messages, "Search is slow")
    alice.runs("/incident sev 1 all of it")
    world.advance(minutes=20)
    assert len(saying(leadership.messages, "INC-1 SEV1 investigating: Search is slow")) == 1
    alice.runs("/incident resolve 1")
    world.settle()
    assert len(saying(leadership.messages, "INC-1 SEV1 resolved: Search is slow")) == 1


COMMANDERS = """
rotations: {primary: {people: [U0BOB]}, commanders: {people: [U0CAROL]}}
roles: {ic: {rotation: commanders}}
"""


def test_whoever_is_on_call_for_it_is_suggested(make_world: Callable[..., World]) -> None:
    """To the room that has nobody, and to whoever declares; nobody is made commander by themselves."""
    world = make_world(COMMANDERS)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    declared(world, "SEV1")
    [told] = saying(alice.ephemerals, "Nobody is incident commander yet.\n@carol is on call for that.")
    assert told.buttons == ["Take IC", "Give it to them"]
    world.advance(minutes=5)
    [asked] = saying(world.room().messages, "Nobody is Incident commander yet. On call for it: @carol")
    assert asked.buttons == ["Take IC", "Give it to them"] and not carol.inbox
    bob.joins(world.room())
    bob.clicks("Give it to them", in_=asked)
    world.settle()
    assert saying(carol.inbox, "@bob made @carol Incident commander") and "IC @carol" in world.room().topic
    assert not asked.buttons

    answer = alice.runs("/incident declare sev1 Mail is late")
    assert "You are incident commander: coordinate, decide, delegate.\n@carol is on call for that." in answer
    alice.clicks("Hand it to them")
    assert "What we know" in alice.form.labels, "the brief, before anybody is asked"
    assert "on call for that" not in carol.runs("/incident declare sev1 Search is slow")
