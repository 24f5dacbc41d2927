"""What a real server is sent over a real connection: too much, too slowly, or not to the end."""

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn
from slack_bolt import App
from starlette.applications import Starlette
from starlette.routing import Route

from bot.settings import Settings
from bot.wiring import build
from tests.processes.harness import until
from tests.web.conftest import SECRET, Kept, Web, command, signed
from web.server import make_web
from web.slack_endpoint import SlackEndpoint

MEGABYTE = b"x" * 1_000_000


@contextlib.contextmanager
def serving(app: Starlette, grace: int | None = None) -> Iterator[int]:
    """The port of a server in a thread; stopped, it waits `grace` seconds for who is connected."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=grace)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: server.started, 5, "the server does not start")
    yield int(listening.getsockname()[1])
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def port(web: Web) -> Iterator[int]:
    with serving(make_web(web.muster, "redis://127.0.0.1:1")) as port:
        yield port


@pytest.fixture(autouse=True)
def quiet(log: Kept) -> Iterator[None]:
    yield
    assert not log.broken, log.broken


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def status(connection: socket.socket) -> int:
    """Of the answer; 0 where the connection was closed without one."""
    with contextlib.suppress(ConnectionError):
        line = connection.makefile("rb").readline()
        return int(line.split()[1]) if line else 0
    return 0


def head(*headers: str, path: str = "/slack/events", method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode("latin-1")


def ask(port: int, text: str = "list") -> int:
    """A proper request, on a connection of its own."""
    body = urlencode(command(text)).encode()
    with connected(port) as connection:
        lines = [f"{name}: {value}" for name, value in signed(body).items()]
        connection.sendall(head(f"Content-Length: {len(body)}", *lines) + body)
        return status(connection)


def test_five_megabytes_are_refused_before_they_are_read(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(head("Content-Length: 5000000"))
        assert status(connection) == 413
    with connected(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(head("Content-Length: 5000000") + MEGABYTE * 5)
        assert status(connection) == 413
    assert ask(port) == 200


def test_five_megabytes_in_chunks_are_refused(port: int) -> None:
    with connected(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(head("Transfer-Encoding: chunked"))
            for _ in range(5):
                connection.sendall(b"f4240\r\n" + MEGABYTE + b"\r\n")
        assert status(connection) == 413
    assert ask(port) == 200


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: -1"],
        ["Content-Length: x"],
        ["Content-Length: 1, 2"],
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: nonsense", "Content-Length: 0"],
        ["Content-Length: 0", "X: " + "y" * 100_000],
        ["Content-Length: 0", "no colon"],
        ["Content-Length: 0"],
    ],
)
def test_odd_headers_are_refused(port: int, headers: list[str]) -> None:
    with connected(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(head(*headers) + b"0\r\n\r\n")
        assert status(connection) in (400, 401, 413, 431, 0)
    assert ask(port) == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/slack/events"), ("PUT", "/slack/events"), ("POST", "/"), ("GET", "/../etc")]
)
def test_other_methods_and_paths_are_refused(port: int, method: str, path: str) -> None:
    with connected(port) as connection:
        connection.sendall(head("Content-Length: 0", method=method, path=path))
        assert status(connection) in (404, 405)


def test_who_hangs_up_or_dawdles_keeps_nobody_from_being_served(port: int) -> None:
    waiting = [connected(port) for _ in range(60)]
    for connection in waiting:
        connection.sendall(head("Content-Length: 1000") + b"command=")
    for connection in waiting[:30]:
        connection.close()
    began = time.monotonic()
    assert [ask(port) for _ in range(5)] == [200] * 5
    assert time.monotonic() - began < 2
    for connection in waiting:
        connection.close()
    assert ask(port) == 200


def test_a_body_that_never_comes_is_given_up() -> None:
    endpoint = SlackEndpoint(App(signing_secret=SECRET, token_verification_enabled=False, token="xoxb-x"), SECRET, slowest=0.2)
    app = Starlette(routes=[Route("/slack/events", endpoint.__call__, methods=["POST"])])
    with serving(app) as port, connected(port) as connection:
        connection.sendall(head("Content-Length: 10") + b"1")
        assert status(connection) == 408


def test_who_dawdles_while_it_is_stopped_is_told_to_send_it_again(web: Web, log: Kept) -> None:
    with serving(make_web(web.muster, "redis://127.0.0.1:1"), grace=0) as port:
        connection = connected(port)
        connection.sendall(head("Content-Length: 10") + b"1")
        assert ask(port) == 200  # by then it reads the other one's
    with connection:
        assert status(connection) == 503
    assert "Traceback" not in log.text
    log.lines.clear()


def get(port: int, path: str) -> tuple[int, str]:
    with connected(port) as connection:
        connection.sendall(head("Connection: close", method="GET", path=path))
        answer = connection.makefile("rb").read().decode()
        return int(answer.split()[1]), answer.partition("\r\n\r\n")[2]


def test_health_and_metrics_answer_without_redis_and_without_a_clock(port: int) -> None:
    assert get(port, "/livez") == (200, "ok")
    code, body = get(port, "/healthz")
    assert code == 503 and json.loads(body)["database"] == "ok" and "clock" in json.loads(body)["clock"]
    code, body = get(port, "/metrics")
    assert code == 200 and "muster_clock_sweep_age_seconds -1.0" in body


def test_a_database_that_is_away_is_said_and_nothing_breaks(tmp_path: Path, log: Kept) -> None:
    settings = Settings(
        slack_bot_token="xoxb-x",
        slack_signing_secret=SECRET,
        slack_api_url="http://127.0.0.1:1/api/",
        database_url="postgresql://muster:hunter2@127.0.0.1:1/muster",
        muster_config=tmp_path / "muster.yml",
        _env_file=None,
    )
    with serving(make_web(build(settings, bell=lambda priority: None), "redis://127.0.0.1:1")) as port:
        assert get(port, "/livez") == (200, "ok")
        code, body = get(port, "/healthz")
        assert code == 503 and json.loads(body)["database"].startswith("does not answer")
        assert get(port, "/metrics")[0] == 503
        assert ask(port, "declare sev1 Checkout is down") == 200
    assert "hunter2" not in log.text
    assert all("the database failed a request" in line for line in log.broken)
    log.lines.clear()


def test_secrets_stay_out_of_the_log(log: Kept) -> None:
    logger = logging.getLogger("muster.test")
    logger.warning("xoxb-1-2-abc and %s", "postgresql://muster:hunter2@db/muster")
    logger.warning("for url 'https://hooks.slack.com/commands/T0/1/zzz'")
    logger.warning("wss://wss-primary.slack.com/link/?ticket=zzz&app_id=1")
    for secret in ("1-2-abc", "hunter2", "zzz"):
        assert secret not in log.text
