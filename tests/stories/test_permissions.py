"""What a team leaves to some is refused to others, who read whom to ask; responding is everybody's."""

from collections.abc import Callable

import pytest

from sandbox import usergroups
from sandbox.state import UserGroup
from tests.stories.telling import updates
from tests.world import World

LEFT_TO_SOME = """
severities: {SEV1: {watch_for: none}, SEV2: {watch_for: none}}
permissions:
  lower_severity: [group:S0LEADS, person:U0ERIN]
  close: [group:S0LEADS]
  edit: {impact: [group:S0LEADS]}
"""
LIST = "usergroups.users.list"


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Carol is in the leads' group; Alice declared a SEV1."""
    made = make_world(LEFT_TO_SOME)
    lead(made, "carol")
    made.person("alice").runs("/incident declare sev1 Checkout is down")
    made.settle()
    for name in ("bob", "carol", "erin"):
        made.person(name).joins(made.room())
    made.settle()
    return made


def lead(world: World, *names: str) -> None:
    groups = world.workspace.state.groups
    group = groups.setdefault("S0LEADS", UserGroup("S0LEADS", "leads", "Leads", "", channels=[], created=0, created_by="U0ERIN"))
    usergroups.fill(world.workspace, group, [world.person(name).id for name in names], "U0ERIN")


def test_lowering_is_refused_to_whoever_may_not_and_raising_is_not(world: World) -> None:
    room = world.room()
    alice, carol, erin = world.slack.people("alice", "carol", "erin")
    refused = alice.runs("/incident sev 2 half of it works", in_=room)
    assert "Your team lets only @erin, @carol lower the severity. Ask one of them" in refused
    assert world.incident().severity == "SEV1"
    carol.runs("/incident sev 2 half of it works", in_=room)
    assert world.incident().severity == "SEV2"
    alice.runs("/incident sev 1", in_=room)
    assert world.incident().severity == "SEV1", "raising is everybody's"
    erin.runs("/incident sev 2 it was me", in_=room)
    assert world.incident().severity == "SEV2"


def test_in_the_update_form_too(world: World) -> None:
    alice, room = world.person("alice"), world.room()
    alice.runs("/incident update", in_=room)
    alice.chooses("Severity", "SEV2 Major")
    alice.fills("Actions in progress", "rolled back")
    wrong = alice.submits()
    assert list(wrong) == ["Severity"] and "<@" not in wrong["Severity"] and "Ask one of them" in wrong["Severity"]
    alice.chooses("Severity", "SEV1 Critical")
    alice.fills("Impact", "none")
    assert list(alice.submits()) == ["Impact"]
    alice.fills("Impact", "")
    assert alice.submits() == {}
    world.settle()
    assert "rolled back" in updates(room)[-1], "an update itself is everybody's"


def test_closing_and_fields(world: World) -> None:
    room = world.room()
    alice, carol = world.slack.people("alice", "carol")
    assert "lets only @carol change the impact" in alice.runs("/incident impact none", in_=room)
    alice.runs("/incident theory the release", in_=room)
    assert world.incident().theory == "the release", "what is not restricted is everybody's"
    carol.runs("/incident impact one region", in_=room)
    assert world.incident().impact == "one region"
    alice.runs("/incident resolve", in_=room)
    assert world.incident().status == "resolved"
    assert "lets only @carol close an incident" in alice.runs("/incident close done", in_=room)
    carol.runs("/incident close done", in_=room)
    assert world.incident().status == "closed"


def test_the_group_is_remembered_for_five_minutes(world: World) -> None:
    room = world.room()
    alice, bob = world.slack.people("alice", "bob")
    for _ in range(3):
        alice.runs("/incident impact none", in_=room)
    lead(world, "alice", "bob")
    assert "lets only" in bob.runs("/incident impact none", in_=room)
    world.advance(minutes=5)
    bob.runs("/incident impact none", in_=room)
    assert world.incident().impact == "none"


@pytest.mark.parametrize("error", ["plan_upgrade_required", "missing_scope", "ratelimited", "internal_error"])
def test_while_slack_does_not_say_who_is_in_it(world: World, error: str) -> None:
    """Never heard of: nobody is let in, but whoever is named by id. Known from before: as it was."""
    room = world.room()
    alice, carol, erin = world.slack.people("alice", "carol", "erin")
    world.workspace.faults.fail_next(LIST, times=99, error=error)
    said = carol.runs("/incident sev 2 half of it works", in_=room)
    assert "Slack does not say at the moment who is in their user group" in said and "@erin" in said
    erin.runs("/incident sev 2 named by id", in_=room)
    assert world.incident().severity == "SEV2"


def test_as_it_was_last_known(world: World) -> None:
    room = world.room()
    carol = world.person("carol")
    carol.runs("/incident impact one region", in_=room)
    world.advance(hours=5)
    world.workspace.faults.fail_next(LIST, times=99)
    carol.runs("/incident impact two regions", in_=room)
    assert world.incident().impact == "two regions"


def test_with_no_config_everybody_may_and_nobody_is_looked_up(make_world: Callable[..., World]) -> None:
    world = make_world()
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    bob.runs("/incident sev 2 half of it works 1")
    bob.runs("/incident impact none")
    assert (world.incident().severity, world.incident().impact) == ("SEV2", "none")
