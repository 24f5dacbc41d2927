"""Whoever comes in late is shown privately how things stand, from the record."""

from collections.abc import Callable

from bot.app import make_app
from tests.stories.telling import ON_CALL, saying
from tests.world import World


def test_whoever_joins_the_room(make_world: Callable[..., World]) -> None:
    world = make_world(ON_CALL)
    alice, bob, erin = world.slack.people("alice", "bob", "erin")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    bob.clicks("Acknowledge")
    alice.runs("/incident impact 1 in 3 payments fail", in_=room)
    alice.runs("/incident theory the new release leaks connections", in_=room)
    alice.runs("/incident decision we roll back", in_=room)
    alice.runs("/incident task roll back the release @bob", in_=room)
    alice.runs("/incident note errors began at 14:01", in_=room)
    world.advance(minutes=12)

    messages = len(room.messages)
    erin.joins(room)
    world.settle()
    [caught_up] = saying(erin.ephemerals, "INC-1  Checkout is down")
    assert caught_up.room == room and caught_up.text.startswith("Catch-up. INC-1 SEV1 investigating: Checkout is down")
    for known in (
        "SEV1 Critical",
        "IC @alice",
        "in 3 payments fail",
        "the new release leaks connections",
        "@alice decided: we roll back",
        "roll back the release (@bob)",
        "@alice: errors began at 14:01",
        "@bob acknowledged; paging stopped",
        "entries in all",
    ):
        assert known in caught_up, known
    assert len(room.messages) == messages and not saying(alice.ephemerals, "Catch-up"), "only whoever joined sees it"

    world.workspace.delivery.redeliver(3)
    world.settle()
    assert len(saying(erin.ephemerals, "What happened last")) == 1, "Slack delivers events more than once"
    erin.leaves(room)
    alice.runs("/incident identified a bad pool size", in_=room)
    erin.joins(room)
    world.settle()
    assert "identified" in saying(erin.ephemerals, "What happened last")[-1], "who comes again is shown what is new"


def test_whoever_is_invited_is_caught_up_too(world: World) -> None:
    alice, bob, erin = world.slack.people("alice", "bob", "erin")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    alice.invites(erin, world.room())
    alice.runs("/incident tech @bob", in_=world.room())
    world.settle()
    assert len(saying(erin.ephemerals, "What happened last")) == 1
    assert bob.is_in(world.room()) and len(saying(bob.ephemerals, "What happened last")) == 1


def test_asked_for(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    alice.runs("/incident declare sev3 The export hangs")
    alice.runs("/incident note 1 the queue is full")
    assert "@alice: the queue is full" in erin.runs("/incident catchup 1", in_="#random")
    erin.joins(world.slack.channel("general"))
    world.settle()
    assert len(saying(erin.ephemerals, "What happened last")) == 1, "other channels are not ours to comment on"


def test_whoever_has_just_declared_it_knows(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    bob.joins(room)
    world.settle()
    assert saying(bob.ephemerals, "What happened last") and not saying(alice.ephemerals, "What happened last")
    alice.leaves(room)
    world.advance(minutes=12)
    alice.joins(room)
    world.settle()
    assert saying(alice.ephemerals, "What happened last"), "who was away is caught up like everybody"


def test_slack_says_it_again_where_the_first_time_broke(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    world.app = make_app(world.muster, world.background, forms=world.api)  # started anew, it asks Slack who it is
    world.workspace.faults.change({"error_before": 1, "only": ["auth.test"]})
    erin.joins(world.room())
    world.workspace.faults.change({"clear": True})
    assert not saying(erin.ephemerals, "What happened last")
    world.workspace.delivery.redeliver(1)
    world.settle()
    assert len(saying(erin.ephemerals, "What happened last")) == 1
