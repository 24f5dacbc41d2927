"""Two incidents are one: the one goes on in the other, with its whole timeline, its work and whoever is still wanted."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incidents.declare import Declaration, declare
from incidents.dossier import gather
from incidents.exports.markdown import render
from tests.stories.telling import ON_CALL, is_paged, pages, saying
from tests.world import World


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(ON_CALL)


def two(world: World, first: str = "sev2", second: str = "sev2") -> None:
    """INC-1 is Alice's; five minutes later, INC-2 is Carol's."""
    world.person("alice").runs(f"/incident declare {first} Checkout is down")
    world.advance(minutes=5)
    world.person("carol").runs(f"/incident declare {second} Payments time out")
    world.settle()


def merge(world: World, of: int = 2, into: int = 1, by: str = "carol") -> None:
    question = world.person(by).runs(f"/incident merge {of} {into}")
    assert "This cannot be undone" in question and question.ephemeral
    world.person(by).clicks(f"Merge into INC-{into}")
    world.settle()


def draft(world: World, number: int = 1) -> str:
    def link(channel: str, ts: str, thread_ts: str | None) -> str:
        return f"https://acme.slack.com/archives/{channel}/p{ts}"

    return render(gather(world.core, number).postmortem(names={}, link=link))


def test_from_its_room_the_other_goes_on_and_everybody_is_pointed_there(world: World) -> None:
    two(world, "sev1", "sev1")
    alice, carol = world.slack.people("alice", "carol")
    room, other = world.room(1), world.room(2)
    question = carol.runs("/incident merge INC-1", in_=other)
    assert "Merge INC-2 (Payments time out) into INC-1 (Checkout is down)?" in question
    world.settle()
    assert world.incident(2).status == "investigating", "nothing happens unasked"
    carol.clicks("Merge into INC-1")
    world.settle()
    row = world.incident(2)
    assert (row.status, row.merged_into, row.closed_at) == ("merged", 1, world.clock.at)
    assert f"INC-2 goes on in INC-1 now: #{room.name}." in saying(carol.ephemerals, "goes on in INC-1")[-1]
    assert saying(other.messages, f"@carol merged this into *INC-1* Checkout is down. Go on in #{room.name}")
    assert saying(room.messages, "@carol merged INC-2 into this: Payments time out")
    assert carol.is_in(room), "whoever worked on it is brought along"
    assert other.pins[0].buttons == ["Show INC-1"] and "it goes on in *INC-1*" in other.pins[0]
    assert other.topic.startswith("SEV1 merged")
    announced = world.slack.channel("incidents").messages[1]
    assert "merged" in announced and "goes on in INC-1" in announced
    posted = len(other.messages)
    world.advance(hours=2)
    assert len(other.messages) == posted, "nothing falls due in it any more"
    assert not other.files, "it ends without a postmortem"
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_the_timelines_are_one_in_true_time(world: World) -> None:
    two(world)
    alice, carol = world.slack.people("alice", "carol")
    world.advance(minutes=1)
    alice.runs("/incident note 1 errors at 40 percent")
    world.advance(minutes=1)
    carol.runs("/incident note 2 the bank answers slowly")
    world.advance(minutes=1)
    alice.runs("/incident note 1 errors at 60 percent")
    merge(world)
    carol.runs("/incident note 2 found this in my scrollback")
    world.settle()
    told = alice.runs("/incident timeline 1").reads.splitlines()
    order = [line.partition("UTC  ")[2] for line in told if "UTC  " in line]
    assert "*INC-2*  @carol declared SEV2: Payments time out" in order
    notes = [line for line in order if "errors at" in line or "bank" in line or "scrollback" in line]
    assert notes == [
        "@alice: errors at 40 percent",
        "*INC-2*  @carol: the bank answers slowly",
        "@alice: errors at 60 percent",
        "*INC-2*  @carol: found this in my scrollback",
    ]
    assert sum("merged" in line for line in order) == 1, "that they were merged is said once"

    text = draft(world)
    [slow] = [line for line in text.splitlines() if "the bank answers slowly" in line]
    event = next(event for event in world.events(2) if event.payload.get("text") == "the bank answers slowly")
    assert "**INC-2:**" in slow and f"/archives/{event.channel}/p{event.ts}" in slow, "linked to its own message"
    assert text.index("errors at 40") < text.index("the bank answers slowly") < text.index("errors at 60")
    assert "Checkout is down" in text.splitlines()[0]
    assert "alice declared it as SEV2" in text.partition("## Timeline")[0], "other claims rest on the survivor's record"


def test_tasks_and_action_items_go_along(world: World) -> None:
    two(world)
    alice, carol = world.slack.people("alice", "carol")
    carol.runs("/incident task 2 call the bank")
    carol.runs("/incident action 2 add an alert for slow banks")
    merge(world)
    assert "call the bank" in alice.runs("/incident tasks 1")
    assert "add an alert for slow banks" in alice.runs("/incident actions 1")
    alice.runs("/incident tasks 1")
    alice.clicks("Done")
    world.settle()
    assert saying(world.slack.channel("incidents").all, "finished a task: call the bank")
    assert "add an alert for slow banks" in draft(world)


def test_a_page_that_nobody_answered_goes_on_in_the_survivor(world: World) -> None:
    two(world, "sev4", "sev1")
    bob, carol = world.slack.people("bob", "carol")
    assert is_paged(bob)
    merge(world)
    world.advance(minutes=6)
    assert pages(carol), "the next level is told"
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    world.settle()
    assert "You acknowledged INC-1" in bob.ephemerals[-1]
    assert world.incident(1).acknowledged_at == world.clock.at
    assert "Acknowledged by @bob" in pages(bob)[0] and pages(bob)[0].buttons == [], "it was sent before the merge"
    assert "Paged @erin" in carol.runs("/incident page 2 @erin"), "as acknowledging goes on there"
    world.settle()
    world.person("erin").clicks("Acknowledge")
    world.settle()
    before = len(pages(carol))
    world.advance(hours=1)
    assert len(pages(carol)) == before


def test_where_somebody_is_on_the_way_already_nobody_is_paged_again(world: World) -> None:
    two(world, "sev1", "sev1")
    bob, carol = world.slack.people("bob", "carol")
    world.person("bob").runs("/incident ack 1")
    carol.runs("/incident page 2 @erin you know the bank")
    world.settle()
    merge(world)
    before = len(pages(carol))
    world.advance(hours=1)
    assert len(pages(carol)) == before, "the escalation stopped"
    assert len(pages(world.person("erin"))) > 1, "a person who was asked for by name is still wanted"


def test_the_worse_severity_is_offered(world: World) -> None:
    two(world, "sev3", "sev1")
    carol = world.person("carol")
    merge(world)
    assert "INC-2 was SEV1, INC-1 is SEV3." in carol.ephemerals[-1]
    carol.clicks("Raise to SEV1")
    world.settle()
    assert world.incident(1).severity == "SEV1"
    assert [e.payload["why"] for e in world.events(1) if e.kind == "severity.changed"] == ["as INC-2 was"]


def test_without_a_name_it_is_picked(world: World) -> None:
    two(world)
    alice, carol = world.slack.people("alice", "carol")
    assert "Which one goes on in INC-1?" in alice.runs("/incident merge 1")
    alice.clicks("INC-2 Payments time out")
    world.settle()
    assert "Merge INC-2" in alice.ephemerals[-1]
    alice.clicks("Merge into INC-1")
    world.settle()
    assert world.incident(2).merged_into == 1
    carol.runs("/incident declare sev1 Everything is slow")
    world.settle()
    assert "Where does INC-3 go on?" in carol.runs("/incident merge", in_=world.room(3))
    carol.clicks("INC-1 Checkout is down")
    world.settle()
    carol.clicks("Merge into INC-1")
    world.settle()
    assert world.incident(3).merged_into == 1


REFUSED = {
    "merge": "Say both: `/incident merge 42 31` merges INC-42 into INC-31.",
    "merge banana": "“banana” names no two incidents.",
    "merge 1 1": "is that incident itself",
    "merge 1 99": "There is no INC-99.",
    "merge 3 1": "INC-3 is cancelled, and only open incidents are merged.",
    "merge 1 3": "INC-3 is cancelled, and nothing is merged into what is over.",
    "merge 4 1": "INC-4 was merged into INC-1 already.",
    "merge 2 4": "INC-4 was merged into INC-1 already. Name that one instead.",
    "resolve 4": "INC-4 was merged into INC-1, so this is not done here.",
    "reopen 4 it was not the same": "INC-4 was merged into INC-1, so this is not done here.",
    "impact 4 nobody can pay": "INC-4 was merged into INC-1, so this is not done here.",
}


def test_refusals(world: World) -> None:
    two(world)
    alice = world.person("alice")
    for title in ("A false alarm", "The same once more"):
        alice.runs(f"/incident declare sev3 {title}")
    alice.runs("/incident cancel 3 a test run")
    world.settle()
    merge(world, 4, 1, by="alice")
    before = [len(world.events(number)) for number in (1, 2, 3, 4)]
    for said, answer in REFUSED.items():
        told = alice.runs(f"/incident {said}")
        assert answer in told and told.ephemeral, said
        world.settle()
        assert before == [len(world.events(number)) for number in (1, 2, 3, 4)], said


def test_what_was_merged_into_it_goes_along(world: World) -> None:
    two(world)
    alice = world.person("alice")
    alice.runs("/incident note 2 seen first in Payments")
    merge(world)
    alice.runs("/incident declare sev3 The database is full")
    world.settle()
    merge(world, 1, 3, by="alice")
    assert "seen first in Payments" in alice.runs("/incident timeline 3") and "seen first in Payments" in draft(world, 3)
    assert "INC-3" in alice.runs("/incident ack 2"), "a button of the first one reaches the last"


def test_what_cannot_be_merged_is_not_offered(world: World) -> None:
    two(world)
    alice = world.person("alice")
    alice.runs("/incident declare private: sev4 Salaries leaked")
    declare(world.core, Declaration("Practice", "SEV4", by=alice.id, drill=""))
    offered = alice.runs("/incident merge 1")
    assert offered.post and offered.post.buttons == ["INC-2 Payments time out"]
    assert "No other incident is open" in alice.runs("/incident merge 3")


def test_a_redelivered_click_merges_once(world: World) -> None:
    two(world)
    merge(world)
    kinds = [event.kind for number in (1, 2) for event in world.events(number)]
    assert world.workspace.delivery.redeliver(20)
    world.clock.at += timedelta(seconds=1)
    world.settle()
    assert kinds == [event.kind for number in (1, 2) for event in world.events(number)]


def test_whoever_followed_it_or_came_to_help_goes_along(world: World) -> None:
    """The one that goes on has no room yet: they come into it when it opens."""
    two(world)
    bob, carol, erin = world.slack.people("bob", "carol", "erin")
    bob.runs("/incident subscribe 2")
    erin.runs("/incident join 1")
    merge(world)
    assert [post.text for post in bob.inbox if "merged INC-2 into this" in post], "and is told so"
    assert (world.incident(1).subscribers, world.incident(2).subscribers) == ([bob.id], [])
    assert "It goes on in INC-1" in carol.runs("/incident update 2") and "INC-1" in carol.runs("/incident task 2 call the bank")
    assert "You are sent no more of INC-1" in bob.runs("/incident unsubscribe 2")
    world.advance(minutes=31)
    assert carol.is_in(world.room()) and erin.is_in(world.room())
