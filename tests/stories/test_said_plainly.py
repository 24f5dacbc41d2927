"""What a tired responder reads is about them, complete and true."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models import Delivery, Person
from sandbox.people import Somebody
from sandbox.seen import Post, Room
from tests.stories.telling import nudges, pages, saying, updates
from tests.world import World
from workers.clock import ClockWork, fire_due

BY_EMAIL = """
severities:
  SEV1: {update_every: 20s, nudge_before: 10s}
updates: {snooze: 4s}
rotations:
  primary: {people: [bob@example.com]}
escalations:
  critical: {levels: [{page: [rotation:primary], wait: 5m}], last_resort: [person:dave@example.com]}
"""


class Doorbell:
    """Where nobody has to be rung for."""

    def ring_now(self, priority: int = 0) -> bool:
        return True


def declared(world: World, text: str = "sev1 Checkout is down") -> tuple[Somebody, Room]:
    alice = world.person("alice")
    alice.runs(f"/incident declare {text}")
    world.settle()
    return alice, world.room()


def test_duties_are_for_the_holder(world: World) -> None:
    alice, room = declared(world)
    bob, carol = world.slack.people("bob", "carol")
    alice.runs("/incident comms @bob", in_=room)
    alice.runs("/incident comms @carol", in_=room)
    alice.clicks("Replace them")
    world.settle()
    [got, lost] = bob.inbox
    assert "Write the status updates" in got and "Not for" in got
    assert "@carol is now Communications lead, replacing @bob" in lost and "Write the status updates" not in lost
    assert "Write the status updates" in carol.inbox[-1]


def test_the_button_says_how_long_it_snoozes(make_world: Callable[..., World]) -> None:
    world = make_world(BY_EMAIL)
    alice, _ = declared(world)
    world.advance(seconds=15)
    assert nudges(alice)[-1].buttons == ["Update", "Snooze 4 s"]


def test_a_page_names_people_once_slack_knows_them(make_world: Callable[..., World]) -> None:
    world = make_world(BY_EMAIL)
    for email in ("bob@example.com", "dave@example.com"):
        world.courier.workspace.user_id(email)
    _, room = declared(world)
    assert saying(room.messages, "Paged @bob. If nobody acknowledges by")
    assert not saying(room.messages, "bob@example.com")
    [page] = pages(world.person("bob"))
    assert page.text.startswith("You are paged: INC-1 SEV1 Checkout is down. Acknowledge here"), "the severity is said once"
    assert "Room: opening now; you will be invited" in page
    world.advance(minutes=5)
    assert saying(room.messages, "the last resort is paged: @dave")


def test_a_message_of_a_channel_that_muster_is_not_in(world: World) -> None:
    alice, room = declared(world)
    general = world.slack.channel("general")
    said = alice.says("a customer called", in_=general)
    alice.uses_shortcut("Add to timeline", said)
    world.settle()
    assert any(event.kind == "message.captured" for event in world.events())
    assert not [line for line in world.waiting() if line.startswith("tick")], "nothing is given up"
    assert room.messages


def test_titles_without_words_are_not_alike(world: World) -> None:
    alice, _ = declared(world, "sev1 😱")
    assert "Looks like" not in str(alice.runs("/incident declare sev3 ---"))


def test_a_time_that_is_none_stays_in_the_note_and_that_is_said(world: World) -> None:
    alice, room = declared(world)
    answer = str(alice.runs("/incident note 25:99 the disk is full", in_=room))
    assert "on the timeline." in answer and "“25:99” is no time that has passed" in answer
    assert "is no time" not in str(alice.runs("/incident note 12:00 the disk is full", in_=room))
    assert "on the timeline at 2026-11-23 01:00 UTC" in str(alice.runs("/incident note 02:00 the deploy", in_=room)), (
        "the day, too"
    )


def test_an_update_that_lowers_the_severity_says_why(world: World) -> None:
    alice, room = declared(world)
    alice.runs("/incident update", in_=room)
    alice.chooses("Severity", "SEV3")
    assert "needs a reason" in alice.submits()["Severity"]
    assert world.incident().severity == "SEV1", "nothing half-done"
    alice.fills("Actions in progress", "Only the export is slow now.")
    assert alice.submits() == {}
    world.settle()
    told = alice.runs("/incident timeline", in_=room).reads
    assert "lowered the severity from SEV1 to SEV3: Only the export is slow now." in told
    [posted] = saying(room.messages, "Status update")
    assert "Actions: Only the export is slow now. Next update" in posted.text
    alice.runs("/incident update", in_=room)
    alice.chooses("Severity", "SEV4")
    alice.fills("Impact", "nobody any more")
    assert alice.submits() == {}
    told = alice.runs("/incident timeline", in_=room).reads
    assert "lowered the severity from SEV3 to SEV4: impact is now “nobody any more”" in told


def test_what_is_closed_does_not_go_back_without_a_reason(world: World) -> None:
    alice, room = declared(world, "sev1 Checkout is down")
    alice.runs("/incident resolve fixed", in_=room)
    alice.clicks("Resolve anyway")
    alice.runs("/incident close all told", in_=room)
    alice.runs("/incident resolve", in_=room)
    assert world.incident().status == "closed"
    alice.fills("Reason", "the customers were not told")
    assert alice.submits() == {}
    assert world.incident().status == "resolved"


def test_the_clock_asks_who_is_behind_an_address(make_world: Callable[..., World]) -> None:
    world = make_world(BY_EMAIL.replace("dave@", "stranger@"))
    doorbell: Any = Doorbell()
    ClockWork(world.muster, doorbell).sweep()
    for thread in threading.enumerate():
        if thread.name == "people":
            thread.join(10)
    with world.core.view() as session:
        assert [(person.id, person.email) for person in session.exec(select(Person))] == [("U0BOB", "bob@example.com")]


def test_the_draft_waits_for_the_messages_that_it_links_to(world: World) -> None:
    alice, room = declared(world)
    alice.runs("/incident resolve the pool was too small", in_=room)
    alice.clicks("Resolve anyway")
    with world.core.transaction() as session:
        for row in session.exec(select(Delivery).where(Delivery.reaction == "post", Delivery.state == "open")):
            row.next_at = world.clock.at + timedelta(seconds=30)
    world.settle()
    assert not drafts(room)
    world.advance(minutes=2)
    assert len(drafts(room)) == 1


def drafts(room: Room) -> list[Post]:
    return [post for post in room.messages if "postmortem draft" in post.text]


def test_an_incident_by_its_bare_name(world: World) -> None:
    alice, room = declared(world)
    assert "*INC-1  Checkout is down*" in str(alice.runs("/incident INC-1"))
    assert "There is no INC-7" in str(alice.runs("/incident 7", in_=room))
    for name in ("INC-99999999999", "0", "INC-"):
        assert f"There is no {name}. `/incident list`" in str(alice.runs(f"/incident show {name}", in_=room))


def test_slack_that_opens_no_form_leaves_a_way_to_declare(world: World) -> None:
    alice = world.person("alice")
    world.workspace.faults.fail_next("views.open", error="internal_error", status=500)
    assert "type it: `/incident declare <what is wrong>`" in str(alice.runs("/incident"))


def test_after_a_while_without_slack_only_the_latest_update_and_nudge_are_said(make_world: Callable[..., World]) -> None:
    world = make_world(BY_EMAIL)
    alice, room = declared(world)
    for _ in range(11):  # the clock goes on, and nothing can be posted
        world.clock.at += timedelta(seconds=10)
        assert fire_due(world.core)[1]
    assert len([event for event in world.events() if event.kind == "update.posted"]) == 5
    world.settle()
    [posted] = updates(room)
    assert "Nothing new was reported since" in posted and len(nudges(alice)) == 1
    assert len([event for event in world.events() if event.kind == "update.posted" and event.ts]) == 1
    world.advance(seconds=20)
    assert len(updates(room)) == 2, "and then on as before"


def test_a_catch_up_waits_out_a_429(world: World) -> None:
    _, room = declared(world)
    bob = world.person("bob")
    world.workspace.faults.fail_next("chat.postEphemeral", error="ratelimited", retry_after=1)
    bob.joins(room)
    world.settle()
    assert not bob.ephemerals
    time.sleep(1.3)
    world.settle()
    [shown] = bob.ephemerals
    assert "INC-1  Checkout is down" in shown


def test_a_bad_edit_is_in_the_log_and_not_in_force(make_world: Callable[..., World], caplog: pytest.LogCaptureFixture) -> None:
    world = make_world(BY_EMAIL)
    doorbell: Any = Doorbell()
    clock = ClockWork(world.muster, doorbell)
    good = world.settings.muster_config.read_text()

    def logs(words: str) -> bool:
        clock.sweep()
        return words in caplog.text

    time.sleep(1.1)  # the file is looked at once a second
    world.settings.muster_config.write_text("severities:\n  SEV1: {update_evry: 30m}\n")
    world.slack.until(lambda: logs("stay in force"))
    [said] = [record.getMessage() for record in caplog.records if "stay in force" in record.getMessage()]
    assert "muster.yml line 2: `update_evry` is not a setting here; did you mean `update_every`?" in said
    assert world.core.policy.severities["SEV1"].update_every == timedelta(seconds=20)
    time.sleep(1.1)
    world.settings.muster_config.write_text(good.replace("20s", "40s"))
    with caplog.at_level("INFO", logger="muster.clock"):
        world.slack.until(lambda: logs("read again and in force"))
    assert world.core.policy.severities["SEV1"].update_every == timedelta(seconds=40)


def test_a_person_is_asked_for_and_is_no_escalation(world: World) -> None:
    alice, room = declared(world)
    alice.runs("/incident page @carol she knows the database", in_=room)
    alice.runs("/incident escalate she does not answer", in_=room)
    world.settle()
    assert saying(room.messages, "@alice asked for @carol: she knows the database")
    alice.runs("/incident resolve it was the pool", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    [draft] = room.files
    assert "2 pages to one person went unanswered: [" in draft.text


def test_the_announce_channel_is_archived(world: World) -> None:
    """An incident without a room has nowhere to go on, so whoever commands it is told, once, how it does."""
    alice, carol = world.slack.people("alice", "carol")
    alice.runs("/incident declare sev3 Search is slow")
    world.settle()
    carol.joins(world.slack.channel("incidents"))
    carol.archives(world.slack.channel("incidents"))
    carol.runs("/incident impact 1 one in three")
    world.advance(minutes=1)
    carol.runs("/incident note 1 only in Europe")
    carol.runs("/incident impact 1 one in two")
    world.advance(minutes=1)
    [told] = alice.inbox
    assert "Give it a room: `/incident room 1`" in told
    alice.runs("/incident room 1")
    world.settle()
    carol.runs("/incident impact 1 everybody")
    world.advance(minutes=1)
    assert "everybody" in world.room().pins[0] and len(alice.inbox) == 1
    carol.runs("/incident sev 1 sev2 it spreads")
    world.advance(minutes=1)
    assert "Nobody is on call for this incident" in alice.inbox[1], "what everybody was to read there she has to know"
