"""The postmortem draft: built from the timeline, each line linked to its message, refreshed in place of the one before."""

import re
from collections.abc import Callable

from sandbox.seen import Answer, Document, Room
from tests.stories.telling import ON_CALL, saying
from tests.world import World

SECTIONS = [
    "Summary",
    "Impact",
    "Timeline",
    "Root cause",
    "Contributing factors",
    "What went well",
    "What went poorly",
    "Where we got lucky",
    "Action items",
    "Lessons learned",
    "Response metrics",
    "People and roles",
]


def resolved(world: World) -> Room:
    """Alice's SEV1 from the declaration to the end, with a pin, a note and an action item."""
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=2)
    room = world.room()
    bob.clicks("Acknowledge")
    bob.runs("/incident tech", in_=room)
    alice.runs("/incident impact 1 in 3 payments fail", in_=room)
    seen = bob.says("pool of payments_db is exhausted", in_=room)
    world.advance(minutes=6)
    alice.pins(seen)
    alice.runs("/incident note 14:00 UTC the release went out", in_=room)
    alice.runs("/incident decision we roll back", in_=room)
    alice.runs("/incident action alarm on pool size @bob by 2026-12-01", in_=room)
    world.advance(minutes=4)
    alice.runs("/incident mitigated rolled back", in_=room)
    world.advance(hours=1)
    alice.runs("/incident resolve errors are at zero", in_=room)
    world.settle()
    return room


def draft(room: Room) -> Document:
    """The one draft that there is."""
    [document] = room.files
    return document


def timeline(document: Document) -> list[tuple[str, str, str]]:
    """Its entries: the moment, the address that it links to, and what happened."""
    part = document.text.split("## Timeline")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("- ")]
    found = [re.fullmatch(r"- \[(\d\d:\d\d)\]\((https://[^)]+)\) (.+)", line) for line in lines]
    assert lines and all(found), lines
    return [(match[1], match[2], match[3]) for match in found if match]


def test_resolving_builds_it(make_world: Callable[..., World]) -> None:
    room = resolved(make_world(ON_CALL))
    document = draft(room)
    assert document.name == "inc-1-postmortem.md"
    headings = re.findall(r"^## (.+)$", document.text, re.MULTILINE)
    assert [heading for heading in headings if heading in SECTIONS] == SECTIONS, headings
    for known in ("# INC-1: Checkout is down", "SEV1", "1 in 3 payments fail", "alice", "bob", "2026-12-01", "TODO"):
        assert known in document.text, known
    assert "U0ALICE" not in re.sub(r"\(http[^)]*\)", "", document.text) and "<@" not in document.text, "people by name"


def test_every_line_is_linked_to_its_message(make_world: Callable[..., World]) -> None:
    world = make_world(ON_CALL)
    room = resolved(world)
    posts = {post.link: post for channel in (room, world.slack.channel("incidents")) for post in channel.all}
    entries = timeline(draft(room))
    assert len(entries) > 12 and all(link in posts for _, link, _ in entries)
    moments = [moment for moment, _, _ in entries]
    assert moments == sorted(moments) and moments[0] == "14:00"
    for words, author in (
        ("bob wrote: pool of payments_db is exhausted", "bob"),
        ("alice decided: we roll back", "muster"),
        ("alice: the release went out", "muster"),
        ("alice moved it from investigating to **monitoring**", "muster"),
    ):
        [(moment, link)] = [(moment, link) for moment, link, said in entries if words in said]
        assert posts[link].by == author and posts[link].room == room, words
        if author == "bob":
            assert moment == "14:04", "when he wrote it, not when somebody pinned it"
        else:
            assert words.replace("**", "*").removeprefix("alice") in posts[link].reads


def test_what_has_no_message_of_its_own_is_linked_to_where_it_is_said(make_world: Callable[..., World]) -> None:
    """A timed update that Slack did not take before the next one, a change that came with an update, the room's archive."""
    world = make_world("workspace: {archive_room_after: 1h}\nseverities: {SEV1: {update_every: 1m, nudge_before: 10s}}\n")
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(seconds=5)
    room = world.room()
    alice.runs("/incident ack 1")
    world.workspace.faults.change({"outage": "drop"})
    world.advance(seconds=125)
    world.workspace.faults.clear()
    world.advance(seconds=40)
    alice.clicks("Update", in_=room.pins[-1])
    alice.fills("Impact", "nobody any more")
    alice.chooses("Severity", "SEV2")
    alice.chooses("Status", "monitoring")
    alice.submits()
    world.settle()
    world.advance(hours=1)
    alice.runs("/incident resolve", in_=room)
    alice.runs("/incident close it was the cache", in_=room)
    world.advance(hours=2)
    alice.runs("/incident reopen 1 it is back")
    world.advance(minutes=1)
    alice.runs("/incident postmortem 1")
    world.advance(minutes=2)
    posts = {post.link: post.reads for channel in (room, world.slack.channel("incidents")) for post in channel.all}
    entries = timeline(draft(room))

    def said(words: str) -> list[str]:
        return [posts[link] for _, link, what in entries if words in what]

    overtaken, shown, *_ = said("Timed status update")
    assert overtaken == shown and "Status update" in shown
    for words in ("from SEV1 to", "to **monitoring**"):
        [update] = said(words)
        assert "nobody any more" in update, words
    assert "INC-1" in said("was archived")[0]


def test_a_refresh_takes_the_place_of_the_one_before(make_world: Callable[..., World]) -> None:
    world = make_world(ON_CALL)
    room = resolved(world)
    alice = world.person("alice")
    old = draft(room)
    alice.runs("/incident note 14:01 UTC and one more thing", in_=room)
    told = alice.runs("/incident postmortem", in_=room)
    assert "in place of the one before" in told and "It still lacks" in told
    world.settle()
    new = draft(room)
    assert old.is_deleted and "and one more thing" in new.text and "and one more thing" not in old.text
    assert len([post for post in room.all if "the postmortem draft" in post.text]) == 1, "its message went, too"
    alice.clicks("Postmortem", in_=room.pins[-1])
    world.advance(seconds=3)
    assert new.is_deleted and draft(room).text
    assert world.waiting() == []
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_asked_for_before_the_end_and_where_none_is_owed(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev3 The export hangs")
    world.advance(minutes=5)
    alice.runs("/incident resolve 1")
    world.settle()
    channel = world.slack.channel("incidents")
    assert not channel.files, "optional for SEV3"
    alice.runs("/incident postmortem 1")
    world.settle()
    assert "# INC-1: The export hangs" in draft(channel).text
    posts = {post.link: post for post in channel.all}
    there = [posts[link] for _, link, _ in timeline(draft(channel))]
    assert all(post == channel.messages[0] or post in channel.messages[0].thread for post in there), "each in the thread"


def test_what_people_wrote_cannot_break_it(world: World) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 # <!channel> [pay](http://evil.example.com) | `x`")
    world.settle()
    room = world.room()
    alice.runs("/incident note ## Root cause\\n- none <https://evil.example.com|click>", in_=room)
    alice.runs("/incident postmortem", in_=room)
    world.settle()
    text = draft(room).text
    assert "](http://evil.example.com)" not in text and len(re.findall("^## Root cause", text, re.MULTILINE)) == 1
    assert not saying(room.messages, "@channel here")


def test_none_is_owed_and_it_comes_back(make_world: Callable[..., World]) -> None:
    """A SEV3 owes none; like one of last week it is worth one. A SEV4 owes none and is asked for none."""
    world = make_world()
    alice = world.person("alice")

    def resolve(number: int, severity: str, title: str) -> Answer:
        alice.runs(f"/incident declare {severity} {title}")
        world.advance(minutes=5)
        return alice.runs(f"/incident resolve {number} restarted")

    assert "worth a postmortem" not in resolve(1, "sev3", "Search index is stale")
    world.advance(days=6)
    again = resolve(2, "sev3", "Search index is stale again")
    assert "It looks like INC-1, Search index is stale. What comes back is worth a postmortem" in again
    assert "worth a postmortem" not in resolve(3, "sev4", "Search index is stale once more")
