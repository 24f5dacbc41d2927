"""`/incident metrics`: how incidents went, of the record as it is."""

from collections.abc import Callable
from datetime import timedelta

from incidents.declare import Declaration, declare
from tests.stories.telling import ON_CALL
from tests.world import World


def test_how_the_last_while_went(make_world: Callable[..., World], database_url: str) -> None:
    world = make_world(ON_CALL + "services: {checkout: {}}\nseverities: {SEV1: {watch_for: none}}\n", database_url)
    alice, bob = world.slack.people("alice", "bob")
    assert "The last 30 days: 0 incidents" in alice.runs("/incident metrics")
    alice.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=4)
    bob.runs("/incident ack 1")
    alice.runs("/incident set 1 services checkout")
    alice.runs("/incident set 1 cause deploy")
    world.advance(minutes=36)
    alice.runs("/incident resolve 1")
    world.settle()
    alice.runs("/incident action 1 test the rollback by tomorrow")
    declare(world.core, Declaration("Practice", "SEV4", by=alice.id, drill=""))
    bob.runs("/incident declare sev3 Another thing")
    bob.runs("/incident cancel 3 a test run")
    world.advance(days=2)
    alice.runs("/incident declare private: sev4 Xylotitle leaked")
    said = alice.runs("/incident metrics")
    assert "The last 30 days: 1 incident" in said and "Missed: mitigate at SEV1" in said.text
    rows = [line.split() for line in said.reads.splitlines()]
    assert ["ack", "4m", "4m", "1", "5m", "✓"] in rows and ["mitigate", "40m", "40m", "1", "30m", "✗"] in rows
    assert "*Services:* checkout 1" in said and "*Causes:* deploy 1" in said and "*Updates on time:* 0 of 1 (0 %)" in said
    assert "*Postmortems drafted:* 1 of 1 (100 %), target 100 %" in said and "0 of 1 (0 %), target 80 %" in said
    assert "Xylotitle" not in said and said.reads == bob.runs("/incident metrics").reads, "private ones count for nobody"
    assert "The last 1 day: 0 incidents" in alice.runs("/incident metrics 1d")
    assert "is not a length of time" in alice.runs("/incident metrics soon")
    assert "two years" in alice.runs("/incident metrics 900d")
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_a_day_is_over_when_it_is_over_where_people_work(make_world: Callable[..., World]) -> None:
    """17:00 in Los Angeles is the next day in UTC."""
    world = make_world("workspace: {timezone: America/Los_Angeles}")
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Checkout is down")
    alice.runs("/incident action 1 test the rollback by today")
    world.clock.at += timedelta(hours=11)
    assert "Action items" not in alice.runs("/incident metrics")
    world.clock.at += timedelta(hours=8)
    assert "0 of 1 (0 %)" in alice.runs("/incident metrics")
