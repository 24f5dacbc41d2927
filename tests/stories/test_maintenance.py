"""A service is worked on as planned: its alerts wake nobody, and what still fires at the end is handled then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from incidents import alerts, maintenance
from incidents.alerts import Signal, receive
from incidents.policy_file import load_policy
from models import Alert, Incident, Wake
from tests.stories.telling import ON_CALL, is_paged
from tests.stories.test_alerts import alert, announced, kinds, over
from tests.world import World
from workers.clock import fire_due

SERVICES = "services: {checkout: {}, search: {}, postgres: {}}\n"
PAGING = SERVICES + ON_CALL + "alerts: {routes: [{severity: SEV1, then: page}]}\n"
NASTY = "<!channel> *x* <https://evil.example|here> &"


@pytest.fixture
def shop(make_world: Callable[..., World]) -> World:
    return make_world(PAGING)


def held(world: World) -> list[Alert]:
    with world.core.view() as session:
        return list(session.exec(select(Alert).where(col(Alert.incident_id).is_(None)).order_by(col(Alert.id))))


def count(world: World) -> int:
    with world.core.view() as session:
        return len(session.exec(select(Incident.id)).all())


def test_alerts_wake_nobody_until_it_ends_and_then_what_still_fires_does(shop: World) -> None:
    alice, bob = shop.slack.people("alice", "bob")
    told = alice.runs("/incident maintenance checkout now for 2h moving the database")
    assert "*checkout* is under planned maintenance from now until" in told and "moving the database" in told
    shop.advance(minutes=5)
    alert(shop, severity="critical", summary="Since the last deploy")
    alert(shop, "Checkout is slow", severity="warning")
    assert count(shop) == 0 and not is_paged(bob) and len(held(shop)) == 2
    shop.advance(minutes=30)
    over(shop, "Checkout is slow")
    assert "2 alerts silenced, 1 of them firing still" in alice.runs("/incident maintenance")
    shop.advance(minutes=84)
    assert count(shop) == 0
    shop.advance(minutes=2)
    row = shop.incident()
    assert (row.status, row.severity, row.services, row.alerts) == ("investigating", "SEV1", ["checkout"], 1)
    assert is_paged(bob) and row.summary == "Since the last deploy" and count(shop) == 1
    [fired] = [event for event in shop.events() if event.kind == "alert.fired"]
    assert fired.payload["held"] and fired.at < row.declared_at
    assert "held back until the planned maintenance was over" in alice.runs("/incident timeline 1")
    over(shop)
    assert "The alert is over" in shop.room().pins[0]
    with shop.core.view() as session:
        assert session.exec(select(Wake).where(col(Wake.incident_id).is_(None), Wake.subject != "digest")).all() == []


def test_ended_early_it_is_handled_at_once(shop: World) -> None:
    alice, bob = shop.slack.people("alice", "bob")
    alice.runs("/incident maintenance checkout now for 2h disks")
    shop.advance(minutes=1)
    alert(shop, severity="warning")
    assert count(shop) == 0
    bob.runs("/incident maintenance")
    bob.clicks("End it now")
    shop.settle()
    assert "@bob ended the maintenance of *checkout*" in bob.ephemerals[-1]
    [told] = alice.inbox
    assert "@bob ended your maintenance of *checkout*, planned until" in told and "go their usual way from now on" in told
    assert shop.incident().status == "triage" and len(announced(shop)) == 1
    alice.clicks("End it now")
    shop.settle()
    assert "ended the maintenance" in alice.ephemerals[-1] and count(shop) == 1 and len(alice.inbox) == 1, "once"
    shop.advance(hours=3)
    assert count(shop) == 1 and kinds(shop).count("alert.fired") == 1
    assert "No maintenance is planned" in alice.runs("/incident maintenance")


def test_what_it_does_not_silence(shop: World) -> None:
    alice = shop.person("alice")
    began = shop.clock.at.isoformat()
    shop.advance(minutes=1)
    alice.runs("/incident maintenance checkout now for 2h disks")
    shop.advance(minutes=1)
    alert(shop, "Began before", started_at=began)
    alert(shop, "Search is down", service="search")
    alert(shop, "Both are down", service=["checkout", "search"])
    alert(shop, "Of no service", service=[])
    assert count(shop) == 4 and held(shop) == []
    alert(shop, "Of both", service=["checkout", "postgres"])
    alice.runs("/incident maintenance postgres now for 1h disks")
    shop.advance(minutes=1)
    alert(shop, "Of both, later", service=["checkout", "postgres"])
    assert count(shop) == 5 and [row.title for row in held(shop)] == ["Of both, later"]
    shop.advance(hours=1)
    assert count(shop) == 6, "only as long as all its services are under maintenance"


def test_one_that_follows_another_holds_it_on(shop: World) -> None:
    alice = shop.person("alice")
    alice.runs("/incident maintenance checkout now for 1h disks")
    shop.advance(minutes=10)
    alert(shop, severity="warning")
    alice.runs("/incident maintenance checkout in 30m for 1h more disks")
    shop.advance(minutes=55)
    assert count(shop) == 0
    shop.advance(minutes=30)
    over(shop)
    alert(shop, severity="warning")
    assert count(shop) == 0 and held(shop)[0].times == 2
    shop.advance(minutes=10)
    assert count(shop) == 1


def test_what_its_source_said_last_counts(shop: World) -> None:
    alice, bob = shop.slack.people("alice", "bob")
    alice.runs("/incident maintenance checkout now for 1h disks")
    shop.advance(minutes=1)
    alert(shop, severity="warning")
    over(shop)
    shop.advance(minutes=1)
    alert(shop, severity="critical")
    alice.clicks("End it now", in_=alice.ephemerals[-1])
    shop.settle()
    assert (shop.incident().status, shop.incident().severity) == ("investigating", "SEV1") and is_paged(bob)


def test_said_again_when_it_is_over_it_is_handled_even_if_nobody_was_woken(shop: World) -> None:
    """As after an outage: the source's word comes before the clock's."""
    shop.person("alice").runs("/incident maintenance checkout now for 1h disks")
    shop.advance(minutes=10)
    began = shop.clock.at.isoformat()
    alert(shop, severity="warning")
    shop.clock.at += timedelta(hours=2)
    receive(shop.core, [Signal("generic", "Checkout errors at 40 percent", True, "x", shop.clock.at - timedelta(days=1))])
    assert count(shop) == 0, "somebody's old word is none"
    alert(shop, severity="warning", started_at=began)
    assert count(shop) == 1 and kinds(shop).count("alert.fired") == 1


def test_much_of_it_keeps_the_clock_from_nothing(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is handled in pieces, and what is dropped by now is none of them for ever."""
    monkeypatch.setattr(alerts, "_AT_ONCE", 2)
    alice = shop.person("alice")
    alice.runs("/incident maintenance postgres now for 1h disks")
    alice.runs("/incident maintenance checkout now for 1h disks")
    shop.advance(minutes=1)
    for one in range(5):
        alert(shop, f"Disk {one} is full", severity="warning" if one > 2 else "info")
    (shop.folder / "muster.yml").write_text("services: {checkout: {}}\nalerts: {routes: [{severity: SEV4, then: drop}]}\n")
    changed = load_policy(shop.folder / "muster.yml")
    monkeypatch.setattr(shop.core, "_policy", lambda: changed)
    alice.clicks("End it now", in_=alice.ephemerals[-1])
    assert fire_due(shop.core) == (2, True)
    shop.settle()
    assert count(shop) == 2 and [row.maintenance_id for row in held(shop)] == [None] * 3
    assert "has no service of this name any more" in alice.runs("/incident maintenance"), "postgres"


def test_one_that_is_private_keeps_its_group(shop: World) -> None:
    alice = shop.person("alice")
    alert(shop, "Secret leaked", severity="warning", group="leak")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    shop.settle()
    alice.runs("/incident maintenance checkout now for 1h disks")
    shop.advance(minutes=1)
    alert(shop, "Secret leaked again", severity="warning", group="leak")
    assert shop.incident().alerts == 2 and held(shop) == []


def test_whoever_declares_is_told(shop: World) -> None:
    alice, bob = shop.slack.people("alice", "bob")
    bob.runs("/incident maintenance checkout now for 2h moving the database")
    word = "checkout is under planned maintenance until"
    told = alice.runs("/incident declare sev3 Checkout is slow")
    assert word in told and "says @bob: moving the database" in told
    assert word not in alice.runs("/incident declare sev3 Nobody can log in")
    alice.runs("/incident set 1 services checkout")
    shop.settle()
    assert word in announced(shop)[0], "on the card, too"
    alice.runs("/incident")
    assert word in alice.form, "before anything is declared"


def test_what_is_wrong_with_it_is_said(shop: World) -> None:
    alice = shop.person("alice")
    assert "No maintenance is planned" in alice.runs("/incident maintenance")
    for said, answer in {
        "chekout now for 2h disks": "Did you mean `/incident maintenance checkout now for 2h disks`?",
        "kafka now for 2h disks": "There are: checkout, search, postgres.",
        "checkout now for 2h": "Say why, for whoever is awake then: `/incident maintenance checkout now for 2h moving",
        "checkout": "Say for how long.",
        "checkout now for ever": "“ever” is no length of time.",
        "checkout now for 31d disks": "30 days is the most",
        "checkout 2027-03-01 08:00 for 2h disks": "at most 90 days ahead",
        "checkout now for 2h " + "x" * 400: "300 is the most",
        "end 7": "There is no such maintenance.",
    }.items():
        assert answer in alice.runs(f"/incident maintenance {said}"), said
    told = alice.runs(f"/incident maintenance Checkout tomorrow 22:00 for 3h {NASTY}")
    assert "<!channel>" not in told.text and "<https://evil" not in told.text
    assert "is under maintenance then already, says @alice" in alice.runs(
        "/incident maintenance checkout tomorrow 23:00 for 1h x"
    )
    assert "2026-11-24 21:00 UTC" in alice.runs("/incident maintenance").text, "22:00 in Berlin"
    assert alice.ephemerals[-1].buttons == ["Take back"]
    assert alice.runs("/incident maintenance end").reads == alice.runs("/incident maintenance list").reads
    alice.clicks("Take back")
    assert "@alice took back the maintenance of *checkout* that was to begin 2026-11-24 21:00 UTC" in alice.ephemerals[-1]
    assert "No maintenance is planned" in alice.runs("/incident maintenance")
    shop.slack.assert_nothing_refused()


def test_without_a_catalogue_any_word_is_a_service_but_no_time(world: World) -> None:
    alice = world.person("alice")
    for said in ("now for 2h disks", "tomorrow 22:00 for 2h disks"):
        assert f"Say first of what: `/incident maintenance checkout {said}`" in alice.runs(f"/incident maintenance {said}")
    assert "*monday* is under planned maintenance" in alice.runs("/incident maintenance monday now for 2h disks")
    assert "ended the maintenance of *monday*" in alice.runs("/incident maintenance end Monday")


def test_the_same_request_sets_one(shop: World) -> None:
    at = shop.clock.at
    rows = [maintenance.plan(shop.core, "checkout", at, at.replace(hour=20), "disks", by="U0ALICE", key="cmd:1") for _ in "12"]
    assert rows[0].id == rows[1].id and count(shop) == 0
