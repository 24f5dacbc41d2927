"""A private incident: its room is private, and to whoever is not in it there is no such incident."""

from collections.abc import Callable

import pytest

from sandbox import usergroups
from sandbox.people import Somebody
from sandbox.seen import Form, Room
from sandbox.state import UserGroup
from tests.stories.telling import is_paged, pages, saying
from tests.world import World

SECURITY = """
workspace: {leadership_channel: leadership}
rotations: {primary: {people: [U0BOB]}, security: {people: [U0CAROL]}}
escalations:
  critical: {levels: [{page: [rotation:primary], wait: 5m}]}
  security: {levels: [{page: [rotation:security], wait: 5m}], last_resort: [person:U0DAVE, channel:general]}
private: {escalation: security, break_glass: [group:S0GLASS], containment: 4h, regulator: 72h,
          members_every: 12h, members_every_after: 12h}
"""
NOBODY = "There is no INC-1. `/incident list` shows the open ones."


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    made = make_world(SECURITY)
    made.person("dave").creates("leadership")
    return made


def declares(world: World, text: str = "private: sev1 Salaries leaked") -> Room:
    said = world.person("alice").runs(f"/incident declare {text}")
    assert "It is private: only who is invited to its room sees it." in said
    world.settle()
    return world.room()


def public_words(world: World) -> str:
    rooms = [room for room in world.slack.channels_starting("") if not room.is_private]
    return "\n".join([post.reads for room in rooms for post in room.all] + [room.topic + room.name for room in rooms])


def home(world: World, person: Somebody) -> Form:
    person.client.home()
    world.settle()
    return Form(world.workspace, world.workspace.state.homes[person.id])


def glass(world: World, *people: Somebody) -> None:
    groups = world.workspace.state.groups
    group = groups.setdefault("S0GLASS", UserGroup("S0GLASS", "glass", "Glass", "", channels=[], created=0, created_by="U0ERIN"))
    usergroups.fill(world.workspace, group, [person.id for person in people], "U0ERIN")


def test_its_room_is_private_and_nobody_else_hears_of_it(world: World) -> None:
    alice, bob, carol, erin = world.slack.people("alice", "bob", "carol", "erin")
    room = declares(world)
    assert room.is_private and set(room.members) == {"alice", "carol"} and "private" in room.name
    assert "salaries" not in room.name and "Salaries leaked" in room.pins[0], "the card"
    assert is_paged(carol) and not is_paged(bob), "its own escalation"
    assert "Salaries" not in pages(carol)[0].text and "Salaries leaked" in pages(carol)[0].reads
    assert "Salaries" not in public_words(world) and "INC-1" not in public_words(world)
    for said in ("show 1", "INC-1", "catchup INC-1", "update 1", "join 1", "ack 1", "merge 1 2", "note INC-1 hm"):
        assert erin.runs(f"/incident {said}").reads == NOBODY, said
    assert "Salaries" not in erin.runs("/incident list all") and "There are no" in erin.runs("/incident list salaries")
    assert "No incident is open" in erin.runs("/incident status identified"), "nor as the only open one"
    assert "INC-1" not in home(world, erin)
    assert "INC-1" in home(world, alice) and "Salaries leaked" in alice.runs("/incident list")
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_whoever_says_private_first_reads_how_to_declare_it_so(world: World) -> None:
    alice = world.person("alice")
    how = "`/incident declare private: <what is wrong>`"
    assert how in alice.runs("/incident private salaries leaked").reads
    alice.runs("/incident declare Search is slow")
    assert how in alice.runs("/incident private salaries leaked").reads and not world.incident().private


def test_by_the_form(world: World) -> None:
    alice = world.person("alice")
    form = alice.runs("/incident declare private keys of the store leaked").form
    assert form and form.value("What is wrong?") == "private keys of the store leaked"
    assert form.value("Also") == ["It is private"], "said so, or a word of the title: it asks"
    assert alice.submits() == {}
    world.settle()
    assert world.room().is_private and world.incident().private
    alice.runs("/incident declare sev3 Private links do not open")
    world.settle()
    assert not world.incident(2).private


def test_declared_again_as_private(world: World) -> None:
    """In the same minute, by somebody who thought better of it: that is not the open one once more."""
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Salaries leaked")
    assert "*INC-2* is declared" in alice.runs("/incident declare private: sev3 Salaries leaked")
    assert world.incident(2).private
    alice.runs("/incident declare private: sev3 Payslips leaked")
    assert "*INC-3* is declared" in alice.runs("/incident declare sev3 Payslips leaked"), "and never the other way round"
    assert world.incident(3).private


def test_whoever_comes_in_is_in_and_whoever_leaves_is_out(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    room = declares(world)
    alice.invites(erin, room)
    world.settle()
    assert saying(erin.ephemerals, "Salaries leaked"), "the catch-up"
    assert "Salaries leaked" in erin.runs("/incident show 1")
    assert "@alice, @carol, @erin" in alice.runs("/incident private", in_=room)
    assert "@erin" in alice.runs("/incident private", in_=room).reads.split("Who looked")[1]
    assert "INC-1" in home(world, erin)
    erin.leaves(room)
    world.settle()
    assert "INC-1" not in Form(world.workspace, world.workspace.state.homes[erin.id]), "without being opened again"
    assert erin.runs("/incident show 1").reads == NOBODY


def test_whoever_acts_in_the_room_is_in_it(world: World) -> None:
    """Also where Slack's word that they came was lost."""
    erin, room = world.person("erin"), declares(world)
    world.workspace.state.channels[room.id].members.append(erin.id)
    assert erin.runs("/incident show 1").reads == NOBODY, "what is not known is not let in"
    assert "Salaries leaked" in erin.runs("/incident show", in_=room)
    assert "Salaries leaked" in erin.runs("/incident show 1")


def test_a_role_a_page_and_a_hand_off_bring_people_in(world: World) -> None:
    alice, bob, erin = world.slack.people("alice", "bob", "erin")
    room = declares(world)
    alice.runs("/incident tech @bob", in_=room)
    alice.runs("/incident page @erin", in_=room)
    world.settle()
    assert bob.is_in(room) and erin.is_in(room) and is_paged(erin)
    assert "Salaries leaked" in bob.runs("/incident show 1") and "Salaries leaked" in erin.runs("/incident show 1")
    bob.leaves(room)
    assert "Salaries leaked" in bob.runs("/incident show 1"), "whoever holds a role is in it"


def test_no_room_no_words(world: World) -> None:
    """What Slack will not make private is not made; whoever declared it is told, and nothing is said anywhere."""
    alice = world.person("alice")
    world.workspace.faults.fail_next("conversations.create", times=9, error="restricted_action")
    alice.runs("/incident declare private: sev1 Salaries leaked")
    world.advance(minutes=1)
    assert saying(alice.inbox, "The private room could not be opened (restricted_action)")
    assert "INC-1" not in public_words(world) and world.incident().room_channel is None
    world.workspace.faults.clear()
    alice.runs("/incident room 1")
    world.advance(minutes=1)
    assert world.room().is_private and "Salaries leaked" in world.room().pins[0]
    assert "Salaries" not in public_words(world)


@pytest.mark.parametrize("may_delete", [True, False])
def test_where_nobody_edits_what_is_older_it_is_deleted_or_said(world: World, may_delete: bool) -> None:
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Salaries leaked")
    world.settle()
    world.workspace.faults.fail_next("chat.update", times=99, error="edit_window_closed")
    if not may_delete:
        world.workspace.faults.fail_next("chat.delete", times=99, error="cant_delete_message")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    world.advance(seconds=20)
    said = "".join(post.reads for post in world.slack.channel("incidents").all)
    assert may_delete == ("Salaries" not in said) != bool(saying(alice.inbox, "could not all be taken back"))


def test_a_name_that_stays_is_said(world: World) -> None:
    """It has the title's words."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Salaries leaked")
    world.settle()
    world.workspace.faults.fail_next("conversations.rename", times=9, error="restricted_action")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    world.advance(seconds=20)
    assert saying(alice.inbox, "could not all be taken back")


def test_made_private_later(world: World) -> None:
    """A new room; the old one is left, and what Muster said in public is taken back."""
    alice, bob, carol, erin = world.slack.people("alice", "bob", "carol", "erin")
    alice.runs("/incident declare sev1 Salaries leaked")
    world.settle()
    old = world.room()
    erin.joins(old)
    erin.runs("/incident subscribe 1")
    support = erin.creates("support")
    erin.runs("/incident subscribe 1 here", in_=support)
    alice.runs("/incident update", in_=old)
    alice.fills("Impact", "all salaries of all people")
    assert alice.submits() == {}
    alice.runs("/incident postmortem", in_=old)
    world.settle()
    assert "Salaries" in public_words(world) and "all salaries" in support.messages[-1]
    asked = alice.runs("/incident private", in_=old)
    assert "This cannot be undone" in asked and not world.incident().private
    alice.clicks("Make it private")
    world.advance(minutes=2)
    room = world.room()
    assert room.is_private and room != old and set(room.members) == {"alice", "carol"}, "security is paged; nobody is taken along"
    assert old.is_archived and "salaries" not in old.name and old.topic == "This goes on elsewhere. Ask alice."
    said = [post.reads for post in old.all if post.message.subtype not in ("channel_topic", "channel_name")]
    announced = [post.reads for post in world.slack.channel("incidents").all]
    elsewhere = [post.reads for post in [*support.all, *world.slack.channel("leadership").all, *erin.inbox, *bob.inbox]]
    assert not [text for text in (*said, *announced, *elsewhere) if "alaries" in text]
    assert "Taken back" in announced[-1] and not old.files and not old.bookmarks
    assert erin.runs("/incident show 1").reads == NOBODY and bob.runs("/incident show 1").reads == NOBODY
    alice.runs("/incident update", in_=room)
    alice.fills("Impact", "contained to one list of salaries")
    assert "Also tell" not in alice.form.labels
    assert alice.submits() == {}
    world.advance(minutes=1)
    assert saying(room.messages, "contained to one list") and not saying(support.messages, "contained")
    assert not saying(erin.inbox, "contained")


def test_nothing_is_merged_across_the_border(world: World) -> None:
    alice = world.person("alice")
    room = declares(world)
    alice.runs("/incident declare sev3 Salaries page is slow")
    world.settle()
    for said in ("merge 2 1", "merge 1 2"):
        assert "INC-1 is private and INC-2 is not" in alice.runs(f"/incident {said}")
    asked = alice.runs("/incident private 2")
    assert "Make INC-2 private?" in asked
    alice.clicks("Make it private")
    world.advance(minutes=1)
    alice.runs("/incident merge 2 1")
    alice.clicks("Merge into INC-1")
    world.settle()
    assert saying(room.messages, "merged INC-2 into this") and "Salaries" not in public_words(world)


def test_what_was_merged_into_it_becomes_private_with_it(world: World) -> None:
    alice, erin = world.slack.people("alice", "erin")
    home(world, erin)
    for title in ("Salaries leaked", "Salaries are public"):
        alice.runs(f"/incident declare sev1 {title}")
    alice.runs("/incident merge 2 1")
    alice.clicks("Merge into INC-1")
    for said in ("ack 1", "pause 1"):
        alice.runs(f"/incident {said}")
    world.advance(days=8)
    assert "was merged into INC-1" in alice.runs("/incident private 2")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    world.advance(minutes=2)
    assert world.incident(1).private and world.incident(2).private
    assert erin.runs("/incident show 2").reads == NOBODY.replace("INC-1", "INC-2")
    notices = ("channel_topic", "channel_name")
    rooms = [room for room in world.slack.channels_starting("") if not room.is_private]
    assert not [post for room in rooms for post in room.all if "alaries" in post and post.message.subtype not in notices]
    kept = Form(world.workspace, world.workspace.state.homes[erin.id])
    assert "INC-1" not in kept and "Salaries" not in kept, "a Home that nobody has opened for a week, too"


def test_breaking_the_glass(world: World) -> None:
    alice, dave, erin, bob = world.slack.people("alice", "dave", "erin", "bob")
    glass(world, erin)
    room = declares(world)
    assert bob.runs("/incident access 1 curious").reads == NOBODY
    assert erin.runs("/incident access 9 curious").reads == NOBODY.replace("INC-1", "INC-9")
    assert "reason" in erin.runs("/incident access 1") and erin.runs("/incident show 1").reads == NOBODY
    assert "You are in INC-1 now" in erin.runs("/incident access 1 the security lead is on a plane")
    world.settle()
    assert erin.is_in(room) and "Salaries leaked" in erin.runs("/incident show 1")
    [told] = saying(room.messages, "@erin broke the glass")
    assert "the security lead is on a plane" in told
    assert saying(dave.inbox, "@erin let themselves into a private incident") and not saying(dave.inbox, "plane")
    assert "You are in INC-1 already" in erin.runs("/incident access 1 again")
    assert "@erin" in alice.runs("/incident private", in_=room).reads.split("Who looked")[1]


def test_held_off_at_the_glass(world: World) -> None:
    """They learn nothing; who is in it sees who tried, and when."""
    alice, bob = world.slack.people("alice", "bob")
    room = declares(world)
    for why in ("curious", "", "curious again"):
        assert bob.runs(f"/incident access 1 {why}").reads == NOBODY
    assert bob.runs("/incident access 2 curious").reads == NOBODY.replace("INC-1", "INC-2")
    world.settle()
    tried = alice.runs("/incident private", in_=room).reads.split("Who tried")[1]
    assert tried.split("Who looked")[0].count("@bob") == 1 and "curious" not in tried, "an outsider's words stay outside"
    assert not saying(room.messages, "tried") and bob.runs("/incident show 1").reads == NOBODY
    world.advance(hours=1)
    bob.runs("/incident access 1")
    assert [event.payload["person"] for event in world.events() if event.kind == "access.glass_held"] == [bob.id] * 2


def test_deadlines(world: World) -> None:
    alice, room = world.person("alice"), declares(world)
    alice.runs("/incident ack", in_=room)
    alice.runs("/incident pause", in_=room)
    world.advance(hours=3)
    assert saying(room.messages, "contained") and "Due by" in saying(room.messages, "contained")[-1]
    world.advance(hours=1)
    assert "Deadline passed" in saying(room.messages, "contained")[-1]
    alice.clicks("Contained", in_=room)
    world.settle()
    assert saying(room.messages, "@alice said: contained")
    assert "That is on the timeline already" in alice.runs("/incident private containment", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.runs("/incident private regulator not needed", in_=room)
    world.advance(hours=90)
    assert not [post for post in saying(room.messages, "regulator") if "Due by" in post or "passed" in post]


def test_views_are_on_record_once_an_hour(world: World) -> None:
    alice, room = world.person("alice"), declares(world)

    def views() -> list[str]:
        return [event.payload["what"] for event in world.events() if event.kind == "access.viewed"]

    for said in ("show 1", "catchup 1", "list"):
        alice.runs(f"/incident {said}")
    assert views() == ["show"]
    world.advance(hours=1)
    alice.runs("/incident list")
    world.advance(hours=1)
    home(world, alice)
    assert views() == ["show", "list", "App Home"]
    assert not saying(room.messages, "looked at it") and "looked at it" not in alice.runs("/incident timeline 1")


def test_nobody_answers(world: World) -> None:
    alice, room = world.person("alice"), declares(world)
    world.advance(minutes=20)
    assert [event for event in world.events() if event.kind == "page.exhausted" and event.channel == room.id], "said there"
    [told] = saying(alice.inbox, "INC-1, which is private: nobody who could be paged has answered")
    assert told.buttons == ["Page somebody"] and "Salaries" not in told
    assert "INC-1" not in public_words(world) and "Salaries" not in public_words(world)


def test_left_to_some(make_world: Callable[..., World]) -> None:
    world = make_world("private: {declare: [person:U0CAROL]}")
    alice, carol = world.slack.people("alice", "carol")
    refused = alice.runs("/incident declare private: Salaries leaked")
    assert "Your team lets only @carol declare a private incident" in refused
    carol.runs("/incident declare private: Salaries leaked")
    world.settle()
    room = world.room()
    assert room.is_private and room.members == ["carol"]
    assert saying(room.messages, "Nobody is on call for this incident"), "nobody is paged unless private.escalation says whom"
    assert not carol.inbox, "the room has said it"
    assert not [name for name in ("incidents",) if world.slack.channels_starting(name)], "not even the channel is made"


def test_what_cannot_be_taken_back_is_said(world: World) -> None:
    """A room that was archived by hand, in a workspace where apps may not open it again."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Salaries leaked")
    world.settle()
    alice.archives(world.room())
    world.workspace.faults.fail_next("conversations.unarchive", times=9, error="not_allowed")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    world.advance(minutes=1)
    assert saying(alice.inbox, "could not all be taken back") and world.room().is_private
    assert "Salaries" not in "".join(post.reads for post in world.slack.channel("incidents").all)
