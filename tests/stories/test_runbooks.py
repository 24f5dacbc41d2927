"""A runbook is followed in its room: step by step, with branches, somebody who is stuck, deadlines that page, and a webhook."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.seen import Post, Room
from tests.stories.telling import ON_CALL, is_paged, pages, saying
from tests.world import World

CHECKOUT = """---
title: Checkout
services: [checkout]
owner: payments
last_tested: 2026-11-01
---
# Checkout
## Context
Takes the money.
## Diagnose
1. Was anything deployed?
   - Yes: go to step 3
   - No: go to step 2
2. Look at the database <!channel>:
   ```
   shopctl db top
   ```
## Fix
3. Roll it back.
   If not done in 10 minutes, page the secondary.
4. Watch the errors.
## Escalation
Escalate when money is lost.
If not solved in 30 minutes, page the tech lead.
## Rollback
5. Take the flag back.
"""
SERVICES = "services: {checkout: {tier: 1}, search: {tier: 2}}\n"
SECOND = "\nrotations:\n  primary: {people: [U0BOB]}\n  secondary: {people: [U0ERIN]}\n"
POLICY = ON_CALL.replace("\nrotations:\n  primary: {people: [U0BOB]}\n", SECOND) + SERVICES


@pytest.fixture
def world(make_world: Callable[..., World], tmp_path: Path) -> World:
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "checkout.md").write_text(CHECKOUT)
    (folder / "broken.md").write_text("---\ntitle: Old one\nlast_tested: 2026-01-01\n---\n## Fix\n1. See, then go to step 9\n")
    return make_world(POLICY)


@pytest.fixture
def room(world: World) -> Room:
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Nobody can pay")
    alice.chooses("Severity", "SEV1")
    alice.chooses("Services", "checkout")
    assert alice.submits() == {}
    world.settle()
    for person in world.slack.people("bob", "carol"):
        person.joins(world.room())
    world.settle()
    return world.room()


def book(room: Room) -> Post:
    """Its one message."""
    [post] = saying(room.messages, "*Runbook: Checkout*")
    return post


def kinds(world: World) -> list[str]:
    return [event.kind for event in world.events() if event.kind.startswith(("runbook.", "webhook."))]


def test_it_opens_with_its_first_step_and_is_followed_by_taps(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    post = book(room)
    assert "Takes the money." in post and "Step 1 of 4" in post and "last tested 2026-11-01" in post
    assert {"Yes → 3", "No → 2", "Stuck"} <= set(post.buttons) and "Done" not in post.buttons
    bob.clicks("No → 2", in_=post)
    world.settle()
    assert book(room) == post, "the same message shows the next step"
    assert "1. Was anything deployed? *No*  @bob" in post and "Step 2 of 4" in post and "shopctl db top" in post
    assert "<!channel>" not in "".join(post.texts()), "what the file says pings nobody"
    assert "Runbook: Checkout, step 2" in room.pins[0]
    [mark] = [mark for mark in room.bookmarks if mark.title == "Runbook: Checkout"]
    assert mark.link == post.link
    bob.clicks("Done", in_=post)
    bob.clicks("Back", in_=post)
    world.settle()
    assert "Step 2 of 4" in post
    bob.clicks("Done", in_=post)
    world.settle()
    alice.clicks("Done", in_=post)
    world.settle()
    bob.clicks("Done", in_=post)
    world.settle()
    assert "All steps are done. Did it solve it?" in post
    alice.clicks("Yes, solved", in_=post)
    world.settle()
    [told] = saying(room.messages, "@alice says that *Checkout* solved it")
    assert told.buttons == ["Mitigated"] and "it solved the incident" in post and not post.buttons
    timeline = alice.runs("/incident timeline", in_=room)
    assert "@bob did step 1 of *Checkout*: Was anything deployed?. Answer: *No*" in timeline
    assert [event.ts for event in world.events() if event.kind == "runbook.step"][-1] == post.ts, "linked to its message"
    world.slack.assert_nothing_refused()


def test_two_who_tick_the_same_step_at_once(world: World, room: Room) -> None:
    bob, carol = world.slack.people("bob", "carol")
    post = book(room)
    bob.clicks("Yes → 3", in_=post)
    answer = carol.clicks("No → 2", in_=post)
    world.settle()
    assert "Step 1 was done already, by @bob. Checkout: it is at step 3 now." in carol.ephemerals[-1]
    assert not answer.form and kinds(world).count("runbook.step") == 1


def test_stuck_asks_who_helps_and_pages_with_one_tap(world: World, room: Room) -> None:
    bob, carol = world.slack.people("bob", "carol")
    carol.runs("/incident tech", in_=room)
    bob.clicks("Yes → 3", in_=book(room))
    bob.runs("/incident ack", in_=room)
    world.settle()
    bob.clicks("Stuck", in_=book(room))
    world.settle()
    [asked] = saying(room.messages, "@bob is stuck at step 3 of *Checkout*: Roll it back")
    assert "@carol (Technical lead), can you help?" in asked and "*When to escalate:* Escalate when money is lost." in asked
    assert "@bob is stuck here" in book(room) and not is_paged(carol)
    assert "Stuck" not in book(room).buttons, "it is known"
    bob.clicks("Page Technical lead", in_=asked)
    world.settle()
    assert "stuck at step 3 of Checkout" in pages(carol)[0].text


def test_not_solved_in_time_pages_for_real(world: World, room: Room) -> None:
    bob, carol, erin = world.slack.people("bob", "carol", "erin")
    carol.runs("/incident tech", in_=room)
    bob.runs("/incident ack", in_=room)
    world.advance(minutes=40)
    assert not saying(room.messages, "has not solved it"), "nobody has begun it, so nothing runs"
    bob.clicks("Yes → 3", in_=book(room))
    world.settle()
    assert "If step 3 is not done by" in book(room) and "If it is not solved by" in book(room)
    assert "a runbook's deadline passes" in bob.runs("/incident timeline", in_=room)
    world.advance(minutes=11)
    [slow] = saying(room.messages, "Step 3 of *Checkout* is not done after 10 minutes: secondary is paged")
    assert len(pages(erin)) == 1 and "Acknowledge" in slow.buttons
    erin.clicks("Acknowledge", in_=pages(erin)[0])
    bob.clicks("Done", in_=book(room))
    world.advance(minutes=20)
    assert saying(room.messages, "*Checkout* has not solved it after 30 minutes: @carol (tech lead) is paged")
    assert len(pages(carol)) == 1 and "it is not solved after 30 minutes of the runbook Checkout" in pages(carol)[0].text
    world.advance(minutes=60)
    assert kinds(world).count("runbook.overdue") == 2, "each once"


def test_deadlines_end_with_the_mitigation(world: World, room: Room) -> None:
    bob, carol = world.slack.people("bob", "carol")
    carol.runs("/incident tech", in_=room)
    bob.runs("/incident ack", in_=room)
    bob.clicks("Yes → 3", in_=book(room))
    bob.runs("/incident mitigated rolled back", in_=room)
    world.advance(hours=1)
    assert not saying(room.messages, "is not done after") and not pages(carol)
    bob.runs("/incident resolve", in_=room)
    world.settle()
    assert not book(room).buttons and "not followed any more: INC-1 is resolved" in book(room)


def test_nobody_has_the_role_so_whoever_is_on_call_is_paged(world: World, room: Room) -> None:
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident leave ic", in_=room)
    bob.runs("/incident ack", in_=room)
    bob.clicks("No → 2", in_=book(room))
    world.advance(minutes=31)
    assert saying(room.messages, "Nobody is Technical lead, so whoever is on call is paged instead")
    assert len(pages(bob)) == 2 and "it is not solved after 30 minutes" in pages(bob)[-1].text


def test_whoever_is_stuck_may_have_the_helper_paged_at_once(make_world: Callable[..., World], tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "checkout.md").write_text(CHECKOUT)
    world = make_world(POLICY + "runbooks: {stuck: page}\n")
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev3 Slow")
    bob.runs("/incident runbook INC-1 checkout")
    world.settle()
    [thread] = [post.thread for post in world.slack.channel("incidents").messages if "INC-1" in post]
    [post] = saying(thread, "*Runbook: Checkout*")
    bob.clicks("Stuck", in_=post)
    world.settle()
    assert len(pages(alice)) == 1 and "stuck at step 1 of Checkout" in pages(alice)[0].text


def test_it_goes_on_in_the_incident_that_survives_a_merge(world: World, room: Room) -> None:
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    bob.runs("/incident ack", in_=room)
    bob.clicks("Yes → 3", in_=book(room))
    world.settle()
    alice.runs("/incident declare sev1 Payments fail everywhere")
    world.settle()
    carol.runs("/incident tech INC-2")
    bob.runs("/incident ack INC-2")
    alice.runs("/incident merge INC-2", in_=room)
    alice.clicks("Merge into INC-2") if not world.incident().merged_into else None
    world.settle()
    [post] = saying(world.room(2).messages, "*Runbook: Checkout*")
    assert "Step 3 of 4" in post and "1. Was anything deployed? *Yes*  @bob" in post and "If it is not solved by" in post
    assert not book(room).buttons and "not followed any more: INC-1 is merged" in book(room)
    carol.clicks("Done", in_=post)
    world.advance(minutes=31)
    assert saying(world.room(2).messages, "*Checkout* has not solved it after 30 minutes: @carol (tech lead) is paged")
    assert len(pages(carol)) == 1 and not saying(room.messages, "has not solved it")


def test_without_a_room_it_is_in_the_thread_and_moves_into_a_room_that_opens_later(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Slow checkout")
    alice.chooses("Severity", "SEV3")
    alice.chooses("Services", "checkout")
    assert alice.submits() == {}
    world.settle()
    [card] = saying(world.slack.channel("incidents").messages, "Slow checkout")
    assert "Runbook: Checkout, in the thread" in card
    [post] = saying(card.thread, "*Runbook: Checkout*")
    bob.clicks("No → 2", in_=post)
    world.settle()
    assert "Step 2 of 4" in post and "Runbook: Checkout, step 2" in card and not is_paged(alice)
    alice.runs("/incident room 1")
    world.settle()
    assert "1. Was anything deployed? *No*  @bob" in post and "It goes on in #inc-" in post and not post.buttons
    assert "Step 2 of 4" in book(world.room()) and "Done" in book(world.room()).buttons
    assert kinds(world) == ["runbook.offered", "runbook.opened", "runbook.step"]
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_moving_in_doubt_it_is_in_the_room_once(world: World) -> None:
    """Slack carries out what it answers with an error: the buttons are in one place all the same."""
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Slow")
    alice.runs("/incident set INC-1 services checkout")
    world.settle()
    [card] = saying(world.slack.channel("incidents").messages, "Slow")
    world.workspace.faults.fail_next("chat.postMessage", times=6, after_effect=True)
    alice.runs("/incident room 1")
    world.advance(minutes=3)
    world.workspace.faults.clear()
    assert "Step 1 of 4" in book(world.room())
    [left] = saying(card.thread, "*Runbook: Checkout*")
    assert "It goes on in" in left and not left.buttons


def test_named_later_it_comes_into_the_thread(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Slow")
    alice.runs("/incident set INC-1 services checkout")
    world.settle()
    [card] = saying(world.slack.channel("incidents").messages, "Slow")
    assert saying(card.thread, "*Runbook: Checkout*") and kinds(world) == ["runbook.offered"]


def test_where_slack_refuses_the_room_it_comes_into_the_thread(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev4 A typo")
    world.settle()
    world.workspace.faults.fail_next("conversations.create", times=9, error="restricted_action")
    alice.runs("/incident declare sev1 Nobody can pay")
    alice.runs("/incident set INC-2 services checkout")
    world.advance(seconds=5)
    card = saying(world.slack.channel("incidents").messages, "Nobody can pay")[0]
    assert len(saying(card.thread, "*Runbook: Checkout*")) == 1


def test_the_one_that_helped_is_named_when_it_happens_again(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    bob.clicks("Yes → 3", in_=book(room))
    bob.clicks("It is solved", in_=book(room))
    world.settle()
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    answer = bob.runs("/incident declare sev3 Nobody can pay again")
    assert "Runbook that solved it: Checkout; `/incident runbook 2 checkout` opens it here" in answer
    assert f"<{book(room).link}|Checkout>" in str(answer.post and answer.post.blocks), "as it was followed then"
    assert "is in the announce channel's thread, with its first step" in bob.runs("/incident runbook 2 checkout")


def test_by_name_and_outside_of_a_room(world: World, room: Room) -> None:
    alice, dave = world.slack.people("alice", "dave")
    shelf = alice.runs("/incident runbook")
    assert "2 runbooks" in shelf and "*Not tested for long:* Old one" in shelf and "*Services without one:* search" in shelf
    assert "broken.md line 6: goes to step 9, which does not exist" in shelf
    assert "Step 1 of 4" in alice.runs("/incident runbook", in_=room)
    assert "There is no such runbook. There are: broken, checkout." in alice.runs("/incident runbook zebra", in_=room)
    assert "is here already" not in alice.runs("/incident runbook checkout", in_=room), "it was only offered"
    assert "Checkout is here already" in dave.runs("/incident runbook INC-1 checkout")
    assert "followed in an incident" in dave.runs("/incident runbook checkout")
    alice.runs("/incident runbook list", in_=room)
    alice.clicks("Open", in_=room)
    world.settle()
    assert len(saying(room.messages, "Runbook: Old one")) == 1 and world.incident().runbooks == [1, 2]
    listed = alice.runs("/incident", in_=room)
    assert "Runbook" in listed.post.buttons


def test_a_service_that_becomes_known_later(world: World) -> None:
    """Its runbook is offered then, once, whatever else is set; and its escalation begins."""
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Nobody can pay")
    world.settle()
    room = world.room()
    assert not saying(room.messages, "*Runbook:") and is_paged(bob)
    assert "Choose of: checkout, search" in alice.runs("/incident set services chekout!", in_=room)
    assert "Services: search, checkout" in alice.runs("/incident set services search and Checkout", in_=room)
    world.settle()
    assert "Takes the money." in book(room) and "Services: search, checkout" in room.pins[0]
    for said in ("none", "checkout", "search"):
        alice.runs(f"/incident set service {said}", in_=room)
        world.settle()
    assert book(room) and kinds(world) == ["runbook.offered"] and world.incident().services == ["search"]
    alice.runs("/incident set", in_=room)
    alice.chooses("Services", "checkout")
    assert alice.submits() == {}
    world.settle()
    assert "checkout" in world.incident().services and kinds(world) == ["runbook.offered"]
    world.slack.assert_nothing_refused()


def test_known_before_the_room_opens(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev2 Nobody can pay")
    alice.runs("/incident set services checkout")
    world.advance(minutes=31)
    assert "Takes the money." in book(world.room())
