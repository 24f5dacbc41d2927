"""`POST /events/deploy`: something was deployed."""

import logging
from collections.abc import Mapping

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import integrations.deploys
from incidents.core import Core
from incidents.deploys import record
from incidents.registry import collect
from integrations.deploys import Source
from integrations.deploys.github import EVENT
from integrations.incoming import NotUnderstood
from web.senders import body_of

log = logging.getLogger("muster.web")

LARGEST = 1_000_000  # bytes; GitHub says a lot about the repository with each
_AT_ONCE = 2  # requests that are being stored; Slack's go before


class DeploysEndpoint:
    """One address for all: GitHub names its event in a header. Takes nothing without the source's secret, and answers when it
    is stored; sent again it changes nothing. The answer says nothing of incidents."""

    def __init__(self, core: Core, secrets: Mapping[str, str]) -> None:
        self._core, self._secrets = core, secrets
        self._sources = collect(integrations.deploys, "SOURCE", Source)
        self._limit = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        source = self._sources["github" if EVENT in request.headers else "generic"]
        body = await body_of(request, source, self._secrets, largest=LARGEST)
        if isinstance(body, Response):
            return body
        return await anyio.to_thread.run_sync(self._take, source, request.headers, body, limiter=self._limit)

    def _take(self, source: Source, headers: Mapping[str, str], body: bytes) -> Response:
        try:
            said = source.read(headers, body)
        except NotUnderstood as wrong:
            return PlainTextResponse(str(wrong), 400)
        if said is None:
            return PlainTextResponse("That tells of no deploy; nothing was stored.")
        try:
            record(self._core, said)
        except SQLAlchemyError as error:
            log.warning("a deploy from %s was not stored: %s", source.name, type(error).__name__)
            return PlainTextResponse("That could not be stored. Send it again.", 503)
        return PlainTextResponse("Stored.")
