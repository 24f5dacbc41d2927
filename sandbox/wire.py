"""The control API of the protocol itself: what went over the wire, the faults on it, and the workspace's settings.

GET  /control/log?limit=200      {"entries": [...]}, the oldest first; see log.Entry. An entry to the app has its own
                                 number in "request"; a call from it has there the request that it came of (0: none),
                                 and in "because" what that rests on: trigger, response_url, view, during, likely, after
GET  /control/entry?number=N     one entry with all it carried, as "payload" and "answer", and "calls": the numbers of
                                 the entries that came of it
GET, POST /control/faults        see faults.Faults; {"fail_next": {"method", "error", "times", ...}}, {"clear": true}
POST /control/redeliver          {"n": 1}: the last n requests arrive once more
POST /control/disconnect         {"reason": "warning" | "refresh_requested" | "link_disabled", "close_after": seconds}
                                 or {"drop": true}: the websockets end without a word
GET, POST /control/settings      {"plan": "free" | "pro", "rate_limits": bool, "token_error": "" | "token_revoked" | …}
"""

import json
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

PLANS = ("free", "pro")
TOKEN_ERRORS = (
    "",
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "team_added_to_org",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
)
REASONS = ("warning", "refresh_requested", "link_disabled")
CLOSE_MOST = 60.0


class Wire:
    """The routes of it."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/control/log", self.log),
            Route("/control/entry", self.entry),
            Route("/control/faults", self.faults, methods=["GET", "POST"]),
            Route("/control/redeliver", self.redeliver, methods=["POST"]),
            Route("/control/disconnect", self.disconnect, methods=["POST"]),
            Route("/control/settings", self.settings, methods=["GET", "POST"]),
        ]

    async def log(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "200")
        return JSONResponse({"entries": self._workspace.log.recent(int(limit) if limit.isdigit() else 200)})

    async def entry(self, request: Request) -> Response:
        number = request.query_params.get("number", "")
        found = self._workspace.log.whole(int(number)) if number.isdecimal() else None
        return no("There is no such entry any more.", 404) if found is None else JSONResponse({"ok": True, "entry": found})

    async def faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self._workspace.faults.change(await body_of(request))
            except (ValueError, TypeError) as error:
                return no(str(error))
        return JSONResponse({"ok": True, **self._workspace.faults.as_json()})

    async def redeliver(self, request: Request) -> Response:
        try:
            count = int((await body_of(request)).get("n", 1))
        except (ValueError, TypeError):
            return no("n must be a number.")
        return JSONResponse({"ok": True, "redelivered": self._workspace.delivery.redeliver(count)})

    async def disconnect(self, request: Request) -> Response:
        """End every Socket Mode connection: with a reason, or with `drop` without a word."""
        socket = self._workspace.socket_mode
        if socket is None:
            return no("There is no Socket Mode here.")
        try:
            body = await body_of(request)
            reason, after = body.get("reason", "refresh_requested"), float(body.get("close_after", 0))
            if reason not in REASONS or not 0 <= after <= CLOSE_MOST:
                raise ValueError
        except (ValueError, TypeError):
            return no(f"reason must be one of {', '.join(REASONS)}, and close_after 0 to {CLOSE_MOST:g} seconds.")
        told = socket.drop() if body.get("drop") else socket.disconnect(reason, close_after=after)
        return JSONResponse({"ok": True, "connections": told})

    async def settings(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self._set(await body_of(request))
            except (ValueError, TypeError) as error:
                return no(str(error))
        return JSONResponse({"ok": True, **self._settings()})

    def _settings(self) -> Json:
        workspace = self._workspace
        plan, limits = workspace.state.team.plan, workspace.limits_rates
        return {"plan": plan, "rate_limits": limits, "token_error": workspace.token_error}

    def _set(self, values: Json) -> None:
        """All of it or nothing. Raises ValueError for a name or a value that means nothing."""
        allowed = {"plan": PLANS, "rate_limits": (True, False), "token_error": TOKEN_ERRORS}
        for name, value in values.items():
            if name not in allowed:
                raise ValueError(f"There is no setting called {name}. There are: {', '.join(allowed)}.")
            if value not in allowed[name]:
                raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed[name]))}.")
        now = self._settings() | values
        with self._workspace.changing() as state:
            state.team.plan = now["plan"]
            self._workspace.limits_rates, self._workspace.token_error = bool(now["rate_limits"]), now["token_error"]
            self._workspace.touch("settings")


async def body_of(request: Request) -> Json:
    """The JSON object that a request carries. Raises ValueError or TypeError when it carries none."""
    body = json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body


def no(sentence: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"ok": False, "error": sentence}, status_code=status)
