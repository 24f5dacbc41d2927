"""The whole web application in this process, with a workspace served beside it."""

import hmac
import json
import logging
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import yaml
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlmodel import SQLModel, select

from bot.logs import Discreet
from bot.settings import Settings
from bot.wiring import Muster, build
from sandbox import modals
from sandbox.delivery import Request
from sandbox.people import Somebody
from sandbox.server import Sandbox
from sandbox.transports import Direct, signed_headers
from tests.databases import furnish, share_statements
from web.server import make_web
from workers import clock as clockwork
from workers.deliver import Courier

ROOT = Path(__file__).parent.parent.parent
SECRET = "sandbox-signing-secret"
TOKEN = "xoxb-sandbox"
FORM = "application/x-www-form-urlencoded"


class Web:
    """Sends requests to the endpoint as anybody could, and as Slack does."""

    def __init__(self, muster: Muster, client: httpx.AsyncClient, portal: BlockingPortal, sandbox: Sandbox) -> None:
        self.muster, self.client, self.portal, self.sandbox = muster, client, portal, sandbox

    def post(self, body: bytes | str, headers: Mapping[str, Any] | None = None) -> httpx.Response:
        """As it is. Fails when it takes as long as Slack would wait."""
        began = time.monotonic()
        answer = self.portal.call(partial(self.client.post, "/slack/events", content=body, headers=dict(headers or {})))
        assert time.monotonic() - began < 2.5, "Slack waits three seconds"
        return answer

    def signed(self, body: str, content_type: str = FORM, *, retry: int = 0, at: float | None = None) -> httpx.Response:
        """With Slack's signature, whatever the body is."""
        request = Request("events", {}, retry, "http_timeout")
        clock = time.time if at is None else lambda: at
        return self.post(body, signed_headers(body, content_type, SECRET, request, clock))

    def signed_bytes(self, body: bytes, content_type: str) -> httpx.Response:
        """The same for what is no text."""
        return self.post(body, signed(body) | {"content-type": content_type})

    def command(self, text: str, **members: Any) -> httpx.Response:
        """Alice's, in #general, as it is: Slack's client would have escaped it."""
        members = {"trigger_id": modals.trigger(self.sandbox.workspace, "U0ALICE")} | members
        return self.signed(urlencode(command(text) | members, errors="surrogatepass"))

    def interaction(self, payload: Any) -> httpx.Response:
        return self.signed(urlencode({"payload": json.dumps(payload)}))

    def event(self, payload: Any, **how: Any) -> httpx.Response:
        return self.signed(json.dumps(payload), "application/json", **how)

    def rows(self, table: type[SQLModel], *where: Any) -> list[Any]:
        with self.muster.core.view() as session:
            return list(session.exec(select(table).where(*where)))

    def count(self, table: type[SQLModel]) -> int:
        return len(self.rows(table))

    def person(self, name: str) -> Somebody:
        return self.sandbox.people.person(name)

    def settle(self) -> None:
        """Deliver everything that is due, and fire everything that is owed, until nothing is."""
        courier = Courier(self.muster.core, self.muster.slack, self.muster.table)
        for _ in range(200):
            _, clean = clockwork.fire_due(self.muster.core)
            assert clean
            if not courier.drain(threads=2, seconds=5):
                return


def signed(body: bytes, stamp: str | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers of a request at this moment, or at another."""
    stamp = str(int(time.time())) if stamp is None else stamp
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode("latin-1") + b":" + body, "sha256").hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}", "content-type": FORM}


def command(text: str) -> dict[str, str]:
    """A slash command of Alice's in #general."""
    return {
        "command": "/incident",
        "text": text,
        "user_id": "U0ALICE",
        "user_name": "alice",
        "channel_id": "C0GENERAL",
        "team_id": "T0ACME",
        "trigger_id": f"{time.monotonic_ns()}.2.abc",
        "response_url": "",
    }


class Kept(logging.Handler):
    """What the log's readers would read."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Discreet("%(levelname)s %(name)s: %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def broken(self) -> list[str]:
        return [line for line in self.lines if line.startswith(("ERROR", "CRITICAL"))]


@pytest.fixture
def log() -> Iterator[Kept]:
    """Everything that is logged, as our processes write it."""
    kept, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept
    root.setLevel(before)
    root.removeHandler(kept)


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One for all tests that only ask; whoever changes things takes `fresh_web`."""
    yield from _web(tmp_path_factory.mktemp("web"))


@pytest.fixture
def fresh_web(tmp_path: Path) -> Iterator[Web]:
    """One in which nothing has happened."""
    yield from _web(tmp_path)


def _web(folder: Path) -> Iterator[Web]:
    with Sandbox(yaml.safe_load((ROOT / "manifest.yml").read_text())) as sandbox:
        settings = Settings(
            slack_bot_token=TOKEN,
            slack_signing_secret=SECRET,
            slack_api_url=sandbox.api_url,
            database_url=f"sqlite:///{folder}/muster.db",
            muster_config=folder / "muster.yml",
            _env_file=None,
        )
        muster = build(settings, bell=lambda priority: None)
        furnish(settings.database_url)
        share_statements(muster.core.engine)
        app = make_web(muster, "redis://127.0.0.1:1")
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        with start_blocking_portal() as portal:
            web = Web(muster, httpx.AsyncClient(transport=transport, base_url="http://muster.invalid"), portal, sandbox)

            def receive(body: str, headers: dict[str, str]) -> tuple[int, str | None, Mapping[str, object]]:
                answer = web.post(body, headers)
                return answer.status_code, answer.text, dict(answer.headers)

            sandbox.connect(Direct(receive, SECRET))
            yield web
        muster.core.engine.dispose()
