"""What happens by itself: because of a severity, a service or a state, once, on the timeline, and never in circles."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import cli
from sandbox.seen import Room
from tests.integrations.answering import Answering, answering
from tests.stories.telling import pages, saying
from tests.world import World

RULES = """
rotations: {secondary: {people: [U0ERIN]}}
severities: {SEV1: {escalation: none}, SEV2: {escalation: none}}
services: {checkout: {}, search: {}}
fields: {region: {choices: [eu, us]}}
automations:
  - when: {severity: SEV1, service: checkout}
    then:
      - invite: [person:U0DAVE]
      - page: [rotation:secondary]
      - task: "Tell the provider about {title}"
      - post: "Deploys are frozen."
      - post: {channel: engineering, text: "{key} {severity}: {title}"}
  - {name: Europe, when: {field: {region: eu}}, then: [{post: "Hello Europe"}]}
  - {name: Circle, when: {event: task.added}, then: [{task: "one more"}], every: true}
"""


def declare(world: World, severity: str = "SEV1", title: str = "Nobody can pay") -> None:
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", title)
    alice.chooses("Severity", severity)
    alice.chooses("Services", "checkout")
    assert alice.submits() == {}
    world.settle()


def fired(world: World) -> list[str]:
    return [event.payload["because"] for event in world.events() if event.kind == "automation.fired"]


def test_a_severity_on_a_service_sets_everything_off_once(make_world: Callable[..., World]) -> None:
    world = make_world(RULES)
    declare(world, title="<!channel> pay & *run*")
    room = world.room()
    [told] = saying(room.messages, "Because SEV1 on checkout: invited @dave; pages rotation:secondary; added a task: Tell the")
    assert "Deploys are frozen." in told
    assert world.person("dave").id in room.channel.members and len(pages(world.person("erin"))) == 1
    assert "Tell the provider about <!channel> pay" in world.person("alice").runs("/incident tasks", in_=room)
    [elsewhere] = saying(world.slack.channel("engineering").messages, "INC-1 SEV1: <!channel> pay & *run*")
    assert "<!channel>" not in "".join([*elsewhere.texts(), *told.texts()]), "a title pings nobody"
    assert fired(world) == ["SEV1 on checkout"], "its own task fires nothing"
    alice = world.person("alice")
    alice.runs("/incident sev 2 less bad", in_=room)
    alice.runs("/incident sev 1", in_=room)
    world.settle()
    assert fired(world) == ["SEV1 on checkout"], "once"
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_it_waits_until_it_is_so(make_world: Callable[..., World]) -> None:
    world = make_world(RULES)
    declare(world, "SEV2")
    assert fired(world) == []
    alice = world.person("alice")
    alice.runs("/incident set INC-1 region eu")
    alice.runs("/incident sev INC-1 1")
    world.settle()
    assert fired(world) == ["Europe", "SEV1 on checkout"]
    assert saying(world.room().messages, "Because Europe: Hello Europe")


def test_every_time_but_never_in_circles(make_world: Callable[..., World]) -> None:
    world = make_world(RULES)
    declare(world, "SEV2")
    alice = world.person("alice")
    for number in range(25):
        alice.runs(f"/incident task INC-1 number {number}")
        world.settle()
    assert fired(world) == ["Circle"] * 20


def test_a_new_rule_looks_at_what_happens_from_then_on(make_world: Callable[..., World], tmp_path: Path) -> None:
    world = make_world("services: {checkout: {}}\n")
    declare(world, "SEV3")
    (tmp_path / "muster.yml").write_text(RULES.replace("severity: SEV1, service", "service"))
    policy = world.muster.policy_file
    world.slack.until(lambda: policy.current().automations)
    world.advance(minutes=1)
    assert fired(world) == []
    world.person("alice").runs("/incident status INC-1 identified")
    world.settle()
    assert fired(world) == ["on checkout"]


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as told:
        yield told


def calling(url: str) -> str:
    return f"automations: [{{name: Freeze, when: {{severity: SEV3}}, then: [{{webhook: {url}/freeze}}]}}]\n"


def test_another_system_is_told_until_it_takes_it(make_world: Callable[..., World], server: Answering) -> None:
    server.status = 503
    world = make_world(calling(server.url))
    world.person("alice").runs("/incident declare sev3 Slow search")
    world.settle()
    assert len(server.asked) == 1
    server.status = 200
    world.advance(minutes=2)
    first, second = server.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    said = json.loads(second.body)
    assert (said["incident"], said["severity"], said["title"], said["because"]) == ("INC-1", "SEV3", "Slow search", "Freeze")
    world.advance(hours=1)
    assert len(server.asked) == 2


def test_what_it_refuses_is_said(make_world: Callable[..., World], server: Answering) -> None:
    server.status = 403
    world = make_world(calling(server.url))
    world.person("alice").runs("/incident declare sev3 Slow search")
    world.advance(minutes=5)
    assert len(server.asked) == 1
    [thread] = [post.thread for post in world.slack.channel("incidents").messages if "INC-1" in post]
    assert saying(thread, "was not told (Freeze): it answered 403")


def test_a_dry_run_says_what_would_have_happened(
    make_world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world("services: {checkout: {}}\n")
    declare(world)
    before = world.events()
    (tmp_path / "muster.yml").write_text(RULES)
    monkeypatch.setenv("MUSTER_CONFIG", str(tmp_path / "muster.yml"))
    monkeypatch.setenv("DATABASE_URL", world.settings.database_url)
    monkeypatch.setattr("sys.argv", ["bot", "automations", "INC-1"])
    assert cli.main() == 0
    said = capsys.readouterr().out
    assert "→ Because SEV1 on checkout: invited U0DAVE; pages rotation:secondary; added a task: Tell the provider" in said
    assert "in #engineering: INC-1 SEV1: Nobody can pay" in said and "never: Europe" in said
    assert world.events() == before
    monkeypatch.setattr("sys.argv", ["bot", "automations", "INC-9"])
    assert cli.main() == 2


def test_a_private_incident_is_left_alone(make_world: Callable[..., World], server: Answering) -> None:
    public = f"when: {{severity: SEV1}}, then: [{{webhook: {server.url}}}, {{post: {{channel: engineering, text: '{{title}}'}}}}]"
    private = "name: Secret, when: {private: true}, then: [{invite: [person:U0DAVE]}, {post: Careful}]"
    world = make_world(f"automations: [{{{public}}}, {{{private}}}]\n")
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Zanzibar leak")
    alice.chooses("Severity", "SEV1")
    alice.checks("Also", "Private")
    assert alice.submits() == {}
    world.advance(minutes=2)
    assert fired(world) == ["Secret"] and server.asked == []
    assert saying(world.room().messages, "Because Secret: invited @dave. Careful")
    assert world.person("dave").id in world.room().channel.members
    assert "Zanzibar" in world.person("dave").runs("/incident show INC-1")
    assert not saying(world.slack.channel("engineering").messages, "Zanzibar")


def test_a_drill_sets_nothing_off_elsewhere(make_world: Callable[..., World], server: Answering) -> None:
    world = make_world(calling(server.url).replace("SEV3", "SEV1"))
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Only an exercise")
    alice.chooses("Severity", "SEV1")
    alice.checks("Also", "This is a drill")
    assert alice.submits() == {}
    world.advance(minutes=2)
    room: Room = world.room()
    assert server.asked == [] and saying(room.messages, "Because Freeze")


def test_which_rules_there_are_is_asked_in_the_room(make_world: Callable[..., World]) -> None:
    """What has fired, and what the others would do; it changes nothing."""
    private = "  - {name: Secret, when: {private: true}, then: [{post: hush}]}\n"
    world = make_world(RULES + private)
    declare(world)
    alice, before = world.person("alice"), len(world.events())
    said = alice.runs("/incident automations", in_=world.room())
    assert "3 rules for INC-1, 1 fired" in said and "*SEV1 on checkout*  fired" in said
    for deed in ("invite @dave", "page rotation:secondary", "post in #engineering: INC-1 SEV1: Nobody can pay"):
        assert deed in said, deed
    assert "*Europe*  waits" in said and "post in its room: Hello Europe" in said
    assert "hush" not in said, "rules for private incidents look at nothing else"
    assert alice.runs("/incident automations 1").reads == said.reads
    assert "There is no INC-2" in alice.runs("/incident automations 2")
    late = "  - {name: Late, when: {severity: SEV1}, then: [{task: more}]}\n"
    world.folder.joinpath("muster.yml").write_text(RULES + late)
    world.slack.until(lambda: world.core.policy.automations[-1].name == "Late")
    world.settle()
    assert "*Late*  would have fired at" in alice.runs("/incident rules 1")
    assert [event for event in world.events()[before:] if event.kind.startswith("automation")] == []


def test_where_there_are_no_rules(make_world: Callable[..., World]) -> None:
    world = make_world()
    world.person("alice").runs("/incident declare sev3 Slow")
    assert "No rule of your team's config is about incidents like this" in world.person("alice").runs("/incident automations 1")
