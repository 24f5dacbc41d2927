"""A drill says DRILL in everything that leaves Muster because of it; an incident says it nowhere."""

from collections.abc import Callable, Iterator

import pytest

from sandbox.people import Somebody
from tests.stories.telling import ON_CALL, pages, saying
from tests.world import World

READ = {
    "chat.postMessage", "chat.update", "chat.postEphemeral", "response_url", "views.open", "views.push", "views.update",
    "views.publish",
    "bookmarks.add", "conversations.create", "conversations.setTopic", "conversations.canvases.create", "canvases.edit",
    "files.getUploadURLExternal", "files.completeUploadExternal",
}  # fmt: skip
WORDLESS = {
    "auth.test", "users.info", "users.lookupByEmail", "users.conversations", "conversations.list", "conversations.info",
    "conversations.join", "conversations.open", "conversations.invite", "conversations.history", "conversations.replies",
    "conversations.archive", "conversations.unarchive",
    "conversations.members", "pins.add", "bookmarks.list", "reactions.add", "files.info",
    "files.delete", "chat.delete",
}  # fmt: skip
POLICY = f"""{ON_CALL}
workspace: {{leadership_channel: random, status_page: "https://status.example.com"}}
severities: {{SEV1: {{bridge: "https://meet.example.com/{{key}}"}}}}
"""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(POLICY)


def outgoing(world: World) -> Iterator[tuple[str, str]]:
    """Every call that shows people words about the incident, with all that it carried; a method that is in neither list
    fails. The declare form is not yet about any, nor is a Home with nothing open, or the announce channel."""
    for entry in world.workspace.log.entries:
        if entry.direction != "from_app" or entry.kind in WORDLESS:
            continue
        assert entry.kind in READ, f"does {entry.kind} show people words?"
        whole = world.workspace.log.whole(entry.number)
        assert whole is not None, "the log forgets; tell a shorter story"
        payload = str(whole["payload"]).replace("\\", "")
        about_none = (
            (entry.kind == "views.open" and '"callback_id": "declare"' in payload)
            or (entry.kind == "views.publish" and "INC-1" not in payload)
            or (entry.kind == "conversations.create" and '"incidents"' in payload)
        )
        if not about_none:
            yield entry.kind, payload


def declares(person: Somebody, title: str, *, drill: bool = False) -> None:
    person.runs("/incident")
    person.fills("What is wrong?", title)
    person.chooses("Severity", "SEV1")
    if drill:
        person.checks("Also", "This is a drill")
    assert person.submits() == {}


SAID = (
    "tech @bob", "sev 2 fewer users", "sev 1", "panel", "timeline", "mitigated rolled back", "task roll back @bob",
    "note 14:03 the load balancer answers 502", "impact 1 in 3 payments fail", "link https://grafana.example.com/d/1 Errors",
    "roles", "catchup", "page @erin",
)  # fmt: skip


def a_whole_incident(world: World, *, drill: bool) -> None:
    """Everything that can be said of an incident, said of one."""
    alice, bob, erin = world.slack.people("alice", "bob", "erin")
    declares(alice, "Checkout is down", drill=drill)
    world.settle()
    room = world.room()
    erin.runs("/incident subscribe 1")
    erin.client.home()
    world.advance(minutes=6)
    bob.clicks("Acknowledge", in_=pages(bob)[0])
    for command in SAID if drill else SAID[:6]:
        alice.runs(f"/incident {command}", in_=room)
    world.settle()
    bob.runs("/incident handoff tech @erin", in_=room)
    if bob.has_form:
        bob.submits()
    erin.joins(room)
    alice.says("looks better", in_=room)
    alice.pins(alice.says("errors are at zero", in_=room))
    world.advance(minutes=40)
    alice.runs("/incident update", in_=room)
    alice.fills("Impact", "none any more")
    alice.submits()
    world.settle()
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    alice.runs("/incident postmortem", in_=room)
    alice.runs("/incident close all is written down", in_=room)
    world.advance(seconds=3)
    assert world.waiting() == []


def test_everything_of_a_drill_says_so(world: World) -> None:
    a_whole_incident(world, drill=True)
    seen: set[str] = set()
    for method, payload in outgoing(world):
        seen.add(method)
        mark = "drill-inc-" if method in ("conversations.create", "files.getUploadURLExternal") else "DRILL"
        assert mark in payload, f"{method} does not say that it is a drill: {payload[:600]}"
    assert {
        "chat.postMessage",
        "chat.update",
        "bookmarks.add",
        "conversations.setTopic",
        "canvases.edit",
        "views.publish",
    } <= seen
    bob, erin, alice = world.slack.people("bob", "erin", "alice")
    for post in [*bob.inbox, *erin.inbox, *alice.inbox]:
        assert post.text.startswith("DRILL") and "DRILL" in post, post
    for post in [*alice.ephemerals, *erin.ephemerals, *bob.ephemerals]:
        assert "DRILL" in post, post


def test_an_incident_says_it_nowhere(world: World) -> None:
    a_whole_incident(world, drill=False)
    for method, payload in outgoing(world):
        assert "drill" not in payload.lower(), f"{method}: {payload[:600]}"
    for name in ("alice", "bob", "erin"):
        assert not saying(world.person(name).ephemerals, "DRILL")


def test_a_drill_pages_for_real_and_alarms_nobody_else(world: World) -> None:
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    declares(alice, "Checkout is down", drill=True)
    world.advance(minutes=6)
    assert pages(bob)[0].text.startswith("DRILL") and pages(carol)
    assert world.room().name == "drill-inc-2026-11-23-checkout-is-down-1"
    assert world.room().topic.startswith("DRILL | SEV1")
    assert not world.slack.channel("random").messages, "leaders are not alarmed"
    alice.runs("/incident pause", in_=world.room())
    world.advance(hours=20)
    assert not saying(world.slack.channel("random").messages, "open"), "and it is not in the morning's digest"


def test_the_real_thing_is_never_taken_for_the_drill(world: World) -> None:
    """The same title within the minute, looks like, join instead, merge."""
    alice, bob = world.slack.people("alice", "bob")
    declares(alice, "Checkout is down", drill=True)
    world.settle()
    alice.runs("/incident")
    assert "Join instead" not in alice.form.buttons
    alice.closes()
    answer = alice.runs("/incident declare sev1 Checkout is down")
    print(answer.reads)
    assert "INC-2* is declared" in answer and "Looks like" not in answer and "DRILL" not in answer
    world.settle()
    assert "is a drill" in bob.runs("/incident merge 2 1") and "is a drill" in bob.runs("/incident merge 1 2")
    listed = bob.runs("/incident list")
    assert "DRILL INC-1" in listed and "DRILL INC-2" not in listed
    only = bob.runs("/incident list all drills")
    assert "1 incident, drills only" in only and "DRILL INC-1" in only and "INC-2" not in only
    assert "DRILL INC-1" in bob.runs("/incident ack").post.buttons[1]


def test_tasks_of_a_drill_stand_as_such_in_the_home(world: World) -> None:
    alice = world.person("alice")
    declares(alice, "Checkout is down", drill=True)
    world.settle()
    alice.runs("/incident task roll back @alice", in_=world.room())
    alice.runs("/incident action test the rollback @alice", in_=world.room())
    alice.runs("/incident declare sev1 Search is down")
    alice.runs("/incident task 2 restart it @alice")
    alice.client.home()
    world.settle()
    seen = alice.opens_home()
    assert "DRILL INC-1: roll back" in seen and "DRILL INC-1: test the rollback" in seen and "of *DRILL INC-1*" in seen
    assert "INC-2: restart it" in seen and "DRILL INC-2" not in seen
