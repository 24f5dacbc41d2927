"""Bad weather at Slack's: refusals, errors after the effect, outages, and what people do to our messages and rooms."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from incidents import edit
from models import Delivery, Event
from sandbox import channels, messages
from sandbox.seen import Room
from tests.spine.harness import ACME, House, assert_kept

SETTLED = 200


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(policy: str = ACME) -> House:
        made.append(House(tmp_path, policy))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


def the_whole_job(house: House) -> None:
    """From declaring to the draft, with a second incident beside it that gets its room later."""
    alice, bob = house.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    house.passes(20)
    bob.runs("/incident declare sev3 Search is slow")
    bob.runs("/incident note 1 It began with the release")
    house.passes(20)
    bob.runs("/incident sev 2 sev1 it is everybody")
    bob.runs("/incident tech 1")
    house.passes(300)
    assert house.incident(1).room_channel and house.incident(2).room_channel, "five minutes are more than enough"
    house.person("carol").runs("/incident ack 1")
    house.person("carol").runs("/incident ack 2")
    for text in ("Rolled back the release", "Errors are falling", "All but one region is fine"):
        bob.runs(f"/incident note 1 {text}")
        house.passes(1)
    house.passes(30 * 60)
    alice.runs("/incident mitigated", in_=house.room(1))
    bob.runs("/incident cancel 2 the same as the other")
    house.passes(61 * 60)
    alice.runs("/incident resolve", in_=house.room(1))
    house.passes(120)


@pytest.mark.parametrize("seed", range(4))
def test_stormy_weather(house: House, seed: int) -> None:
    """A fifth of all calls is answered 429, a twentieth 500 after taking effect; answers are slow."""
    house.workspace.faults.change(
        {"ratelimited": 0.2, "retry_after": 1 + seed % 3, "error_after": 0.05, "latency": 0.05, "jitter": 0.2, "seed": seed}
    )
    the_whole_job(house)
    house.passes(SETTLED)
    house.workspace.faults.clear()
    assert house.incident(1).status == "resolved"
    assert_kept(house)


@pytest.mark.parametrize("outage", ["drop", "503"])
def test_slack_is_away_for_minutes(house: House, outage: str) -> None:
    """What is declared meanwhile is stored, and all of it is posted when Slack is back."""
    alice, bob = house.slack.people("alice", "bob")
    alice.runs("/incident declare sev3 Search is slow")
    house.passes(10)
    house.workspace.faults.change({"outage": outage})
    answer = bob.runs("/incident declare sev1 Checkout is down")
    assert "INC-2" in answer
    assert bob.runs("/incident note 1 It began with the release")
    assert bob.runs("/incident sev 1 sev1 it is everybody")
    house.passes(3 * 60)
    assert house.incident(2).title == "Checkout is down" and house.incident(2).room_channel is None
    house.workspace.faults.clear()
    house.passes(60)
    assert house.waiting() == []
    house.passes(SETTLED)
    assert_kept(house)
    assert any("You are paged: INC-2" in post.text for post in bob.inbox)


@pytest.mark.parametrize("when", ["at_once", "later"])
def test_slack_sends_every_request_twice(make_house: Callable[..., House], when: str) -> None:
    """Commands, buttons, forms and events: nothing comes of the second."""

    def job() -> tuple[House, list[str]]:
        house = make_house()
        house.workspace.faults.change({"redeliver": when if seen else "", "redeliver_after": 40.0})
        alice, bob = house.slack.people("alice", "bob")
        alice.runs("/incident")
        alice.fills("What is wrong?", "Checkout is down")
        alice.chooses("Severity", "SEV1")
        assert alice.submits() == {}
        house.passes(20)
        room = house.room()
        bob.clicks("Acknowledge")
        bob.pins(bob.says("errors are falling", in_=room))
        bob.reacts("pushpin", bob.says("still falling", in_=room))
        bob.runs("/incident tech", in_=room)
        bob.runs("/incident task look at the pool", in_=room)
        alice.clicks("Update", in_=room.pins[-1])
        alice.fills("Impact", "1 in 3 payments fail")
        alice.submits()
        house.passes(50)
        alice.runs("/incident identified", in_=room)
        alice.runs("/incident sev 2 it is only some", in_=room)
        house.passes(SETTLED)
        assert_kept(house)
        return house, [event.kind for event in house.events()]

    seen: list[list[str]] = []
    for _ in range(2):
        house, kinds = job()
        house.close()
        seen.append(kinds)
    assert seen[0] == seen[1]


def test_an_answer_that_never_comes(house: House) -> None:
    """One call in ten is answered by silence, after taking effect or before."""
    house.workspace.faults.change({"hang_before": 0.05, "hang_after": 0.05, "seed": 3})
    the_whole_job(house)
    house.passes(SETTLED)
    house.workspace.faults.clear()
    house.passes(SETTLED)
    assert_kept(house)


def test_the_token_is_revoked_and_restored(house: House) -> None:
    token = house.workspace.bot_token
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.steps.watch = lambda label: _revoke(house) if label == "after conversations.create" else None
    house.passes(10 * 60)
    assert house.waiting()
    assert all(" open " in row for row in house.waiting()), "nothing is given up for a token"
    house.steps.watch = None
    house.workspace.bot_token = token
    house.passes(61)
    assert house.waiting() == []
    house.passes(SETTLED)
    assert_kept(house)


def _revoke(house: House) -> None:
    house.workspace.bot_token = "xoxb-another"


# --- the room


def rooms(house: House) -> list[Room]:
    return house.slack.channels_starting("inc-")


def test_a_stranger_has_the_name(house: House) -> None:
    house.person("bob").creates("inc-2026-11-23-checkout-is-down-1")
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    assert [room.name for room in rooms(house)][1:] == [house.room().name]
    assert house.room().name.startswith("inc-2026-11-23-checkout-is-down-1")
    assert_kept(house)


def test_we_made_it_and_the_answer_was_lost(house: House) -> None:
    house.workspace.faults.fail_next("conversations.create", 1, status=500, after_effect=True)
    house.person("alice").runs("/incident declare sev3 Checkout is down")
    house.passes(1)  # the announce channel is made first
    assert [room.name for room in house.slack.channels_starting("incidents")] == ["incidents"]
    house.passes(30)
    house.workspace.faults.fail_next("conversations.create", 1, status=500, after_effect=True)
    house.person("alice").runs("/incident room 1")
    house.passes(30)
    assert [room.name for room in rooms(house)] == ["inc-2026-11-23-checkout-is-down-1"]
    house.passes(SETTLED)
    assert_kept(house)


def test_it_turns_up_between_the_look_and_the_next_try(house: House) -> None:
    """The first try takes effect when the look has just found nothing: the name is taken, and it is ours."""
    house.person("bob").runs("/incident declare sev3 Checkout is down")
    house.passes(5)
    house.workspace.faults.fail_next("conversations.create", 1, status=500)
    name = "inc-2026-11-23-checkout-is-down-1"

    def turns_up(label: str) -> None:
        if label == "after users.conversations":
            house.steps.watch = None
            house.workspace.call("conversations.create", {"name": name})

    house.steps.watch = turns_up
    house.person("bob").runs("/incident room 1")
    house.passes(30)
    assert house.steps.watch is None and [room.name for room in rooms(house)] == [name]
    house.passes(SETTLED)
    assert_kept(house)


def test_our_bot_made_it_long_ago_for_another_database(house: House) -> None:
    """Not adopted: it is not ours to fill."""
    house.workspace.call("conversations.create", {"name": "inc-2026-11-23-checkout-is-down-1"})
    old = house.slack.channel("inc-2026-11-23-checkout-is-down-1")
    house.passes(3600)
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    assert len(rooms(house)) == 2 and house.room().id != old.id
    assert old.messages == []


def test_rooms_are_refused_for_good(house: House) -> None:
    """The thread is the home; that is said aloud, and `/incident room` tries again when it may."""
    alice = house.person("alice")
    house.person("bob").runs("/incident declare sev4 A typo")
    house.passes(5)  # the announce channel is there
    house.workspace.faults.fail_next("conversations.create", 99, "restricted_action")
    alice.runs("/incident declare sev1 Checkout is down")
    alice.runs("/incident update 2")
    alice.fills("Impact", "1 in 3 payments fail")
    alice.submits()
    house.passes(60)
    announcements = house.slack.channel("incidents")
    incident = house.incident(2)
    assert incident.room_wanted_at is None and incident.room_refused
    [card] = [post for post in announcements.messages if post.ts == incident.announce_ts]
    assert "Acknowledge" in card.buttons and "1 in 3 payments fail" in card
    said = [post for post in card.thread if "could not be opened" in post and "/incident room" in post]
    assert len(said) == 1
    assert len([post for post in announcements.messages if "could not be opened" in post]) == 1
    assert len([post for post in card.thread if "1 in 3 payments fail" in post]) == 1, "the update is there once"
    assert not [row for row in house.waiting() if " open " in row]
    house.workspace.faults.clear()
    alice.runs("/incident room 2")
    house.passes(30)
    assert house.room(2).pins[0].ts == house.incident(2).card_ts
    assert any("goes on in" in post for post in card.thread)
    assert [row.split()[0] for row in house.waiting()] == ["room/"], "the one that was refused"


def test_the_home_moves_while_a_post_is_in_doubt(house: House) -> None:
    """It is looked for where it was tried, not only where it would go now."""
    house.person("bob").runs("/incident declare sev3 Checkout is slow")
    house.passes(5)
    house.workspace.faults.fail_next("chat.postMessage", 1, status=500, after_effect=True)
    house.person("bob").runs("/incident note 1 It began at noon")
    house.settle()
    house.person("alice").runs("/incident room 1")
    house.passes(SETTLED)
    assert_kept(house)


# --- messages


def test_the_card_is_deleted_by_a_person(house: House) -> None:
    """It is posted again with the next change, and pinned again; so is the announcement."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    room, announcements = house.room(), house.slack.channel("incidents")
    messages.delete(house.workspace, room.channel, room.pins[0].message)
    messages.delete(house.workspace, announcements.channel, announcements.messages[0].message)
    house.person("alice").runs("/incident impact 1 in 3 payments fail", in_=room)
    house.passes(30)
    assert "1 in 3 payments fail" in room.pins[0]
    assert_kept(house)


@pytest.mark.parametrize("then_lost", [False, True])
def test_a_post_that_slack_finds_invalid(house: House, then_lost: bool) -> None:
    """The sentence in plain text, once, also when that one's first try fails."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    lost = ["no_answer"] if then_lost else []

    def weather(method: str, args: dict[str, Any]) -> str | None:
        if method != "chat.postMessage":
            return None
        return "invalid_blocks" if args.get("blocks") else lost.pop() if lost else None

    house.refuses = weather
    house.person("alice").runs("/incident note 1 It began at noon")
    house.passes(SETTLED)
    post = house.room().shows("It began at noon")
    assert post.blocks == [] and post.text.startswith("INC-1: ")
    assert_kept(house)


def test_a_card_that_slack_finds_invalid_once(house: House) -> None:
    """One state in one plain line; the next one whole again."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    house.refuses = lambda method, args: "invalid_blocks" if method == "chat.update" and args.get("blocks") else None
    house.person("alice").runs("/incident impact 1 in 3 payments fail", in_=house.room())
    house.passes(30)
    assert house.room().pins[0].blocks == [] and house.waiting() == []
    house.refuses = None
    house.person("alice").runs("/incident impact 2 in 3 payments fail", in_=house.room())
    house.passes(30)
    assert "2 in 3 payments fail" in house.room().pins[0]
    assert "Acknowledge" in house.room().pins[0].buttons
    assert_kept(house)


def test_what_is_refused_for_good_is_said_once(house: House) -> None:
    """Muster may not write in the room: that is said in the announce channel, of each kind of thing once."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    room = house.room().id
    house.refuses = lambda method, args: "restricted_action" if room in (args.get("channel"), args.get("channel_id")) else None
    house.person("alice").runs("/incident note 1 It began at noon")
    house.passes(SETTLED)
    for text in ("1 in 3", "2 in 3"):
        edit.edit(house.core, 1, "impact", f"{text} payments fail", by="U0BOB")  # the card is tried again, and refused
        house.passes(30)
    with house.core.view() as session:
        dead = session.exec(select(Delivery.reaction).where(Delivery.state == "dead")).all()
        said = session.exec(select(Event).where(Event.kind == "delivery.failed")).all()
    assert "post" in dead
    alarms = [post for post in house.slack.channel("incidents").messages if "refused something" in post]
    assert len(alarms) == len(said) == len({name for name in dead if name != "topic"}) < len(dead)
    assert not [row for row in house.waiting() if " open " in row]


def test_a_mirror_that_is_refused_for_another_reason_later(house: House) -> None:
    """Both are said, and it is given up twice: once the second time broke, again and again."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    for error in ("restricted_action", "edit_forbidden"):
        house.refuses = lambda method, args, error=error: error if method == "chat.update" else None  # type: ignore[misc]
        edit.edit(house.core, 1, "impact", f"refused with {error}", by="U0BOB")
        house.passes(10)
    assert not [row for row in house.waiting() if " open " in row]
    said = [post.text for post in house.slack.channel("incidents").messages if "the card in the war room" in post]
    assert ["restricted_action" in text for text in said] == [True, False]


def test_muster_may_not_write_in_the_announce_channel(house: House) -> None:
    """Whoever declared is told, once; what waits for the announcement does so ever more patiently, and comes with it."""

    def is_shut(method: str, args: dict[str, Any]) -> str | None:
        found = house.workspace.state.channels.get(args.get("channel") or "")
        return "restricted_action" if method == "chat.postMessage" and found and found.name == "incidents" else None

    alice = house.person("alice")
    house.refuses = is_shut
    alice.runs("/incident declare sev3 Checkout is down")
    alice.runs("/incident note 1 It began at noon")
    house.passes(3000)
    told = [post for post in alice.inbox if "restricted_action" in post]
    assert len(told) == 1 and "Give it a room: `/incident room 1`" in told[0], alice.inbox
    with house.core.view() as session:
        waiting = session.exec(select(Delivery.attempt).where(Delivery.state == "open", Delivery.attempt > 0)).all()
    assert waiting and max(waiting) < 300, waiting
    house.refuses = None
    edit.edit(house.core, 1, "impact", "1 in 3 payments fail", by="U0BOB")
    house.passes(5)
    assert not [row for row in house.waiting() if " open " in row]


def test_muster_is_thrown_out_of_the_announce_channel(house: House) -> None:
    """It joins again: whoever declares has to be heard."""
    house.person("alice").runs("/incident declare sev3 Search is slow")
    house.passes(30)
    channels.leave(house.workspace, house.slack.channel("incidents").channel, house.workspace.bot_user)
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    assert any("Checkout is down" in post for post in house.slack.channel("incidents").messages)
    assert_kept(house)


def test_somebody_who_cannot_be_invited(house: House) -> None:
    """The others come all the same."""
    house.workspace.state.people["U0BOB"].deleted = True
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    assert house.person("alice").is_in(house.room())


def test_a_look_that_is_refused_does_not_hold_up_the_lane_for_ever(house: House) -> None:
    """Nothing can be found out in a channel that is gone: it is given up, and said."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    house.workspace.faults.fail_next("chat.postMessage", 1, status=500)
    house.person("alice").runs("/incident note 1 It began at noon")
    house.settle()
    house.workspace.faults.fail_next("conversations.history", 99, "channel_not_found")
    house.passes(15 * 60)
    assert not [row for row in house.waiting() if row.startswith("post/") and " open " in row]
    assert any("refused something" in post for post in house.slack.channel("incidents").messages)


def test_two_answers_without_an_end_brake_the_host(house: House) -> None:
    """Everybody waits a while instead of hanging five seconds at every call."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.workspace.faults.change({"hang_before": 1.0})
    house.passes(120)
    calls = [entry for entry in house.workspace.log.entries if entry.direction == "from_app"]
    assert len(calls) <= 2 * (120 / 15 + 1) + 2, len(calls)
    house.workspace.faults.clear()
    house.passes(SETTLED)
    assert_kept(house)
