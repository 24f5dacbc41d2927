"""A role that somebody holds changes only by themselves, or after a question, and never silently."""

from sandbox.people import Somebody
from sandbox.seen import Post, Room
from tests.stories.telling import saying
from tests.world import World


def declared(world: World) -> Room:
    """Alice's SEV1, and two more in its room; she is incident commander."""
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.settle()
    for name in ("bob", "carol"):
        world.person(name).joins(world.room())
    world.settle()
    return world.room()


def clicks(world: World, person: Somebody, text: str) -> Post:
    """What this person is told after a button whose answer comes by its response_url."""
    person.clicks(text)
    world.settle()
    return person.ephemerals[-1]


def commander(world: World) -> str:
    """Whom the card names, as everybody reads it."""
    facts = world.room().pins[0].reads
    return facts.partition("*Incident commander*\n")[2].partition("\n")[0]


def test_taking_it_over_asks_first(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    assert commander(world) == "@alice"

    answer = bob.runs("/incident ic", in_=room)
    assert "@alice is Incident commander. Replace them?" in answer and answer.ephemeral
    world.settle()
    assert commander(world) == "@alice" and not alice.inbox, "a question changes nothing and tells nobody"

    told = clicks(world, bob, "Replace them")
    assert "You are Incident commander of INC-1 now" in told and "Not yours:" in told
    assert commander(world) == "@bob" and room.topic.startswith("SEV1 investigating | IC @bob")
    assert len(saying(room.messages, "@bob is now Incident commander, replacing @alice")) == 1
    assert len(saying(alice.inbox, "@bob is now Incident commander, replacing @alice")) == 1


def test_giving_somebody_elses_role_away_tells_both(world: World) -> None:
    room = declared(world)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    carol.runs("/incident ic @bob", in_=room)
    clicks(world, carol, "Replace them")
    for one in (alice, bob):
        assert len(saying(one.inbox, "@bob is now Incident commander, replacing @alice")) == 1
    assert "Debugging: leave diagnosis" in bob.inbox[-1], "he reads what it is not for"
    assert commander(world) == "@bob"
    assert len(saying(room.messages, "@bob is now Incident commander, replacing @alice")) == 1


def test_its_holder_is_not_asked(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    answer = alice.runs("/incident ic @bob", in_=room)
    assert "@bob is Incident commander of INC-1 now" in answer and "Replace" not in answer
    world.settle()
    assert commander(world) == "@bob" and len(bob.inbox) == 1 and not alice.inbox
    assert "is not a role" in alice.runs("/incident role captain", in_=room)
    refused = alice.runs("/incident leave ic", in_=room)
    assert "@bob is Incident commander, not you" in refused and commander(world) == "@bob"


def test_in_the_form_a_box_confirms_it(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident scribe", in_=room)
    bob.clicks("Roles", in_=room.pins[0])
    world.settle()
    bob.clicks("Assign")
    bob.picks_person("Incident commander", bob)
    bob.picks_person("Technical lead", bob)
    wrong = bob.submits()
    assert list(wrong) == ["Incident commander"] and "Tick the box below" in wrong["Incident commander"]
    world.settle()
    assert commander(world) == "@alice" and "*Technical lead*\n@bob" not in room.pins[0].reads, "all of it or none"
    bob.checks("Taking a role from somebody")
    assert bob.submits() == {}
    world.settle()
    assert commander(world) == "@bob" and "You hold IC and technical lead together" in bob.ephemerals[-1]
    assert len(saying(alice.inbox, "@bob is now Incident commander, replacing @alice")) == 1


def test_two_who_were_asked_at_the_same_time(world: World) -> None:
    """Both confirm; the second one's question was about somebody who holds it no more, so it is asked anew."""
    room = declared(world)
    alice, bob, carol = world.slack.people("alice", "bob", "carol")
    bob.runs("/incident ic", in_=room)
    carol.runs("/incident ic", in_=room)
    clicks(world, bob, "Replace them")
    assert "@bob is Incident commander. Replace them?" in clicks(world, carol, "Replace them")
    assert commander(world) == "@bob" and not carol.inbox
    clicks(world, carol, "Replace them")
    assert commander(world) == "@carol"
    assert len(saying(bob.inbox, "@carol is now Incident commander, replacing @bob")) == 1
    assert len(saying(alice.inbox, "@carol is now")) == 0


def test_slack_delivers_the_confirmation_again(world: World) -> None:
    room = declared(world)
    alice, bob = world.slack.people("alice", "bob")
    bob.runs("/incident ic", in_=room)
    bob.clicks("Replace them")
    alice.runs("/incident note 14:02 handed over", in_=room)
    world.settle()
    before = [event.kind for event in world.events()], len(room.messages)
    assert world.workspace.delivery.redeliver(10)
    world.settle()
    assert ([event.kind for event in world.events()], len(room.messages)) == before
    assert len(saying(alice.inbox, "replacing @alice")) == 1
    world.slack.assert_nothing_refused(allow=["already_in_channel"])
