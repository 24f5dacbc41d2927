"""Signed HTTP to the app, over the network or straight into a function; both send the very same bodies."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import httpx

from sandbox.delivery import ACK_SECONDS, Ack, Request, timed
from sandbox.state import Json

Receiver = Callable[[str, dict[str, str]], tuple[int, str | None, Mapping[str, object]]]


def body_of(request: Request) -> tuple[str, str]:
    """The body as Slack writes it, and its content type."""
    if request.kind == "command":
        return urlencode(request.payload), "application/x-www-form-urlencoded"
    if request.kind == "interactive":
        return urlencode({"payload": json.dumps(request.payload)}), "application/x-www-form-urlencoded"
    return json.dumps(request.payload), "application/json"


def signed_headers(body: str, content_type: str, secret: str, request: Request, clock: Callable[[], float]) -> dict[str, str]:
    """The headers of one request, signed for the moment that `clock` gives."""
    timestamp = str(int(clock()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": content_type,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={digest}",
    }
    if request.retry:
        headers |= {"x-slack-retry-num": str(request.retry), "x-slack-retry-reason": request.reason}
    return headers


def read_ack(status: int, body: str | None, headers: Mapping[str, object]) -> Ack:
    """An ack from an HTTP answer: commands and interactions need a 200, and JSON counts as such."""
    no_retry = str(headers.get("x-slack-no-retry", "")) == "1"
    if not 200 <= status < 300:
        return Ack(status, body, error="dispatch_failed", reason="http_error", no_retry=no_retry)
    text = (body or "").strip()
    parsed: Json | str | None = text or None
    if text.startswith("{"):
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = text
    return Ack(status, parsed)


class SignedHttp:
    """The app's request URL. The signature's moment is the machine's: that is what the app compares it with."""

    in_background = True

    def __init__(self, request_url: str, signing_secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._url, self._secret, self._clock = request_url, signing_secret, clock
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        self._client = httpx.Client(timeout=ACK_SECONDS, limits=limits, trust_env=False)

    def send(self, request: Request) -> Ack:
        return timed(lambda: self._post(request))

    def _post(self, request: Request) -> Ack:
        body, content_type = body_of(request)
        headers = signed_headers(body, content_type, self._secret, request, self._clock)
        try:
            answer = self._client.post(self._url, content=body.encode(), headers=headers)
        except httpx.TimeoutException:
            return Ack(0, error="operation_timeout", reason="http_timeout")
        except httpx.HTTPError as error:
            return Ack(0, str(error), error="dispatch_failed", reason="connection_failed")
        return read_ack(answer.status_code, answer.text, answer.headers)


class Direct:
    """A function in this process, `receive(body, headers) -> (status, body, headers)`: signed bodies as over HTTP.

    What it raises counts as an app that cut the connection, and is kept in `raised` for a test to look at.
    """

    in_background = False

    def __init__(self, receive: Receiver, signing_secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._receive, self._secret, self._clock = receive, signing_secret, clock
        self.raised: list[Exception] = []

    def send(self, request: Request) -> Ack:
        return timed(lambda: self._call(request))

    def _call(self, request: Request) -> Ack:
        body, content_type = body_of(request)
        headers = signed_headers(body, content_type, self._secret, request, self._clock)
        try:
            status, answer, answered = self._receive(body, headers)
        except Exception as error:  # whatever the app raises, a server would have cut the connection
            self.raised.append(error)
            return Ack(0, repr(error), error="dispatch_failed", reason="connection_failed")
        flat = {name.lower(): value[0] if isinstance(value, list) else value for name, value in answered.items()}
        return read_ack(status, answer, flat)
