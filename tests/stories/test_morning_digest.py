"""Leaders read every morning what is open, the worst first; on a quiet morning they read nothing."""

from collections.abc import Callable

from sandbox.seen import Post, Room
from tests.stories.telling import saying
from tests.world import World
from workers.clock import wake_all

BERLIN = """
workspace: {leadership_channel: leadership, timezone: Europe/Berlin}
severities: {SEV2: {update_every: 12h}, SEV3: {update_every: 12h}}
"""


def leaders(world: World) -> Room:
    """Their channel, and a clock that has been started."""
    made = world.person("dave").creates("leadership")
    wake_all(world.core)
    world.settle()
    return made


def digests(room: Room) -> list[Post]:
    return [post for post in room.messages if "open" in post.text and post.text[:1].isdigit()]


def test_every_morning_at_nine_by_their_own_clocks(make_world: Callable[..., World]) -> None:
    world = make_world(BERLIN)
    room, alice = leaders(world), world.person("alice")
    alice.runs("/incident declare sev3 Search is slow")
    alice.runs("/incident declare sev2 Cards fail")
    alice.runs("/incident declare sev4 A typo")
    alice.runs("/incident cancel 3 it was no typo")
    world.advance(hours=17, minutes=57)  # 07:59 UTC, 08:59 in Berlin
    assert not digests(room)
    world.advance(minutes=1)
    [first] = digests(room)
    assert first.text.startswith("2 incidents are open. INC-2 SEV2 investigating: Cards fail; INC-1 SEV3")
    assert "led by @alice" in first.reads and "next update" in first.reads
    alice.runs("/incident resolve 1")
    world.advance(hours=23, minutes=59)
    assert len(digests(room)) == 1
    world.advance(minutes=1)
    assert len(digests(room)) == 2 and digests(room)[-1].text.startswith("1 incident is open. INC-2")


def test_on_a_quiet_morning_nothing_is_said(make_world: Callable[..., World]) -> None:
    world = make_world(BERLIN)
    room = leaders(world)
    world.advance(days=3)
    assert not room.messages
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.advance(days=1)
    assert len(digests(room)) == 1, "it is thought of on the fourth morning all the same"


def test_started_again_it_says_nothing_twice(make_world: Callable[..., World]) -> None:
    world = make_world(BERLIN)
    room = leaders(world)
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.advance(hours=18, minutes=30)
    for _ in range(3):
        wake_all(world.core)
        world.advance(minutes=5)
    assert len(digests(room)) == 1


def test_after_an_outage_it_comes_within_the_hour_or_not_at_all(make_world: Callable[..., World]) -> None:
    world = make_world(BERLIN)
    room = leaders(world)
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.settle()
    world.clock.at = world.clock.at.replace(day=24, hour=8, minute=50)
    world.settle()
    assert len(digests(room)) == 1
    world.clock.at = world.clock.at.replace(day=25, hour=12)
    world.settle()
    assert len(digests(room)) == 1
    world.advance(days=1)
    assert len(digests(room)) == 2, "the next morning as ever"


def test_the_clocks_change(make_world: Callable[..., World]) -> None:
    """Nine in the morning stays nine, on the day of 23 hours too."""
    world = make_world(BERLIN)
    room = leaders(world)
    world.clock.at = world.clock.at.replace(year=2027, month=3, day=26, hour=12)
    world.person("alice").runs("/incident declare sev4 A typo")
    world.settle()
    said = []
    for _ in range(4 * 24):
        before = len(digests(room))
        world.advance(hours=1)
        if len(digests(room)) > before:
            said.append(f"{world.clock.at:%d %H}")
    assert said == ["27 08", "28 07", "29 07", "30 07"]


def test_its_own_channel_and_none(make_world: Callable[..., World]) -> None:
    world = make_world('digest: {at: "10:30", channel: standup}\n')
    standup = world.person("dave").creates("standup")
    wake_all(world.core)
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.advance(days=1)
    assert len(saying(standup.messages, "1 incident is open")) == 1


def test_with_no_channel_there_is_none(world: World) -> None:
    wake_all(world.core)
    world.person("alice").runs("/incident declare sev3 Search is slow")
    world.advance(days=2)
    assert not saying(world.slack.channel("incidents").all, "incident is open")
