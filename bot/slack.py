"""The gateway: the only way out to Slack's Web API, which says plainly whether a call took effect."""

import json
import logging
import ssl
from typing import Any, Protocol
from urllib.request import Request

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

log = logging.getLogger(__name__)

CALL_SECONDS = 5.0  # the whole of one call; a lease is three times this (DESIGN §2)

# Slack's own words for "something of it may have happened" (SLACK.md; chat.postMessage's error list).
_DOUBTFUL = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
# The same trouble later may be no trouble: the app is being reinstalled, the workspace moved.
_PASSING = frozenset({"team_added_to_org", "accesslimited", "org_login_required", "external_channel_migrating"})
_TOKEN_TROUBLE = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "two_factor_setup_required",
        "not_allowed_token_type",
        "team_access_not_granted",
    }
)

TLS = ssl.create_default_context()  # made once for all that speak HTTP: reading the certificates takes longer than a call
_KEPT = httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=15.0)  # seconds
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class CallFailed(Exception):
    """A call that did not return an answer; `error` is Slack's name for it, or ours in the same style."""

    def __init__(self, method: str, error: str, detail: str = "") -> None:
        super().__init__(f"{method}: {error}{f' ({detail})' if detail else ''}")
        self.method, self.error, self.detail = method, error, detail


class SlackRefused(CallFailed):
    """Slack said no; nothing happened."""

    @property
    def for_the_token(self) -> bool:
        """It says nothing of what was asked, and whoever runs Muster may mend the token."""
        return self.error in _TOKEN_TROUBLE


class SlackDoubt(CallFailed):
    """It may have happened: a timeout, a 5xx, a connection that broke after the request was sent."""


class SlackAway(CallFailed):
    """It has not happened: Slack could not be reached at all."""


class SlackBraked(CallFailed):
    """429: it has not happened, and this method may be called again in `seconds`."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(method, "ratelimited", f"again in {seconds:g} s")
        self.seconds = seconds


class Transport(Protocol):
    """One Web API call and one upload; tests bring one that reaches a simulated workspace without a network."""

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        """The answer's body, or one of the four failures above."""
        ...

    def upload(self, url: str, content: bytes) -> None:
        """Send a file's content to the address that Slack gave for it."""
        ...


class KeptClient(WebClient):
    """slack_sdk's client over connections that are kept: a new one costs two round trips (TCP, TLS) before each call, which
    is as much again as the call, and slack_sdk makes a new one for every call."""

    def __init__(self, *, token: str, base_url: str, seconds: float) -> None:
        super().__init__(token=token, base_url=base_url)
        self._http = httpx.Client(verify=TLS, timeout=seconds, limits=_KEPT)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        content = req.data if isinstance(req.data, bytes) else b""
        answer = self._http.post(url, content=content, headers=dict(req.header_items()))
        return {"status": answer.status_code, "headers": answer.headers, "body": answer.text}

    def put(self, url: str, content: bytes) -> None:
        """Send a file's content to the address that Slack gave for it."""
        self._http.post(url, content=content, headers={"Content-Type": "application/octet-stream"}).raise_for_status()


class WebApi:
    """slack_sdk's client, without retries of its own: whether to try again is decided where doubt is settled."""

    def __init__(self, client: WebClient) -> None:
        self.client = client
        self.client.retry_handlers = []  # given to the constructor, an empty list is taken for "the defaults"
        logging.getLogger("slack_sdk.web.base_client").setLevel(logging.CRITICAL)  # failures are told by whoever called

    @classmethod
    def at(cls, token: str, base_url: str, *, seconds: float = CALL_SECONDS) -> "WebApi":
        """The client for one installation; each call ends within `seconds`."""
        url = base_url if base_url.endswith("/") else base_url + "/"
        return cls(KeptClient(token=token, base_url=url, seconds=seconds))

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self.client.api_call(method, data=_form(args))
        except SlackApiError as error:
            raise _failure(method, error) from None
        except SlackRequestError as error:
            raise SlackAway(method, "not_sent", str(error)) from None
        except _NOT_SENT as error:
            raise SlackAway(method, "unreachable", str(error)) from None
        except (httpx.HTTPError, OSError) as error:
            raise SlackDoubt(method, "no_answer", repr(error)) from None
        assert isinstance(answer.data, dict)
        return answer.data

    def upload(self, url: str, content: bytes) -> None:
        assert isinstance(self.client, KeptClient)
        try:
            self.client.put(url, content)
        except httpx.HTTPStatusError as error:
            raise _not_taken(error.response) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SlackDoubt("files.upload", "upload_failed", repr(error)) from None


def _form(args: dict[str, Any]) -> dict[str, str]:
    """Every method takes a form; what is nested goes as JSON, what is None stays out."""
    form: dict[str, str] = {}
    for name, value in args.items():
        if value is None:
            continue
        if isinstance(value, str):
            form[name] = value
        elif isinstance(value, bool):
            form[name] = "true" if value else "false"
        elif isinstance(value, int | float):
            form[name] = str(value)
        else:
            form[name] = json.dumps(value, ensure_ascii=False)
    return form


def _failure(method: str, raised: SlackApiError) -> CallFailed:
    response = raised.response
    status = response.status_code
    body = response.data if isinstance(response.data, dict) else {}
    error = str(body.get("error") or f"http_{status}")
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return SlackBraked(method, _seconds(response.headers))
    if status >= 500 or error in _DOUBTFUL:
        return SlackDoubt(method, error if error in _DOUBTFUL else f"http_{status}")
    if error in _PASSING:
        return SlackAway(method, error)
    messages = body.get("response_metadata", {}).get("messages", []) if isinstance(body, dict) else []
    needed = f"needs {body['needed']}" if body.get("needed") else ""
    return SlackRefused(method, error[:80], needed or "; ".join(map(str, messages))[:300])


def _not_taken(response: httpx.Response) -> CallFailed:
    """Of an upload, whose address answers by status alone."""
    if response.status_code == 429:
        return SlackBraked("files.upload", _seconds(response.headers))
    failed = SlackDoubt if response.status_code >= 500 else SlackRefused
    return failed("files.upload", f"http_{response.status_code}")


def _seconds(headers: Any) -> float:
    """Retry-After in seconds, kept within what makes sense."""
    value = next((value for name, value in dict(headers).items() if name.lower() == "retry-after"), "1")
    if isinstance(value, list):
        value = value[0]
    try:
        return min(max(float(value), 0.2), 300.0)
    except (TypeError, ValueError):
        return 1.0
