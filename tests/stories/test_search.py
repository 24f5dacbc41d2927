"""Finding incidents again: by words, by what is known of them, in pages, and how to look further."""

from collections.abc import Callable
from datetime import UTC

import pytest

from bot import look, search
from incidents.declare import Declaration, declare
from incidents.edit import edit
from incidents.fields import set_fields
from incidents.rules.lifecycle import Status
from incidents.status import move
from sandbox.seen import Answer, Form
from tests.world import World

TEAM = """
severities: {SEV1: {watch_for: none}}
types: {outage: {name: Outage, default: true}, vendor: {name: Vendor trouble}}
services: {checkout: {}, Größenwahl: {}}
fields:
  region: {name: Affected region, choices: [eu, Asia pacific]}
  supplier: {kind: text}
  lead: {kind: people}
  due: {name: Report due, kind: date}
  customers: {kind: number}
"""


def numbers(answer: Answer) -> list[int]:
    """Which incidents a list shows, in its order."""
    assert answer.post
    buttons = [b for block in answer.post.message.blocks for b in [block.get("accessory") or {}] if b.get("text")]
    return [int(each["value"].removeprefix("INC-")) for each in buttons]


def filled(make_world: Callable[..., World], database_url: str) -> World:
    """Six incidents; the second and the fifth are over. Nothing of it has reached Slack yet."""
    world = make_world(TEAM, database_url)
    core, alice, bob = world.core, world.person("alice").id, world.person("bob").id
    for by, severity, title, services in (
        (alice, "SEV1", "Checkout is down", ("checkout",)),
        (alice, "SEV2", "Checkout was slow", ("checkout",)),
        (bob, "SEV3", "Search is slow", ()),
        (bob, "SEV3", "100%_packet loss", ("Größenwahl",)),
        (alice, "SEV4", "ÜBERLAUF im Lager", ()),
        (bob, "SEV1", "Low disk space", ()),
    ):
        declare(core, Declaration(title, severity, by=by, commander=by, services=services))
    lead = f"<@{alice}> <@{bob}>"
    known = {"region": "Asia pacific", "supplier": "Acme Größe", "lead": lead, "causes": "deploy, capacity"}
    set_fields(core, 1, known, by=alice)
    set_fields(core, 2, {"region": "eu", "causes": "deploy", "detected_by": "customer", "customers": "1200"}, by=alice)
    set_fields(core, 3, {"type": "vendor", "due": "2026-12-01"}, by=bob)
    for number, field, value in ((2, "impact", "nobody can pay"), (3, "theory", "the index is cold"), (4, "summary", "backbone")):
        edit(core, number, field, value, by=alice)
    move(core, 2, Status.RESOLVED, by=alice, confirmed=True)
    move(core, 5, Status.CANCELLED, by=alice)
    return world


FOUND = {
    "": [6, 4, 3, 1], "open": [6, 4, 3, 1], "all": [6, 5, 4, 3, 2, 1], "mine": [1], "all mine": [5, 2, 1],
    "sev1": [6, 1], "1": [6, 1], "sev:1": [6, 1], "critical mine": [1], "low": [], "low disk": [6], '"low"': [6, 3],
    "checkout": [1], "all checkout": [2, 1], "all CHECKOUT slow": [2], "checkout search": [], "slow": [3],
    "100%": [4], "%": [4], "_": [4], "'": [], "all nobody can": [2], "index": [3], "backbone": [4],
    "acme": [1], "all pacific": [1], "all vendor": [3], "all überlauf": [5], "all Größe": [4, 1], "supplier:größe": [1],
    "type:outage": [6, 4, 1], "type:vendor": [3], "type:none": [], "all cause:deploy": [2, 1], "cause:deploy,capacity": [1],
    "cause:none": [6, 4, 3], "region:eu": [], "all region:eu": [2], 'region:"Asia pacific"': [1], "region:asia": [1],
    "region:none": [6, 4, 3], "all detected:customer": [2], "detected:none": [6, 4, 3, 1], "service:checkout": [1],
    "all customers:1200": [2], "due:2026-12-01": [3], "lead:@bob": [1], "ic:@bob": [6, 4, 3], "ic:me": [1], "ic:none": [],
    "@bob": [6, 4, 3], "resolved": [2], "status:cancelled": [5], "cancelled checkout": [], "INC-3": [3], "all 5": [5],
    "all sev2 type:outage region:eu cause:deploy detected:customer service:checkout ic:me checkout mine": [2],
}  # fmt: skip


def test_what_is_found_and_how_to_look_further(make_world: Callable[..., World], database_url: str) -> None:
    world = filled(make_world, database_url)
    alice, bob = world.slack.people("alice", "bob")
    for said, expected in FOUND.items():
        typed = said.replace("@bob", bob.mention)
        query = search.read(typed, world.core.policy, by=alice.id, now=world.clock.at, zone=lambda: UTC)
        rows, total = look.incidents(world.core, *query.filters, limit=20)
        assert ([row.number for row in rows], total) == (expected, len(expected)), f"{said}: {query.what}"
    assert numbers(alice.runs(f"/incident list all checkout ic:{alice.mention}")) == [2, 1]
    answer = alice.runs("/incident list checkout region:eu")
    said = "There are no open incidents with “checkout”, Affected region: eu; 1 past one fits."
    assert said in answer and answer.post
    alice.clicks("Show past ones too (1)", in_=answer.post)
    world.background.finish()
    assert "1 incident with “checkout”, Affected region: eu" in alice.ephemerals[-1]
    assert "2 open SEV1 incidents: INC-6 SEV1, INC-1 SEV1" in alice.runs("/incident list sev1").text
    assert "with “gremlins”, nor any that are over. Words are looked for in titles" in alice.runs("/incident list gremlins")
    answer = alice.runs("/incident list sev1 slow mine")
    assert "no open SEV1 incidents of yours with “slow”, nor any that are over" in answer
    assert answer.post and answer.post.buttons == ["Without “sev1” (1)", "Without “slow” (1)"], "without “mine” none either"
    alice.clicks("Without “sev1” (1)", in_=answer.post)
    world.background.finish()
    assert "1 incident of yours with “slow”" in alice.ephemerals[-1] and "INC-2" in alice.ephemerals[-1]
    answer = alice.runs("/incident list chekout sev2")
    assert answer.post and answer.post.buttons == ["“checkout” (1)", "Without “chekout” (1)"]
    alice.clicks("“checkout” (1)", in_=answer.post)
    world.background.finish()
    assert "1 SEV2 incident with “checkout”" in alice.ephemerals[-1]
    for words, shown in {"index": "Search is slow", "region:eu": "Checkout was slow", "checkout": "Checkout is down"}.items():
        assert f"  {shown}*" in alice.runs(f"/incident show {words}"), "the only one, of those that are over where none is open"
    assert numbers(alice.runs("/incident show sev1")) == [6, 1], "several are picked from"
    assert "with “gremlins”, nor any that are over" in alice.runs("/incident show gremlins")
    world.slack.assert_nothing_refused()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("regoin:eu", "There is no filter `regoin:`. Did you mean `region:`?"),
        ("region:mars", "“mars” is no affected region here. Choose of: eu, Asia pacific."),
        ("sev:9", "“sev9” is not a severity."),
        ("ic:bob", "pick the name from Slack's list"),
        ("x" * 301, "300 characters are the most"),
        ("a b c d e f g h i j k l m", "10 words and filters are the most"),
        ("<!channel>", "There are no open incidents with “<!channel>”"),
        ("https://evil.example", "There are no open incidents with “https://evil.example”"),
        ("page:7", "That page is empty; there are 0"),
    ],
)
def test_what_is_no_filter(make_world: Callable[..., World], said: str, answer: str) -> None:
    world = make_world(TEAM)
    given = world.person("alice").runs(f"/incident list {said}")
    assert answer in given or (said == "page:7" and "There are no open incidents" in given)


def test_pages(make_world: Callable[..., World]) -> None:
    world = make_world()
    alice = world.person("alice")
    for number in range(45):
        declare(world.core, Declaration(f"Trouble {number}", "SEV4", by=alice.id))
    answer = alice.runs("/incident list trouble")
    assert "45 open incidents with “trouble”" in answer and numbers(answer)[0] == 45
    seen = numbers(answer)
    for label in ("More (25)", "More (5)"):
        alice.clicks(label, in_=alice.ephemerals[-1])
        world.background.finish()
        seen += [int(block["accessory"]["value"][4:]) for block in alice.ephemerals[-1].message.blocks if "accessory" in block]
    assert seen == list(range(45, 0, -1))
    assert "41 to 45 of 45" in alice.ephemerals[-1]
    alice.clicks("Newer", in_=alice.ephemerals[-1])
    world.background.finish()
    assert "21 to 40 of 45" in alice.ephemerals[-1]


def test_all_of_them_from_the_home(make_world: Callable[..., World]) -> None:
    world = make_world()
    alice = world.person("alice")
    for number in range(21):
        declare(world.core, Declaration(f"Trouble {number}", "SEV4", by=alice.id))
    alice.client.home()
    world.slack.settle()
    world.background.finish()
    alice.clicks("All incidents", in_=Form(world.workspace, world.workspace.state.homes[alice.id]))
    world.background.finish()
    assert "21 incidents" in alice.form and "More (1)" in alice.form.buttons
    alice.clicks("More (1)")
    world.background.finish()
    assert "21 to 21 of 21" in alice.form
    world.slack.assert_nothing_refused()


def test_what_is_private_is_not_even_counted(make_world: Callable[..., World]) -> None:
    world = make_world("severities: {SEV1: {watch_for: none}}")
    alice, bob = world.slack.people("alice", "bob")
    alice.runs("/incident declare private: sev1 Salaries leaked")
    bob.runs("/incident declare sev4 Salaries page is slow")
    for _ in range(2):
        assert numbers(bob.runs("/incident list all salaries")) == [2]
        assert "those that are over" not in bob.runs("/incident list salaries leaked") and "1 " not in bob.runs(
            "/incident list inc-1"
        )
        alice.runs("/incident resolve inc-1")
    assert numbers(alice.runs("/incident list all salaries")) == [2, 1]
