"""The war room after its opening: links as bookmarks; archived some days after the end, and brought back."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import channels
from sandbox.people import Somebody
from sandbox.seen import Room
from tests.stories.telling import saying
from tests.world import InProcessApi, World
from workers.deliver import Courier

LINKED = """
workspace: {status_page: "https://status.example.com"}
severities: {SEV1: {bridge: "https://meet.example.com/{key}"}}
services:
  checkout: {runbooks: [runbooks/checkout.md, "https://wiki.example.com/checkout"], dashboards: ["https://g.example.com/1"]}
"""


def bookmarks(room: Room) -> dict[str, str]:
    found = {bookmark.title: bookmark.link for bookmark in room.bookmarks}
    assert len(found) == len(room.bookmarks), "each once"
    return found


def test_links_are_bookmarks(make_world: Callable[..., World]) -> None:
    world = make_world(LINKED)
    alice = world.person("alice")
    alice.runs("/incident declare")
    alice.fills("What is wrong?", "Checkout is slow")
    alice.chooses("Severity", "SEV3")
    alice.chooses("Services", "checkout")
    assert alice.submits() == {}
    world.settle()
    assert "on the timeline." in alice.runs("/incident link INC-1 https://g.example.com/d/7?from=1&to=2 Error <rate>")
    alice.runs("/incident room INC-1")
    world.settle()
    room = world.room()
    assert bookmarks(room) == {
        "Status page": "https://status.example.com",
        "Runbook checkout": "https://wiki.example.com/checkout",
        "Dashboard checkout": "https://g.example.com/1",
        "Error <rate>": "https://g.example.com/d/7?from=1&to=2",
    }
    assert "among the room's bookmarks" in alice.runs("/incident link https://tickets.example.com/42", in_=room)
    for _ in range(2):
        assert "of INC-1: https://meet.example.com/INC-1" in alice.runs("/incident bridge", in_=room)
        world.settle()
    assert len(saying(room.messages, "@alice added a link: Bridge call")) == 1
    alice.runs("/incident sev 1", in_=room)
    world.settle()
    assert [each.link for each in room.bookmarks if each.title == "Bridge call"] == ["https://meet.example.com/INC-1"]
    assert "Bridge call" in room.pins[0]
    assert bookmarks(room)["tickets.example.com"] == "https://tickets.example.com/42"
    assert saying(room.messages, "@alice added a link: https://tickets.example.com/42")
    assert "added a link: Error <rate> https://g.example.com/d/7?from=1&to=2" in alice.runs("/incident timeline", in_=room)

    assert "has that link already" in alice.runs("/incident link https://tickets.example.com/42 again", in_=room)
    for wrong in ("dashboard", "javascript:alert(1)", "https://", "https://a|b", "<!channel>"):
        assert "That is no link" in alice.runs(f"/incident link {wrong}", in_=room), wrong
    assert "Which link?" in alice.runs("/incident link", in_=room)
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_what_somebody_took_away_stays_away(make_world: Callable[..., World]) -> None:
    world = make_world(LINKED)
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    room.channel.bookmarks[:] = [each for each in room.channel.bookmarks if each.title != "Status page"]
    alice.runs("/incident link https://tickets.example.com/42 Ticket", in_=room)
    world.settle()
    assert set(bookmarks(room)) == {"Bridge call", "Ticket"}


def closes(world: World, person: Somebody) -> None:
    person.runs("/incident resolve", in_=world.room())
    person.clicks("Resolve anyway")
    person.runs("/incident close nothing is left to do", in_=world.room())
    world.settle()


@pytest.fixture
def alice(world: World) -> Somebody:
    """She has declared a SEV1 and closed it."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    closes(world, alice)
    return alice


def test_archived_a_week_after_closing(world: World, alice: Somebody) -> None:
    room = world.room()
    world.advance(days=6, hours=23)
    assert not room.is_archived
    world.advance(hours=2)
    assert room.is_archived
    assert "was archived" in alice.runs("/incident timeline 1")
    alice.runs("/incident note 1 the vendor has answered")
    world.settle()
    thread = world.slack.channel("incidents").messages[0].thread
    assert saying(thread, "the vendor has answered"), "what is said afterwards goes to the thread"
    assert not [row for row in world.waiting() if " dead " in row]
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_reopening_brings_the_room_back(world: World, alice: Somebody) -> None:
    world.advance(days=8)
    room = world.room()
    assert room.is_archived
    alice.runs("/incident reopen 1 the postmortem was wrong")
    alice.runs("/incident reopen 1 it is down again")
    world.settle()
    assert not room.is_archived and world.room() == room and alice.is_in(room)
    assert saying(room.messages, "it is down again") and "SEV1 Critical" in room.pins[0] and "investigating" in room.topic
    assert not saying(world.slack.channel("incidents").messages[0].thread, "it is down again"), "said once, in the room"
    closes(world, alice)
    world.advance(days=8)
    assert room.is_archived, "and a week after the next closing it goes again"


def test_slack_will_not_bring_it_back(world: World, alice: Somebody) -> None:
    """Then another room is opened, and everybody is told."""
    world.advance(days=8)
    old = world.room()
    world.workspace.faults.fail_next("conversations.unarchive", times=9, error="restricted_action")
    alice.runs("/incident reopen 1 the postmortem was wrong")
    world.advance(minutes=1)
    new = world.room()
    assert new != old and old.is_archived and alice.is_in(new) and new.name == f"{old.name}-2"
    assert "INC-1" in new.pins[0]
    told = world.slack.channel("incidents").messages
    assert len(saying(told, "could not be brought back (restricted_action)")) == 1
    assert not saying(told, "Slack refused something for good"), "nobody is told the same thing twice"
    assert saying(new.messages, "the postmortem was wrong")
    assert not [row for row in world.waiting() if " dead " in row and not row.startswith("unarchive")]


def test_slack_will_not_archive_it(world: World, alice: Somebody) -> None:
    """It stays open, nobody is bothered, and it is not tried for ever."""
    world.workspace.faults.fail_next("conversations.archive", times=9, error="restricted_action")
    world.advance(days=9)
    room = world.room()
    assert not room.is_archived and world.incident().room_kept
    assert [event.kind for event in world.events()].count("room.archived") == 1
    assert not saying(world.slack.channel("incidents").messages, "archive")
    alice.runs("/incident note the vendor has answered", in_=room)
    world.settle()
    assert saying(room.messages, "the vendor has answered")


class Meanwhile:
    """The way to Slack, on which something else happens just before one method is called."""

    def __init__(self, api: InProcessApi, method: str, happens: Callable[[], object]) -> None:
        self._api, self._method, self._happens = api, method, happens

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        if method == self._method:
            self._method = ""
            self._happens()
        return self._api.call(method, args)

    def upload(self, url: str, content: bytes) -> None:
        self._api.upload(url, content)


def test_reopened_at_the_very_moment(world: World, alice: Somebody) -> None:
    """The room was called back before Slack had archived it: it is called back again, behind that."""
    room = world.room()
    other = Courier(world.core, world.api, world.muster.table)

    def reopens() -> None:
        alice.runs("/incident reopen 1 the postmortem was wrong")
        while other.one():
            pass
        assert world.incident().room_archived_at is None, "Slack said that it was not archived"

    world.courier = Courier(world.core, Meanwhile(world.api, "conversations.archive", reopens), world.muster.table)
    world.advance(days=8)
    assert not room.is_archived and world.room() == room and alice.is_in(room)
    alice.runs("/incident note the vendor has answered", in_=room)
    world.settle()
    assert saying(room.messages, "the vendor has answered")


@pytest.mark.parametrize("error", ["internal_error", "request_timeout"])
def test_in_doubt_it_is_asked_for_again(world: World, alice: Somebody, error: str) -> None:
    world.workspace.faults.fail_next("conversations.archive", error=error, status=500)
    world.advance(days=8)
    room = world.room()
    assert room.is_archived
    world.workspace.faults.fail_next("conversations.unarchive", error=error, status=500)
    alice.runs("/incident reopen 1 the postmortem was wrong")
    world.advance(minutes=1)
    assert not room.is_archived and world.room() == room


def test_never_where_the_team_says_so(make_world: Callable[..., World]) -> None:
    world = make_world("workspace: {archive_room_after: none}")
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    closes(world, alice)
    world.advance(days=90)
    assert not world.room().is_archived


@pytest.mark.parametrize("told", [True, False])
def test_somebody_archives_the_room_of_what_goes_on(world: World, told: bool) -> None:
    """It goes on in the thread, which says what to do; also where Slack's word of it was lost."""
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room, [card] = world.room(), world.slack.channel("incidents").messages[:1]
    alice.invites("bob", to=room)
    if told:
        bob.archives(room)
    else:
        room.channel.is_archived = True
    alice.runs("/incident note INC-1 first", in_="#random")
    world.settle()
    [said] = saying(card.thread, "archived")
    assert said.buttons == ["Bring the room back"] and ("@bob archived the war room" in said) is told
    assert "Resolve" in card.buttons and "goes on in the thread" in card, "the card is there by now"
    world.advance(minutes=31)
    assert len(saying(card.thread, "first")) == 1 and len(saying(card.thread, "Status update")) == 1
    alice.clicks("Bring the room back", in_=said)
    world.settle()
    assert not room.is_archived and world.room() == room and said.buttons == []
    assert saying(card.thread, f"goes on in #{room.name}") and "Update" in room.pins[0].buttons
    alice.runs("/incident note second", in_=room)
    world.advance(minutes=31)
    assert (
        saying(room.messages, "second") and not saying(card.thread, "second") and len(saying(room.messages, "Status update")) == 1
    )
    assert not [row for row in world.waiting() if " dead " in row]
    world.slack.assert_nothing_refused(allow=["already_in_channel", "is_archived", "is_inactive", "not_archived"])


@pytest.mark.parametrize("echoed", [True, False])
def test_an_update_stands_once_in_the_thread(world: World, echoed: bool) -> None:
    """It was to be said in the room and, as an echo, in the thread, when the room was found archived."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=29, seconds=50)
    if echoed:
        world.workspace.faults.fail_next("chat.postMessage", error="ratelimited", status=429, retry_after=30)
        world.advance(seconds=15)
    world.room().channel.is_archived = True
    world.advance(minutes=1)
    [card] = world.slack.channel("incidents").messages[:1]
    assert len(saying(card.thread, "Status update")) == 1 == len(saying(card.thread, "was archived"))
    [said] = [event for event in world.events() if event.kind == "update.posted"]
    assert said.ts == saying(card.thread, "Status update")[0].ts, "and that is what the timeline links to"


def test_somebody_brings_it_back_in_slack(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    alice.archives(room)
    world.settle()
    channels.unarchive(world.workspace, room.channel, alice.id)
    world.settle()
    alice.runs("/incident note it is quiet", in_=room)
    world.settle()
    assert saying(room.messages, "it is quiet") and not world.incident().room_shut
    assert "has its room already" in alice.runs("/incident room", in_=room)


def test_it_cannot_be_brought_back(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    old = world.room()
    alice.archives(old)
    world.settle()
    world.workspace.faults.fail_next("conversations.unarchive", times=9, error="restricted_action")
    assert "brought back" in alice.runs("/incident room 1")
    assert "being brought back" in alice.runs("/incident room 1")
    world.advance(minutes=1)
    assert world.room() != old and alice.is_in(world.room()) and "Update" in world.room().pins[0].buttons


def test_the_room_of_a_private_one_is_archived(world: World) -> None:
    """Nothing of it is said elsewhere: whoever is in it is told, and the rest waits."""
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    alice.runs("/incident declare private: sev1 Salaries leaked")
    world.settle()
    room = world.room()
    alice.invites("bob", to=room)
    bob.archives(room)
    alice.runs("/incident note INC-1 the export is stopped", in_="#random")
    world.settle()
    [told] = [post for post in alice.inbox if "archived" in post]
    assert told.buttons == ["Bring the room back"] and "/incident room 1" in told
    assert not [post for post in [*bob.inbox, *carol.inbox] if "archived" in post], "bob did it, and carol is not in it"
    alice.clicks("Bring the room back", in_=told)
    world.advance(minutes=1)
    assert saying(room.messages, "the export is stopped") and not room.is_archived


def test_muster_is_taken_out_of_the_room(world: World) -> None:
    """It comes in again, since it has something to say there."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    channels.leave(world.workspace, room.channel, world.workspace.bot_user)
    alice.runs("/incident note it is quiet", in_=room)
    world.settle()
    assert saying(room.messages, "it is quiet") and room.bot_is_in
    assert not saying(world.slack.channel("incidents").messages, "Slack refused something for good")


def test_the_room_is_deleted(world: World) -> None:
    """The thread says so and takes over, until another room is asked for."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    old, [card] = world.room(), world.slack.channel("incidents").messages[:1]
    del world.workspace.state.channels[old.id]
    alice.runs("/incident note 1 it is quiet")
    world.settle()
    [said] = saying(card.thread, "Muster can no longer write in the war room")
    assert len(saying(card.thread, "it is quiet")) == 1 and not [row for row in world.waiting() if " dead " in row]
    alice.clicks("Bring the room back", in_=said)
    world.settle()
    world.advance(seconds=5)
    assert world.room() != old and alice.is_in(world.room())


def test_taken_out_of_the_room_of_a_private_one(world: World) -> None:
    """Nobody but who is in it can let Muster in again; then what was to be said comes."""
    alice = world.person("alice")
    alice.runs("/incident declare private: sev1 Salaries leaked")
    world.settle()
    room = world.room()
    channels.leave(world.workspace, room.channel, world.workspace.bot_user)
    alice.runs("/incident note INC-1 the export is stopped", in_="#random")
    world.settle()
    assert [post.buttons for post in alice.inbox if "no longer write" in post] == [["Bring the room back"]]
    alice.invites("muster", to=room)
    world.advance(minutes=1)
    assert saying(room.messages, "the export is stopped") and not world.incident().room_shut
