"""Who is on call is asked and changed from Slack: somebody stands in, and whoever is away is covered by the first who can."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from incidents import on_call
from incidents.errors import Refused
from models import Delivery, OnCallOverride, Person
from sandbox.seen import Form
from tests.stories.telling import is_paged, pages, saying
from tests.world import World

ROTAS = """
rotations:
  primary: {people: [U0BOB, U0CAROL, erin@example.com], starts: 2026-11-23, handover: "Mon 09:00"}
  commanders: {people: [U0DAVE]}
  away: {ical: "https://example.com/shifts.ics"}
roles: {ic: {rotation: commanders}}
severities: {SEV1: {escalation: critical}}
escalations:
  critical: {levels: [{page: [rotation:primary], wait: 5m}], repeat: 1}
"""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Monday, 14:02. Bob is on call this week, Carol the next, then Erin, whose address alone is known; Dave commands."""
    return make_world(ROTAS)


def test_who_is_on_call_until_when_and_who_comes_then(world: World) -> None:
    alice = world.person("alice")
    said = alice.runs("/incident oncall")
    assert "*primary*: @bob until 2026-11-30 09:00 UTC, then @carol" in said
    assert "*commanders*: @dave" in said and "*away*: nobody is on call that is known here" in said
    assert "carol" not in alice.runs("/incident oncall commanders")
    assert "“primry” is no rotation. Did you mean `primary`?" in alice.runs("/incident oncall primry")


def test_where_there_is_no_rotation_it_is_said_what_to_do(make_world: Callable[..., World]) -> None:
    said = make_world().person("alice").runs("/incident oncall")
    assert "Nobody is on call" in said and "/incident page @who" in said


def test_somebody_stands_in_is_paged_and_shown_everywhere_until_it_is_over_or_undone(world: World) -> None:
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.client.home()
    world.settle()
    answer = alice.runs(f"/incident oncall override primary {carol.mention} for 4h")
    assert "@carol is on call in primary from 2026-11-23 14:02 UTC until 2026-11-23 18:02 UTC" in answer
    world.settle()
    [told] = saying(carol.inbox, "@alice put you on call in primary from")
    assert len(saying(bob.inbox, "you need not be on call then")) == 1 and told.buttons == ["Undo"]
    assert "@carol (standing in) until 2026-11-23 18:02 UTC, then @bob" in alice.runs("/incident oncall")
    assert "primary: @carol" in Form(world.workspace, world.workspace.state.homes[alice.id])
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    assert is_paged(carol) and not is_paged(bob)
    alice.runs("/incident oncall primary")
    alice.clicks("Undo")
    world.background.finish()
    assert "Taken back: @carol does not stand in for primary. Now: @bob until" in alice.ephemerals[-1]
    world.advance(minutes=5)
    assert len(pages(carol)) == 1 and is_paged(bob), "who is on call is asked anew for each round"
    for told in (carol, bob):
        before, after = saying(told.inbox, "took it back")
        assert "put " in before and "took it back: " in after and before.buttons == [], "what is out of date is not pressed"
    assert "@alice took that back already" in bob.runs("/incident oncall undo 1")
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_later_on_in_words_and_for_yourself(world: World) -> None:
    bob, carol = world.slack.people("bob", "carol")
    assert "You are on call in commanders" in carol.runs("/incident oncall override commanders me fri 18:00 until mon 9:00")
    world.settle()
    assert not saying(carol.inbox, "on call"), "nobody is told what they did themselves"
    assert saying(
        world.person("dave").inbox, "@carol stands in for commanders from 2026-11-27 23:00 UTC until 2026-11-30 14:00 UTC"
    )
    assert "Others stand in later" in bob.runs("/incident oncall")
    for wrong, said in (
        (f"primary {bob.mention} for 4h", "is on call in primary then anyway"),
        (f"nobody {carol.mention} for 4h", "is no rotation"),
        (f"primary {carol.mention}", "Until when?"),
        (f"primary {carol.mention} for 90d", "longer than 60 days"),
        ("primary for 4h", "Who stands in?"),
        (f"primary {carol.mention} for ages", "not a length of time"),
        (f"primary {carol.mention} tomorrow 18:00 until tomorrow 8:00", "is before it begins"),
        (
            f"primary {carol.mention} tomorrow 9:00 UTC until tomorrow 17:00 UTC",
            "2026-11-24 09:00 UTC until 2026-11-24 17:00 UTC",
        ),
    ):
        assert said in bob.runs(f"/incident oncall override {wrong}"), wrong


def test_cover_me_asks_the_others_and_the_first_one_has_it(world: World) -> None:
    bob, carol, erin = world.slack.people("bob", "carol", "erin")
    answer = bob.runs("/incident cover me for 4h")
    assert "@carol, erin@example.com are asked to cover primary from 2026-11-23 14:02 UTC until 2026-11-23 18:02 UTC" in answer
    assert "was asked already" in bob.runs("/incident cover me")
    world.settle()
    [asked], [hers] = (saying(each.inbox, "@bob asks: who covers primary") for each in (carol, erin))
    world.advance(minutes=10)
    erin.clicks("I cover", in_=hers)
    carol.clicks("I cover", in_=asked)
    world.settle()
    assert "Thank you! You cover primary from 2026-11-23 14:12 UTC" in erin.ephemerals[-1]
    assert "@erin was a moment faster and covers. Thank you for being there!" in carol.ephemerals[-1]
    assert saying(bob.inbox, "@erin covers primary") and len(bob.inbox) == 1
    [now] = carol.inbox
    assert "@erin covers primary" in now and now.buttons == []
    assert "@erin (standing in)" in bob.runs("/incident oncall primary")
    assert "Thank you! You cover primary" in erin.runs("/incident oncall cover 1")
    bob.clicks("Undo")
    assert "That was taken back" in erin.runs("/incident oncall cover 1")
    assert "Thank you! You cover primary" in carol.runs("/incident oncall cover 1"), "nobody does any more"
    world.slack.assert_nothing_refused()


def test_only_what_is_still_theirs_is_covered(world: World) -> None:
    alice, bob, carol, dave, erin = world.slack.people("alice", "bob", "carol", "dave", "erin")
    world.advance(days=6, hours=16, minutes=58)
    assert "from 2026-11-30 07:00 UTC until 2026-11-30 09:00 UTC" in bob.runs("/incident cover me for 4h"), "then it is Carol's"
    world.settle()
    alice.runs(f"/incident oncall override primary {dave.mention} for 1h")
    assert "You cover primary from 2026-11-30 08:00 UTC until 2026-11-30 09:00 UTC" in erin.runs("/incident oncall cover 1")
    assert "@dave (standing in) until 2026-11-30 08:00 UTC, then @erin" in alice.runs("/incident oncall")
    world.settle()
    assert saying(bob.inbox, "@erin covers primary from 2026-11-30 08:00 UTC until 2026-11-30 09:00 UTC for you")
    assert "You are not on call then" in carol.runs("/incident cover me 2026-12-08 10:00 for 4h")
    assert "2026-11-30 09:00 UTC until 2026-11-30 10:00 UTC" in carol.runs("/incident cover me 2026-11-30 8:30 UTC for 90m")


def test_whoever_is_next_is_covered_for_and_nobody_else_can_ask(world: World) -> None:
    carol, dave, alice = world.slack.people("carol", "dave", "alice")
    with world.core.transaction() as session:  # whoever had Erin's address before her was heard of a year ago
        for id, days in (("U0BEFORE", 365), ("U0ERIN", 1)):
            since = world.clock.at - timedelta(days=days)
            session.add(Person(id=id, name=id, email="erin@example.com", timezone=None, fetched_at=since))
    asked = carol.runs("/incident cover me")
    assert "@bob, @erin are asked to cover primary from 2026-11-30 09:00 UTC until 2026-12-07 09:00 UTC" in asked
    world.advance(days=6, hours=17, minutes=57)
    assert not saying(carol.inbox, "Nobody has said yet")
    world.advance(minutes=30)
    [told] = saying(carol.inbox, "Nobody has said yet that they cover primary from 2026-11-30 09:00 UTC")
    assert "it is still yours" in told and "/incident oncall override primary @who" in told
    assert "Nobody else is in commanders" in dave.runs("/incident cover me")
    assert "You are not on call, nor next" in alice.runs("/incident cover me")
    assert "You were not asked to cover that" in alice.runs("/incident oncall cover 1")


def test_the_form_says_who_is_on_call_to_command(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident")
    assert "On call: @dave (commanders)" in alice.form


def test_two_who_say_so_at_once_get_one_winner(make_world: Callable[..., World], database_url: str) -> None:
    core = make_world(ROTAS, database_url=database_url).core
    asked = on_call.ask(core, by="U0BOB", starts_at=None, length=timedelta(hours=1), key="cmd:1")
    assert on_call.ask(core, by="U0BOB", starts_at=None, length=timedelta(hours=1), key="cmd:1").id == asked.id

    def takes(person: str) -> list[OnCallOverride] | str:
        try:
            return on_call.take(core, asked.id or 0, by=person)
        except Refused as refused:
            return refused.sentence

    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(takes, ["U0CAROL", "erin@example.com"]))
    assert sorted(isinstance(each, str) for each in came) == [False, True], came
    assert on_call.rotas(core, "primary")[0].now.is_override
    later = core.clock.now() + timedelta(days=1)

    def puts(person: str) -> OnCallOverride:
        return on_call.override(core, "primary", person, later, later + timedelta(hours=1), by="U0ALICE")

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(puts, ["U0DAVE", "U0ERIN"]), key=lambda row: row.id or 0)
    with core.view() as session:
        told = session.exec(select(Delivery).where(Delivery.reaction == on_call.TOLD, Delivery.target == first.person)).all()
    assert [row.result["said"]["override"] for row in told] == [first.id, second.id], (
        "who was replaced a moment later hears of it"
    )


def test_what_may_have_been_said_is_said_once_and_what_slack_refuses_holds_nothing_up(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    alice, carol = world.slack.people("alice", "carol")
    world.workspace.faults.fail_next("chat.postMessage", times=2, error="internal_error", status=500, after_effect=True)
    alice.runs(f"/incident oncall override primary {carol.mention} for 4h")
    world.advance(minutes=3)
    assert len(carol.inbox) == len(world.person("bob").inbox) == 1
    world.workspace.faults.fail_next("chat.postMessage", times=4, error="messages_tab_disabled")
    alice.runs("/incident oncall undo 1")
    world.advance(minutes=3)
    assert "oncall:U0CAROL: oncall U0CAROL given up" in caplog.text and "INC-None" not in caplog.text
    assert len(carol.inbox) == 1 and all("messages_tab_disabled" in each for each in world.waiting())


def test_whoever_cannot_be_told_is_named_to_who_put_them_on_call(world: World) -> None:
    alice, carol = world.slack.people("alice", "carol")
    alice.runs(f"/incident oncall override primary {carol.mention} for 4h")
    world.workspace.state.people[carol.id].deleted = True
    world.settle()
    world.advance(seconds=10)
    [told] = saying(alice.inbox, "Slack refused the message that they are on call in primary")
    assert "@carol does not know it" in told and told.buttons == ["Undo"]
