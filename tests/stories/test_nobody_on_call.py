"""Nobody to page: said aloud where it can be read, and the last resort is paged. Never silence."""

from collections.abc import Callable

from tests.stories.telling import is_paged, pages, saying
from tests.world import World

EMPTY_ROTATION = """
workspace: {leadership_channel: engineering}
rotations:
  primary: {ical: https://calendar.example.com/primary.ics}
escalations:
  critical:
    levels: [{page: [rotation:primary], wait: 5m}]
    repeat: 2
    last_resort: [person:U0DAVE, channel:engineering]
"""
NOBODY = "Nobody is on call for this incident, so nobody was paged. Page somebody: `/incident page @who`"
ELSEWHERE = NOBODY.replace("page @who", "page 1 @who")  # outside the room a command names the incident


def test_no_config_at_all(world: World) -> None:
    alice, dave = world.slack.people("alice", "dave")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room, channel = world.room(), world.slack.channel("incidents")
    [said] = saying(room.messages, NOBODY)
    assert said.buttons == ["Page somebody"]
    [alarm] = saying(channel.messages, f"INC-1 SEV1 Checkout is down: {ELSEWHERE}")
    assert alarm.buttons == ["Page somebody", "Acknowledge"]
    assert alarm.text.startswith("INC-1 SEV1 Checkout is down: Nobody is on call"), "a notification says it whole"

    alice.clicks("Page somebody", in_=said)
    alice.picks_person("Person", dave)
    alice.fills("Why", "payments are yours")
    assert alice.submits() == {}
    world.settle()
    assert "(payments are yours)" in pages(dave)[0] and saying(room.messages, "Paged @dave")
    dave.clicks("Acknowledge")
    world.advance(hours=1)
    assert len(pages(dave)) == 1 and world.incident().acknowledged_at is not None
    alice.runs("/incident sev 2 only a few", in_=room)
    alice.runs("/incident sev 1 all of them after all", in_=room)
    world.settle()
    assert len(saying(channel.messages, ELSEWHERE)) == 1 == len(saying(room.messages, NOBODY)), "said once"


def test_severities_that_page_nobody_do_not_alarm(world: World) -> None:
    world.person("alice").runs("/incident declare sev3 The export hangs")
    world.advance(hours=1)
    assert not saying(world.slack.channel("incidents").all, "Nobody is on call")


def test_an_empty_rotation_goes_to_the_last_resort_at_once(make_world: Callable[..., World]) -> None:
    world = make_world(EMPTY_ROTATION)
    alice, bob, dave = world.slack.people("alice", "bob", "dave")
    engineering = world.slack.channel("engineering")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    room = world.room()
    assert saying(room.messages, "Nobody is on call for rotation primary")
    assert saying(world.slack.channel("incidents").messages, "Nobody is on call for rotation primary")
    assert saying(room.messages, "Nobody answered; the last resort is paged: @dave, #engineering")
    assert is_paged(dave) and not is_paged(bob)
    [paged] = saying(engineering.messages, "Paging this channel: INC-1 SEV1 Checkout is down")
    assert "Acknowledge" in paged.buttons
    alice.clicks("Acknowledge", in_=paged)
    world.advance(hours=1)
    assert len(pages(dave)) == 1 and world.incident().acknowledged_at is not None


def test_nobody_answers_at_all(make_world: Callable[..., World]) -> None:
    world = make_world(EMPTY_ROTATION)
    alice, dave = world.slack.people("alice", "dave")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=5, seconds=1)
    room, channel = world.room(), world.slack.channel("incidents")
    last = "Nobody acknowledged the escalation critical and there is nobody left to page"
    assert saying(room.messages, last)[-1].buttons == ["Page somebody"]
    assert len(saying(channel.messages, last)) == 1
    world.advance(hours=3)
    assert len(saying(room.messages, last)) == len(pages(dave)) == 1
    assert "You acknowledged INC-1" in dave.runs("/incident ack INC-1")
    world.settle()
    assert "Acknowledged after 3 h 05 min" in room.pins[0] and "Acknowledge" not in room.pins[0].buttons


def test_what_nobody_answered_asks_for_no_answer_once_it_is_over(make_world: Callable[..., World]) -> None:
    world = make_world(EMPTY_ROTATION)
    alice, dave = world.slack.people("alice", "dave")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=6)
    alice.runs("/incident resolve 1 it was the monitoring")
    alice.clicks("Resolve anyway")
    world.settle()
    assert "Paging stopped; it is resolved" in pages(dave)[0] and pages(dave)[0].buttons == []
    assert not saying(world.room().messages, "INC-1: Paging stopped")


def test_with_nobody_in_any_level_it_is_said_once_and_the_record_is_kept(make_world: Callable[..., World]) -> None:
    world = make_world(EMPTY_ROTATION.partition("    last_resort")[0])
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    [said] = saying(world.room().messages, "obody")
    assert "Nobody is on call for rotation primary, so nobody was paged. Page somebody" in said
    alice.runs("/incident resolve 1 it was the monitoring")
    alice.clicks("Resolve anyway")
    world.settle()
    assert [document.name for document in world.room().files] == ["inc-1-postmortem.md"], world.waiting()


def test_an_empty_level_is_named_once_and_not_with_each_round(make_world: Callable[..., World]) -> None:
    first, then = "[{page: [rotation:primary], wait: 5m}", "{page: [person:U0CAROL], wait: 5m}]"
    world = make_world(EMPTY_ROTATION.replace(f"{first}]", f"{first}, {then}"))
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=12)
    assert len(pages(world.person("carol"))) == 3
    for channel in (world.room(), world.slack.channel("incidents")):
        assert len(saying(channel.messages, "Nobody is on call for rotation primary")) == 1
