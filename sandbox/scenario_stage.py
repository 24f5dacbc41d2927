"""A workspace with what is to be played in it: a past that is played before anybody looks, a scenario while they do.

The past is played step by step at somebody's word (`POST /control/past`), since the app has to keep up with a clock
that is moved by hand (`POST /control/clock`). The scenario plays itself once the past is over, the app is there and a
page is open.
"""

import json
import threading
from collections.abc import Callable

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.clock import Clock
from sandbox.people import Slack
from sandbox.scenario import Scenario
from sandbox.scenario_player import Player, Say
from sandbox.state import Json

_LOOK_AGAIN = 0.2


class Stage:
    """What is played, and the control API for it."""

    def __init__(
        self,
        slack: Slack,
        clock: Clock,
        *,
        past: Scenario | None = None,
        scenario: Scenario | None = None,
        say: Say = print,
        once_past: Callable[[], None] = lambda: None,
    ) -> None:
        self._slack, self._clock, self._once_past = slack, clock, once_past
        self._past = Player(slack, past, say=say) if past else None
        self._live = Player(slack, scenario, say=say) if scenario else None
        self._turn = threading.Lock()
        self._played = 0
        self._ended = threading.Event()
        if self._past:
            self._past.set_up()

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/control/clock", self.clock, methods=["GET", "POST"]),
            Route("/control/past", self.past, methods=["GET", "POST"]),
        ]

    # --- the control API

    async def clock(self, request: Request) -> Response:
        """What time it is; or move it: `{"at": <epoch seconds>}` stands there, `{"at": null}` runs from now on.

        Before it moves, every event has reached the app.
        """
        if request.method == "POST":
            try:
                at = json.loads(await request.body() or b"{}")["at"]
                await to_thread.run_sync(self._move, None if at is None else float(at))
            except (KeyError, TypeError, ValueError, TimeoutError) as error:
                return JSONResponse({"ok": False, "error": str(error) or "say at"}, 400)
        return JSONResponse({"ok": True, "now": self._clock(), "stands": self._clock.stands})

    async def past(self, request: Request) -> Response:
        """When its next step is to be played, null when none is left; a POST plays it, and tells what was not there."""
        if request.method != "POST":
            return JSONResponse({"ok": True, "next": self._next()})
        return JSONResponse(await to_thread.run_sync(self._play_one))

    def _move(self, at: float | None) -> None:
        self._slack.settle()
        if at is not None:
            self._clock.stand(at)
            return
        self._clock.run()
        self._mark_all_read()
        self._once_past()

    def _next(self) -> float | None:
        past = self._past.scenario if self._past else None
        if past is None or past.starts is None or self._played >= len(past.steps):
            return None
        return past.starts + past.steps[self._played].at

    def _play_one(self) -> Json:
        with self._turn:
            if self._past is None or self._next() is None:
                return {"ok": False, "error": "Nothing is left to play.", "next": None}
            step = self._past.scenario.steps[self._played]
            self._played += 1
            trouble = self._past.perform(step)
            return {"ok": not trouble, "error": trouble, "next": self._next()}

    def _mark_all_read(self) -> None:
        """What is past has been read by everybody who could."""
        workspace = self._slack.workspace
        with workspace.changing() as state:
            for room in state.channels.values():
                last = next(reversed(room.messages), None)
                room.last_read.update({member: last for member in room.members if last})
            workspace.touch("unread")

    # --- the scenario

    def begin(self, is_looked_at: Callable[[], bool], is_connected: Callable[[], bool]) -> None:
        """Play the scenario, if there is one, in a thread of its own, as soon as it can be seen and the app can answer."""
        if self._live is None:
            return
        player = self._live

        def play() -> None:
            while self._clock.stands or not is_looked_at() or not is_connected():
                if self._ended.wait(_LOOK_AGAIN):
                    return
            player.set_up()
            player.play(self._ended)

        threading.Thread(target=play, name="scenario", daemon=True).start()

    def end(self) -> None:
        self._ended.set()
