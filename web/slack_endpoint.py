"""`POST /slack/events`: takes everything that Slack sends over HTTP."""

import hmac
import json
import logging
import time
from urllib.parse import parse_qs

import anyio
from slack_bolt import App, BoltRequest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.app import CONCURRENCY

log = logging.getLogger("muster.web")

LARGEST = 1_000_000  # bytes; Slack's own requests stay far below
STALE_SECONDS = 300  # docs.slack.dev, "Verifying requests from Slack"


class SlackEndpoint:
    """Checks size, signature and form before Bolt sees a request: Bolt parses first, and raises on what is malformed."""

    def __init__(self, app: App, signing_secret: str) -> None:
        self._app, self._secret = app, signing_secret.encode()
        self._limit = anyio.CapacityLimiter(CONCURRENCY)

    async def __call__(self, request: Request) -> Response:
        if not self._secret:
            return PlainTextResponse("SLACK_SIGNING_SECRET is not set, so nothing is taken over HTTP.", 403)
        body = await _read(request)
        if body is None:
            return PlainTextResponse("Too large.", 413)
        if not self._signed(request, body):
            return PlainTextResponse("The signature is missing, wrong or stale.", 401)
        if not _well_formed(request.headers.get("content-type", ""), body):
            return PlainTextResponse("Not a request that Slack would send.", 400)
        bolt = BoltRequest(body=body.decode(), query=dict(request.query_params), headers=dict(request.headers))
        answer = await anyio.to_thread.run_sync(self._app.dispatch, bolt, limiter=self._limit)
        return Response(answer.body, answer.status, {name: values[0] for name, values in answer.headers.items()})

    def _signed(self, request: Request, body: bytes) -> bool:
        stamp = request.headers.get("x-slack-request-timestamp", "")
        if not stamp.isascii() or not stamp.isdigit() or abs(time.time() - int(stamp[:15])) > STALE_SECONDS:
            return False
        digest = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, "sha256").hexdigest()
        return hmac.compare_digest(f"v0={digest}".encode(), request.headers.get("x-slack-signature", "").encode())


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is too large; no more than that is ever read."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length[:15]) > LARGEST:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _well_formed(content_type: str, body: bytes) -> bool:
    """Only what Bolt can parse, with the members that every Slack request of its kind has."""
    try:
        text = body.decode()
        if content_type.startswith("application/json"):
            return _known(json.loads(text))
        form = parse_qs(text, keep_blank_values=True)
        if "payload" in form:
            return _known(json.loads(form["payload"][0]))
        return bool(form.get("ssl_check") or (form.get("command") and form.get("user_id") and form.get("trigger_id")))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return False


def _known(payload: object) -> bool:
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        return False
    kind = payload["type"]
    if kind == "event_callback":
        return isinstance(payload.get("event"), dict)
    if kind in ("block_actions", "view_submission", "view_closed", "message_action", "shortcut"):
        user = payload.get("user")
        if not isinstance(user, dict) or not isinstance(user.get("id"), str):
            return False
        if kind in ("view_submission", "view_closed"):
            view = payload.get("view")
            return isinstance(view, dict) and isinstance(view.get("id"), str) and isinstance(view.get("type"), str)
        if kind == "block_actions":
            actions = payload.get("actions")
            return isinstance(actions, list) and bool(actions) and all(isinstance(action, dict) for action in actions)
        if kind == "message_action":
            return isinstance(payload.get("message"), dict) and isinstance(payload.get("channel"), dict)
    return True
