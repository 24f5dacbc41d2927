"""Reading what somebody sends: never more than is sensible, and never for longer."""

import asyncio

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

SLOWEST = 10.0  # seconds for a body to arrive; Slack itself gives up after three


async def read_body(request: Request, largest: int, slowest: float = SLOWEST) -> bytes | Response:
    """The body, or the refusal that answers the request."""
    try:
        with anyio.fail_after(slowest):
            body = await _read(request, largest)
    except (ClientDisconnect, TimeoutError):
        return PlainTextResponse("The body did not arrive.", 408)
    except asyncio.CancelledError:  # the server is being stopped, and has waited for it long enough: nothing was begun
        return PlainTextResponse("Muster is being stopped. Send it again.", 503)
    return PlainTextResponse("Too large.", 413) if body is None else body


async def _read(request: Request, largest: int) -> bytes | None:
    """None when it is too large; no more than that is ever read."""
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length[:15]) > largest:
        return None
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            return None
        parts.append(part)
    return b"".join(parts)
