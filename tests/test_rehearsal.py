"""What `make run` shows: a yesterday that holds together, and scenarios that play to their end whatever the visitor does."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlmodel import Session, col, select

from incidents.policy_file import load_policy
from incidents.updates import next_due
from models import ActionItem, Delivery, Event, Incident, Notice, RoleAssignment, Wake
from models.database import make_engine
from sandbox.clock import Clock
from sandbox.people import Slack
from sandbox.scenario import VERBS, Scenario, load
from sandbox.scenario_player import Player
from sandbox.scenario_stage import Stage
from sandbox.seen import Room
from sandbox.server import Sandbox
from tests.world import ROOT, World

EXAMPLES = ROOT / "examples"
SCENARIOS = sorted((EXAMPLES / "scenarios").glob("*.yml"))


# --- yesterday


@dataclass
class Yesterday:
    """The workspace and the database after the past was played by a process of its own."""

    slack: Slack
    clock: Clock
    session: Session
    said: str

    @property
    def room(self) -> Room:
        return self.slack.channels_starting("inc-")[0]


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yesterday]:
    folder = tmp_path_factory.mktemp("yesterday")
    past = load(EXAMPLES / "yesterday.yml", datetime.now(UTC))
    clock = Clock(past.starts)
    sandbox = Sandbox(yaml.safe_load((ROOT / "manifest.yml").read_text()), clock)
    stage = Stage(sandbox.people, clock, past=past)
    sandbox.more_routes += stage.routes()
    with sandbox:
        environment = {
            "PATH": os.environ["PATH"],
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLACK_API_URL": sandbox.api_url,
            "MUSTER_CONFIG": str(EXAMPLES / "acme.yml"),
            "MUSTER_VAR": str(folder),
        }
        command = [sys.executable, "-m", "workers", "rehearsal"]
        played = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
        assert played.returncode == 0, played.stderr
        engine = make_engine(f"sqlite:///{folder / 'muster.db'}")
        with Session(engine) as session:
            yield Yesterday(sandbox.people, clock, session, played.stderr + played.stdout)
        engine.dispose()


def test_every_step_of_it_was_done(yesterday: Yesterday) -> None:
    assert "yesterday took" in yesterday.said
    assert "is left out" not in yesterday.said and "WARN" not in yesterday.said and "ERROR" not in yesterday.said
    yesterday.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_an_incident_was_declared_paged_answered_mitigated_and_resolved_yesterday(yesterday: Yesterday) -> None:
    incident = yesterday.session.exec(select(Incident)).one()
    assert incident.status == "resolved" and incident.severity == "SEV1" and incident.services == ["login"]
    moments = [incident.declared_at, incident.acknowledged_at, incident.mitigated_at, incident.resolved_at]
    passed = [moment for moment in moments if moment]
    assert passed == sorted(passed) and len(passed) == 4
    day = datetime.now().astimezone().date() - timedelta(days=1)
    assert {moment.astimezone().date() for moment in passed} == {day}
    assert {row.state for row in yesterday.session.exec(select(Notice))} != {"sending"}
    roles = {row.role for row in yesterday.session.exec(select(RoleAssignment))}
    assert {"ic", "tech", "comms"} <= roles
    items = yesterday.session.exec(select(ActionItem)).all()
    assert len(items) == 2 and all(item.owner and item.due_on for item in items)


def test_everything_recorded_is_said_where_and_when_the_record_has_it(yesterday: Yesterday) -> None:
    events = yesterday.session.exec(select(Event).order_by(col(Event.id))).all()
    kinds = {event.kind for event in events}
    assert {"note.added", "decision.made", "task.done", "message.captured", "update.posted", "watch.asked"} <= kinds
    workspace = yesterday.slack.workspace
    spoken = [event for event in events if event.ts and event.channel]
    for event in spoken:
        assert event.channel and event.ts
        message = workspace.message(event.channel, event.ts)
        assert message is not None, event
        at = event.at if event.kind == "message.captured" else event.recorded_at
        assert abs(float(message.ts) - at.timestamp()) < 2, event
    silent = {event.kind for event in events if not event.ts}
    on_the_card = {"incident.declared", "role.assigned", "page.started"}  # what a declaration brings stands there
    assert silent <= {*on_the_card, "room.wanted", "room.opened", "update.nudged", "postmortem.drafted"}


def test_the_messages_stand_in_the_order_of_their_time_and_none_is_of_today(yesterday: Yesterday) -> None:
    today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    for room in yesterday.slack.workspace.state.channels.values():
        stamps = [float(ts) for ts in room.messages]
        assert stamps == sorted(stamps) and all(ts < today for ts in stamps), room.name


def test_the_draft_in_the_room_links_every_line_to_a_message_that_is_there(yesterday: Yesterday) -> None:
    draft = yesterday.room.files[-1].text
    timeline = draft.split("## Timeline")[1].split("## Root cause")[0]
    lines = [line for line in timeline.splitlines() if line.startswith("- ")]
    assert len(lines) > 20
    assert [line for line in lines if not line.startswith("- [")] == []
    workspace = yesterday.slack.workspace
    links = re.findall(rf"\]\({workspace.url}/archives/(\w+)/p(\d{{10}})(\d{{6}})[^)]*\)", draft)
    assert len(links) > len(lines)
    assert [link for link in links if workspace.message(link[0], f"{link[1]}.{link[2]}") is None] == []


def test_the_room_has_its_card_its_draft_and_is_announced(yesterday: Yesterday) -> None:
    room = yesterday.room
    assert "Nobody can log in on the web" in room.pins[-1] and "resolved" in room.pins[-1]
    assert room.topic.startswith("SEV1 resolved")
    assert any("Posted by Muster, because an update was due" in post for post in room.messages)
    assert sum("Status update" in post for post in room.messages) == 3
    assert "resolved" in yesterday.slack.channel("#incidents").messages[-1].text
    for name in ("general", "random", "engineering", "alerts", "deploys"):
        assert yesterday.slack.channel(name).messages, f"#{name} is silent"


def test_nothing_is_owed_within_the_hour(yesterday: Yesterday) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    wakes = yesterday.session.exec(select(Wake)).all()
    assert [wake for wake in wakes if wake.due_at < soon] == []
    rows = yesterday.session.exec(select(Delivery)).all()
    assert rows and {row.state for row in rows} == {"done"} and not any(row.check_at for row in rows)


def test_both_clocks_are_back_and_nobody_has_anything_to_read(yesterday: Yesterday) -> None:
    assert not yesterday.clock.stands and abs(yesterday.clock() - time.time()) < 1
    for name in ("alice", "bob", "carol", "dave", "erin"):
        client = yesterday.slack.person(name).client
        unread = {r.name: client.unread(r) for r in yesterday.slack.workspace.state.channels.values() if client.unread(r)}
        assert unread == {}, name


# --- scenarios


@dataclass
class Played:
    """A scenario on a world whose clock is moved by hand, step by step."""

    world: World
    player: Player
    began: datetime

    @classmethod
    def prepared(cls, make_world: Callable[..., World], scenario: Scenario) -> "Played":
        assert scenario.config
        world = make_world(scenario.config.read_text())
        world.slack.person("alice").creates("incidents")
        player = Player(world.slack, scenario)
        player.set_up()
        return cls(world, player, world.clock.at)

    def until(self, seconds: float) -> list[str]:
        """Every step that is due by then and was not played yet; what was not there."""
        missed = []
        while self.player.scenario.steps and self.player.scenario.steps[0].at <= seconds:
            first, *rest = self.player.scenario.steps
            self.move(first.at)
            missed.append(self.player.perform(first))
            self.world.settle()
            self.player.scenario = Scenario(**{**vars(self.player.scenario), "steps": tuple(rest)})
        self.move(seconds)
        return [trouble for trouble in missed if trouble]

    def move(self, to: float) -> None:
        ahead = (self.began + timedelta(seconds=to) - self.world.clock.at).total_seconds()
        if ahead > 0:
            self.world.advance(seconds=ahead)

    def seconds(self, kind: str) -> list[float]:
        return [(event.at - self.began).total_seconds() for event in self.world.events() if event.kind == kind]


def shipped(name: str) -> Scenario:
    return load(EXAMPLES / "scenarios" / f"{name}.yml", datetime.now(UTC))


def test_the_shipped_scenarios_can_be_read_with_their_settings() -> None:
    assert {"checkout-outage", "database-failover"} <= {path.stem for path in SCENARIOS}
    for path in SCENARIOS:
        scenario = load(path, datetime.now(UTC))
        assert scenario.config and load_policy(scenario.config).rotations
        assert all(scenario.you not in step.who for step in scenario.steps), "the visitor would act by themselves"
        assert scenario.steps[-1].at < 180


def test_the_page_about_it_shows_a_scenario_that_can_be_played_and_every_key(tmp_path: Path) -> None:
    written = (ROOT / "docs" / "rehearsal.md").read_text()
    (tmp_path / "rehearsal.yml").write_text((EXAMPLES / "rehearsal.yml").read_text())
    (tmp_path / "scenarios").mkdir()
    example = tmp_path / "scenarios" / "search.yml"
    example.write_text(written.split("```yaml\n")[1].split("```")[0])
    assert len(load(example, datetime.now(UTC)).steps) == 4
    assert set(re.findall(r"^\| `(\w+)` \|", written, re.MULTILINE)) == {*VERBS, "at", "who", "in"}


@pytest.mark.parametrize("name", [path.stem for path in SCENARIOS])
def test_a_scenario_plays_to_its_end(make_world: Callable[..., World], name: str) -> None:
    played = Played.prepared(make_world, shipped(name))
    assert played.until(600) == []
    assert played.world.incident().status == "resolved"
    assert "postmortem draft" in played.world.room().files[-1].title
    assert played.world.waiting() == []
    played.world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_within_a_minute_the_visitor_sees_an_escalation_a_nudge_and_a_timed_update(make_world: Callable[..., World]) -> None:
    played = Played.prepared(make_world, shipped("checkout-outage"))
    assert played.until(60) == []
    first, second = played.seconds("page.level")
    assert first < 15 < second < 40
    world = played.world
    assert any("a status update was due" in post.text for post in world.person("erin").inbox)
    assert any("Posted by Muster, because an update was due" in post for post in world.room().messages)
    assert world.incident().acknowledged_at is not None


def test_a_visitor_who_is_faster_breaks_nothing(make_world: Callable[..., World]) -> None:
    played = Played.prepared(make_world, shipped("checkout-outage"))
    played.until(33)
    world = played.world
    erin = world.person("erin")
    erin.clicks("Acknowledge", in_=world.room())
    erin.runs("/incident tech", in_=world.room())
    world.settle()
    [left_out] = played.until(112)
    assert "clicks Acknowledge" in left_out, "it was acknowledged, so the button is gone"
    erin.runs("/incident resolve it was the release", in_=world.room())
    if "Resolve anyway" in erin.ephemerals[-1].buttons:
        erin.clicks("Resolve anyway", in_=world.room())
    world.settle()
    assert world.incident().status == "resolved"
    played.until(600)
    assert world.incident().status == "resolved" and world.waiting() == []


def test_a_visitor_writes_the_update_as_a_client_that_knows_only_minutes(make_world: Callable[..., World]) -> None:
    played = Played.prepared(make_world, shipped("checkout-outage"))
    played.until(45)
    world = played.world
    erin = world.person("erin")
    erin.clicks("Update", in_=erin.dm)
    shown = erin.form.value("Next update")
    assert shown % 60 == 0
    erin.picks("Next update", shown // 60 * 60)
    erin.fills("Impact", "Two of three payments fail")
    assert erin.submits() == {}
    world.settle()
    assert "Two of three payments fail" in world.room().messages[-1]
    assert next_due(world.incident(), world.core.policy) == world.clock.at + timedelta(seconds=45)
    assert played.until(600) == []


def test_a_visitor_may_have_resolved_it_before_anybody_else_comes(make_world: Callable[..., World]) -> None:
    played = Played.prepared(make_world, shipped("checkout-outage"))
    played.until(15)
    world = played.world
    world.person("erin").joins(world.room())
    world.person("erin").runs("/incident cancel a false alarm", in_=world.room())
    world.settle()
    assert world.incident().status == "cancelled"
    missed = played.until(600)
    assert missed and all("checkout-outage.yml line " in trouble and "is left out" in trouble for trouble in missed)
    assert world.incident().status == "cancelled" and world.waiting() == []


# --- the command


def refused(*arguments: str) -> str:
    command = [sys.executable, "-m", "bot", "try", "--port", "0", "--web-port", "0", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    return ended.stderr


def test_an_unknown_scenario_is_answered_with_those_there_are() -> None:
    said = refused("--scenario", "checkout-outrage")
    assert "There is no scenario checkout-outrage. There are: checkout-outage, database-failover" in said


def test_a_wrong_scenario_is_refused_before_anything_starts(tmp_path: Path) -> None:
    path = tmp_path / "ours.yml"
    path.write_text('steps:\n- {at: 0s, who: nobody, in: "#general", says: hi}\n')
    said = refused("--scenario", str(path))
    assert f"{path} line 2: nobody here is called “nobody”" in said and "docs/rehearsal.md" in said
