"""Calling an address outside Slack: once, within a few seconds, and with a bounded answer."""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import httpx

SECONDS = 4.0  # in all; a delivery's lease is at least three times as long
LARGEST_ANSWER = 16_384  # bytes that are read of an answer
SECRETS = "RUNBOOK_"  # only variables of this name are put into a request
_SENDABLE = re.compile(r"[\x20-\x7e]*")
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9_]{1,100})\}")


@dataclass(frozen=True)
class Call:
    """One request. `key` is the same whenever it is the same call, and is sent as `Idempotency-Key`."""

    method: str
    url: str
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Reply:
    """What came back: a status and the beginning of the text."""

    status: int
    text: str


class NotCalled(Exception):
    """It did not reach the other side for certain; the text says why."""


class InDoubt(Exception):
    """It may have been carried out or not: the connection broke, or no answer came in time."""


class Webhooks(Protocol):
    """Makes one call. Raises NotCalled or InDoubt, and nothing else."""

    def call(self, call: Call) -> Reply: ...


class HttpWebhooks:
    """By HTTP. No redirects are followed, and certificates are checked. `variables` is the environment."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables

    def call(self, call: Call) -> Reply:
        headers = {"Content-Type": "application/json"} if call.body else {}
        for name, value in call.headers.items():
            headers = {known: kept for known, kept in headers.items() if known.lower() != name.lower()}
            headers[name] = self._in_header(name, value)
        headers |= {"Idempotency-Key": call.key, "User-Agent": "Muster"}
        return _send(call, headers, self._filled(call.body))

    def _in_header(self, name: str, value: str) -> str:
        """Without the line break that a secret read from a file ends in. Whoever sends it would quote what it cannot send, and
        that is told in the incident's room."""
        filled = self._filled(value).strip()
        if not _SENDABLE.fullmatch(filled):
            raise NotCalled(f"the header {name} would hold a line break or a letter that no header can; mend its variable")
        return filled

    def _filled(self, text: str) -> str:
        """`${RUNBOOK_…}` by the environment's value, so that no secret stands in a file of a repository."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if not name.startswith(SECRETS):
                raise NotCalled(f"only variables whose names begin with {SECRETS} are put in, not {name}")
            if name not in self._variables:
                raise NotCalled(f"the variable {name} is not set where the worker runs")
            return self._variables[name]

        return _VARIABLE.sub(value, text)


_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def _send(call: Call, headers: Mapping[str, str], body: str) -> Reply:
    until = time.monotonic() + SECONDS
    own = urlsplit(call.url).hostname in ("127.0.0.1", "localhost", "::1")
    timeout = httpx.Timeout(SECONDS / 2, connect=SECONDS / 2)
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=not own) as client,
            client.stream(call.method, call.url, headers=dict(headers), content=body.encode()) as answer,
        ):
            return Reply(answer.status_code, _beginning(answer, until))
    except _UNSENT as error:
        raise NotCalled(_why(error)) from None
    except httpx.HTTPError as error:
        raise InDoubt(_why(error)) from None
    except (ValueError, UnicodeError) as error:  # what cannot be a header or an address
        raise NotCalled(_why(error)) from None


def _beginning(answer: httpx.Response, until: float) -> str:
    """As much of the text as comes in time; the status has been given by then, so nothing is in doubt any more."""
    read = b""
    try:
        for part in answer.iter_raw(4096):
            read += part
            if len(read) >= LARGEST_ANSWER or time.monotonic() > until:
                break
    except httpx.HTTPError:
        pass
    if answer.headers.get("content-encoding", "identity") != "identity":
        return ""
    return "".join(
        letter for letter in read[:LARGEST_ANSWER].decode("utf-8", "replace") if letter.isprintable() or letter == "\n"
    )


def _why(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:150]
