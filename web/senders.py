"""Other systems that send to us: nothing of theirs is read before they have shown the secret that their operator gave them."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integrations.incoming import Check, bearer
from web.bodies import read_body


class Sender(Protocol):
    """A source of alerts or of deploys."""

    @property
    def variable(self) -> str:
        """Where its secret is."""
        ...

    @property
    def is_signed(self) -> Check | None:
        """Whether a body is signed with that secret; None where the request carries the secret itself."""
        ...


async def body_of(request: Request, sender: Sender, secrets: Mapping[str, str], *, largest: int, page: str) -> bytes | Response:
    """The body of at most `largest` bytes, or the refusal that answers the request; `page` says where a secret goes."""
    secret = secrets.get(sender.variable, "").strip()
    if not secret:
        return PlainTextResponse(f"{sender.variable} is not set, so nothing is taken from this source.", 404)
    wrong = PlainTextResponse(f"The secret is missing or wrong; {page} says where it goes.", 401)
    if sender.is_signed is None and not bearer(request.headers, secret):
        return wrong  # no body need be read for that
    body = await read_body(request, largest)
    if isinstance(body, Response):
        return body
    return body if sender.is_signed is None or sender.is_signed(request.headers, body, secret) else wrong
