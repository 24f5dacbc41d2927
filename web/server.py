"""The web process: HTTP routes, and the Socket Mode connection where an app token is set."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot import process
from bot.app import make_app, socket_mode
from bot.redis import ensure
from bot.requests import Background
from bot.rush import Rush
from bot.settings import Settings, SettingsError
from bot.slack import TLS
from bot.wiring import Muster, build, make_bell
from models.migrate import migrate
from web.alerts import AlertsEndpoint
from web.deploys import DeploysEndpoint
from web.health import Health
from web.slack_endpoint import SlackEndpoint
from web.slack_socket import SocketLink

log = logging.getLogger("muster.web")


def make_web(muster: Muster, redis_url: str, rush: Rush | None = None) -> Starlette:
    """The routes. In Socket Mode the connection is opened once the server starts, as soon as Slack lets it."""
    background = Background(httpx.Client(verify=TLS, timeout=5.0), rush)
    app = make_app(muster, background)
    health = Health(muster, redis_url)

    @asynccontextmanager
    async def connected(_: Starlette) -> AsyncIterator[None]:
        link = SocketLink(socket_mode(app, muster.settings, background.rush)) if muster.settings.socket_mode else None
        yield
        if link is not None:
            link.close()
        background.finish()

    endpoint = SlackEndpoint(app, muster.settings.slack_signing_secret.get_secret_value(), background.rush)
    routes = [
        Route("/slack/events", endpoint.__call__, methods=["POST"]),
        Route("/alerts/{source}", AlertsEndpoint(muster.core, muster.secrets).__call__, methods=["POST"]),
        Route("/events/deploy", DeploysEndpoint(muster.core, muster.secrets).__call__, methods=["POST"]),
        Route("/livez", health.livez),
        Route("/healthz", health.healthz),
        Route("/metrics", health.metrics),
    ]
    return Starlette(routes=routes, lifespan=connected)


def main() -> int:
    """Serve until SIGTERM; the exit status."""
    return process.run(_run)


def _run(settings: Settings) -> None:
    if not (settings.socket_mode or settings.slack_signing_secret.get_secret_value()):
        raise SettingsError("Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set; see .env.example.")
    port = _take(settings.port)
    redis_url = ensure(settings.redis_url, settings.muster_var / "redis")
    rush = Rush()
    muster = build(settings, bell=make_bell(settings, redis_url, rush).ring)
    migrate(muster.core.engine)
    log.info("serving on port %d", settings.port)
    config = uvicorn.Config(make_web(muster, redis_url, rush), log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    process.settle_in()
    uvicorn.Server(config).run(sockets=[port])


def _take(port: int) -> socket.socket:
    """The port, before anything else is begun; nobody is let in yet."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("0.0.0.0", port))
    except OSError as error:
        fix = "Set PORT to a free one, or stop what uses it"
        raise SettingsError(f"Port {port} cannot be used ({error.strerror}). {fix}.") from None
    return taken
