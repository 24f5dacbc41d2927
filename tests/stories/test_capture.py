"""What people write gets onto the timeline by a pin, a mark or the shortcut: once each, with its own time and author."""

import re

import pytest

from sandbox.people import Somebody
from sandbox.seen import Post, Room
from tests.stories.telling import saying
from tests.world import World


@pytest.fixture
def room(world: World) -> Room:
    """The room of Alice's SEV1; Bob is there, too."""
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.settle()
    world.person("bob").joins(world.room())
    world.settle()
    return world.room()


def captured(world: World, number: int = 1) -> list[tuple[str, str]]:
    """(author, text) of the messages on the timeline."""
    events = [event.payload for event in world.events(number) if event.kind == "message.captured"]
    people = world.workspace.state.people
    return [(people[event["author"]].name, event["text"]) for event in events]


def adds(world: World, how: str, person: Somebody, post: Post) -> None:
    if how == "a pin":
        person.pins(post)
    elif how == "a mark":
        person.reacts("pushpin", post)
    else:
        person.uses_shortcut("Add to timeline", post)
    world.settle()


@pytest.mark.parametrize("how", ["a pin", "a mark", "the shortcut"])
def test_once_with_its_own_moment_author_and_link(world: World, room: Room, how: str) -> None:
    alice, bob = world.slack.people("alice", "bob")
    world.advance(minutes=3)
    post = bob.says("error rate is *falling* since 14:02 https://grafana.example.com", in_=room)
    world.advance(minutes=10)
    adds(world, how, alice, post)
    assert captured(world) == [("bob", "error rate is *falling* since 14:02 https://grafana.example.com")]
    event = world.events()[-1]
    assert f"{event.at:%H:%M} {event.recorded_at:%H:%M}" == "14:05 14:15" and event.actor == alice.id
    assert "memo" in post.reactions, "the message itself shows it"
    timeline = alice.runs("/incident timeline", in_=room)
    assert "@bob wrote: error rate is *falling*" in timeline and "(added later)" in timeline

    for again in ("a pin", "a mark", "the shortcut"):
        if again != how:
            adds(world, again, bob, post)
    already = saying((*alice.ephemerals, *bob.ephemerals), "It is on the timeline of INC-1 already.")
    assert len(already) == (how != "the shortcut")
    assert world.workspace.delivery.redeliver(20)
    world.settle()
    assert len(captured(world)) == 1 and post.reactions["memo"] == ["muster"]
    world.slack.assert_nothing_refused(allow=["already_in_channel", "already_reacted"])


def test_a_reply_in_a_thread(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    reply = bob.says("it began with the deploy", thread=alice.says("what changed?", in_=room))
    alice.reacts("pushpin", reply)
    world.settle()
    assert captured(world) == [("bob", "it began with the deploy")]
    assert world.events()[-1].thread_ts == reply.message.thread_ts


def test_what_is_not_meant_stays_off_it(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    elsewhere = bob.says("lunch?", in_="#general")
    for post in (elsewhere, room.pins[0]):
        alice.reacts("pushpin", post)
    bob.reacts("eyes", bob.says("hm", in_=room))
    bob.pins(elsewhere)
    world.settle()
    assert captured(world) == []


def test_in_the_announce_thread(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev3 The export hangs")
    world.settle()
    channel = world.slack.channel("incidents")
    for each in (alice, bob):
        each.joins(channel)
    inside = bob.says("the queue is full", thread=channel.messages[0])
    outside = bob.says("good morning", in_=channel)
    for post in (inside, outside):
        alice.reacts("pushpin", post)
        alice.pins(post)
    world.settle()
    assert captured(world) == [("bob", "the queue is full")]


def test_the_shortcut_elsewhere(world: World) -> None:
    """Nothing open: says so. One open: that one. Several: asks which."""
    alice, bob = world.slack.people("alice", "bob")
    post = bob.says("payments time out here", in_="#general")
    alice.uses_shortcut("Add to timeline", post)
    world.settle()
    assert alice.ephemerals[-1].text == "No incident is open, so there is no timeline to add it to."

    alice.runs("/incident declare sev1 Checkout is down")
    alice.uses_shortcut("Add to timeline", post)
    world.settle()
    assert saying(alice.ephemerals, "Added to the timeline of INC-1 (Checkout is down).")
    assert captured(world) == [("bob", "payments time out here")]

    alice.runs("/incident declare sev1 Search is slow")
    other = bob.says("search takes 9 s", in_="#general")
    answer = alice.uses_shortcut("Add to timeline", other)
    assert answer.form and "search takes 9 s" in answer.form
    alice.chooses("Incident", "INC-2")
    assert alice.submits() == {}
    world.settle()
    assert captured(world, 2) == [("bob", "search takes 9 s")]
    assert saying(alice.ephemerals, "Added to the timeline of INC-2.")
    alice.uses_shortcut("Add to timeline", other)
    alice.chooses("Incident", "INC-2")
    assert alice.submits() == {}
    world.settle()
    assert len(captured(world, 2)) == 1


def test_one_that_is_not_in_the_list_is_named_by_its_number(world: World) -> None:
    """It is over, or there are more than Slack lists. A private one is none to whoever is not in it."""
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident declare sev3 Checkout is slow")
    alice.runs("/incident resolve 1 it was the cache")
    for title in ("Search is slow", "Mail is late"):
        alice.runs(f"/incident declare sev3 {title}")
    carol.runs("/incident declare private: sev3 Salaries leaked")
    world.settle()
    post = bob.says("it was the cache in the end", in_="#general")
    label = "Or its number, if it is not in the list"
    for shortcut, said in (
        ("Add to timeline", "Added to the timeline of INC-1."),
        ("Make it an action item", "Action item added to INC-1"),
    ):
        alice.uses_shortcut(shortcut, post)
        for typed, refused in (
            ("soon", "Write its number alone, such as 42."),
            ("4", "There is no INC-4."),
            ("99", "no INC-99."),
        ):
            alice.fills(label, typed)
            answer = alice.submits()
            assert isinstance(answer, dict) and refused in answer[label], answer
        alice.fills(label, "inc-1")
        assert alice.submits() == {}
        world.settle()
        assert saying(alice.ephemerals, said), shortcut
    alice.uses_shortcut("Add to timeline", post)
    assert alice.submits() == {"Incident": "Choose the incident, or write its number."}


def test_a_note_has_the_time_on_its_writers_clock(world: World, room: Room) -> None:
    """Also the first one: Carol, in New York, has never said anything to Muster before."""
    alice, carol = world.slack.people("alice", "carol")
    world.advance(minutes=20)
    carol.runs("/incident note 1 09:05 the release went out")
    alice.runs("/incident note 15:10 errors began", in_=room)
    alice.runs("/incident decision we roll back", in_=room)
    world.settle()
    assert saying(room.messages, "@carol: the release went out") and saying(room.messages, "@alice decided: we roll back")
    told = alice.runs("/incident timeline", in_=room).reads.partition("\n*What comes next*")[0].splitlines()
    assert [line for line in told if re.search("release|errors began|roll back", line)] == [
        "14:05 UTC  @carol: the release went out _(added later)_",
        "14:10 UTC  @alice: errors began _(added later)_",
        "14:22 UTC  @alice decided: we roll back",
    ]


def test_with_slack_away_the_note_is_kept_all_the_same(world: World, room: Room) -> None:
    world.workspace.faults.fail_next("users.info", times=9, error="internal_error", status=500)
    assert "is on the timeline" in world.person("erin").runs("/incident note 1 the phones ring")
    assert "is on the timeline" in world.person("dave").runs("/incident note 1 13:50 customers wrote")
    assert [event.payload["text"] for event in world.events()[-2:]] == ["the phones ring", "customers wrote"]
