"""The rules of DESIGN §2, one by one: lanes, leases, doubt, brakes, mirrors, wakes."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from bot.acts import Desk
from bot.acts.post import Post
from bot.slack import SlackBraked, SlackDoubt
from incidents import edit, rooms, timeline
from incidents.core import Unit
from incidents.standing import Standing, standing
from incidents.timers import Due, Timer
from models import Brake, Delivery, Fact, Wake
from models.database import ReadOnlyError
from models.workspace import HEARTBEAT
from tests.spine.harness import ACME, House, assert_kept, look_around, process
from workers import leases
from workers.clock import FRESH, ClockWork, fire_due, last_sweep, tidy, wake_all
from workers.deliver import Courier

A_WHILE = 3  # seconds, until a canvas shows what has changed


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(policy: str = ACME) -> House:
        made.append(House(tmp_path, policy))
        return made[-1]

    yield make
    for thread in threading.enumerate():  # a clock that stood in must not go on in the next test's house
        if thread.name.startswith(("stand-in", "lane-")):
            thread.join(20)
    for house in made:
        house.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture
def settled(house: House) -> House:
    """A SEV1 with its room, all of it posted."""
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(30)
    return house


def deliveries(house: House, reaction: str = "", state: str = "") -> list[Delivery]:
    with house.core.view() as session:
        rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
    return [row for row in rows if (not reaction or row.reaction == reaction) and (not state or row.state == state)]


def wake(house: House, number: int = 1) -> Wake:
    with house.core.view() as session:
        return session.get_one(Wake, f"incident:{number}")


def owed(house: House, number: int = 1) -> datetime:
    with house.core.view() as session:
        return house.core.owed(standing(session, house.incident(number)))[0][0].at


def calls(house: House, method: str) -> int:
    return len([e for e in house.workspace.log.entries if e.direction == "from_app" and e.kind == method])


def note(house: House, text: str, number: int = 1) -> None:
    timeline.note(house.core, number, text, by="U0BOB")


# --- lanes and priorities


def test_an_older_open_row_blocks_its_lane_and_no_other(settled: House) -> None:
    settled.person("bob").runs("/incident declare sev3 Search is slow")
    settled.passes(10)
    for text in ("first", "second"):
        note(settled, text)
    note(settled, "elsewhere", 2)
    posts = [claimed for claimed in iter(lambda: leases.claim(settled.core), None) if claimed.delivery.reaction == "post"]
    assert [(c.delivery.incident_id, c.delivery.event_id) for c in posts] == [
        (n, next(e.id for e in settled.events(n) if e.payload.get("text") == text))
        for n, text in ((1, "first"), (2, "elsewhere"))
    ]  # fmt: skip
    leases.put_back(settled.core, posts[0], after=timedelta(hours=1), doubt=False)
    assert leases.claim(settled.core) is None, "the second waits for the first, however long"


def test_the_most_pressing_first(settled: House) -> None:
    """Pages, then rooms and cards, then posts, then decoration; the pages' worker takes nothing else."""
    edit.change_severity(settled.core, 1, "SEV2", by="U0BOB", why="less")
    settled.person("bob").runs("/incident page 1 @dave")
    priorities = []
    pages = [c.delivery.target for c in iter(lambda: leases.claim(settled.core, up_to_priority=0), None)]
    assert pages == ["U0DAVE"]
    for claimed in iter(lambda: leases.claim(settled.core), None):
        priorities.append(claimed.delivery.priority)
    assert priorities == sorted(priorities) and {1, 2, 3} <= set(priorities)


# --- leases and doubt


def test_a_lease_that_ran_out_is_doubt(settled: House) -> None:
    note(settled, "It began at noon")
    settled.clock.at += timedelta(seconds=A_WHILE)
    claims = [c for c in iter(lambda: leases.claim(settled.core), None) if c.delivery.reaction == "post"]
    assert not claims[0].doubt
    settled.clock.at += leases.LEASE - timedelta(milliseconds=1)
    assert leases.claim(settled.core) is None
    settled.clock.at += timedelta(milliseconds=1)
    again = next(c for c in iter(lambda: leases.claim(settled.core), None) if c.delivery.reaction == "post")
    assert again.doubt and again.delivery.attempt == 2


def test_who_lost_the_lease_stores_nothing_and_asks_for_a_look(settled: House) -> None:
    """A worker froze before its call and posted when another had done it: the copy is gone within 90 s."""
    note(settled, "It began at noon")
    frozen = Courier(process(settled), settled.api, settled.muster.table)

    def freeze(label: str) -> None:
        if label == "before chat.postMessage":
            settled.steps.watch = None
            settled.clock.at += timedelta(seconds=20)
            settled.settle()

    settled.steps.watch = freeze
    while settled.steps.watch is not None:
        frozen.one()
    thawed = settled.clock.at
    [row] = [row for row in deliveries(settled, "post") if row.check_at]
    copies = look_around(settled).by_delivery[row.id or 0]
    assert len(copies) == 2 and row.attempt == 2
    settled.clock.at = thawed
    settled.advance(seconds=90)
    [left] = look_around(settled).by_delivery[row.id or 0]
    assert left.ts == row.result["ts"]
    assert_kept(settled)


def test_looked_for_no_sooner_than_five_seconds_later(settled: House) -> None:
    settled.workspace.faults.fail_next("chat.postMessage", 1, status=500, after_effect=True)
    note(settled, "It began at noon")
    settled.settle()
    settled.advance(seconds=4.9)
    assert calls(settled, "conversations.history") == 0
    settled.advance(seconds=0.2)
    assert calls(settled, "conversations.history") == 1
    assert_kept(settled)
    assert calls(settled, "chat.postMessage") == len(look_around(settled).by_delivery) + 0


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error", "missing_scope", "no_answer"])
def test_never_posted_blind(settled: House, trouble: str) -> None:
    """A look that fails leaves the doubt: nothing is posted until one has an answer."""

    def refuse(method: str, args: dict[str, Any]) -> str | None:
        if method == "conversations.history" and trouble == "ratelimited":
            raise SlackBraked(method, 3.0)
        if method == "conversations.history" and trouble == "internal_error":
            settled.workspace.faults.fail_next(method, 1)
            return None
        return trouble if method == "conversations.history" else None

    settled.workspace.faults.fail_next("chat.postMessage", 1, status=500, after_effect=True)
    settled.refuses = refuse
    before = calls(settled, "chat.postMessage")
    note(settled, "It began at noon")
    settled.advance(seconds=60)
    assert calls(settled, "chat.postMessage") == before + 1
    assert deliveries(settled, "post", "open")
    settled.refuses = None
    settled.advance(seconds=60)
    assert calls(settled, "chat.postMessage") == before + 1
    assert_kept(settled)


def breaks(house: House, method: str, over: Callable[[dict[str, Any]], bool], **progress: Any) -> None:
    """Slack breaks over what is `over`, for ever; what is tried first has come so far already."""

    def refuse(called: str, args: dict[str, Any]) -> str | None:
        if called != method or not over(args):
            return None
        with house.core.transaction() as session:
            [row] = session.exec(select(Delivery).where(col(Delivery.lease_until).is_not(None)))
            if row.attempt == 1:
                row.result = row.result | progress
                session.add(row)
        raise SlackDoubt(method, "internal_error")

    house.refuses = refuse


def test_a_message_that_slack_breaks_over_is_said_plainly(settled: House) -> None:
    breaks(settled, "chat.postMessage", lambda args: bool(args.get("blocks")), reposted=59)
    settled.person("bob").runs("/incident page 1 @dave")
    settled.advance(seconds=10)
    [page] = settled.person("dave").inbox
    assert "INC-1" in page.text and not page.buttons
    assert settled.waiting() == []


def test_what_slack_breaks_over_for_ever_keeps_nothing_back(settled: House) -> None:
    """A message is given up after an hour and a half, which is said, and a room after five minutes: the thread is the home."""
    breaks(settled, "chat.postMessage", lambda args: "noon" in str(args["text"]), reposted=359)
    note(settled, "It began at noon")
    note(settled, "It is over")
    settled.advance(seconds=30)
    assert settled.room().messages[-1].text == "INC-1: <@U0BOB>: It is over"
    assert "refused something for good (internal_error): a message" in settled.slack.channel("incidents").messages[-1].text
    breaks(settled, "conversations.create", lambda args: True, reposted=59)
    settled.person("bob").runs("/incident declare sev1 Search is down")
    settled.advance(seconds=30)
    assert not settled.incident(2).room_wanted_at and deliveries(settled, "room", "dead")


def test_whom_slack_does_not_look_for_by_address_keeps_nobody_out(make_house: Callable[..., House]) -> None:
    house = make_house(ACME.replace("U0BOB", "bob@example.com"))
    house.workspace.faults.fail_next("users.lookupByEmail", 99, "missing_scope")
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.advance(seconds=10)
    assert "U0ALICE" in house.room().channel.members


def test_whom_slack_could_not_look_for_without_a_good_token_is_invited_with_one(make_house: Callable[..., House]) -> None:
    house = make_house(ACME.replace("U0BOB", "bob@example.com"))
    house.workspace.faults.fail_next("users.lookupByEmail", 4, "token_expired")
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.advance(minutes=2)
    assert "U0BOB" in house.room().channel.members


def test_an_alarm_where_the_announce_channel_is_for_reading_only(settled: House) -> None:
    public = settled.slack.channel("incidents").id

    def refuse(method: str, args: dict[str, Any]) -> str | None:
        if method == "conversations.create":
            return "restricted_action"
        here = method == "chat.postMessage" and args["channel"] == public
        return "restricted_action_read_only_channel" if here else None

    settled.refuses = refuse
    settled.person("bob").runs("/incident declare sev1 Search is down")
    settled.advance(seconds=10)
    assert any("could not be opened" in post.text for post in settled.person("bob").inbox)


def test_what_slack_refuses_for_hours_is_asked_for_twice_a_minute(settled: House) -> None:
    settled.workspace.faults.fail_next("chat.postMessage", 100, "accesslimited")
    note(settled, "It began at noon")
    with settled.core.transaction() as session:
        [row] = session.exec(select(Delivery).where(Delivery.state == "open", Delivery.reaction == "post"))
        row.attempt = 400
        session.add(row)
    before = calls(settled, "chat.postMessage")
    settled.advance(minutes=2)
    assert calls(settled, "chat.postMessage") - before <= 5
    settled.workspace.faults.clear()
    settled.advance(seconds=30)
    assert "It began at noon" in settled.room().messages[-1].text


def test_a_draft_in_doubt_asks_for_the_last_ten_files(settled: House) -> None:
    """And not for all that it ever tried, which were more with each look."""
    breaks(settled, "files.completeUploadExternal", lambda args: True, tried=[f"F{n}" for n in range(20)])
    settled.person("alice").runs("/incident postmortem", in_=settled.room())
    settled.advance(seconds=6)
    before = calls(settled, "files.info")
    settled.advance(seconds=5)
    assert calls(settled, "files.info") - before == 10


def test_a_copy_that_slips_through_is_gone_within_ninety_seconds(settled: House) -> None:
    settled.lateness = lambda method: 30.0 if method == "chat.postMessage" else None
    note(settled, "It began at noon")
    settled.settle()
    settled.lateness = None
    settled.advance(seconds=29)
    [row] = [row for row in deliveries(settled, "post") if row.check_at]
    assert len(look_around(settled).by_delivery[row.id or 0]) == 1, "it was posted again in the meantime"
    settled.advance(seconds=2)
    copied = settled.clock.at
    assert len(look_around(settled).by_delivery[row.id or 0]) == 2
    settled.advance(seconds=90 - (settled.clock.at - copied).total_seconds())
    assert len(look_around(settled).by_delivery[row.id or 0]) == 1
    assert_kept(settled)


def test_a_look_that_is_asked_for_during_a_look(settled: House) -> None:
    """It is not forgotten with the first."""
    settled.workspace.faults.fail_next("chat.postMessage", 1, status=500)
    note(settled, "It began at noon")
    settled.advance(seconds=10)
    settled.clock.at += timedelta(seconds=60)
    row = leases.to_check(settled.core)
    assert row is not None
    with settled.core.transaction() as session:
        asked = session.get_one(Delivery, row.id)
        asked.check_at = settled.clock.at + timedelta(seconds=60)
    leases.checked(settled.core, row, mirror=False)
    assert [row.check_at for row in deliveries(settled, "post") if row.check_at] == [asked.check_at]


def test_what_has_no_place_any_more_is_looked_for_ever_more_rarely(settled: House) -> None:
    """The card was edited in doubt, and its room is archived before it is looked for: that may stay so for ever."""
    settled.workspace.faults.fail_next("chat.update", 2, status=500)
    edit.edit(settled.core, 1, "impact", "1 in 3 payments fail", by="U0BOB")
    settled.advance(seconds=20)
    with settled.core.unit(1) as unit:
        rooms.found_archived(unit, unit.incident.room_channel or "")
    settled.advance(seconds=1)
    [row] = [row for row in deliveries(settled, "card") if row.check_at]
    looks = set()
    for _ in range(60):
        settled.clock.at += timedelta(minutes=1)
        while settled.courier.one():
            pass
        looks |= {each.check_at for each in deliveries(settled, "card") if each.id == row.id}
    assert len(looks) < 10


# --- what an earlier attempt leaves behind late


def test_an_old_edit_that_takes_effect_late(settled: House) -> None:
    """The card and the announcement show the newest all the same, a minute later."""
    settled.lateness = lambda method: 25.0 if method == "chat.update" else None
    edit.edit(settled.core, 1, "impact", "1 in 3 payments fail", by="U0BOB")
    edit.change_severity(settled.core, 1, "SEV2", by="U0BOB", why="less")
    settled.settle()
    settled.lateness = None
    edit.edit(settled.core, 1, "impact", "2 in 3 payments fail", by="U0BOB")
    edit.change_severity(settled.core, 1, "SEV1", by="U0BOB")
    settled.advance(seconds=24)
    assert "2 in 3 payments fail" in settled.room().pins[0]
    settled.advance(seconds=95)
    assert "2 in 3 payments fail" in settled.room().pins[0]
    assert_kept(settled)


def test_an_old_topic_that_takes_effect_late(settled: House) -> None:
    settled.lateness = lambda method: 25.0 if method == "conversations.setTopic" else None
    edit.change_severity(settled.core, 1, "SEV2", by="U0BOB", why="less")
    settled.settle()
    settled.lateness = None
    edit.change_severity(settled.core, 1, "SEV1", by="U0BOB")
    settled.advance(seconds=20)
    assert settled.room().topic.startswith("SEV1")
    settled.advance(seconds=100)
    assert settled.room().topic.startswith("SEV1")


def test_the_topic_goes_back_to_what_it_was(settled: House) -> None:
    """The answer to a change is lost, and the change undone: what was set last time is not what is there."""
    settled.workspace.faults.fail_next("conversations.setTopic", 1, status=500, after_effect=True)
    edit.change_severity(settled.core, 1, "SEV2", by="U0BOB", why="less")
    settled.settle()
    edit.change_severity(settled.core, 1, "SEV1", by="U0BOB")
    settled.advance(seconds=30)
    assert settled.room().topic.startswith("SEV1")
    topics = [post.message.extra["topic"][:4] for post in settled.room().notices if post.message.subtype == "channel_topic"]
    assert topics == ["SEV1", "SEV2", "SEV1"], "each change is a message, and none is made twice"


def test_a_bookmark_that_comes_late(house: House) -> None:
    house.lateness = lambda method: 20.0 if method == "bookmarks.add" else None
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.advance(seconds=4)
    house.lateness = None
    house.advance(seconds=30)
    assert len(house.room().bookmarks) == 2
    house.advance(seconds=90)
    assert_kept(house)


def test_a_draft_that_comes_late(settled: House) -> None:
    settled.lateness = lambda method: 20.0 if method == "files.completeUploadExternal" else None
    settled.person("alice").runs("/incident postmortem", in_=settled.room())
    settled.settle()
    settled.lateness = None
    settled.advance(seconds=25)
    assert len(settled.room().files) == 2
    settled.advance(seconds=90)
    assert len(settled.room().files) == 1
    assert_kept(settled)


@pytest.mark.parametrize("method", ["files.info", "chat.delete", "files.delete"])
def test_a_draft_whose_tidying_up_is_braked(settled: House, method: str) -> None:
    """It is shared by then, and not shared once more."""
    for _ in range(2):
        settled.person("alice").runs("/incident postmortem", in_=settled.room())
        settled.workspace.faults.fail_next(method, 2, "ratelimited")
        settled.advance(seconds=100)
    assert len(settled.room().files) == 1
    assert_kept(settled)


def test_a_draft_whose_tidying_up_is_refused(settled: House) -> None:
    """Nobody is told that a draft was refused which stands in the room."""
    for _ in range(2):
        settled.person("alice").runs("/incident postmortem", in_=settled.room())
        settled.advance(seconds=10)
        settled.refuses = lambda method, args: "missing_scope" if method == "files.info" else None
    assert deliveries(settled, "draft", "done") and settled.waiting() == []


# --- brakes


def test_a_429_brakes_its_channel_for_everybody(settled: House) -> None:
    """The others go on: another channel, another method. In another process it is known at once, too."""
    for title in ("Search is slow", "Login is slow"):
        settled.person("bob").runs(f"/incident declare sev3 {title}")
        settled.passes(10)
    announcements = settled.slack.channel("incidents").id
    posted: list[str] = []

    def brake(method: str, args: dict[str, Any]) -> str | None:
        if method == "chat.postMessage":
            posted.append(args["channel"])
            if args["channel"] == announcements:
                raise SlackBraked(method, 30.0)
        return None

    settled.refuses = brake
    for number, text in ((2, "in one thread"), (3, "in another"), (1, "in the room")):
        timeline.note(settled.core, number, text, by="U0BOB")
    processes = [Courier(process(settled), settled.api, settled.muster.table) for _ in range(4)]
    for courier in processes * 4:
        courier.one()
    assert sorted(posted) == sorted([announcements, settled.room().id]), "one found out for all of them"
    assert len(deliveries(settled, "post", "open")) == 2
    settled.refuses = None
    settled.advance(seconds=29)
    assert len(deliveries(settled, "post", "open")) == 2
    settled.advance(seconds=2)
    assert_kept(settled)


@pytest.mark.parametrize("wrong", [-60, 60])
def test_a_machine_whose_clock_is_wrong(settled: House, wrong: int) -> None:
    """Waits and brakes go by the database's clock, as for everybody else."""

    class WrongHere:
        def now(self, session: Session | None = None) -> datetime:
            return settled.clock.at + (timedelta() if session is not None else timedelta(seconds=wrong))

    settled.core.clock = WrongHere()
    settled.workspace.faults.fail_next("chat.postMessage", 1, status=500, after_effect=True)
    note(settled, "It began at noon")
    settled.settle()
    [row] = deliveries(settled, "post", "open")
    assert row.next_at == settled.clock.at + leases.LOOK_AFTER
    leases.brake(settled.core, "conversations.history", 10)
    settled.advance(seconds=9.5)
    assert deliveries(settled, "post", "open")
    settled.advance(seconds=1)
    assert deliveries(settled, "post", "open") == []
    assert_kept(settled)


def test_a_brake_is_forgotten_when_it_is_over(settled: House) -> None:
    leases.brake(settled.core, "chat.update", 10)
    leases.brake(settled.core, "chat.update", 20)
    settled.clock.at += timedelta(seconds=21)
    tidy(settled.core)
    with settled.core.view() as session:
        assert session.exec(select(Brake)).all() == []


# --- mirrors


def test_a_burst_is_one_edit(settled: House) -> None:
    before = calls(settled, "chat.update")
    for n in range(10):
        edit.edit(settled.core, 1, "impact", f"{n} in 10 payments fail", by="U0BOB")
    settled.advance(seconds=A_WHILE)
    assert calls(settled, "chat.update") == before + 2, "the card once, the announcement once"
    assert "9 in 10 payments fail" in settled.room().pins[0]
    assert_kept(settled)


def test_an_answered_page_says_so_though_another_is_not_out(settled: House) -> None:
    bob, dave = settled.person("bob"), settled.person("dave")

    def refuse(method: str, args: dict[str, Any]) -> None:
        if method == "chat.postMessage" and args["channel"] == "U0CAROL":
            raise SlackBraked(method, 300)

    settled.refuses = refuse  # type: ignore[assignment]
    bob.runs("/incident page 1 @carol")
    bob.runs("/incident page 1 @dave")
    settled.advance(seconds=5)
    dave.clicks("Acknowledge", in_=dave.inbox[0])
    settled.advance(seconds=5)
    assert "Acknowledged by @dave" in dave.inbox[0] and not dave.inbox[0].buttons


def test_a_change_during_the_edit_is_shown_after_it(settled: House) -> None:
    """`wanted` is newer than `shown`, so it is done once more."""
    more = [1, 2, 3]

    def meanwhile(label: str) -> None:
        if label == "after chat.update" and more:
            edit.edit(settled.core, 1, "impact", f"{more.pop()} in 10 payments fail", by="U0BOB")

    edit.edit(settled.core, 1, "impact", "9 in 10 payments fail", by="U0BOB")
    settled.steps.watch = meanwhile
    settled.advance(seconds=A_WHILE)
    assert "1 in 10 payments fail" in settled.room().pins[0]
    assert_kept(settled)


# --- time


@pytest.mark.parametrize("bug", ["raises", "moves no watermark"])
def test_a_timer_that_is_broken_backs_off_alone(house: House, bug: str) -> None:
    """1 s, 2 s, 4 s … 5 min; it is reported, the heartbeat stays away, and the other incidents have their timers."""

    def due(now: Standing, policy: Any) -> Iterator[Due]:
        if now.incident.title == "Cursed":
            yield Due(now.incident.declared_at + timedelta(minutes=1), "cursed")

    def fire(unit: Unit, due: Due) -> None:
        if bug == "raises":
            raise RuntimeError("a bug")

    house.core._timers = (*house.core._timers, Timer("cursed", due, fire))
    house.person("alice").runs("/incident declare sev3 Cursed")
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    while house.courier.one():
        pass
    gaps: list[int] = []
    for _ in range(11):
        house.clock.at = wake(house).due_at
        assert not fire_due(house.core)[1]
        gaps.append(round((wake(house).due_at - house.clock.at).total_seconds()))
    assert gaps == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert ("a bug" if bug == "raises" else "still owed") in (wake(house).trouble or "")
    levels = [event.recorded_at for event in house.events(2) if event.kind == "page.level"]
    assert len(levels) == 3 and timedelta(minutes=5) <= levels[1] - levels[0] < timedelta(minutes=10)
    clock = ClockWork(house.muster, Doorbell())
    clock.sweep()
    assert last_sweep(house.core) is None, "no heartbeat after a sweep that was not clean"


class Doorbell:
    """A bell whose Redis is there or not."""

    def __init__(self, there: bool = True) -> None:
        self.there, self.rung = there, 0

    def ring_now(self, priority: int) -> bool:
        self.rung += 1
        return self.there


def test_every_deadline_is_thought_over_when_the_policy_changes(house: House) -> None:
    house.person("alice").runs("/incident declare sev3 Search is slow")
    clock = ClockWork(house.muster, Doorbell())
    clock.sweep()
    house.settle()
    first = owed(house)
    assert wake(house).due_at == first
    old = house.core.policy
    level = old.severities["SEV3"].model_copy(update={"update_every": timedelta(minutes=10)})
    shorter = old.model_copy(update={"severities": {**old.severities, "SEV3": level}})
    house.core._policy = lambda: shorter
    clock.sweep()
    soon = owed(house)
    assert soon < first
    assert wake(house).due_at == soon

    house.core._policy = lambda: old  # a process that has not looked at the file yet
    note(house, "It is the index")
    assert wake(house).due_at == first, "reckoned by the policy before"
    house.core._policy = lambda: shorter
    clock.sweep()
    house.clock.at += timedelta(seconds=3)
    clock.sweep()
    assert wake(house).due_at == soon


def test_a_policy_that_changes_while_the_database_is_busy_is_followed_as_soon_as_it_is_not(house: House) -> None:
    house.person("alice").runs("/incident declare sev3 Search is slow")
    clock, old = ClockWork(house.muster, Doorbell()), house.core.policy
    clock.sweep()
    level = old.severities["SEV3"].model_copy(update={"update_every": timedelta(minutes=10)})
    shorter = old.model_copy(update={"severities": {**old.severities, "SEV3": level}})
    house.core._policy = lambda: shorter

    def busy(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE wake"):
            raise OperationalError(statement, {}, Exception("database is locked"))

    event.listen(house.core.engine, "before_cursor_execute", busy)
    with pytest.raises(OperationalError):
        clock.sweep()
    event.remove(house.core.engine, "before_cursor_execute", busy)
    clock.sweep()
    assert wake(house).due_at == owed(house)


def test_a_wake_that_fires_nothing_is_put_right(settled: House) -> None:
    """Otherwise every sweep would look at it again, for ever."""
    wake_all(settled.core)
    assert wake(settled).due_at == settled.clock.at
    assert fire_due(settled.core) == (0, True)
    assert wake(settled).due_at == owed(settled) > settled.clock.at


def test_a_wake_without_anything_owed_goes(house: House) -> None:
    house.person("alice").runs("/incident declare sev4 A typo")
    house.settle()
    house.person("alice").runs("/incident leave 1 ic")
    house.settle()
    with house.core.transaction() as session:
        session.merge(Wake(subject="incident:1", incident_id=1, due_at=house.clock.at))
    assert fire_due(house.core) == (0, True)
    with house.core.view() as session:
        assert session.get(Wake, "incident:1") is None


def test_the_clock_was_away_for_hours(settled: House) -> None:
    """Nudges and timed updates collapse to the latest; the next level is told at once, each wait from its firing."""
    settled.clock.at += timedelta(hours=3)
    settled.advance(seconds=1)
    kinds = [event.kind for event in settled.events() if event.recorded_at >= settled.clock.at - timedelta(seconds=2)]
    assert kinds.count("update.posted") == 1 and "update.nudged" not in kinds
    levels = [event for event in settled.events() if event.kind == "page.level"]
    assert len(levels) == 2, "one level, not all of them"
    settled.advance(minutes=4, seconds=58)
    assert len([event for event in settled.events() if event.kind == "page.level"]) == 2
    settled.advance(seconds=2)
    assert len([event for event in settled.events() if event.kind == "page.level"]) == 3


def test_a_page_that_is_not_out_in_time(house: House) -> None:
    """It counts as failed: the next level is told at once; its own retry goes on, and the person gets it once."""
    house.refuses = lambda method, args: "no_answer" if method == "chat.postMessage" and args["channel"] == "U0BOB" else None
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.advance(seconds=40)
    bob, carol = house.slack.people("bob", "carol")
    assert not bob.inbox and any("You are paged" in post.text for post in carol.inbox)
    assert any("did not get through" in post for post in house.room().messages)
    house.refuses = None
    house.advance(seconds=100)
    assert len([post for post in bob.inbox if "You are paged" in post.text]) == 1


def test_rounds_that_waited_for_slack_are_one_page(house: House) -> None:
    """Each was given up in time and the next one begun; when Slack is back, one page to one person says as much."""
    alice, erin = house.slack.people("alice", "erin")
    alice.runs("/incident declare sev1 Checkout is down")
    house.advance(seconds=5)
    house.refuses = lambda method, args: "no_answer" if method == "chat.postMessage" and args["channel"] == "U0ERIN" else None
    alice.runs(f"/incident page {erin.mention} the database is yours", in_=house.room())
    house.advance(seconds=75)
    assert not erin.inbox and len([post for post in house.room().messages if "did not get through" in post]) == 2
    house.refuses = None
    house.advance(seconds=100)
    [page] = [post for post in erin.inbox if "You are paged" in post.text]
    assert page.text.startswith("You are paged again (round 3): INC-1")


def test_the_clock_rings_and_stands_in(settled: House) -> None:
    """While something is due it rings; with no Redis, or nobody answering, it delivers itself."""
    bell = Doorbell()
    clock = ClockWork(settled.muster, bell)
    clock.sweep()
    assert bell.rung == 0 and last_sweep(settled.core) == settled.clock.at
    note(settled, "It began at noon")
    clock.sweep()
    assert bell.rung == 0, "whoever left it has rung for it just now"
    settled.clock.at += FRESH
    clock.sweep()
    assert bell.rung == 1 and deliveries(settled, "post", "open")
    settled.clock.at += timedelta(seconds=9)
    stand_in(clock)
    assert deliveries(settled, "post", "open") == []
    note(settled, "It ended at one")
    settled.clock.at += FRESH
    bell.there = False
    stand_in(clock)
    settled.advance(seconds=A_WHILE)
    assert_kept(settled)
    with settled.core.view() as session:
        assert session.get(Fact, HEARTBEAT) is not None


def stand_in(clock: ClockWork) -> None:
    clock.sweep()
    assert clock._standing_in is not None
    clock._standing_in.join()


def test_what_began_by_reading_writes_nothing(house: House) -> None:
    before = house.rows()
    with house.core.view() as session:
        session.add(Fact(name="bell", value=""))
        with pytest.raises(ReadOnlyError):
            session.flush()
        session.rollback()
        with pytest.raises(ReadOnlyError):
            session.execute(delete(Fact))
    assert house.rows() == before


def test_finished_deliveries_go_after_thirty_days(settled: House) -> None:
    """Not the mirrors, which go on, nor what is open or given up; events and their links stay."""
    settled.person("carol").runs("/incident ack 1")
    settled.person("carol").runs("/incident cancel 1 a drill")
    settled.passes(200)
    settled.clock.at += timedelta(days=29)
    tidy(settled.core)
    assert len(deliveries(settled, "post")) > 2
    links = [event.ts for event in settled.events() if event.ts]
    settled.clock.at += timedelta(days=2)
    tidy(settled.core)
    assert {row.reaction for row in deliveries(settled)} == {
        "card",
        "announcement",
        "topic",
        "canvas",
        "page.over",
    }
    assert [event.ts for event in settled.events() if event.ts] == links
    note(settled, "afterwards")
    settled.settle()
    thread = settled.slack.channel("incidents").messages[0].thread
    assert "afterwards" in thread[-1], "its room was archived meanwhile"


# --- bugs of our own


def broken(scene: Any) -> Any:
    raise KeyError("a bug in a view")


def test_a_view_that_breaks(settled: House) -> None:
    """The sentence, or the card's one line, all the same."""
    table = dict(settled.muster.table)
    for name in ("post", "card"):
        table[name] = replace(table[name], act=replace(table[name].act, view=broken))  # type: ignore[type-var]
    settled.courier = Courier(settled.core, settled.api, table)
    note(settled, "It began at noon")
    edit.edit(settled.core, 1, "title", "Checkout is gone", by="U0BOB")
    settled.advance(seconds=A_WHILE)
    assert settled.room().messages[-2].text == "INC-1: <@U0BOB>: It began at noon"
    assert settled.room().pins[0].text.startswith("INC-1 SEV1 investigating: Checkout is gone")
    assert settled.waiting() == []


def test_a_database_that_was_busy_for_a_moment_is_no_bug(settled: House) -> None:
    """A page waits five seconds for another look, not minutes; and there is one message."""

    class Busy(Post):
        def perform(self, desk: Desk) -> dict[str, Any]:
            super().perform(desk)
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    post = settled.muster.table["post"]
    assert isinstance(post.act, Post)
    busy = replace(post, act=Busy(post.act.place, post.act.view))
    settled.courier, good = Courier(settled.core, settled.api, {**settled.muster.table, "post": busy}), settled.courier
    note(settled, "It began at noon")
    settled.settle()
    settled.courier = good
    settled.advance(seconds=6)
    assert_kept(settled)
    assert len([each for each in settled.room().messages if "It began at noon" in each.text]) == 1


def test_a_bug_in_an_act_stops_nothing_else(settled: House) -> None:
    """It is tried again, slowly, and looked for first; the others go on."""

    class Buggy(Post):
        def perform(self, desk: Desk) -> dict[str, Any]:
            super().perform(desk)
            raise KeyError("a bug after the call")

        def tidy(self, desk: Desk) -> None:
            raise KeyError("a bug in the check")

    post = settled.muster.table["post"]
    assert isinstance(post.act, Post)
    buggy = Courier(
        settled.core, settled.api, {**settled.muster.table, "post": replace(post, act=Buggy(post.act.place, post.act.view))}
    )
    settled.courier, good = buggy, settled.courier
    settled.lateness = lambda method: 8.0 if method == "chat.postMessage" else None
    note(settled, "It began at noon")
    settled.settle()
    settled.lateness = None
    edit.change_severity(settled.core, 1, "SEV2", by="U0BOB", why="less")
    settled.advance(seconds=100)
    assert settled.room().topic.startswith("SEV2") and "SEV2" in settled.room().pins[0].text
    settled.courier = good
    settled.advance(seconds=400)
    assert_kept(settled)
