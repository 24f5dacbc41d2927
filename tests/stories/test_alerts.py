"""Monitoring says that something is wrong; people say what it is."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from incidents.alerts import receive
from incidents.texts import foreign_link
from integrations.alerts import alertmanager, generic
from models import Alert, Incident
from sandbox.seen import Post
from tests.stories.telling import ON_CALL, as_seen, is_paged, pages, saying
from tests.world import World

SERVICES = "services: {checkout: {}, search: {}}\n"
PAGING = SERVICES + ON_CALL + "alerts: {routes: [{severity: SEV1, then: page}, {severity: SEV4, then: drop}]}\n"


def alert(world: World, title: str = "Checkout errors at 40 percent", **said: Any) -> None:
    """One arrives, in the documented form."""
    generic_form(world, {"title": title, "service": "checkout", "started_at": world.clock.at.isoformat()} | said)


def generic_form(world: World, body: Any) -> None:
    receive(world.core, generic.read(json.dumps(body).encode()))
    world.settle()


def over(world: World, title: str = "Checkout errors at 40 percent", **said: Any) -> None:
    generic_form(world, {"title": title, "status": "resolved"} | said)


def alertmanager_sends(world: World, *alerts: tuple[str, str], group: str = "{}:{service=checkout}", began: Any = None) -> None:
    """One notification; alerts are (status, name)."""
    began = began or world.clock.at
    each = [
        {
            "status": state,
            "labels": {"alertname": name, "service": "checkout", "severity": "critical"},
            "annotations": {"description": "See the graph."},
            "startsAt": began.isoformat(),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.com/graph?g0.expr=1&g0.tab=1",
            "fingerprint": f"f-{name}",
        }
        for state, name in alerts
    ]
    body = {"version": "4", "groupKey": group, "status": "firing", "receiver": "muster", "alerts": each, "truncatedAlerts": 0}
    receive(world.core, alertmanager.read(json.dumps(body).encode()))
    world.settle()


def announced(world: World) -> list[Post]:
    """The incidents' own messages, by number; alarms stand between them."""
    with world.core.view() as session:
        shown = list(session.exec(select(Incident.announce_ts).order_by(col(Incident.id))))
    if not shown:
        return []
    posts = {post.ts: post for post in world.slack.channel("incidents").all}
    return [posts[ts] for ts in shown if ts]


def said_there(world: World) -> list[Post]:
    """All that Muster has said in the announce channel."""
    return [post for post in world.slack.channel("incidents").all if "has joined" not in post]


def statuses(world: World) -> list[str]:
    return [world.incident(number).status for number in range(1, 1 + len(announced(world)))]


def kinds(world: World, number: int = 1) -> list[str]:
    return [event.kind for event in world.events(number)]


def test_an_alert_waits_for_people(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES)
    alert(world, severity="warning", summary="Since the last deploy", url="https://grafana.example.com/d/1")
    [card] = announced(world)
    row = world.incident()
    assert (row.status, row.severity, row.services, row.declared_by) == ("triage", "SEV3", ["checkout"], None)
    assert card.buttons == ["Declare", "Attach to …", "Dismiss", "Acknowledge", "Timeline"]
    assert "Checkout errors at 40 percent" in card and "Alert firing" in card and "Since the last deploy" in card
    assert "/incident decline 1" in card.text and "/incident declare INC-1" in card.text, "by text alone, too"
    assert row.room_wanted_at is None
    world.advance(minutes=14)
    assert not card.thread and len(said_there(world)) == 1
    world.advance(minutes=1)
    [asked] = card.thread
    assert asked.buttons == ["Declare", "Attach to …", "Dismiss"] and "Is this real?" in asked
    assert "/incident decline 1" in asked.text
    world.advance(hours=8)
    first, last = card.thread
    assert (len(first.buttons), len(last.buttons)) == (0, 3) and "not asked again" in last, "nothing else falls due in triage"
    world.person("alice").clicks("Dismiss", in_=last)
    world.settle()
    assert card.thread[1].buttons == [] and len(said_there(world)) == 4, "and that it was dismissed"
    world.slack.assert_nothing_refused()


def test_declared_it_is_an_incident_like_any_other(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES + ON_CALL)
    alert(world, severity="critical")
    assert not is_paged(world.person("bob")) and world.incident().room_wanted_at is None
    world.advance(minutes=7)
    alice = world.person("alice")
    alice.clicks("Declare", in_=announced(world)[0])
    world.settle()
    row, room = world.incident(), world.room()
    assert (row.status, row.declared_by, row.declared_at) == ("investigating", "U0ALICE", world.clock.at)
    assert is_paged(world.person("bob")) and alice.is_in(room)
    assert not saying(room.messages, "is now Incident commander") and not saying(room.messages, "started the escalation"), (
        "the card says so"
    )
    assert "IC @alice" in room.topic and "Checkout errors" in room.pins[0]
    world.advance(minutes=30)
    assert saying(room.messages, "Status update"), "the updates have begun"
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    [draft] = [file.text for file in room.files]
    assert "alice declared it as SEV1 at " in draft and "Alert from generic: Checkout errors at 40 percent" in draft


def test_dismissed_it_stays_so_until_it_begins_anew(world: World) -> None:
    alert(world)
    began = world.clock.at.isoformat()
    bob = world.person("bob")
    bob.clicks("Dismiss", in_=announced(world)[0])
    world.settle()
    assert statuses(world) == ["declined"] and announced(world)[0].buttons == []
    world.advance(minutes=5)
    alert(world, started_at=began)
    assert statuses(world) == ["declined"], "the same alert, said again"
    over(world)
    assert statuses(world) == ["declined"] and kinds(world)[-1] == "status.changed"
    world.advance(minutes=5)
    alert(world)
    assert statuses(world) == ["declined", "triage"]


def test_what_somebody_has_seen_is_brought_up_later(make_world: Callable[..., World]) -> None:
    world = make_world("alerts: {remind_after: 15m, remind_again_after: none}")
    alert(world)
    world.advance(minutes=10)
    world.person("bob").clicks("Acknowledge", in_=announced(world)[0])
    world.advance(minutes=14)
    assert not saying(announced(world)[0].thread, "Is this real?")
    world.advance(hours=2)
    [asked] = saying(announced(world)[0].thread, "Is this real?")
    assert "not asked again" in asked
    world.person("bob").clicks("Declare", in_=asked)
    world.settle()
    assert statuses(world) == ["investigating"]


def test_what_is_declared_later_is_offered_on_its_card(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES)
    alert(world, "CheckoutIsDown", service=[])
    alert(world, "Search is slow", service="search")
    alert(world, "SearchLatencyHigh", service="search")
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Checkout is down")
    world.settle()
    assert announced(world)[0].buttons[0] == "Attach to INC-4" and "Looks like *INC-4*" in announced(world)[0]
    alice.runs("/incident declare INC-3")
    world.settle()
    assert [post.buttons[0] for post in announced(world)[:2]] == ["Attach to INC-4", "Attach to INC-3"]


def test_it_is_declared_by_word(world: World) -> None:
    alert(world)
    carol = world.person("carol")
    carol.runs("/incident declare inc-1")
    world.settle()
    assert statuses(world) == ["investigating"] and world.incident().declared_by == "U0CAROL"
    assert "INC-1 is investigating, so it is declared already" in carol.runs("/incident declare INC-1")
    assert "There is no INC-7." in carol.runs("/incident declare INC-7")
    assert len(announced(world)) == 1


def test_who_acknowledges_it_is_asked_what_it_is(world: World) -> None:
    alert(world)
    bob = world.person("bob")
    bob.clicks("Acknowledge", in_=announced(world)[0])
    world.settle()
    assert "You acknowledged INC-1. Is it real?" in bob.ephemerals[-1]
    assert bob.ephemerals[-1].buttons == ["Declare", "Attach to …", "Dismiss", "Timeline"] == announced(world)[0].buttons
    bob.clicks("Declare", in_=bob.ephemerals[-1])
    world.settle()
    assert statuses(world) == ["investigating"]


def test_it_is_declared_from_the_form(world: World) -> None:
    alert(world)
    bob = world.person("bob")
    bob.runs("/incident")
    bob.clicks("Declare this one")
    world.settle()
    assert statuses(world) == ["investigating"] and world.incident().declared_by == "U0BOB"


def test_it_is_declined_by_word(world: World) -> None:
    alert(world)
    carol = world.person("carol")
    assert "declined" in carol.runs("/incident decline 1 the test host again")
    world.settle()
    assert statuses(world) == ["declined"]
    assert "Nothing more can happen to it" in carol.runs("/incident status 1 investigating")


def test_said_again_it_counts_and_nothing_else(world: World) -> None:
    alert(world)
    before = kinds(world)
    alert(world)
    assert kinds(world) == before, "sent twice"
    for _ in range(2):
        world.advance(minutes=5)
        over(world)
        alert(world)
    [card] = announced(world)
    assert "3×" in card and len(said_there(world)) == 1
    assert kinds(world).count("alert.again") == 2 and kinds(world).count("alert.resolved") == 2


def test_in_whatever_order_it_comes(world: World) -> None:
    began = world.clock.at.isoformat()
    world.advance(minutes=1)
    over(world, started_at=began)
    alert(world, started_at=began)
    assert announced(world) == []
    both = [{"title": "In one request", "status": status, "started_at": began} for status in ("resolved", "firing")]
    generic_form(world, {"alerts": both})
    assert announced(world) == []
    world.advance(minutes=1)
    alert(world)
    over(world, started_at=began)
    assert "Alert firing" in announced(world)[0], "that was the one before"


def test_a_source_that_does_not_say_when(world: World) -> None:
    for _ in range(3):
        alert(world, started_at=None)
    assert kinds(world).count("alert.fired") == 1 and "alert.again" not in kinds(world)
    over(world)
    alert(world, started_at=None)
    assert "2×" in announced(world)[0], "also within the same moment"
    world.person("bob").runs("/incident decline 1")
    world.settle()
    world.advance(minutes=5)
    alert(world, started_at=None)
    assert statuses(world) == ["declined"], "it goes on"
    over(world)
    alert(world, started_at=None)
    assert statuses(world) == ["declined", "triage"]


def test_a_source_that_never_says_that_it_is_over(world: World) -> None:
    alert(world, started_at=None)
    world.person("bob").runs("/incident decline 1")
    world.settle()
    world.advance(minutes=59)
    alert(world, started_at=None)
    assert statuses(world) == ["declined"]
    world.advance(minutes=1)
    alert(world, started_at=None)
    assert statuses(world) == ["declined", "triage"]


def test_a_storm_is_one_card(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES)
    alertmanager_sends(world, *(("firing", f"CheckoutDown{number}") for number in range(40)))
    [card] = announced(world)
    assert "40 alerts firing" in card and "and 35 more" in card
    assert "http://prometheus.example.com/graph?g0.expr=1&amp;g0.tab=1" in json.dumps(card.blocks)
    alertmanager_sends(world, ("firing", "CheckoutSlow"), ("resolved", "CheckoutDown3"))
    assert "40 of 41 alerts firing" in announced(world)[0] and len(announced(world)) == 1
    alertmanager_sends(world, ("firing", "SearchDown"), group="{}:{service=search}")
    assert len(announced(world)) == 2
    with world.core.view() as session:
        assert len(session.exec(select(Alert)).all()) == 42


def test_what_pages_is_declared_at_once(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    alert(world, severity="critical")
    bob, row = world.person("bob"), world.incident()
    assert (row.status, row.severity, row.declared_by) == ("investigating", "SEV1", None)
    assert is_paged(bob) and "Checkout errors" in world.room().pins[0]
    assert "Declared by an alert" in world.room().pins[0] and "Incident commander" in world.room().pins[0]
    world.advance(minutes=6)
    assert saying(world.room().messages, "Take") and is_paged(world.person("carol")), "nobody has answered"
    alert(world, "Disk nearly full", severity="info")
    assert len(announced(world)) == 1, "dropped"
    over(world, "Disk nearly full", severity="info")
    with world.core.view() as session:
        assert len(session.exec(select(Alert)).all()) == 1


def test_what_pages_takes_its_bundle_out_of_triage(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    alert(world, severity="warning", group="checkout")
    assert statuses(world) == ["triage"] and not is_paged(world.person("bob"))
    alert(world, "Checkout is down", severity="critical", group="checkout")
    assert statuses(world) == ["investigating"] and world.incident().severity == "SEV1"
    assert is_paged(world.person("bob")) and "2 alerts firing" in world.room().pins[0]


def test_what_joins_brings_its_services(make_world: Callable[..., World]) -> None:
    """Once for all of a notification; their owners are told, and whoever is on call for one is paged where the alert pages."""
    world = make_world(
        "services: {checkout: {}, search: {owner: [person:U0ERIN]}, mail: {escalation: mail}, disks: {escalation: disks}}\n"
        "escalations: {mail: {levels: [{page: [person:U0CAROL]}]}, disks: {levels: [{page: [person:U0DAVE]}]}}\n"
        "alerts: {routes: [{service: checkout, then: page}, {service: disks, then: page}]}\n"
    )
    alice, erin, carol, dave = world.slack.people("alice", "erin", "carol", "dave")
    alert(world, severity="error", group="g")
    assert (world.incident().status, world.incident().severity) == ("investigating", "SEV2")
    alert(world, "Search and mail fail", service=["search", "mail"], group="g")
    assert world.incident().services == ["checkout", "search", "mail"] and kinds(world).count("field.set") == 1
    assert len(saying(erin.inbox, "it concerns search, which is yours")) == 1 and not is_paged(carol)
    alice.runs("/incident set 1 services checkout, search")
    world.advance(minutes=1)
    alert(world, "Search and mail fail", service=["search", "mail"], group="g")
    assert world.incident().services == ["checkout", "search"], "what people took out stays out"
    alert(world, "Disks are full", service="disks")
    alice.runs("/incident merge 2 1")
    alice.clicks("Merge into INC-1")
    world.settle()
    assert world.incident().services == ["checkout", "search", "disks"] and len(pages(dave)) == 1


def test_what_comes_back_worse_counts_as_worse_once(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    bob = world.person("bob")
    alert(world, severity="warning")
    over(world)
    world.advance(minutes=1)
    alert(world, severity="critical")
    assert (statuses(world), world.incident().severity) == (["investigating"], "SEV1") and is_paged(bob)
    bob.runs("/incident sev 1 3 only the test host")
    alert(world, severity="critical", started_at=None)
    over(world)
    world.advance(minutes=1)
    alert(world, severity="critical")
    assert world.incident().severity == "SEV3", "as people have said since"
    alert(world, "Search is slow", severity="warning", started_at=None)
    alert(world, "Search is slow", severity="critical", started_at=None)
    assert (world.incident(2).status, world.incident(2).severity) == ("investigating", "SEV1"), "also while it goes on"
    assert kinds(world, 2).count("alert.fired") == 1 and "alert.again" not in kinds(world, 2)
    for severity in ("warning", "error"):
        alert(world, "Login is slow", severity=severity, started_at=None)
    [raised] = announced(world)[2].thread
    assert "from SEV3 to SEV2" in raised and raised.buttons == [], "nobody has an update to give yet"


def test_when_all_is_over_the_room_is_asked(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    alert(world, severity="critical")
    room, bob = world.room(), world.person("bob")
    bob.clicks("Acknowledge", in_=room.pins[0])
    world.settle()
    over(world)
    assert not saying(room.messages, "Is the fix in?"), "it may come back at once"
    world.advance(minutes=1)
    alert(world, severity="critical")
    over(world)
    world.advance(minutes=3)
    [asked] = [post for post in room.messages if "Is the fix in?" in post]
    assert asked.buttons == ["It is fixed"]
    alert(world, severity="critical")
    assert saying(room.messages, "Firing again (3×): Checkout errors at 40 percent"), "the room was told otherwise"
    assert [post for post in room.messages if "Is the fix in?" in post][0].buttons == []
    world.advance(minutes=1)
    over(world)
    world.advance(minutes=3)
    bob.clicks("It is fixed", in_=[post for post in room.messages if "Is the fix in?" in post][-1])
    world.settle()
    assert world.incident().status == "monitoring"
    world.advance(minutes=20)
    assert len([post for post in room.messages if "Is the fix in?" in post]) == 2


def test_it_is_attached_to_what_it_looks_like(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES)
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    alert(world, "CheckoutIsDown", service="checkout", severity="critical")
    card = announced(world)[1]
    assert card.buttons[0] == "Attach to INC-1" and "Looks like *INC-1*" in card and "/incident merge 2 1" in card.text
    bob.clicks("Attach to INC-1", in_=card)
    world.settle()
    assert world.incident(2).merged_into == 1 and world.incident(1).alerts == 1
    assert "INC-2 goes on in INC-1 now" in bob.ephemerals[-1] and "Its alerts count there." in bob.ephemerals[-1]
    room = world.room(1)
    assert saying(room.messages, "@bob attached the alert INC-2 to this: CheckoutIsDown")
    assert "CheckoutIsDown" in room.pins[0] and "Alert firing" in room.pins[0]
    assert announced(world)[1].buttons == ["Show INC-1"]
    world.advance(minutes=1)
    over(world, "CheckoutIsDown")
    assert "The alert is over" in world.room(1).pins[0] and kinds(world)[-1] == "alert.resolved"
    world.advance(minutes=1)
    alert(world, "CheckoutIsDown")
    assert len(announced(world)) == 2, "while that is open, it counts there"


def test_it_is_attached_to_what_is_picked(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 The database is full")
    world.settle()
    alert(world, "Orders are not stored", service=[])
    bob.clicks("Attach to …", in_=announced(world)[1])
    world.settle()
    assert "Where does INC-2 go on?" in bob.ephemerals[-1]
    bob.clicks("INC-1 The database is full")
    world.settle()
    assert "Merge INC-2" in bob.ephemerals[-1] and "tasks, alerts and pages go on in INC-1" in bob.ephemerals[-1]
    bob.clicks("Merge into INC-1")
    world.settle()
    assert world.incident(2).merged_into == 1


def test_a_declaration_finds_the_alert_that_is_about_it(make_world: Callable[..., World]) -> None:
    world = make_world(SERVICES)
    alert(world, "SearchIsSlow")
    alice = world.person("alice")
    told = alice.runs("/incident declare sev2 Search is very slow")
    world.settle()
    assert "Looks like INC-1" in told and "An alert that nobody has looked at" in told
    assert "the other way round" in alice.runs("/incident merge 2 1").reads.lower()
    alice.clicks("Attach INC-1")
    world.settle()
    assert world.incident(1).merged_into == 2 and world.incident(2).alerts == 1


def test_an_incident_with_such_an_alert_is_found(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    alert(world, "Bank gateway unreachable", severity="critical", service=[])
    alice = world.person("alice")
    alice.runs("/incident rename 1 Nobody can pay")
    world.settle()
    assert "Looks like INC-1" in alice.runs("/incident declare sev3 bank gateway unreachable")


def test_two_people_at_once_leave_one_state(world: World) -> None:
    alert(world)
    [card] = announced(world)
    seen = card
    alice, bob = world.slack.people("alice", "bob")
    alice.clicks("Declare", in_=seen)
    bob.runs("/incident decline 1")
    world.settle()
    assert world.incident().status == "investigating"
    assert "cannot go from investigating to declined" in bob.ephemerals[-1]


def test_what_it_looks_like_is_the_first_that_is_offered(world: World) -> None:
    alert(world, "CheckoutErrorsHigh", service=[])
    before = as_seen(announced(world)[0])
    alice, bob = world.slack.people("alice", "bob")
    for title in ("Checkout errors are high", "Search is slow", "Login is slow"):
        alice.runs(f"/incident declare sev3 {title}")
        world.settle()
    bob.clicks("Attach to …", in_=before)
    world.settle()
    assert bob.ephemerals[-1].buttons[0] == "INC-2 Checkout errors are high"


def test_what_fires_still_is_said_when_it_is_resolved(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    alert(world, severity="critical")
    bob = world.person("bob")
    bob.runs("/incident resolve 1")
    bob.clicks("Resolve anyway")
    world.settle()
    assert "Alert firing still" in bob.ephemerals[-1]
    world.advance(minutes=1)
    alert(world, severity="critical")
    assert [world.incident(1).status, world.incident(2).status] == ["resolved", "investigating"]


NASTY = "<!channel> <@U0ALICE> <<@U0ALICE>> <https://evil.example|click> & \u202e\u0000*bold*"


def test_what_monitoring_says_is_never_trusted(world: World) -> None:
    alert(world, NASTY * 20, fingerprint=NASTY, summary=NASTY, url="javascript:alert(1)", severity=NASTY, service=[NASTY])
    said = json.dumps([[post.text, post.blocks] for post in announced(world)])
    assert "<!channel>" not in said and "<@U0ALICE>" not in said and "<https://evil" not in said and "javascript" not in said
    world.person("bob").runs("/incident timeline 1")
    world.slack.assert_nothing_refused()
    assert foreign_link("https://a.example/\x00") == "", "PostgreSQL takes no such text, whoever sends it again"


def test_a_private_one_is_told_nowhere_else(make_world: Callable[..., World]) -> None:
    world = make_world(PAGING)
    alert(world, "Secret leaked by exports", severity="warning", group="leak")
    alice = world.person("alice")
    alice.runs("/incident private 1")
    alice.clicks("Make it private")
    world.settle()
    posts = len(said_there(world))
    assert "page.nobody" not in kinds(world) and "page.started" not in kinds(world), "nobody has said that it is real"
    world.advance(minutes=5)
    alert(world, "Secret leaked again", severity="warning", group="leak")
    over(world, "Secret leaked again")
    world.advance(minutes=5)
    with world.core.view() as session:
        assert {row.incident_id for row in session.exec(select(Alert).order_by(col(Alert.id)))} == {1}, "it belongs there"
    assert len(said_there(world)) == posts
    assert "Secret leaked again" in world.room().pins[0]
    assert "ecret leaked" not in json.dumps([[post.text, post.blocks] for post in said_there(world)])
    assert "There is no INC-1." in world.person("bob").runs("/incident show 1")


def test_rules_and_leaders_wait_until_it_is_declared(make_world: Callable[..., World]) -> None:
    on_declaring = "{name: b, when: {event: incident.declared}, then: [{task: b}]}"
    rules = f"automations: [{{when: {{severity: SEV1}}, then: [{{task: look}}]}}, {on_declaring}]\n"
    world = make_world("workspace: {leadership_channel: leadership}\n" + rules)
    world.person("dave").creates("leadership")
    alert(world, severity="critical")
    assert "automation.fired" not in kinds(world) and not world.slack.channel("leadership").messages
    world.person("alice").clicks("Declare", in_=announced(world)[0])
    world.settle()
    assert kinds(world).count("automation.fired") == 2
    assert len(world.slack.channel("leadership").messages) == 1


@pytest.mark.parametrize("said", ["2999-01-01T00:00:00+00:00", "1990-01-01T00:00:00+00:00"])
def test_a_clock_that_is_wrong_hides_nothing(world: World, said: str) -> None:
    alert(world, started_at=said)
    assert statuses(world) == ["triage"]
    over(world)
    world.person("bob").runs("/incident decline 1")
    world.settle()
    world.advance(minutes=1)
    alert(world)
    assert statuses(world) == ["declined", "triage"]


def test_the_moment_is_the_sources_own(world: World) -> None:
    began: datetime = world.clock.at - timedelta(minutes=9)
    alert(world, started_at=began.isoformat())
    [fired] = [event for event in world.events() if event.kind == "alert.fired"]
    assert fired.at == began and fired.recorded_at == world.clock.at
