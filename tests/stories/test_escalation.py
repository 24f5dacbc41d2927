"""Paging goes on, level by level, until somebody answers; then it stops everywhere, at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sandbox import usergroups
from sandbox.state import UserGroup
from tests.stories.telling import ON_CALL, is_paged, pages, saying
from tests.world import World

SERIOUS = """
rotations:
  primary: {people: [U0BOB]}
severities:
  SEV1: {escalation: critical}
  SEV2: {escalation: major}
escalations:
  critical:
    levels:
      - {page: [person:U0CAROL], wait: 5m}
      - {page: [person:U0ERIN], wait: 5m}
  major:
    levels: [{page: [rotation:primary], wait: 5m}]
    repeat: 5
"""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Bob is on call, then Carol; one extra round; then Dave and #engineering."""
    return make_world(ON_CALL)


def declared(world: World, severity: str = "sev1") -> None:
    world.person("alice").runs(f"/incident declare {severity} Checkout is down")
    world.settle()


def test_level_by_level_an_extra_round_and_the_last_resort(world: World) -> None:
    bob, carol, dave = world.slack.people("bob", "carol", "dave")
    engineering = world.slack.channel("engineering")

    def paged() -> tuple[int, ...]:
        return *(len(pages(each)) for each in (bob, carol, dave)), len(engineering.messages)

    declared(world)
    room = world.room()
    assert paged() == (1, 0, 0, 0)
    assert saying(room.messages, "Paged @bob. If nobody acknowledges by 14:07 UTC, next: @carol")
    assert "If nobody acknowledges by 14:07 UTC, next: @carol" in pages(bob)[0]
    for expected in ((1, 1, 0, 0), (2, 1, 0, 0), (2, 2, 0, 0), (2, 2, 1, 1)):
        world.advance(minutes=4, seconds=59)
        assert paged() != expected
        world.advance(seconds=1)
        assert paged() == expected, "five minutes, counted from when the level was told"
    assert saying(room.messages, "Nobody answered; the last resort is paged: @dave, #engineering")
    assert saying(room.messages, "Paged @bob again (round 2). If nobody acknowledges")
    first, again = (page.text for page in pages(bob))
    assert first.startswith("You are paged: INC-1") and again.startswith("You are paged again (round 2): INC-1")
    assert "Acknowledge" in engineering.messages[0].buttons and "paging: critical" in room.pins[0]

    world.advance(minutes=5)
    assert saying(room.messages, "there is nobody left to page")
    assert saying(world.slack.channel("incidents").messages, "there is nobody left to page")
    world.advance(hours=2)
    assert paged() == (2, 2, 1, 1) and len(saying(room.messages, "nobody left to page")) == 1
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_whoever_is_paged_later_is_invited_to_the_open_room(world: World) -> None:
    declared(world)
    carol = world.person("carol")
    assert "carol" not in world.room().members
    world.advance(minutes=5)
    assert is_paged(carol) and "carol" in world.room().members


def test_acknowledged_by_the_button_of_the_page(world: World) -> None:
    bob, carol = world.slack.people("bob", "carol")
    declared(world)
    world.advance(minutes=2)
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    world.settle()
    assert "You acknowledged INC-1. Paging has stopped." in bob.ephemerals[-1]
    room = world.room()
    assert saying(room.messages, "@bob acknowledged; paging stopped")
    assert "Acknowledged after 2 min" in room.pins[0] and "paging:" not in room.pins[0]
    assert "Acknowledge" not in room.pins[0].buttons
    [asked] = pages(bob)
    assert "Acknowledged by @bob at 14:04 UTC" in asked and asked.buttons == [] and "Room: #inc-" in asked
    [told] = saying(room.messages, "Paged @bob")
    assert "Acknowledged by @bob" in told and "next: @carol" not in told and told.buttons == []
    world.advance(hours=1)
    assert not is_paged(carol) and len(pages(bob)) == 1
    assert "acknowledged already and nothing is paging" in carol.runs("/incident ack 1")


@pytest.mark.parametrize("said", ["ack 1", "ack INC-1", "acknowledge inc-1", "ack"])
def test_acknowledged_by_command_from_elsewhere(world: World, said: str) -> None:
    """Anyone may, from any channel; with one open incident even without its name."""
    declared(world)
    erin = world.person("erin")
    assert "You acknowledged INC-1. Paging has stopped." in erin.runs(f"/incident {said}", in_="#random")
    world.advance(hours=1)
    assert saying(world.room().messages, "@erin acknowledged; paging stopped")
    assert not is_paged(world.person("carol")) and len(pages(world.person("bob"))) == 1


def test_with_several_open_a_picker_asks_which(world: World) -> None:
    declared(world)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident declare sev1 Search is down")
    world.settle()
    answer = bob.runs("/incident ack", in_="#random")
    assert "Which one?" in answer and world.incident(1).acknowledged_at is None
    bob.clicks("INC-2 Search is down")
    world.settle()
    assert world.incident(2).acknowledged_at and not world.incident(1).acknowledged_at
    world.advance(minutes=5)
    assert [page.text.split(": ")[1].split(" SEV1")[0] for page in pages(carol)] == ["INC-1"]


def test_nobody_wants_to_wait(world: World) -> None:
    bob, carol, dave = world.slack.people("bob", "carol", "dave")
    declared(world)
    world.advance(minutes=1)
    bob.clicks("Escalate", in_=pages(bob)[0])
    world.settle()
    assert is_paged(carol) and "Paged @carol" in bob.ephemerals[-1]
    assert saying(world.room().messages, "@bob escalated")
    world.advance(minutes=4, seconds=59)
    assert len(pages(bob)) == 1, "the wait runs from when Carol was told"
    world.advance(seconds=1)
    assert len(pages(bob)) == 2
    for _ in range(2):
        world.person("alice").runs("/incident escalate 1 customers call")
        world.settle()
    assert is_paged(dave) and saying(world.room().messages, "@alice escalated: customers call")


def test_whoever_answered_and_asks_for_more_is_not_paged_themselves(world: World) -> None:
    bob, carol, dave = world.slack.people("bob", "carol", "dave")
    declared(world)
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    world.advance(minutes=20)
    assert "Paged @carol" in bob.runs("/incident escalate 1 I need help")
    world.settle()
    assert len(pages(bob)) == 1 and len(pages(carol)) == 1
    carol.clicks("Acknowledge", in_=pages(carol)[0])
    world.settle()
    carol.runs("/incident escalate 1")
    world.settle()
    assert is_paged(dave) and len(pages(bob)) == len(pages(carol)) == 1
    world.person("alice").runs("/incident status 1 resolved")
    world.person("alice").clicks("Resolve anyway")
    world.advance(minutes=1)
    alice = world.person("alice")
    assert "Nobody was paged again" in alice.runs("/incident reopen 1 it is back"), "they are at it still"
    assert len(pages(bob)) == 1
    alice.clicks("Page on call")
    world.settle()
    assert len(pages(bob)) == 2, "whoever is on call now is asked first"


def test_resolving_stops_it(world: World) -> None:
    bob, carol = world.slack.people("bob", "carol")
    declared(world)
    world.advance(minutes=3)
    world.person("alice").runs("/incident resolve 1 it was the monitoring")
    world.person("alice").clicks("Resolve anyway")
    world.advance(hours=2)
    assert world.incident().status == "resolved" and not is_paged(carol) and len(pages(bob)) == 1
    assert "Acknowledge" not in world.room().pins[0].buttons
    assert "INC-1 is resolved; nothing is paging" in bob.runs("/incident ack 1")
    assert "Paging stopped; it is resolved" in pages(bob)[0] and pages(bob)[0].buttons == []
    assert world.incident().acknowledged_at is None


@pytest.mark.parametrize("typed", ["reopen 1 it is back", "status 1 mitigating it is back"])
def test_whoever_takes_it_up_again_reads_who_was_paged(world: World, typed: str) -> None:
    alice, bob = world.slack.people("alice", "bob")
    declared(world)
    alice.runs("/incident resolve 1 it was the monitoring")
    alice.clicks("Resolve anyway")
    world.advance(hours=2)
    alice.runs(f"/incident {typed}")
    assert "Paged @bob" in alice.ephemerals[-1]
    world.settle()
    assert len(pages(bob)) == 2


def test_worse_than_thought_starts_the_stronger_one_and_repeats_nothing(make_world: Callable[..., World]) -> None:
    world = make_world(SERIOUS)
    alice, bob, carol, erin = world.slack.people("alice", "bob", "carol", "erin")
    declared(world, "sev2")
    assert is_paged(bob) and not is_paged(carol)
    bob.clicks("Acknowledge")
    world.advance(minutes=10)
    alice.runs("/incident sev 1 nobody can pay")
    world.settle()
    assert len(pages(carol)) == 1 and len(pages(bob)) == 1, "what was done is not repeated"
    room = world.room()
    assert {"alice", "bob", "carol"} <= set(room.members) and "Acknowledge" in room.pins[0].buttons
    world.advance(minutes=5)
    assert len(pages(erin)) == 1
    erin.clicks("Acknowledge")
    world.settle()

    alice.runs("/incident sev 2 half of them can", in_=room)
    alice.runs("/incident sev 1 no, nobody", in_=room)
    world.advance(hours=1)
    assert [len(pages(each)) for each in (bob, carol, erin)] == [1, 1, 1]
    assert len(world.slack.channels_starting("inc-")) == 1 and len(room.pins) == 1


def test_a_running_escalation_keeps_the_policy_that_it_began_with(world: World) -> None:
    declared(world)
    (world.folder / "muster.yml").write_text(ON_CALL.replace("U0CAROL", "U0ERIN").replace("wait: 5m", "wait: 1m"))
    world.slack.until(lambda: world.core.policy.escalations["critical"].levels[0].wait == timedelta(minutes=1))
    world.advance(minutes=4, seconds=59)
    assert not is_paged(world.person("carol")) and not is_paged(world.person("erin"))
    world.advance(seconds=1)
    assert is_paged(world.person("carol")) and not is_paged(world.person("erin"))
    world.person("alice").runs("/incident declare sev1 Search is down")
    world.advance(minutes=1)
    assert is_paged(world.person("erin")), "the next one uses what the file says now"


def test_a_page_that_cannot_be_sent_tries_the_next_level_at_once(world: World) -> None:
    bob = world.person("bob")
    world.workspace.state.people[bob.id].deleted = True
    declared(world)
    world.advance(seconds=5)
    assert is_paged(world.person("carol"))
    assert saying(world.room().messages, "The page to @bob did not get through")


def test_a_page_of_somebody_by_hand_goes_on_until_they_answer(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    declared(world)
    world.person("bob").clicks("Acknowledge")
    assert "Paged @erin" in alice.runs("/incident page @erin the database is yours", in_=world.room())
    world.settle()
    assert "(the database is yours)" in pages(erin)[0]
    world.advance(minutes=5)
    assert len(pages(erin)) == 2
    assert "is being paged already" in alice.runs("/incident page @erin", in_=world.room())
    erin.clicks("Acknowledge")
    world.advance(hours=1)
    assert len(pages(erin)) == 2 and not is_paged(world.person("dave"))


def test_whom_to_page_as_people_type_it(make_world: Callable[..., World]) -> None:
    world = make_world(SERIOUS + "services: {Web shop: {rotation: primary}}")
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev3 It is slow")
    for wrong in ("a@<!channel> look", f"x@{'y' * 300}", "nobody"):
        assert "is no person, rotation or service. There are: primary, Web shop" in alice.runs(f"/incident page 1 {wrong}"), wrong
    assert "Paged @bob" in alice.runs("/incident page 1 Primary, the database is down")
    world.settle()
    assert "(the database is down)" in pages(bob)[0]
    assert "rotation primary is being paged already" in alice.runs("/incident page 1 web shop nobody can pay")


def test_a_user_group_is_named_in_the_room_where_its_people_are_and_an_empty_one_is_passed_over(
    make_world: Callable[..., World],
) -> None:
    world = make_world(SERIOUS.replace("person:U0CAROL", "group:S0EMPTY").replace("person:U0ERIN", "group:S0TEAM"))
    for id in ("S0EMPTY", "S0TEAM"):
        world.workspace.state.groups[id] = UserGroup(id, id.lower(), id, "", channels=[], created=0, created_by="U0ERIN")
    usergroups.fill(world.workspace, world.workspace.state.groups["S0TEAM"], ["U0BOB", "U0DAVE"], "U0ERIN")
    declared(world)
    world.advance(seconds=3)
    room = world.room()
    assert {"bob", "dave"} <= set(room.members)
    assert saying(room.messages, "The page to @s0empty did not get through")
    [paged] = [post for post in room.messages if post.text.startswith("Paging <!subteam^S0TEAM>: INC-1 SEV1")]
    assert "Acknowledge" in paged.buttons


def test_where_there_is_no_room_each_of_a_user_group_is_paged(make_world: Callable[..., World]) -> None:
    """Its mention in the announce channel rings for nobody who is not there."""
    world = make_world(
        "severities: {SEV3: {escalation: team}}\nescalations: {team: {levels: [{page: [group:S0TEAM, person:U0BOB]}]}}\n"
    )
    world.workspace.state.groups["S0TEAM"] = UserGroup(
        "S0TEAM", "s0team", "Team", "", channels=[], created=0, created_by="U0ERIN"
    )
    usergroups.fill(world.workspace, world.workspace.state.groups["S0TEAM"], ["U0BOB", "U0DAVE"], "U0ERIN")
    world.workspace.faults.fail_next("chat.postMessage", error="internal_error", status=500, after_effect=True)
    world.workspace.faults.fail_next("usergroups.users.list", times=3)  # who is in it is known a moment later
    bob, dave = world.slack.people("bob", "dave")
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.advance(minutes=2)
    assert len(pages(bob)) == len(pages(dave)) == 1 and "Acknowledge" in pages(dave)[0].buttons
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    world.settle()
    assert "Acknowledged by @bob" in pages(dave)[0]


def test_a_press_that_crosses_an_edit_of_the_card_still_counts(world: World) -> None:
    declared(world)
    alice, bob = world.slack.people("alice", "bob")
    card = world.room().pins[0].message
    shown = next(block["block_id"] for block in card.blocks if block["type"] == "actions")
    bob.clicks("Acknowledge")
    world.settle()
    assert "Acknowledge" not in world.room().pins[0].buttons
    alice.client.act(card, shown, "run:update", {"value": "INC-1"})
    assert alice.form.title == "Status update"
