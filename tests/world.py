"""A whole Muster beside a whole workspace, with a clock that is moved by hand."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from slack_bolt import BoltRequest
from sqlalchemy import func, union_all
from sqlmodel import Session, col, select

from bot.app import make_app
from bot.requests import Background
from bot.settings import Settings
from bot.slack import SlackDoubt, WebApi
from bot.wiring import Muster, build
from models import Delivery, Event, Incident, Wake
from models.spine import OPEN
from sandbox import responses, uploads
from sandbox.in_process import InProcessClient
from sandbox.people import Slack, Somebody
from sandbox.seen import Room
from sandbox.transports import Direct
from sandbox.workspace import Workspace
from tests.databases import furnish, share_statements
from workers import clock as clockwork
from workers.deliver import Courier

ROOT = Path(__file__).parent.parent
_OWED = union_all(  # each by two moments, of which the later counts; a mere table of them, since it is read at every step
    select(col(Wake.due_at), col(Wake.due_at)),
    select(col(Delivery.next_at), func.coalesce(Delivery.lease_until, Delivery.next_at)).where(col(Delivery.state) == OPEN),
    select(col(Delivery.check_at), col(Delivery.check_at)).where(col(Delivery.check_at).is_not(None)),
)
START = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)  # a Monday afternoon


@cache
def manifest() -> dict[str, Any]:
    """Muster's own, as Slack has it."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return found


class HandClock:
    """The time, moved by hand."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start

    def now(self, session: Session | None = None) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()


class InProcessApi(WebApi):
    """slack_sdk straight into the workspace."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(InProcessClient(workspace))
        self._workspace = workspace

    def upload(self, url: str, content: bytes) -> None:
        status, body = uploads.receive(self._workspace, url.rpartition("/")[2], content)
        if status != 200:
            raise SlackDoubt("files.upload", "upload_failed", body)


class World:
    """Everything of one installation in this process; `settle` is what clock and workers would do by now."""

    def __init__(self, folder: Path, database_url: str, policy: str = "") -> None:
        self.folder = folder
        self.clock = HandClock()
        self.workspace = Workspace(manifest(), now=self.clock.seconds)
        self.slack = Slack(self.workspace)
        config = folder / "muster.yml"
        if policy:
            config.write_text(policy)
        self.settings = Settings(
            slack_bot_token=self.workspace.bot_token,
            slack_signing_secret=self.workspace.signing_secret,
            slack_api_url="http://in-process.invalid/api/",
            database_url=database_url,
            muster_config=config,
            _env_file=None,
        )
        furnish(database_url)
        self.api = InProcessApi(self.workspace)
        self.muster: Muster = build(self.settings, bell=lambda priority: None, clock=self.clock, slack=self.api)
        self.core = self.muster.core
        share_statements(self.core.engine)
        self.background = Background(httpx.Client(transport=httpx.MockTransport(self._respond)))
        self.app = make_app(self.muster, self.background, forms=self.api)
        self.workspace.connect(Direct(self._receive, self.workspace.signing_secret))
        self.courier = Courier(self.core, self.api, self.muster.table)

    def _receive(self, body: str, headers: Mapping[str, str]) -> tuple[int, str, dict[str, Any]]:
        answer = self.app.dispatch(BoltRequest(body=body, headers=dict(headers)))
        return answer.status, answer.body or "", dict(answer.headers)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        """A response_url's request, straight into the workspace."""
        status, body = responses.respond(self.workspace, request.url.path, json.loads(request.content))
        return httpx.Response(status, json=body)

    def person(self, name: str) -> Somebody:
        return self.slack.person(name)

    def settle(self, *, limit: int = 500) -> None:
        """Deliver everything that is due now, fire everything that is owed now, and so on until nothing is."""
        for _ in range(limit):
            fired, clean = clockwork.fire_due(self.core)
            assert clean, "a timer raised"
            delivered = 0
            while delivered < limit and self._delivers():
                delivered += 1
            if not delivered and not fired:
                return
        raise AssertionError("it never settles: " + "; ".join(self.waiting()))

    def _delivers(self) -> bool:
        """One delivery, after everything that Slack has to say and hear; none is left otherwise."""
        self.slack.settle()
        self.background.finish()
        return self.courier.one()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, stopping wherever something falls due, as the clock would."""
        end = self.clock.at + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        while True:
            self.settle()
            following = self._next()
            if following is None or following >= end:
                break
            self.clock.at = max(following, self.clock.at + timedelta(milliseconds=1))
        self.clock.at = max(end, self.clock.at)
        self.settle()

    def _next(self) -> datetime | None:
        with self.core.view() as session:
            moments = [max(each) for each in session.execute(_OWED)]
        return min((moment for moment in moments if moment > self.clock.at), default=None)

    def waiting(self) -> list[str]:
        """What has not left yet, for a failure's message."""
        with self.core.view() as session:
            rows = session.exec(select(Delivery).where(Delivery.state != "done")).all()
            return [f"{r.reaction}/{r.target} {r.state} {r.trouble or ''} next {r.next_at}" for r in rows]

    def incident(self, number: int = 1) -> Incident:
        with self.core.view() as session:
            return session.get_one(Incident, number)

    def events(self, number: int = 1) -> list[Event]:
        with self.core.view() as session:
            return list(session.exec(select(Event).where(Event.incident_id == number).order_by(col(Event.id))))

    def room(self, number: int = 1) -> Room:
        channel = self.incident(number).room_channel
        assert channel, f"INC-{number} has no room; waiting: {self.waiting()}"
        return Room(self.workspace, self.workspace.channel(channel))

    def close(self) -> None:
        self.core.engine.dispose()
