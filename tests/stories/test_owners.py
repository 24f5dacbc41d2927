"""Whoever owns a service hears of its incident once, where its severity says so, and comes into its room."""

from collections.abc import Callable

import pytest

from incidents.alerts import Signal, receive
from sandbox import usergroups
from sandbox.people import Somebody
from sandbox.seen import Post
from sandbox.state import UserGroup
from tests.stories.telling import is_paged, saying
from tests.world import World

OWNED = """
rotations:
  primary: {people: [U0BOB]}
  payments: {people: [U0CAROL]}
services:
  checkout: {owner: ["rotation:payments", "person:erin@example.com", "channel:engineering", "channel:incidents", Payments team]}
  search: {owner: "group:S0SEARCH"}
  login: {owner: platform}
  billing: {owner: ["person:typo@example.com", "person:U0DAVE"]}
"""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Carol is on call for payments, Bob for everything; Bob and Dave are the search team."""
    made = make_world(OWNED)
    group = UserGroup("S0SEARCH", "search", "Search", "", channels=[], created=0, created_by="U0ERIN")
    made.workspace.state.groups["S0SEARCH"] = group
    usergroups.fill(made.workspace, group, [made.person(name).id for name in ("bob", "dave")], "U0ERIN")
    return made


def declares(world: World, level: str, *services: str, by: str = "alice", tick: str = "") -> None:
    who = world.person(by)
    who.runs(f"/incident declare {level}")
    who.fills("What is wrong?", "It is slow")
    for service in services:
        who.chooses("Services", service)
    if tick:
        who.checks("Also", tick)
    assert who.submits() == {}
    world.settle()


def told(one: Somebody) -> list[Post]:
    return saying(one.inbox, "which is yours")


def test_the_owners_of_a_minor_one_are_told_and_nobody_is_paged(world: World) -> None:
    bob, carol, erin = world.slack.people("bob", "carol", "erin")
    declares(world, "sev3", "checkout", "login")
    [post] = told(carol)
    assert "INC-1 SEV3 It is slow: it concerns checkout, which is yours" in post.text
    assert "Incident commander: @alice, and nobody is paged." in post and post.buttons == ["Acknowledge", "Show"]
    assert "Where: its thread in #incidents" in post
    [channels] = saying(world.slack.channel("engineering").messages, "which is yours")
    assert len(told(erin)) == 1 and not told(bob) and not is_paged(bob)
    [card] = world.slack.channel("incidents").messages
    assert "Services: checkout, login (owner told)" in card
    shown = bob.runs("/incident show 1")
    assert (
        "Owned by: checkout: whoever is on call in payments, erin@example.com, #engineering, #incidents, Payments team; "
        "login: platform" in shown
    )
    assert "Told @carol, erin@example.com, #engineering in Slack, as owner of checkout" in bob.runs("/incident timeline 1")

    erin.clicks("Acknowledge", in_=told(erin)[0])
    world.settle()
    assert world.incident().acknowledged_at and "You acknowledged INC-1" in erin.ephemerals[-1]
    assert told(carol)[0].buttons == [] and told(erin)[0].buttons == [] and channels.ts
    assert saying(world.slack.channel("engineering").messages, "which is yours")[0].buttons == []
    for raised in ("sev 2", "sev 1", "sev 3 calmer"):
        bob.runs(f"/incident {raised}".replace("sev ", "sev 1 ", 1))
        world.settle()
    assert len(told(carol)) == len(told(erin)) == 1, "once"


def test_low_ones_tell_nobody_until_they_are_worse_and_services_named_later_tell_theirs(world: World) -> None:
    alice, bob, carol, dave = world.slack.people("alice", "bob", "carol", "dave")
    declares(world, "sev4", "search")
    assert not told(dave)
    alice.runs("/incident sev 1 3 more of them")
    world.settle()
    assert len(told(bob)) == len(told(dave)) == 1, "each of the user group"
    alice.runs("/incident set 1 services search, checkout")
    world.settle()
    assert "it concerns search, checkout, which is yours" in told(carol)[0]
    assert len(told(bob)) == len(told(dave)) == 1
    alice.runs("/incident room 1")
    world.settle()
    assert {"alice", "bob", "carol", "dave", "erin"} <= set(world.room().members), "all of them come into the room"


def test_who_is_paged_or_declared_it_is_not_told_besides_and_all_come_into_the_room(world: World) -> None:
    bob, carol, dave, erin = world.slack.people("bob", "carol", "dave", "erin")
    declares(world, "sev2", "search", by="dave", tick="Several teams are needed")
    assert is_paged(bob) and not told(bob), "paged, and in the team that owns it"
    assert not told(dave), "declared it"
    assert {"bob", "dave"} <= set(world.room().members)
    dave.runs("/incident set services checkout, search", in_=world.room())
    world.settle()
    assert {"carol", "erin"} <= set(world.room().members)
    assert len(told(carol)) == len(told(erin)) == 1 and world.room().id in world.incident().room_channel


def test_the_worst_invites_them_and_a_lower_level_does_not_tell_them_again(world: World) -> None:
    alice, carol = world.slack.people("alice", "carol")
    declares(world, "sev1", "billing", "checkout")
    assert {"alice", "carol", "dave", "erin"} <= set(world.room().members), "a wrong address in the config keeps nobody out"
    assert not told(carol)
    alice.runs("/incident sev 2 half of it works", in_=world.room())
    world.settle()
    assert not told(carol), "who was invited knows"
    assert len(saying(world.slack.channel("engineering").messages, "which is yours")) == 1


def test_the_owner_is_paged_on_request_where_nobody_is_on_call_for_a_service(world: World) -> None:
    alice, carol, erin = world.slack.people("alice", "carol", "erin")
    declares(world, "sev4", "checkout")
    assert "login in muster.yml; platform owns it. Page a person" in alice.runs("/incident page 1 login")
    assert "Paged @carol, erin@example.com, #engineering" in alice.runs("/incident page 1 checkout payments fail")
    world.settle()
    assert is_paged(carol) and is_paged(erin)


def test_of_a_private_one_nobody_is_told(world: World) -> None:
    declares(world, "sev3", "checkout", "search", tick="It is private")
    world.person("alice").runs("/incident sev 2", in_=world.room())
    world.settle()
    assert set(world.room().members) == {"alice"}
    assert not any(told(each) for each in world.slack.people("bob", "carol", "dave", "erin"))
    assert not world.incident().owners


def test_what_was_told_before_it_became_private_is_taken_back(world: World) -> None:
    alice, carol = world.slack.people("alice", "carol")
    declares(world, "sev3", "checkout")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    world.settle()
    assert not told(carol) and not saying(world.slack.channel("engineering").messages, "It is slow")


def test_that_nobody_is_in_the_owning_group_is_said(world: World) -> None:
    usergroups.fill(world.workspace, world.workspace.state.groups["S0SEARCH"], [], "U0ERIN")
    declares(world, "sev3", "search")
    world.advance(seconds=5)
    assert len(saying(world.slack.channel("incidents").messages, "nobody is in the user group S0SEARCH")) == 1


def test_who_is_in_the_group_may_be_known_late_and_nobody_else_waits_for_it(world: World) -> None:
    world.workspace.faults.fail_next("usergroups.users.list", times=6)
    declares(world, "sev1", "search")
    world.advance(seconds=3)
    assert set(world.room().members) == {"alice", "bob"}
    world.advance(seconds=40)
    assert set(world.room().members) == {"alice", "bob", "dave"}


def test_an_owner_in_a_drill_reads_that_it_is_one(world: World) -> None:
    declares(world, "sev3", "checkout", tick="This is a drill")
    assert "DRILL" in told(world.person("carol"))[0].text


def test_a_merged_one_brings_its_owners_along_and_they_are_not_told_again(world: World) -> None:
    alice, carol = world.slack.people("alice", "carol")
    declares(world, "sev3", "checkout")
    declares(world, "sev2", "login", by="bob", tick="Several teams are needed")
    alice.runs("/incident merge 1 2")
    alice.clicks("Merge into INC-2")
    world.settle()
    assert "carol" in world.room(2).members
    alice.runs("/incident set 2 services checkout, login")
    world.settle()
    assert len(told(carol)) == 1 and told(carol)[0].buttons == []


def test_of_an_alert_in_triage_nobody_is_told_until_it_is_declared_then_whoever_stands_in(world: World) -> None:
    alice, carol, dave = world.slack.people("alice", "carol", "dave")
    receive(world.core, [Signal("generic", "slow", True, "Checkout is slow", severity="sev3", services=("checkout",))])
    world.settle()
    assert not told(carol) and not world.incident().owners
    alice.runs(f"/incident oncall override payments {dave.mention} for 4h")
    alice.runs("/incident declare INC-1")
    world.settle()
    assert len(told(dave)) == 1 and not told(carol)
