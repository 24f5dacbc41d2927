"""The doctor against a real local Slack and a real database: what is wrong is found, and each finding says what to do."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from bot.acts.canvas import WHAT
from bot.doctor import examine
from bot.findings import Finding, Grade
from bot.settings import Settings
from sandbox.people import Slack
from sandbox.server import Sandbox
from tests.databases import furnish

MANIFEST = Path("manifest.yml")
FULL = """
rotations:
  primary: {people: [U0ALICE, U0BOB, U0CAROL, U0DAVE, U0ERIN, U0FRANK]}
escalations:
  critical: {levels: [{page: [rotation:primary]}], last_resort: [channel:general]}
  major: {levels: [{page: [rotation:primary]}], last_resort: [channel:general]}
private: {escalation: critical, break_glass: [person:U0DAVE]}
"""
Doctor = Callable[..., list[Finding]]


@pytest.fixture
def scopes() -> list[str]:
    """Those that were granted: all that the manifest asks for."""
    return list(yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"])


@pytest.fixture
def slack(scopes: list[str]) -> Iterator[Sandbox]:
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["oauth_config"]["scopes"]["bot"] = scopes
    sandbox = Sandbox(manifest)
    Slack(sandbox.workspace).hires("frank")
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def doctor(slack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """What is found in an installation whose settings and config are given."""

    def look(config: str = FULL, **settings: object) -> list[Finding]:
        file = tmp_path / "muster.yml"
        file.write_text(config)
        made = {
            "slack_bot_token": SecretStr(slack.workspace.bot_token),
            "slack_app_token": SecretStr(slack.workspace.app_token),
            "slack_api_url": slack.api_url,
            "database_url": f"sqlite:///{tmp_path}/muster.db",
            "muster_config": file,
        }
        return list(examine(Settings.model_validate({**made, **settings})))

    return look


def about(found: list[Finding], what: str) -> list[Finding]:
    return [finding for finding in found if finding.about == what]


def test_runbooks_that_need_care(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    text = (
        "---\nservices: [login]\nlast_tested: 2026-01-01\n---\n## Fix\n1. If not solved in 5m, page the zebras.\n2. Go to step 7"
    )
    (tmp_path / "runbooks" / "login.md").write_text(text)
    found = about(doctor(FULL + "services: {login: {}, search: {}}"), "runbooks")
    said = " | ".join(str(finding) for finding in found)
    assert "runbooks/login.md line 7: goes to step 7, which does not exist" in said
    assert "Login pages “zebras”, which means nobody here" in said and "Login was last tested on 2026-01-01" in said
    assert "the service search has none" in said and "1 can be followed" in said


def test_who_may_say_what_was_deployed(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not about(doctor(), "deploys")
    monkeypatch.setenv("DEPLOYS_SECRET_GITHUB", "short")
    said = " | ".join(str(finding) for finding in about(doctor(), "deploys"))
    assert "DEPLOYS_SECRET_GITHUB is short" in said and "taken from github" in said


def test_alerts_that_nobody_hears(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = FULL + "alerts: {routes: [{source: [generic, nagios], then: page}]}"
    said = " | ".join(str(finding) for finding in about(doctor(routes), "alerts"))
    assert "a route names the source nagios" in said and "There are: alertmanager, generic." in said
    assert "no source has a secret" in said
    monkeypatch.setenv("ALERTS_SECRET_GENERIC", "short")
    said = " | ".join(str(finding) for finding in about(doctor(), "alerts"))
    assert "ALERTS_SECRET_GENERIC is short" in said and "taken from generic" in said


def test_a_sound_installation_that_has_not_started_yet(doctor: Doctor) -> None:
    found = doctor()
    assert [str(finding) for finding in found if finding.grade is not Grade.OK] == []
    looked_at = {finding.about for finding in found}
    assert {"config", "database", "redis", "bot token", "scopes", "app token", "announce channel", "on call"} <= looked_at
    assert "made at the first start" in about(found, "database")[0].seen
    assert not any("xoxb" in str(finding) for finding in found)


@pytest.mark.parametrize(
    ("what", "settings", "config", "words"),
    [
        ("bot token", {"slack_bot_token": SecretStr("")}, FULL, "SLACK_BOT_TOKEN is not set"),
        ("bot token", {"slack_bot_token": SecretStr("xoxb-wrong")}, FULL, "refuses it (invalid_auth)"),
        ("app token", {"slack_app_token": SecretStr("xapp-wrong")}, FULL, "connections:write"),
        ("signing secret", {"slack_app_token": SecretStr("")}, FULL, "nothing can come in"),
        ("slack", {"slack_api_url": "http://127.0.0.1:9/api/"}, FULL, "cannot be reached"),
        ("redis", {"redis_url": "redis://127.0.0.1:9/0"}, FULL, "does not answer"),
        ("database", {"database_url": "postgresql://x@127.0.0.1:9/x"}, FULL, "Start it, or correct DATABASE_URL"),
        ("config", {}, "severities: {SEV1: {update_evry: 5m}}", "update_evry"),
        ("people", {}, "escalations: {critical: {levels: [{page: [person:nobody@example.com]}]}}", "nobody@example.com"),
        ("leadership channel", {}, "workspace: {leadership_channel: bosses}", "there is no #bosses"),
        ("on call", {}, "rotations: {primary: {ical: 'https://calendar.example.com/a.ics'}}", "nobody in primary"),
    ],
)
def test_what_is_wrong_is_said_with_its_fix(
    doctor: Doctor, what: str, settings: dict[str, object], config: str, words: str
) -> None:
    [found] = [each for each in about(doctor(config, **settings), what) if each.grade is Grade.WRONG]
    assert words in str(found) and found.fix


@pytest.mark.parametrize("scopes", [["chat:write", "channels:read", "users:read"]])
def test_missing_scopes(doctor: Doctor) -> None:
    [found] = about(doctor(), "scopes")
    assert found.grade is Grade.WRONG and "pins:write" in found.seen and "install the app again" in found.fix


def test_a_clock_that_never_ran(doctor: Doctor, tmp_path: Path) -> None:
    furnish(f"sqlite:///{tmp_path}/muster.db")
    [found] = about(doctor(), "clock")
    assert found.grade is Grade.WRONG and "never run" in found.seen and "make start" in found.fix


def test_a_plan_without_canvases(doctor: Doctor, tmp_path: Path) -> None:
    """What Slack said when a room was to get one."""
    furnish(f"sqlite:///{tmp_path}/muster.db")
    assert not about(doctor(), "canvases")
    with sqlite3.connect(tmp_path / "muster.db") as database:
        database.execute("INSERT INTO fact (name, value) VALUES (?, ?)", (f"lacks:{WHAT}", datetime.now(UTC).isoformat()))
    database.close()
    [found] = about(doctor(), "canvases")
    assert found.grade is Grade.MIND and "rooms have none" in found.seen and "canvas: false" in found.fix
    assert not about(doctor(FULL + "workspace: {canvas: false}"), "canvases"), "that was taken to heart"


def test_nobody_is_paged_where_nothing_is_described(doctor: Doctor) -> None:
    found = about(doctor(""), "on call")
    assert found and all(each.grade is Grade.MIND for each in found)
    assert "nobody is paged at SEV1" in found[0].seen and "escalations" in found[0].fix


def test_scenarios_that_are_wrong_or_name_what_there_is_not(doctor: Doctor, tmp_path: Path) -> None:
    """Each is named; none of it keeps Muster from its work."""
    assert not [each for each in doctor() if each.about == "drills"], "no scenario at all is fine"
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "bad.yml").write_text("title: x\nseverity: SEV1\nend: soon\n")
    (tmp_path / "drills" / "odd.yml").write_text(
        "title: x\nseverity: SEV9\nservices: [cellar]\nexpect: [{do: take piper, within: 5m}, {do: raise to SEV8, within: 5m}]\n"
    )
    bad, odd, fine = [each for each in doctor() if each.about == "drills"]
    assert bad.grade is odd.grade is Grade.MIND and fine.grade is Grade.OK
    assert "bad.yml line 3: `end` is “soon”" in bad.seen
    assert odd.seen == "odd names the severity SEV9, the service cellar, the role piper, the severity SEV8, unknown here"
    [missing] = [each for each in doctor(FULL + "drills: {folder: elsewhere}\n") if each.about == "drills"]
    assert "there is no folder" in missing.seen and "elsewhere" in missing.seen


@pytest.mark.parametrize("scopes", [["channels:read", "groups:read", "users:read"]])
def test_private_incidents_without_a_room(doctor: Doctor) -> None:
    room, doubt = about(doctor(), "private incidents")
    assert room.grade is Grade.WRONG and "without groups:write no private room can be opened" in room.seen
    assert "groups:history" in doubt.seen and "Install the app again" in doubt.fix


def test_private_incidents_that_page_nobody_and_let_nobody_in(doctor: Doctor, slack: Sandbox) -> None:
    found = about(doctor(""), "private incidents")
    assert [each.grade for each in found] == [Grade.MIND, Grade.MIND]
    assert "nobody is paged" in found[0].seen and "nobody may break the glass" in found[1].seen
    Slack(slack.workspace).person("carol").creates("security", private=True)
    config = """
escalations: {security: {levels: [{page: [channel:security]}], last_resort: [channel:legal]}}
private: {escalation: security, break_glass: [group:S0NOBODY, person:stranger@example.com]}
"""
    said = " | ".join(str(each) for each in about(doctor(config), "private incidents"))
    assert "#security is paged for one, and Muster does not see it" in said and "#legal is paged" in said
    slack.workspace.state.people["U0DAVE"].deleted = True
    people = " | ".join(str(each) for each in about(doctor(f"{config}rotations: {{primary: {{people: [U0DAVE]}}}}"), "people"))
    assert "nobody as stranger@example.com" in people and "U0DAVE is deactivated in Slack" in people
    assert "private.break_glass names group:S0NOBODY, in which Slack shows nobody" in said


def test_private_incidents_that_are_provided_for(doctor: Doctor) -> None:
    [found] = about(doctor(), "private incidents")
    assert found.grade is Grade.OK and "page critical" in found.seen
