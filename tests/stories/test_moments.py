"""What was stamped is not always when it was: moments are corrected afterwards, and that is seen."""

import pytest

from incidents.dossier import gather
from incidents.exports.markdown import render
from sandbox.seen import Room
from tests.stories.telling import saying
from tests.world import World


@pytest.fixture
def room(world: World) -> Room:
    """Alice's SEV1, declared at 14:02 UTC, mitigated at 14:42."""
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    alice.runs("/incident ack 1")
    world.advance(minutes=40)
    alice.runs("/incident mitigated 1 rolled back")
    world.settle()
    return world.room()


def draft(world: World) -> str:
    def link(channel: str, ts: str, thread_ts: str | None) -> str:
        return f"https://acme.slack.com/archives/{channel}/p{ts}"

    return render(gather(world.core, 1).postmortem(names={}, link=link))


def test_when_it_really_began(world: World, room: Room) -> None:
    """Alice's clock is an hour ahead of UTC."""
    alice = world.person("alice")
    told = alice.runs("/incident moment started 14:40 the graphs say so", in_=room)
    assert "impact started 2026-11-23 13:40 UTC" in told
    world.settle()
    assert f"{world.incident().impact_started_at:%H:%M}" == "13:40"
    assert saying(room.messages, "@alice put *impact started* at 2026-11-23 13:40 UTC: the graphs say so")
    assert "13:40" in room.pins[0] and "1 h 02 min" in room.pins[0], "the card counts from it"
    text = draft(world)
    [detect] = [line for line in text.splitlines() if line.startswith("| detect")]
    assert "22 min" in detect, "and so do the measures"
    event = world.events()[-1]
    assert f"/p{event.ts}" in detect, "linked to where it was said"


def test_a_correction_of_a_correction_shows_both(world: World, room: Room) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident moment mitigated 15:30", in_=room)
    bob.joins(room)
    assert "not 2026-11-23 14:30 UTC" in bob.runs("/incident set mitigated 14:20 the flag was off by then", in_=room)
    world.settle()
    assert saying(room.messages, "@alice corrected *mitigated* from 2026-11-23 14:42 UTC to 2026-11-23 14:30 UTC")
    assert saying(room.messages, "@bob corrected *mitigated* from 2026-11-23 14:30 UTC to 2026-11-23 14:20 UTC: the flag")
    assert f"{world.incident().mitigated_at:%H:%M}" == "14:20"
    world.advance(minutes=37, seconds=59)
    assert not saying(room.messages, "The watch is over: still holding?")
    world.advance(seconds=1)
    assert saying(room.messages, "The watch is over: still holding?"), "the watch runs from the mitigation as it is known now"


def test_yesterday_and_after_closing(world: World, room: Room) -> None:
    alice = world.person("alice")
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    alice.runs("/incident close all is written down", in_=room)
    alice.runs("/incident moment impact started yesterday 23:50", in_=room)
    world.settle()
    assert f"{world.incident().impact_started_at:%d %H:%M}" == "22 22:50"
    assert "2026-11-22 22:50" in draft(world), "with its day"


def test_alone_it_shows_what_is_on_record(world: World, room: Room) -> None:
    told = world.person("alice").runs("/incident moment", in_=room)
    assert "impact started: not known" in told and "mitigated: 2026-11-23 14:42 UTC" in told and told.ephemeral


REFUSED = {
    "moment banana 13:40": "“banana” is no moment that is kept. These are: impact started, detected",
    "moment started": "The moment is missing.",
    "moment started soon": "“soon” is not a moment.",
    "moment started 2027-01-01 10:00": "lies in the future",
    "moment resolved 15:00": "INC-1 is not resolved yet; `/incident resolve` does that.",
    "moment declared 15:02": "That is the moment on record already",
    "moment started 15:43": "Then it was mitigated (2026-11-23 14:42 UTC) before impact started",
    "set banana 13:40": "“banana” cannot be set. These can: severity, title",
}


def test_refusals(world: World, room: Room) -> None:
    world.advance(minutes=2)
    before = len(world.events())
    for said, answer in REFUSED.items():
        told = world.person("alice").runs(f"/incident {said}", in_=room)
        assert answer in told and told.ephemeral, said
        world.settle()
        assert len(world.events()) == before, said
