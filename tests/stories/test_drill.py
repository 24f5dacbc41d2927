"""A drill from its script: begun by somebody who runs it, played by the clock, scored at its end."""

from collections.abc import Callable

import pytest

from sandbox.people import Somebody
from sandbox.seen import Post
from tests.stories.telling import ON_CALL, pages, saying
from tests.world import World

SCRIPT = """
title: Checkout is down
about: A release that breaks payments
severity: SEV1
services: [checkout]
briefing: The release of 14:00 is out. Monitoring speaks through the injects.
injects:
  - {at: 2m, as: Monitoring, say: "Error rate of checkout: 38 %"}
  - {at: 10m, as: Support, say: "Customers say that they were charged twice <!channel>"}
expect:
  - {do: acknowledge, within: 5m}
  - {do: take ic, within: 5m, practise: "Name the commander first"}
  - {do: theory, within: 15m}
hints:
  - {at: 8m, say: "Look at what was released.", unless: theory}
end: 45m
"""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    world = make_world(ON_CALL)
    (world.folder / "drills").mkdir()
    (world.folder / "drills" / "checkout-outage.yml").write_text(SCRIPT)
    return world


def begun(world: World, by: str = "alice") -> Somebody:
    """The drill has begun, and its room is open."""
    moderator = world.person(by)
    answer = moderator.runs("/incident drill checkout-outage")
    assert "has begun" in answer and "DRILL" in answer
    world.settle()
    return moderator


def controls(person: Somebody) -> Post:
    """The message from which this person runs the drill."""
    [post] = saying(person.inbox, "drill INC-1")
    return post


def score(world: World) -> Post:
    [post] = saying(world.room().messages, "the drill is over")
    return post


def test_from_the_form_to_the_score(world: World) -> None:
    alice, bob, carol, erin = world.slack.people("alice", "bob", "carol", "erin")
    form = alice.runs("/incident drill").form
    assert form is not None and "paged for real" in form
    assert form.options("Scenario") == ["Checkout is down", "No script: I make it up as it goes"]
    assert alice.submits() == {}
    world.settle()
    room = world.room()
    assert room.name == "drill-inc-2026-11-23-checkout-is-down-1"
    assert saying(room.messages, "This is a drill, run by @alice") and saying(room.messages, "The release of 14:00 is out.")
    assert "You run the drill" in controls(alice) and "Error rate of checkout" in controls(alice)
    assert not saying(room.messages, "Error rate") and "nobody yet" in room.pins[0]
    assert pages(bob)[0].text.startswith("DRILL: You are paged")

    world.advance(minutes=1, seconds=59)
    assert not saying(room.messages, "Error rate")
    world.advance(seconds=1)
    assert "*Monitoring:* Error rate of checkout: 38 %" in saying(room.messages, "Error rate")[0]
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    world.advance(minutes=6)
    assert saying(room.messages, "A hint: Look at what was released.")
    carol.joins(room)
    carol.runs("/incident ic", in_=room)
    carol.runs("/incident theory the new release", in_=room)
    world.advance(minutes=2)
    [support] = saying(room.messages, "charged twice")
    assert "<!channel>" not in support.text and "The script has said all of its 3" in controls(alice)
    carol.clicks("Update", in_=room.pins[0])
    carol.fills("Impact", "1 in 3 payments fail")
    carol.submits()
    world.settle()
    carol.runs("/incident resolve rolled back", in_=room)
    carol.clicks("Resolve anyway")
    world.settle()

    told = score(world)
    assert "3 of 4 steps in time" in told and "Name the commander first" in told
    for line in (
        ":white_check_mark: Acknowledged: after 2 min (target 5 min)",
        ":x: Incident commander named: after 8 min (target 5 min)",
        ":white_check_mark: Theory named: after 8 min (target 15 min)",
        ":white_check_mark: First update written: after 10 min (target 30 min)",
        ":white_check_mark: Updates on time: 1 of 1",
    ):
        assert line in told
    assert told.text.startswith("DRILL: INC-1: the drill is over. 3 of 4 steps in time. Practise: Name the commander first")
    assert "is over" in controls(alice) and not controls(alice).buttons
    draft = room.files[-1].text
    assert draft.index("## Drill score") < draft.index("## Summary")
    assert "# DRILL INC-1: Checkout is down" in draft and "Draft of a drill." in draft
    assert "| Incident commander named | 8 min | 5 min | no |" in draft and "Name the commander first" in draft
    world.advance(hours=1)
    assert len(saying(room.messages, "the drill is over")) == 1 and world.waiting() == []
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_it_ends_by_itself_with_what_was_done_until_then(world: World) -> None:
    begun(world)
    world.advance(minutes=44, seconds=59)
    assert world.incident().status == "investigating"
    world.advance(seconds=1)
    told = score(world)
    assert world.incident().status == "resolved" and "0 of 4 steps in time" in told
    assert ":x: Acknowledged: not done (target 5 min)" in told and ":x: Updates on time: 0 of 1" in told
    assert not saying(world.room().messages, "from investigating to resolved"), "the score has said it"
    assert world.incident().mitigated_at is None and "not mitigated" in world.room().files[-1].text
    carol = world.person("carol")
    before = len(pages(carol))
    world.advance(hours=1)
    assert len(pages(carol)) == before and not saying(world.room().messages, "Is this still going on?")


def test_who_runs_it_moves_it_on_pauses_and_ends_it(world: World) -> None:
    alice, bob = begun(world), world.person("bob")
    room = world.room()
    alice.clicks("Next inject now", in_=controls(alice))
    world.settle()
    assert len(saying(room.messages, "Error rate")) == 1
    world.advance(minutes=3)
    assert len(saying(room.messages, "Error rate")) == 1, "it is said once, at whichever time"
    alice.clicks("Pause", in_=controls(alice))
    world.settle()
    assert saying(room.messages, "@alice paused the drill") and "Go on" in controls(alice).buttons
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    world.advance(hours=2)
    assert not saying(room.messages, "A hint") and not saying(room.messages, "Status update")
    alice.clicks("Go on", in_=controls(alice))
    world.advance(minutes=4, seconds=59)
    assert not saying(room.messages, "A hint")
    world.advance(seconds=1)
    assert len(saying(room.messages, "A hint")) == 1, "after eight minutes that count"
    alice.clicks("End drill", in_=controls(alice))
    world.settle()
    told = score(world)
    assert "Acknowledged: after 3 min" in told, "the pause does not count"
    assert "Theory named: not done by the end (target 15 min)" in told and "0 of" not in told
    world.advance(hours=1)
    assert not saying(room.messages, "charged twice"), "nothing comes after its end"


def test_the_controls_in_the_room_show_what_a_press_led_to(world: World) -> None:
    """In the direct message the press shows in the message itself, and nothing more is said."""
    alice = begun(world)
    heard = len(alice.ephemerals)
    alice.clicks("Next inject now", in_=controls(alice))
    world.settle()
    assert len(alice.ephemerals) == heard and "1 of 3 said" in controls(alice)
    shown = alice.runs("/incident drill", in_=world.room()).post
    assert shown is not None and "1 of 3 said" in shown and "Pause" in shown.buttons
    alice.clicks("Pause", in_=shown)
    world.settle()
    assert "Paused." in alice.ephemerals[-1] and "Go on" in alice.ephemerals[-1].buttons
    assert "It goes on where it stopped" in alice.runs("/incident drill resume", in_=world.room())
    assert "its score is in the room" in alice.runs("/incident drill end 1")


def test_a_hint_that_nobody_needs_is_kept_back(world: World) -> None:
    alice = begun(world)
    alice.runs("/incident theory the new release", in_=world.room())
    world.advance(minutes=11)
    assert not saying(world.room().messages, "A hint") and saying(world.room().messages, "charged twice")


def test_who_runs_it_may_give_the_hint_all_the_same(world: World) -> None:
    alice = begun(world)
    alice.runs("/incident theory the new release", in_=world.room())
    world.settle()
    for _ in range(2):
        alice.clicks("Next inject now", in_=controls(alice))
        world.settle()
    assert saying(world.room().messages, "A hint: Look at what was released.")


def test_others_leave_it_to_who_runs_it_but_may_end_it(world: World) -> None:
    begun(world)
    bob, room = world.person("bob"), world.room()
    assert "runs this drill" in bob.runs("/incident drill next", in_=room)
    assert "runs this drill" in bob.runs("/incident drill pause", in_=room)
    assert "run by @alice" in bob.runs("/incident drill", in_=room)
    assert "its score is in the room" in bob.runs("/incident drill end", in_=room)
    world.settle()
    assert "@bob ended the drill" in bob.runs("/incident timeline", in_=room)
    assert "is over" in bob.runs("/incident drill end", in_=room)


def test_pressed_twice_it_says_one(world: World) -> None:
    """The second press is of a button that showed the same inject."""
    alice = begun(world)
    before = controls(alice)
    for answer in (alice.clicks("Next inject now", in_=before), alice.clicks("Next inject now", in_=before)):
        assert answer.ok
    world.settle()
    assert saying(alice.ephemerals, "said already")
    assert not saying(world.room().messages, "A hint")


def test_without_a_script(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident drill")
    alice.chooses("Scenario", "No script")
    assert "Say what the drill is about" in alice.submits()["What is wrong?"]
    alice.fills("What is wrong?", "Search is slow")
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {}
    world.settle()
    assert controls(alice).buttons == ["Pause", "End drill"]
    alice.clicks("End drill", in_=controls(alice))
    world.settle()
    assert "First update written: not done by the end (target 30 min)" in score(world)


def test_while_something_real_is_open_it_asks_first(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Search is down")
    world.settle()
    answer = alice.runs("/incident drill checkout-outage")
    assert "INC-1 SEV1 is open for real" in answer
    assert "Open for real: *INC-1* SEV1" in alice.runs("/incident drill").reads
    alice.closes()
    alice.clicks("Begin the drill", in_=answer.post)
    world.settle()
    assert world.incident(2).drill == "checkout-outage"


def test_a_name_that_is_wrong_and_a_file_that_is(world: World) -> None:
    alice = world.person("alice")
    answer = alice.runs("/incident drill chekout-outage")
    assert "Did you mean checkout-outage" in answer.reads.replace("`", "")
    (world.folder / "drills" / "bad.yml").write_text("title: No severity\ninjects: [{at: soon, say: x}]\n")
    form = alice.runs("/incident drill").form
    assert form is not None and "Not offered: bad.yml" in form and form.options("Scenario")[0] == "Checkout is down"


def test_a_script_that_is_edited_meanwhile_goes_on_as_it_was(world: World) -> None:
    begun(world)
    (world.folder / "drills" / "checkout-outage.yml").write_text("title: Something else\nseverity: SEV4\n")
    world.advance(minutes=3)
    assert saying(world.room().messages, "Error rate")


def test_it_is_closed_by_itself_a_day_later(world: World) -> None:
    """However it came to be resolved; and its room goes as any other. Taken up again it waits for the next time."""
    begun(world)
    world.advance(minutes=45)
    assert world.incident().status == "resolved"
    alice = world.person("alice")
    assert "the drill is closed" in alice.runs("/incident timeline 1")
    world.advance(hours=23)
    alice.runs("/incident reopen 1 once more")
    world.advance(hours=2)
    assert world.incident().status == "investigating", "not while somebody works on it"
    alice.runs("/incident mitigated 1")
    world.advance(hours=2)
    alice.runs("/incident resolve 1")
    assert world.incident().status == "resolved"
    world.advance(hours=23)
    assert world.incident().status == "resolved"
    world.advance(hours=2)
    assert world.incident().status == "closed" and not saying(world.room().messages, "from resolved to closed")
    world.advance(days=8)
    assert world.room().is_archived
