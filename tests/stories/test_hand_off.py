"""A role is handed over with a written brief, and nothing changes until the other accepts."""

from collections.abc import Callable

from sandbox.people import Somebody
from sandbox.seen import Post, Room
from tests.stories.telling import as_seen, saying
from tests.world import World


def declared(world: World) -> Room:
    """Alice's SEV1 with a theory, a decision and a task; she is incident commander."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    alice.runs("/incident impact no orders since 14:02", in_=room)
    alice.runs("/incident theory the new release", in_=room)
    alice.runs("/incident decision roll back", in_=room)
    alice.runs("/incident task drain the queue", in_=room)
    world.settle()
    return room


def asks(world: World, room: Room, role: str = "ic") -> Post:
    """Alice asks Bob to take it over; what he is sent."""
    alice, bob = world.slack.people("alice", "bob")
    alice.runs(f"/incident handoff {role} {bob.mention}", in_=room)
    alice.fills("Open questions", "Why did the canary not see it?")
    assert alice.submits() == {}
    world.settle()
    return bob.inbox[-1]


def clicks(world: World, person: Somebody, text: str, post: Post) -> Post:
    person.clicks(text, in_=post)
    world.settle()
    return person.ephemerals[-1]


def commander(world: World) -> str:
    facts = world.room().pins[0].reads
    return facts.partition("*Incident commander*\n")[2].partition("\n")[0]


def test_nothing_changes_until_the_other_accepts(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    asked = asks(world, room)
    assert commander(world) == "@alice (asked @bob)" and room.topic.startswith("SEV1 investigating | IC @alice")
    assert bob.is_in(room) and asked.buttons == ["Accept", "Decline"]
    for part in (
        "*What we know*\nno orders since 14:02", "*What we tried*\nDecided: roll back", "*Theory*\nthe new release",
        "*Actions in progress*\ndrain the queue", "*Open questions*\nWhy did the canary not see it?", "Next update due",
    ):  # fmt: skip
        assert part in asked.reads, part
    assert "You stay Incident commander" in alice.ephemerals[-1]
    [brief] = [post for post in room.messages if "@alice asks @bob to take over" in post]
    old = as_seen(brief)
    assert brief.buttons == ["Accept", "Decline"] and "drain the queue" in brief.reads

    told = clicks(world, bob, "Accept", asked)
    assert "You are Incident commander of INC-1 now" in told and "Not yours:" in told
    assert commander(world) == "@bob" and room.topic.startswith("SEV1 investigating | IC @bob")
    assert len(saying(room.messages, "@bob took over as Incident commander from @alice")) == 1
    assert len(saying(alice.inbox, "@bob took over as Incident commander from @alice")) == 1
    assert len(bob.inbox) == 1, "he knows what he pressed"
    assert "Why did the canary not see it?" in room_timeline(world, alice, room), "the brief is on the timeline"
    assert "You are Incident commander already" in clicks(world, bob, "Accept", old)
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def room_timeline(world: World, person: Somebody, room: Room) -> str:
    return person.runs("/incident timeline", in_=room).reads


def test_declined_it_stays_where_it_is(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    asked = asks(world, room)
    old = as_seen(asked)
    assert "@alice is still Incident commander and is told" in clicks(world, bob, "Decline", asked)
    assert commander(world) == "@alice"
    [told] = saying(alice.inbox, "@bob cannot take over as Incident commander; @alice keeps the role")
    assert told.buttons == ["Ask somebody else"]
    assert "That hand-off was declined. @alice is Incident commander" in clicks(world, bob, "Accept", old)
    alice.clicks("Ask somebody else", in_=told)
    alice.picks_person("Who takes over as Incident commander?", world.person("carol"))
    assert alice.submits() == {}
    world.settle()
    assert commander(world) == "@alice (asked @carol)"


def test_withdrawn_it_cannot_be_accepted(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    asked = as_seen(asks(world, room))
    alice.clicks("Withdraw")
    world.settle()
    assert saying(bob.inbox, "@alice stays Incident commander after all")
    assert "That hand-off was withdrawn" in clicks(world, bob, "Accept", asked)
    assert commander(world) == "@alice"


def test_unanswered_it_expires(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    asked = as_seen(asks(world, room))
    world.advance(minutes=29, seconds=59)
    assert not saying(alice.inbox, "has not answered")
    world.advance(seconds=1)
    assert len(saying(alice.inbox, "@bob has not answered, so @alice is still Incident commander")) == 1
    assert "was not answered in time" in clicks(world, bob, "Accept", asked)
    world.advance(hours=2)
    assert len(saying(room.messages, "@bob has not answered")) == 1


def test_only_the_one_who_is_asked_can_accept_and_only_the_holder_can_ask(world: World) -> None:
    room = declared(world)
    carol, bob = world.slack.people("carol", "bob")
    asks(world, room)
    carol.joins(room)
    world.settle()
    [brief] = [post for post in room.messages if "@alice asks @bob to take over" in post]
    assert "@bob was asked to take over as Incident commander, not you" in clicks(world, carol, "Accept", brief)
    assert "@alice is Incident commander, not you" in carol.runs(f"/incident handoff ic {bob.mention}", in_=room)
    assert "Nobody is Scribe" in carol.runs(f"/incident handoff scribe {bob.mention}", in_=room)
    assert commander(world) == "@alice (asked @bob)"
    carol.runs("/incident ic", in_=room)
    carol.clicks("Replace them")
    world.settle()
    assert commander(world) == "@carol", "whoever is replaced hands nothing over"
    assert "@carol is Incident commander" in bob.runs("/incident handoff ic accept", in_=room)


def test_asking_somebody_else_takes_the_first_question_back(world: World) -> None:
    room = declared(world)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    first = as_seen(asks(world, room))
    alice.runs(f"/incident handoff ic {carol.mention}", in_=room)
    assert alice.submits() == {}
    world.settle()
    assert saying(bob.inbox, "@bob need not take over")
    assert "That hand-off was withdrawn" in clicks(world, bob, "Accept", first)
    clicks(world, carol, "Accept", carol.inbox[-1])
    assert commander(world) == "@carol"


def test_slack_delivers_the_acceptance_again(world: World) -> None:
    room = declared(world)
    bob = world.person("bob")
    asked = asks(world, room)
    bob.clicks("Accept", in_=asked)
    world.settle()
    before = [event.kind for event in world.events()], len(room.messages)
    assert world.workspace.delivery.redeliver(10)
    world.settle()
    assert ([event.kind for event in world.events()], len(room.messages)) == before


def test_after_eight_hours_it_is_suggested_once(world: World) -> None:
    declared(world)
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident ack", in_=world.room())
    alice.runs("/incident pause", in_=world.room())
    world.advance(hours=7, minutes=59)
    assert not saying(alice.inbox, "Hand over to somebody who is fresh?")
    world.advance(minutes=1)
    [suggested] = saying(alice.inbox, "You have been Incident commander of INC-1 for 8 h")
    world.advance(hours=9)
    assert len(saying(alice.inbox, "Hand over to somebody who is fresh?")) == 1
    alice.clicks("Hand over", in_=suggested)
    alice.picks_person("Who takes over as Incident commander?", bob)
    assert alice.submits() == {}
    world.settle()
    clicks(world, bob, "Accept", saying(bob.inbox, "asks you to take over")[-1])
    assert commander(world) == "@bob"


def test_reopened_its_time_begins_anew(world: World) -> None:
    """Days went by while it was resolved, in which nobody commanded anything."""
    alice = world.person("alice")
    alice.runs("/incident declare sev4 A typo")
    world.advance(hours=8)
    alice.runs("/incident resolve 1")
    world.advance(days=2)
    alice.runs("/incident reopen 1 it is back")
    world.advance(hours=7, minutes=59)
    assert len(saying(alice.inbox, "Hand over to somebody who is fresh?")) == 1
    world.advance(minutes=1)
    assert "for 8 h" in saying(alice.inbox, "Hand over to somebody who is fresh?")[1]


def test_a_small_incident_is_thought_of_too(world: World) -> None:
    """It has no update and no room, so that nothing else would wake for it."""
    alice = world.person("alice")
    alice.runs("/incident declare sev4 A typo")
    world.advance(hours=8)
    assert len(saying(alice.inbox, "Hand over to somebody who is fresh?")) == 1


def test_a_role_of_the_teams_own(make_world: Callable[..., World]) -> None:
    world = make_world(
        "roles:\n  legal: {name: Legal counsel, aliases: [law], duties: Watch the deadlines., not_for: Fixing things.,\n"
        "    ask_if_empty_after: 10m, suggest_handoff_after: 2h, handoff_expires_after: 5m}\n"
    )
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    world.advance(minutes=10)
    [wanted] = saying(room.messages, "Nobody is Legal counsel yet")
    assert wanted.buttons == ["Take legal counsel"]
    told = clicks(world, alice, "Take legal counsel", wanted)
    assert "Watch the deadlines." in told and "Not yours:* Fixing things." in told.reads
    assert "*Legal counsel*\n@alice" in room.pins[0].reads
    world.advance(hours=2)
    assert saying(alice.inbox, "You have been Legal counsel of INC-1 for 2 h")
    clicks(world, bob, "Accept", asks(world, room, "law"))
    assert "*Legal counsel*\n@bob" in room.pins[0].reads
    asked = bob.runs("/incident leave legal", in_=room)
    assert "Nobody holds the role now" in asked
    world.advance(minutes=11)
    assert len(saying(room.messages, "Nobody is Legal counsel yet")) == 2, "left again, asked again"


def test_nobody_writes_the_updates(world: World) -> None:
    """The room is asked once for somebody; until then the updates are asked of the commander."""
    room = declared(world)
    bob = world.person("bob")
    world.advance(minutes=14, seconds=59)
    assert not saying(room.messages, "Nobody is Communications lead yet")
    world.advance(seconds=1)
    [asked] = saying(room.messages, "Nobody is Communications lead yet")
    assert "@alice is asked for the status updates" in asked and asked.buttons == ["Take communications lead"]
    world.advance(hours=2)
    assert len(saying(room.messages, "Nobody is Communications lead yet")) == 1
    bob.joins(room)
    world.settle()
    assert "You are Communications lead" in clicks(world, bob, "Take communications lead", asked)


def test_an_untimed_incident_can_do_without(world: World) -> None:
    world.person("alice").runs("/incident declare sev4 A typo")
    world.advance(hours=3)
    assert not saying(world.slack.channel("incidents").all, "Communications lead yet")


def test_commanding_and_fixing_given_by_somebody_else(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    bob.joins(room)
    bob.runs(f"/incident tech {alice.mention}", in_=room)
    world.settle()
    assert "You hold IC and technical lead together" in alice.inbox[-1].reads
