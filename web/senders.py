"""Other systems that send to us: nothing of theirs is read before they have shown the secret that their operator gave them."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integrations.incoming import Sender, bearer
from web.bodies import read_body


async def body_of(request: Request, sender: Sender[Any], secrets: Mapping[str, str], *, largest: int) -> bytes | Response:
    """The body of at most `largest` bytes, or the refusal that answers the request."""
    secret = secrets.get(sender.variable, "").strip()
    if not secret:
        return PlainTextResponse(f"{sender.variable} is not set, so nothing is taken from this source.", 404)
    wrong = PlainTextResponse(f"The secret is missing or wrong; {sender.page} says where it goes.", 401)
    if sender.is_signed is None and not bearer(request.headers, secret):
        return wrong  # no body need be read for that
    body = await read_body(request, largest)
    if isinstance(body, Response):
        return body
    return body if sender.is_signed is None or sender.is_signed(request.headers, body, secret) else wrong
