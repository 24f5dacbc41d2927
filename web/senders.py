"""Other systems that send to us: nothing of theirs is read before they have shown the secret that their operator gave them."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integrations.incoming import bearer
from web.bodies import read_body


class Sender(Protocol):
    """A source of alerts or of deploys."""

    @property
    def variable(self) -> str:
        """Where its secret is."""
        ...

    @property
    def is_its_own(self) -> "Check":
        """Whether a request carries that secret."""
        ...


class Check(Protocol):
    """Takes as long however much of the secret is right."""

    def __call__(self, headers: Mapping[str, str], body: bytes, secret: str, /) -> bool: ...


async def body_of(request: Request, sender: Sender, secrets: Mapping[str, str], *, largest: int, page: str) -> bytes | Response:
    """The body of at most `largest` bytes, or the refusal that answers the request; `page` says where a secret goes."""
    secret = secrets.get(sender.variable, "").strip()
    if not secret:
        return PlainTextResponse(f"{sender.variable} is not set, so nothing is taken from this source.", 404)
    wrong = PlainTextResponse(f"The secret is missing or wrong; {page} says where it goes.", 401)
    if sender.is_its_own is bearer and not bearer(request.headers, b"", secret):
        return wrong  # no body need be read for that
    body = await read_body(request, largest)
    if isinstance(body, Response):
        return body
    return body if sender.is_its_own(request.headers, body, secret) else wrong
