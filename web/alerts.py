"""`POST /alerts/<source>`: monitoring says that something is wrong, or over."""

import logging
from collections.abc import Mapping

import anyio
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import integrations.alerts
from incidents.alerts import Unsettled, receive
from incidents.core import Core
from incidents.registry import collect
from integrations.alerts import Source
from integrations.incoming import NotUnderstood
from web.senders import body_of

log = logging.getLogger("muster.web")

LARGEST = 4_000_000  # bytes; 500 alerts with long annotations
_AT_ONCE = 2  # requests whose alerts are being stored; Slack's go before


class AlertsEndpoint:
    """Takes nothing without the source's secret, and answers when all of it is stored: what is not answered so is sent again
    by whoever sent it, and then changes nothing where it was stored. The answer says nothing of incidents."""

    def __init__(self, core: Core, secrets: Mapping[str, str]) -> None:
        self._core, self._secrets = core, secrets
        self._sources = collect(integrations.alerts, "SOURCE", Source)
        self._limit = anyio.CapacityLimiter(_AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        source = self._sources.get(request.path_params["source"])
        if source is None:
            return PlainTextResponse(f"There is no such source of alerts. There are: {', '.join(self._sources)}.", 404)
        body = await body_of(request, source, self._secrets, largest=LARGEST)
        if isinstance(body, Response):
            return body
        return await anyio.to_thread.run_sync(self._take, source, body, limiter=self._limit)

    def _take(self, source: Source, body: bytes) -> Response:
        try:
            signals = source.read(body)
        except NotUnderstood as wrong:
            return PlainTextResponse(str(wrong), 400)
        try:
            receive(self._core, signals)
        except (SQLAlchemyError, Unsettled) as error:
            log.warning("alerts from %s were not stored: %s", source.name, type(error).__name__)
            return PlainTextResponse("That could not be stored. Send it again.", 503)
        return PlainTextResponse("Stored.")
