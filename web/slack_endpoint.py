"""`POST /slack/events`: takes everything that Slack sends over HTTP."""

import hmac
import logging
import time
from collections.abc import Sequence
from contextlib import nullcontext

import anyio
from slack_bolt import App, BoltRequest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.app import CONCURRENCY
from bot.rush import Rush
from web.bodies import SLOWEST, read_body
from web.payloads import NotSlacks, is_certificate_check, understood

log = logging.getLogger("muster.web")

LARGEST = 1_000_000  # bytes; Slack's own requests stay far below
STALE_SECONDS = 300  # docs.slack.dev, "Verifying requests from Slack"
_FOR_BOLT = ("x-slack-retry-num", "x-slack-retry-reason")


class SlackEndpoint:
    """Checks size, signature and form, and gives Bolt what was understood.

    Bolt's own parsing raises on what is malformed, and loses a command whose text has "payload" in it; so a request
    goes to it parsed and verified, as one of Socket Mode does.
    """

    def __init__(self, app: App, signing_secret: str, rush: Rush | None = None, *, slowest: float = SLOWEST) -> None:
        self._app, self._secret, self._slowest = app, signing_secret.encode(), slowest
        self._rush = rush or Rush()
        self._limit = anyio.CapacityLimiter(CONCURRENCY)

    async def __call__(self, request: Request) -> Response:
        if not self._secret:
            return PlainTextResponse("SLACK_SIGNING_SECRET is not set, so nothing is taken over HTTP.", 403)
        body = await read_body(request, LARGEST, self._slowest)
        if isinstance(body, Response):
            return body
        if is_certificate_check(body):
            return PlainTextResponse("")
        if not self._signed(request, body):
            return PlainTextResponse("The signature is missing, wrong or stale.", 401)
        try:
            bolt = _for_bolt(request, body)
        except NotSlacks:
            return PlainTextResponse("Not a request that Slack would send, or none that Muster asked for.", 400)
        # Counted here and not where it is worked on: the first of a crowd may be through before the second has a thread.
        with nullcontext() if bolt.body.get("type") == "event_callback" else self._rush.request():
            answer = await anyio.to_thread.run_sync(self._app.dispatch, bolt, limiter=self._limit)
        return Response(answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()})

    def _signed(self, request: Request, body: bytes) -> bool:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not stamp.isascii() or not stamp.isdigit() or abs(time.time() - int(stamp[:15])) > STALE_SECONDS:
            return False
        digest = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, "sha256").hexdigest()
        return hmac.compare_digest(f"v0={digest}".encode(), request.headers.get("x-slack-signature", "").encode())


def _for_bolt(request: Request, body: bytes) -> BoltRequest:
    payload = understood(body, request.headers.get("content-type", ""))
    headers: dict[str, str | Sequence[str]] = {name: request.headers[name] for name in _FOR_BOLT if name in request.headers}
    try:
        return BoltRequest(body=payload, headers=headers, mode="socket_mode")
    except (TypeError, AttributeError, LookupError, ValueError):  # it looks at members that we do not
        raise NotSlacks from None
