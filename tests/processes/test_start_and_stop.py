"""Every line of the Procfile starts alone, says how it is, and stops when it is told to."""

import json
import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session

from bot.settings import SettingsError, load_settings
from models import Fact
from models.workspace import HEARTBEAT
from tests.processes.harness import LINES, PATIENCE, Installation, Line, lines, until

pytestmark = pytest.mark.processes
Install = Callable[..., Installation]

READY = {"web": "serving on port", "worker": "workers are ready", "clock": "the clock is running"}


def stopped_cleanly(muster: Installation, *names: str) -> None:
    """Exit status 0 within a few seconds, and nothing is left behind."""
    for name, (status, seconds) in muster.stop(*names).items():
        assert status == 0 and seconds < 5, f"{name} ended with {status} after {seconds:.1f} s\n{muster.said()}"
    until(lambda: not muster.processes(), 2, lambda: f"left behind: {muster.processes()}")
    assert muster.redis_pid() is None and not muster.redis_socket.exists()


def ready(muster: Installation, *names: str) -> None:
    for name in names:
        until(lambda name=name: READY[name] in muster.lines[name].said(), PATIENCE, muster.said, every=0.005)


def test_any_line_may_start_first(install: Install) -> None:
    """On an empty database, and though Slack is away; the others come later."""
    first = {name: install(name, socket_mode=True) for name in LINES}
    first["web"].sandbox.workspace.faults.change({"outage": "drop"})
    for name, muster in first.items():
        muster.start(name)
    for name, muster in first.items():
        ready(muster, name)
    _web_connects_when_slack_is_back(first["web"])
    stopped_cleanly(first["web"])
    stopped_cleanly(first["clock"])
    muster = first["worker"]
    muster.start("web", "clock")
    muster.wait_until_well()
    assert "INC-1" in muster.person("alice").runs("/incident declare sev1 Checkout is down")
    until(lambda: muster.incident().room_channel and muster.room().pins, 10, lambda: str(muster.waiting()))
    _stops_soon_though_much_is_left(muster)


@pytest.mark.timeout(120)
def test_all_lines_may_start_at_once_on_postgresql(install: Install, make_postgres_url: Callable[[], str]) -> None:
    """Over HTTP, on one empty database, `release` among them."""
    muster = install(database_url=make_postgres_url())
    muster.start("release", *LINES)
    ready(muster, *LINES)
    assert muster.lines.pop("release").wait() == 0
    muster.wait_until_well()
    assert "INC-1" in muster.person("alice").runs("/incident declare sev1 Checkout is down")
    until(lambda: muster.incident().room_channel and muster.room().pins, 10, lambda: str(muster.waiting()))
    assert muster.release().returncode == 0, "once more, beside what runs"
    until(muster.is_quiet, 10, lambda: str(muster.waiting()))
    stopped_cleanly(muster)


def _web_connects_when_slack_is_back(muster: Installation) -> None:
    until(lambda: "no Socket Mode connection yet" in muster.said(), 10, muster.said)
    assert muster.get("/livez") == (200, "ok")
    code, body = muster.get("/healthz")
    assert code == 503 and "never swept" in json.loads(body)["clock"]
    muster.sandbox.workspace.faults.clear()
    until(lambda: muster.sandbox.socket_mode.connections, 10, muster.said)
    assert muster.person("alice").runs("/incident list").ok


def _stops_soon_though_much_is_left(muster: Installation) -> None:
    muster.sandbox.workspace.faults.change({"latency": 0.5})
    for number in range(10):
        muster.person("alice").runs(f"/incident declare sev1 Service {number} is down")
    assert len(muster.waiting()) > 30
    stopped_cleanly(muster)
    assert len(muster.waiting()) > 10


def test_release_migrates(install: Install, postgres_url: str) -> None:
    muster = install(database_url=postgres_url)
    done = muster.release()
    assert done.returncode == 0 and "The database is at revision" in done.stdout, done.stderr
    muster.environment["DATABASE_URL"] = "mysql://db/muster"
    refused = muster.release()
    assert refused.returncode == 2
    assert refused.stderr.strip().endswith("DATABASE_URL must begin with postgresql:// or sqlite:///. See .env.example.")


@pytest.mark.parametrize(
    ("variable", "value", "right"),
    [
        ("DATABASE_URL", "mysql://x", "must begin with postgresql:// or sqlite:///"),
        ("DATABASE_URL", "postgresql://muster:secret@db:port/muster", "postgresql://muster:secret@db.example.com:5432/muster"),
        ("DATABASE_URL", "sqlite:///", "must name a file that all processes share"),
        ("DATABASE_URL", "sqlite:///:memory:", "must name a file that all processes share"),
        ("DATABASE_URL", "postgres://muster:secret@db:port/muster", "postgresql://muster:secret@db.example.com:5432/muster"),
        ("DATABASE_URL", "sqlite:///m.db?timeout=x", "takes no options"),
        ("REDIS_URL", "localhost:6379", "must begin with redis://"),
        ("REDIS_URL", "redis://localhost:port/0", "write it like redis://"),
        ("REDIS_URL", "redis://localhost/0?tls=yes", "write it like redis://"),
        ("REDIS_URL", "redis://localhost/main", "write it like redis://"),
        ("REDIS_URL", "unix://", "write it like redis://"),
        ("SLACK_BOT_TOKEN", "xoxb–1", "copy it again"),
        ("SLACK_API_URL", "https://", "name a host"),
    ],
)
def test_an_address_that_cannot_be_meant(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, right: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"{variable} .*{right}"):
        load_settings()


def test_health_says_what_is_wrong(install: Install) -> None:
    muster = install()
    muster.start()
    muster.wait_until_well()
    assert muster.health() == {"ok": True, "database": "ok", "redis": "ok", "clock": "ok"}
    code, text = muster.get("/metrics")
    families = {family.name: family.samples[0].value for family in text_string_to_metric_families(text)}
    assert code == 200 and families["muster_open_incidents"] == 0 and 0 <= families["muster_clock_sweep_age_seconds"] < 5

    muster.lines["clock"].kill()
    _let_the_heartbeat_be_old(muster)
    assert muster.get("/healthz")[0] == 503 and "last clean sweep" in muster.health()["clock"]

    muster.stop("worker")
    pid = muster.redis_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: "does not answer" in muster.health()["redis"], 5, "still well without Redis")
    assert muster.get("/healthz")[0] == 503 and muster.get("/livez")[0] == 200
    muster.start("clock")
    ready(muster, "clock")
    muster.wait_until_well()
    stopped_cleanly(muster, "web", "clock")


def test_what_stays_around_a_pasted_value_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker's --env-file keeps quotes; and what is set to nothing is not set."""
    given = {"SLACK_BOT_TOKEN": ' "xoxb-1"\n', "REDIS_URL": "'redis://:pass@localhost:6379/1' ", "PORT": "", "MUSTER_CONFIG": " "}
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1" and settings.redis_url == "redis://:pass@localhost:6379/1"
    assert settings.port == 3000 and str(settings.muster_config) == "muster.yml"


def _let_the_heartbeat_be_old(muster: Installation) -> None:
    with Session(muster.engine.execution_options(muster_writes=True)) as session:
        session.get_one(Fact, HEARTBEAT).value = (datetime.now(UTC) - timedelta(seconds=16)).isoformat()
        session.commit()


def test_told_to_stop_as_soon_as_it_is_ready_it_stops(install: Install) -> None:
    """Once it lost the signal between two handlers, and ran for ever."""
    muster = install()
    muster.start()
    for name in LINES:
        ready(muster, name)
        muster.lines[name].process.terminate()  # and once more below
    stopped_cleanly(muster)


def test_what_a_person_can_mend_is_said_in_a_sentence(install: Install) -> None:
    muster = install()
    with socket.socket() as busy:
        busy.bind(("0.0.0.0", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        wrong = {
            ("clock", "SLACK_BOT_TOKEN", ""): "SLACK_BOT_TOKEN is not set",
            ("web", "SLACK_SIGNING_SECRET", ""): "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP)",
            ("web", "PORT", port): f"Port {port} cannot be used (Address already in use). Set PORT to a free one",
        }
        begun = []
        for number, ((name, variable, value), sentence) in enumerate(wrong.items()):
            environment, log = muster.environment | {variable: value}, muster.folder / f"{number}.log"
            begun.append((Line(name, lines()[name], muster.folder, environment, log), sentence))
        for line, sentence in begun:
            assert line.wait() == 2
            assert sentence in line.said() and "Traceback" not in line.said(), line.said()
    assert muster.redis_pid() is None
