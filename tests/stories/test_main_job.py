"""The main job, told as a story: from `/incident` to the postmortem draft."""

from collections.abc import Callable

from sandbox.people import Somebody
from tests.world import World

ACME = """
rotations:
  primary: {people: [U0BOB], handover: "Mon 09:00", timezone: Europe/Berlin}
escalations:
  critical:
    levels:
      - {page: [rotation:primary], wait: 5m}
      - {page: [person:U0CAROL], wait: 5m}
    repeat: 1
    last_resort: [person:U0DAVE, channel:engineering]
"""


def is_paged(person: Somebody) -> bool:
    return any("You are paged" in post.text for post in person.inbox)


def test_from_declare_to_the_draft(make_world: Callable[..., World]) -> None:
    world = make_world(ACME)
    alice, bob, carol, dave, erin = world.slack.people("alice", "bob", "carol", "dave", "erin")

    alice.runs("/incident")
    alice.fills("What is wrong?", "Checkout is down")
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {}
    world.settle()

    room = world.room()
    assert room.name == "inc-2026-11-23-checkout-is-down-1"
    assert "Checkout is down" in room.pins[0]
    assert alice.is_in(room) and bob.is_in(room)
    assert is_paged(bob) and not is_paged(carol)

    world.advance(minutes=5, seconds=1)
    assert is_paged(carol)
    carol.clicks("Acknowledge")
    world.settle()
    assert world.incident().acknowledged_at is not None
    world.advance(minutes=12)
    assert not is_paged(dave)

    bob.runs("/incident tech", in_=room)
    bob.runs("/incident note 14:10 rolled back the release", in_=room)
    world.settle()
    seen = bob.says("error rate is falling since 14:12", in_=room)
    bob.pins(seen)
    world.settle()
    assert any(event.kind == "message.captured" for event in world.events())

    world.advance(minutes=9)
    assert any("status update is due" in post.text for post in alice.inbox)
    world.advance(minutes=6)
    assert any("Status update" in post.text and "Nothing new was reported" in post.text for post in room.messages)

    alice.clicks("Update", in_=room.pins[-1])
    alice.fills("Impact", "1 in 3 payments fail")
    alice.fills("Current theory", "The new release leaks connections")
    alice.submits()
    world.settle()
    assert any("1 in 3 payments fail" in post for post in room.messages)

    alice.runs("/incident mitigated", in_=room)
    world.settle()
    world.advance(minutes=61)
    assert any("still holding" in post.text for post in room.messages)
    alice.runs("/incident resolve", in_=room)
    if alice.has_form:
        alice.submits()
    world.advance(seconds=3)
    assert world.incident().status == "resolved"
    draft = room.files[-1]
    print(draft)
    assert world.waiting() == []
    world.slack.assert_nothing_refused(allow=["already_in_channel"])
