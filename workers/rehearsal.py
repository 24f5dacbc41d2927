"""Plays the past of the local workspace: people act there, Muster keeps up, and both go by a clock that is moved by hand.

`python -m workers rehearsal`, before anything else of Muster runs. Nothing is made up: every row and every message comes
of the same requests, verbs, timers and deliveries as on any other day.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlmodel import Session, col, select

from bot import process
from bot.app import make_app, socket_mode
from bot.requests import Background
from bot.settings import Settings, SettingsError
from bot.slack import TLS
from bot.wiring import Muster, build
from models import Delivery, Wake
from models.migrate import migrate
from models.spine import OPEN
from workers.clock import fire_due
from workers.deliver import Courier

log = logging.getLogger("muster.rehearsal")

_PATIENCE_SECONDS = 30.0  # the workspace is started at the same moment as this
_ROUNDS = 200  # more, and something never settles


class HandClock:
    """The time, moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self, session: Session | None = None) -> datetime:
        return self.at


class Stage:
    """The local workspace's control API, as far as its past is concerned."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    @classmethod
    def beside(cls, slack_api_url: str) -> "Stage":
        """Raises SettingsError where no local workspace answers."""
        stage = cls(httpx.Client(verify=TLS, base_url=slack_api_url.removesuffix("api/"), timeout=20.0))
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                stage.now()
                return stage
            except (httpx.HTTPError, ValueError, KeyError):
                if time.monotonic() > end:
                    raise SettingsError(f"No local workspace answers at {slack_api_url}. `make run` starts one.") from None
            time.sleep(0.05)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._http.get("control/clock").json()["now"], UTC)

    def move(self, at: datetime | None) -> None:
        """Let its clock stand there, or run from now on; every event has reached the app before."""
        self._http.post("control/clock", json={"at": at.timestamp() if at else None}).raise_for_status()

    def hang_up(self) -> None:
        """End the Socket Mode connection."""
        self._http.post("control/disconnect", json={"drop": True}).raise_for_status()

    def next_step(self) -> datetime | None:
        """When the next step is to be played; None when none is left."""
        at = self._http.get("control/past").json()["next"]
        return datetime.fromtimestamp(at, UTC) if at is not None else None

    def play_step(self) -> str:
        """Play it; "" or what was not there."""
        told: dict[str, Any] = self._http.post("control/past").json()
        return str(told["error"])


class Rehearsal:
    """One installation that keeps up with the past that is played."""

    def __init__(self, muster: Muster, clock: HandClock, stage: Stage, background: Background) -> None:
        self._core, self._clock, self._stage, self._background = muster.core, clock, stage, background
        self._courier = Courier(muster.core, muster.slack, muster.table)

    def play(self) -> list[str]:
        """From the first step to the last and on to now; what was not there on the way."""
        missed = []
        while (at := self._stage.next_step()) is not None:
            self.advance(at)
            if trouble := self._stage.play_step():
                missed.append(trouble)
            self.settle()
        self.advance(datetime.now(UTC) - timedelta(seconds=1))
        self._stage.move(None)
        return missed

    def advance(self, to: datetime) -> None:
        """Let time pass, stopping wherever something falls due, as the clock would."""
        while (due := self._next_due()) is not None and due < to:
            self._move(max(due, self._clock.at + timedelta(milliseconds=1)))
            self.settle()
        self._move(max(to, self._clock.at))

    def settle(self) -> None:
        """Fire and deliver everything that is due by now."""
        for _ in range(_ROUNDS):
            self._background.finish()
            fired, clean = fire_due(self._core)
            if not clean:
                raise RuntimeError("a timer raised; see the log")
            if not self._courier.drain(threads=1) and not fired:
                self._stage.move(self._clock.at)  # until what the workspace has to tell has arrived
                if not self._is_behind():
                    return
        raise RuntimeError("it never settles")

    def _move(self, at: datetime) -> None:
        self._stage.move(at)
        self._clock.at = at

    def _is_behind(self) -> bool:
        due = self._next_due(after_now=False)
        return due is not None and due <= self._clock.at

    def _next_due(self, *, after_now: bool = True) -> datetime | None:
        """When something is next owed to somebody: a deadline, a delivery, a look for a late copy."""
        with self._core.view() as session:
            wakes = session.exec(select(Wake.due_at)).all()
            rows = session.exec(select(Delivery).where(Delivery.state == OPEN)).all()
            checks = session.exec(select(Delivery.check_at).where(col(Delivery.check_at).is_not(None))).all()
        moments = [*wakes, *(max(row.next_at, row.lease_until or row.next_at) for row in rows), *filter(None, checks)]
        return min((at for at in moments if at > self._clock.at or not after_now), default=None)


def _run(settings: Settings) -> None:
    began = time.monotonic()
    stage = Stage.beside(settings.slack_api_url)
    clock = HandClock(stage.now())
    muster = build(settings, bell=lambda priority: None, clock=clock)
    migrate(muster.core.engine)
    if stage.next_step() is None:
        return
    background = Background(httpx.Client(verify=TLS, timeout=5.0))
    handler = socket_mode(make_app(muster, background), settings)
    handler.client.connect_to_new_endpoint()
    try:
        missed = Rehearsal(muster, clock, stage, background).play()
    except httpx.HTTPError as error:
        raise SettingsError(f"The local workspace at {settings.slack_api_url} went away: {error}") from None
    handler.client.auto_reconnect_enabled = False
    stage.hang_up()  # slack_sdk's own `close` waits three seconds for a socket that has nothing to say
    muster.core.engine.dispose()
    for trouble in missed:
        log.warning("%s", trouble)
    log.info("yesterday took %.1f s", time.monotonic() - began)


def main() -> int:
    """Play it; the exit status."""
    return process.run(_run)
