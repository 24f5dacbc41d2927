"""What the team asks besides what everybody asks: types, fields of its own, who noticed it, what caused it."""

from collections.abc import Callable

import pytest

from tests.stories.telling import is_paged, pages, saying
from tests.world import World

ASKED = """
severities: {SEV1: {watch_for: none}, SEV2: {watch_for: none}}
types:
  outage: {name: Outage, when: Customers notice, severity: SEV1, default: true}
  vendor: {name: Vendor trouble}
fields:
  region: {name: Affected region, kind: choice, choices: [eu, us, asia], card: true, hint: Where users are}
  customers: {kind: number, types: [outage], card: true}
  supplier: {kind: text, types: [vendor], required: declare}
  lead: {name: Customer lead, kind: people}
  deadline: {name: Report due, kind: date}
  ticket: {required: resolve}
permissions: {edit: {deadline: [person:U0ERIN]}}
"""


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world(ASKED)


def declared(world: World) -> None:
    world.person("alice").runs("/incident declare sev1 Checkout is down")
    world.settle()
    for name in ("bob", "erin"):
        world.person(name).joins(world.room())
    world.settle()


def test_the_declare_form_asks_what_the_type_needs(world: World) -> None:
    """Another type brings other fields; what was typed stays."""
    alice, bob = world.slack.people("alice", "bob")
    form = alice.runs("/incident declare").form
    assert form and form.value("Type") == "Outage" and "Report due" not in form.labels, "left to somebody else"
    assert {"Affected region", "Customers", "Customer lead"} <= set(form.labels) and "Supplier" not in form.labels
    alice.fills("What is wrong?", "Payments are refused")
    alice.chooses("Affected region", "us")
    alice.chooses("Type", "Vendor trouble")
    assert "Customers" not in alice.form.labels and alice.form.value("Affected region") == "us"
    assert alice.form.value("What is wrong?") == "Payments are refused"
    assert list(alice.submits()) == ["Supplier"], "the form insists on what is needed when declaring"
    alice.fills("Supplier", "Acme & <!channel> Pay")
    alice.picks_person("Customer lead", bob)
    assert alice.submits() == {}
    world.settle()
    incident = world.incident()
    assert incident.type == "vendor"
    assert incident.fields == {"region": "us", "supplier": "Acme & <!channel> Pay", "lead": bob.mention}
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_the_types_severity_counts_where_nobody_names_one(world: World) -> None:
    alice = world.person("alice")
    answer = alice.runs("/incident declare Checkout is down")
    world.settle()
    assert "so it counts as SEV1" in answer and world.incident().type == "outage"
    alice.runs("/incident declare")
    alice.fills("What is wrong?", "Mails are late")
    alice.chooses("Type", "Vendor trouble")
    alice.fills("Supplier", "Acme")
    assert alice.submits() == {}
    assert world.incident(2).severity == "SEV2", "a type without one changes nothing"


def test_set_by_one_line_each(world: World) -> None:
    declared(world)
    room = world.room()
    alice, bob = world.slack.people("alice", "bob")
    for said, reads in (
        ("affected region EU", "Affected region: eu"),
        ("region us", "Affected region: us"),
        ("customers 12,500", "Customers: 12500"),
        (f"lead {bob.mention} and me", "Customer lead: @bob @alice"),
        ("ticket OPS-7", "Ticket: OPS-7"),
        ("type vendor trouble", "Type: Vendor trouble"),
        ("detected customer", "Detected by: a customer"),
        ("cause deploy, capacity", "Cause: deploy, capacity"),
    ):
        assert reads in alice.runs(f"/incident set {said}", in_=room), said
    world.settle()
    incident = world.incident()
    assert incident.fields == {
        "region": "us",
        "customers": "12500",
        "lead": f"{bob.mention} {alice.mention}",
        "ticket": "OPS-7",
    }
    assert (incident.type, incident.detected_by, incident.causes) == ("vendor", "customer", ["deploy", "capacity"])
    assert len(saying(room.messages, "@alice set *Affected region* to us")) == 1
    assert not saying(room.messages, "ticked"), "the tick that comes by itself is not told besides"
    card = room.messages[0]
    assert "Affected region" in card and "eu" in card and "Detected by a customer" in card and "Cause: deploy, capacity" in card
    assert "OPS-7" not in card, "only what is to stand on the card"
    assert "OPS-7" in alice.runs("/incident show", in_=room)
    assert world.incident().ticked == {"resolution": {"cause tagged": alice.id}}
    alice.runs("/incident set region none", in_=room)
    alice.runs("/incident set cause none", in_=room)
    assert "region" not in world.incident().fields and world.incident().causes == []
    assert "cause tagged" not in world.incident().ticked.get("resolution", {})
    alice.runs("/incident set detected 13:40 utc", in_=room)
    assert f"{world.incident().detected_at:%H:%M}" == "13:40", "a time still corrects the moment"


WRONG = {
    "regoin eu": "“regoin” cannot be set. Did you mean `region`?",
    "region mars": "“mars” is no affected region here. Choose of: eu, us, asia.",
    "region asai": "Did you mean asia?",
    "customers many": "“many” is no number. Write Customers in digits, such as 1200 or 12.5.",
    "lead bob": "“bob” is nobody I can see",
    "ticket " + "x" * 301: "300 is the most",
    "region": "Nothing is set yet. Say the new value: `/incident set region …`; `none` empties it.",
    "cause gremlins": "“gremlins” is no cause here. Choose of: deploy, config,",
    "type nonsense": "Choose of: outage, vendor.",
    "deadline friday": "Your team lets only @erin change the deadline.",
    "region none": "Affected region is empty already; nothing was changed.",
}


def test_what_is_wrong_is_said(world: World) -> None:
    declared(world)
    for said, answer in WRONG.items():
        assert answer in world.person("alice").runs(f"/incident set {said}", in_=world.room())
        assert world.incident().fields == {}, said


def test_days_in_words_and_left_to_one(world: World) -> None:
    declared(world)
    erin, room = world.person("erin"), world.room()
    assert "Report due: 2026-12-04" in erin.runs("/incident set report due next friday", in_=room)
    assert "Report due: 2026-11-22" in erin.runs("/incident set deadline yesterday", in_=room)
    assert "“fridya” is not a day. Did you mean friday?" in erin.runs("/incident set deadline fridya", in_=room)


def test_several_at_once_from_the_panel(world: World) -> None:
    """Only what was changed in the form changes anything, in one line for the room."""
    declared(world)
    room = world.room()
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident set customers 10", in_=room)
    panel = alice.runs("/incident", in_=room)
    form = alice.clicks("Fields…", in_=panel.post).form
    assert form and form.value("Customers") == "10"
    bob.runs("/incident set customers 500", in_=room)
    alice.chooses("Affected region", "asia")
    alice.fills("Ticket", "OPS-7")
    alice.chooses("Cause", "capacity")
    alice.chooses("Cause", "deploy")
    alice.chooses("Detected by", "A customer")
    assert alice.submits() == {}
    world.settle()
    incident = world.incident()
    assert incident.fields == {"customers": "500", "region": "asia", "ticket": "OPS-7"}, "bob's number stays"
    assert incident.causes == ["capacity", "deploy"] and incident.detected_by == "customer"
    set_by_alice = saying(room.messages, "@alice set *Affected region* to asia, *Ticket* to OPS-7")
    assert len(set_by_alice) == 1
    alice.clicks("Fields…", in_=panel.post)
    alice.chooses("Type", "Vendor trouble")
    assert "Supplier" in alice.form.labels and "Customers" not in alice.form.labels
    alice.picks("Report due", "2026-12-01")
    wrong = alice.submits()
    assert "Ask them" in wrong["Report due"] and world.incident().type == "outage", "all or nothing"
    alice.clears("Report due")
    assert alice.submits() == {}
    assert world.incident().type == "vendor"
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_what_is_needed_before_resolving_is_asked_there_and_then(world: World) -> None:
    declared(world)
    room = world.room()
    alice = world.person("alice")
    form = alice.runs("/incident resolve rolled back", in_=room).form
    assert form and world.incident().status == "investigating"
    assert form.value("What fixed it?") == "rolled back"
    assert list(alice.submits()) == ["Ticket"]
    alice.fills("Ticket", "OPS-7")
    alice.chooses("Cause", "deploy")
    assert alice.submits() == {}
    world.settle()
    incident = world.incident()
    assert (incident.status, incident.fields, incident.causes) == ("resolved", {"ticket": "OPS-7"}, ["deploy"])
    assert incident.ticked["resolution"]["cause tagged"] == alice.id and not saying(room.messages, "ticked")
    draft = next(file for file in world.workspace.state.files.values()) if world.workspace.state.files else None
    assert draft is not None
    text = draft.content.decode()
    assert "**Type:** Outage" in text and "**Ticket:** OPS-7" in text and "**Cause:** deploy" in text
    alice.runs("/incident set cause config", in_=room)
    assert world.incident().causes == ["config"], "people know more afterwards"


@pytest.mark.parametrize("way", ["status", "update"])
def test_other_forms_ask_for_it_as_well(world: World, way: str) -> None:
    """The form comes back with the field, and with what was typed."""
    declared(world)
    room = world.room()
    alice = world.person("alice")
    alice.runs(f"/incident {way}", in_=room)
    words, label = {"status": ("Reason", "New state"), "update": ("Actions in progress", "Status")}[way]
    alice.chooses(label, "resolved")
    alice.fills(words, "rolled back")
    alice.submits()
    assert world.incident().status == "investigating" and alice.has_form
    assert "Before it is resolved, your team wants to know: Ticket." in alice.form and alice.form.value(words) == "rolled back"
    alice.fills("Ticket", "OPS-7")
    assert alice.submits() == {} and not alice.has_form
    assert (world.incident().status, world.incident().fields) == ("resolved", {"ticket": "OPS-7"})
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_earlier_and_later_than_resolving(make_world: Callable[..., World]) -> None:
    """A command brings the form, with its reason; what was asked for once is not asked for again."""
    world = make_world(
        "severities: {SEV1: {watch_for: none}}\n"
        "fields: {workaround: {required: mitigate}, refunds: {kind: number, required: close}}"
    )
    declared(world)
    room = world.room()
    alice = world.person("alice")
    assert alice.runs("/incident mitigated rolled back", in_=room).form
    assert alice.form.value("New state") == "monitoring" and alice.form.value("Reason") == "rolled back"
    alice.fills("Workaround", "pay by invoice")
    assert alice.submits() == {} and world.incident().status == "monitoring"
    alice.runs("/incident resolve", in_=room)
    assert world.incident().status == "resolved", "nothing more is wanted by then"
    assert alice.runs("/incident close all paid back", in_=room).form
    alice.fills("Refunds", "12")
    assert alice.submits() == {} and world.incident().status == "closed"
    assert world.incident().fields == {"workaround": "pay by invoice", "refunds": "12"}
    alice.runs("/incident set refunds 13", in_=room)
    assert world.incident().fields["refunds"] == "13", "people know more afterwards"


def test_nobody_is_kept_from_resolving_by_what_is_left_to_others(make_world: Callable[..., World]) -> None:
    world = make_world(
        "severities: {SEV1: {watch_for: none}}\nfields: {fine: {required: resolve}}\npermissions: {edit: {fine: [person:U0ERIN]}}"
    )
    declared(world)
    world.person("alice").runs("/incident resolve", in_=world.room())
    assert world.incident().status == "resolved"


def test_a_line_declares_at_once_and_asks_afterwards(make_world: Callable[..., World]) -> None:
    world = make_world("fields: {tenant: {name: Tenant, required: declare}}")
    alice = world.person("alice")
    answer = alice.runs("/incident declare sev1 Checkout is down")
    assert "*INC-1* is declared" in answer and "Your team wants to know: Tenant." in answer
    world.settle()
    assert alice.clicks("Fill in", in_=answer.post).form
    alice.fills("Tenant", "Acme")
    assert alice.submits() == {}
    assert world.incident().fields == {"tenant": "Acme"}


def test_with_no_config_there_are_only_the_causes_and_who_noticed(make_world: Callable[..., World]) -> None:
    world = make_world()
    declared(world)
    room = world.room()
    alice = world.person("alice")
    form = alice.runs("/incident set", in_=room).form
    assert form and form.labels == ["Detected by", "Cause"]
    alice.closes()
    alice.runs("/incident set cause deploy capacity", in_=room)
    alice.runs("/incident theory the pool was too small", in_=room)
    alice.runs("/incident resolve", in_=room)
    alice.clicks("Resolve anyway")
    world.settle()
    answer = world.person("bob").runs("/incident declare sev3 Checkout is down again")
    assert "Cause then: deploy, capacity. the pool was too small" in answer


def test_the_services_say_who_is_paged(make_world: Callable[..., World]) -> None:
    """While nobody has answered; whoever has sees to who else is paged."""
    world = make_world(
        "escalations: {critical: {levels: [{page: [person:U0BOB]}]}, tills: {levels: [{page: [person:U0ERIN]}]}}\n"
        "services: {checkout: {escalation: tills, dashboards: ['https://graphs.example.com/tills']}, search: {}}\n"
    )
    alice, bob, erin = world.slack.people("alice", "bob", "erin")
    for _ in range(2):
        alice.runs("/incident declare sev1 Nobody can pay")
        world.advance(minutes=2)
    assert is_paged(bob) and not is_paged(erin)
    bob.runs("/incident ack 2")
    for number in (1, 2):
        assert "Services: checkout" in alice.runs(f"/incident set INC-{number} services checkout")
    world.settle()
    assert len(pages(erin)) == 1 and "INC-1" in pages(erin)[0].reads
    assert [mark.title for mark in world.room(1).bookmarks] == ["Dashboard checkout"]


def test_the_update_form_asks_for_the_services_while_nobody_has_named_any(make_world: Callable[..., World]) -> None:
    """Whoever writes it knows by then; and what another one named meanwhile stays."""
    world = make_world("services: {checkout: {}, search: {}}\n")
    declared(world)
    room = world.room()
    alice, bob = world.slack.people("alice", "bob")
    for person in (alice, bob):
        person.clicks("Update", in_=room.pins[0])
        person.fills("Actions in progress", f"{person.name} looks")
    alice.chooses("Services", "checkout")
    bob.chooses("Services", "search")
    assert alice.submits() == {} and bob.submits() == {}
    world.settle()
    assert world.incident().services == ["checkout", "search"]
    assert "checkout, search" in room.pins[0].reads
    alice.clicks("Update", in_=room.pins[0])
    assert "Services" not in alice.form.labels, "it stays as short as it can be"
