"""Declaring from wherever one happens to be, and joining what is worked on already instead."""

from collections.abc import Callable

import pytest

from tests.stories.telling import saying
from tests.world import World


def test_by_the_global_shortcut(world: World) -> None:
    """Slack names no channel then, so the answer comes as a direct message."""
    alice = world.person("alice")
    assert alice.uses_shortcut("Declare an incident").form
    alice.fills("What is wrong?", "Checkout is down")
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {}
    world.settle()
    assert alice.is_in(world.room())
    assert len(saying(alice.inbox, "*INC-1* is declared, SEV1: Checkout is down")) == 1
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_a_severity_that_does_not_exist_is_said(world: World) -> None:
    """It does not become part of the title; what was typed waits in the form."""
    alice = world.person("alice")
    form = alice.runs("/incident declare sev7 Checkout is down").form
    assert form and "“sev7” is not a severity. Choose SEV1, SEV2, SEV3 or SEV4 below; nothing is declared yet." in form
    assert form.value("What is wrong?") == "Checkout is down"
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {}
    world.settle()
    assert (world.incident().title, world.incident().severity) == ("Checkout is down", "SEV1")


def test_what_is_too_long_for_a_title_is_the_summary_too(world: World) -> None:
    said = "checkout answers 502 " + "and customers write to us " * 10
    world.person("alice").runs(f"/incident declare sev2 {said}")
    world.settle()
    declared = world.incident()
    assert declared.summary == said.strip() and declared.title.endswith("customers write to…") and len(declared.title) <= 150


def test_nor_does_it_make_a_private_one_public(world: World) -> None:
    form = world.person("alice").runs("/incident declare private sev7 Keys leaked").form
    assert form and "“sev7” is not a severity" in form and form.value("What is wrong?") == "Keys leaked"
    world.person("alice").submits()
    world.settle()
    assert world.incident().private


def test_from_a_message(world: World) -> None:
    """It is quoted and linked in the form, is the title, and stands on the timeline with its own time, author and link."""
    alice, bob = world.slack.people("alice", "bob")
    post = bob.says("Payments time out & customers write <!channel>\nsince 14:00", in_="#general")
    world.advance(minutes=9)
    form = alice.uses_shortcut("Declare an incident", post).form
    assert form and "Payments time out & customers write" in form and post.link in str(form.texts())
    assert form.value("What is wrong?") == "Payments time out & customers write", "a mention of everybody is no title"
    alice.fills("What is wrong?", "Payments time out")
    assert alice.submits() == {}
    world.settle()
    assert saying(alice.ephemerals, "*INC-1* is declared")
    event = next(event for event in world.events() if event.kind == "message.captured")
    assert (event.channel, event.ts, event.payload["author"]) == (post.message.channel, post.ts, bob.id)
    assert f"{event.at:%H:%M}" == "14:02" and event.actor == alice.id
    assert "@bob wrote: Payments time out" in alice.runs("/incident timeline 1")

    alice.uses_shortcut("Add to timeline", post)
    world.settle()
    assert saying(alice.ephemerals, "It is on the timeline of INC-1 already.")
    alice.uses_shortcut("Declare an incident", post)
    alice.fills("What is wrong?", "Refunds fail as well")
    assert alice.submits() == {}
    world.settle()
    assert [event.ts for event in world.events(2) if event.kind == "message.captured"] == [post.ts]


@pytest.mark.parametrize("text", ["x" * 3000, "🔥 " * 900, '"\\' * 1000, ":wave:"])
def test_from_any_message(world: World, text: str) -> None:
    alice, bob = world.slack.people("alice", "bob")
    post = bob.says(text, in_="#general")
    assert alice.uses_shortcut("Declare an incident", post).form
    alice.fills("What is wrong?", "Odd things are said")
    assert alice.submits() == {}
    world.settle()
    assert saying(alice.ephemerals, "*INC-1* is declared")


def test_what_is_open_is_offered_before_anything_is_typed(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    form = bob.runs("/incident declare").form
    assert form and "*INC-1* SEV1 investigating: Checkout is down" in form
    bob.clicks("Join instead")
    world.settle()
    assert bob.is_in(world.room())
    assert "You are invited to #" in bob.form, "the form says so in its place"
    assert [event.kind for event in world.events()].count("person.joined") == 1
    assert len(world.slack.channels_starting("inc-")) == 1


def test_declared_twice_and_joined_instead(world: World) -> None:
    """The second one is merged into the first, and its declarer comes into that room."""
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    answer = bob.runs("/incident declare sev1 checkout down!")
    assert "Looks like INC-1, open now in #" in answer
    world.settle()
    joined = bob.clicks("Join INC-1 instead", in_=answer.post)
    world.settle()
    assert "You are invited to #" in saying(bob.ephemerals, "INC-2 is merged into INC-1.")[-1] and joined
    assert world.incident(2).status == "merged" and bob.is_in(world.room(1))
    assert not saying(bob.ephemerals, "Looks like INC-1"), "the question is gone, so that it is asked once"
    assert [event.kind for event in world.events()].count("incident.absorbed") == 1


SERVICES = "services: {checkout: {}, search: {}}"


def test_the_same_service_counts_as_alike(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES)
    alice, bob = world.slack.people("alice", "bob")
    for person, title in ((alice, "Cards are refused"), (bob, "Basket stays empty")):
        person.runs("/incident declare")
        person.fills("What is wrong?", title)
        person.chooses("Services", "checkout")
        assert person.submits() == {}
        world.settle()
    assert saying(bob.ephemerals, "Looks like INC-1, open now")


def test_one_resolved_lately_is_named_with_its_cause(make_world: Callable[..., World]) -> None:
    world = make_world("workspace: {similar_within: 3h}")
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    alice.runs("/incident theory the connection pool was exhausted", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.advance(hours=2)
    answer = bob.runs("/incident declare sev1 Checkout is down again")
    assert "Looks like INC-1, resolved" in answer and "Cause then: the connection pool was exhausted" in answer
    [draft] = room.files
    said = str(answer.post and answer.post.blocks)
    assert (
        f"Postmortem: <{world.workspace.url}/files/{draft.file.user}/{draft.file.id}/inc-1-postmortem.md|draft of INC-1>" in said
    )
    assert f"What was done: #{room.name}" in answer
    assert "Show INC-1" in str(answer.post and answer.post.buttons)
    bob.runs("/incident cancel 2 a test run")
    world.advance(hours=2)
    assert "Looks like INC-1" not in bob.runs("/incident declare sev1 Checkout is down again, really")


def test_several_teams_and_an_unclear_cause_are_said_later_from_the_panel(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev3 The export hangs")
    world.settle()
    assert world.incident().room_channel is None
    alice.runs("/incident set INC-1 cause_unclear yes")
    world.settle()
    panel = alice.runs("/incident", in_=world.room())
    assert panel.post and "Several teams" in panel.post.buttons and "Cause unclear" not in panel.post.buttons
    alice.clicks("Several teams", in_=panel.post)
    world.settle()
    assert world.incident().several_teams and len(world.slack.channels_starting("inc-")) == 1


def test_a_message_becomes_an_action_item(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    stray = bob.says("we need an alert on pool size", in_="#general")
    alice.uses_shortcut("Make it an action item", stray)
    assert saying(alice.ephemerals, "No incident is open")

    alice.runs("/incident declare sev1 Search is slow")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    bob.joins(world.room(1))
    post = bob.says("we need an alert on pool size", in_=world.room(1))
    form = alice.uses_shortcut("Make it an action item", post).form
    assert form and form.value("Incident") == "INC-1 Search is slow", "the room's own, though another is newer"
    assert not [label for label in form.labels if "number" in label], "and nothing to type in its stead"
    assert form.value("What is to be done afterwards?") == "we need an alert on pool size"
    alice.picks("Due", "2026-11-01")
    assert alice.submits() == {"Due": "That day is over. Choose today or a later one."}
    alice.picks("Due", "2026-12-01")
    alice.picks_person("Owner", bob)
    assert alice.submits() == {}
    world.settle()
    assert saying(alice.ephemerals, "Action item added to INC-1 for @bob, due 2026-12-01.")
    event = next(event for event in world.events(1) if event.kind == "action.added")
    assert (event.channel, event.ts) == (post.message.channel, post.ts)
    assert "we need an alert on pool size" in alice.runs("/incident actions", in_=world.room(1))
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_what_is_no_command_may_be_what_is_wrong_or_a_note(world: World) -> None:
    alice = world.person("alice")
    answer = alice.runs("/incident checkout is down <!channel>")
    assert "Did you mean `checklist`?" in answer and "`/incident declare checkout is down <!channel>`" in answer
    assert "Did you mean `resolve`?" in alice.runs("/incident resolv it") and not alice.ephemerals[-1].buttons
    alice.clicks("Declare it", in_=answer.post)
    world.settle()
    assert world.incident().title == "checkout is down <!channel>"
    alice.runs("/incident sev 1 1")
    world.settle()
    alice.runs("/incident payments work again", in_=world.room())
    alice.clicks("Add it as a note")
    world.settle()
    assert saying(world.room().messages, "@alice: payments work again")
