"""The web process: HTTP routes, and the Socket Mode connection where an app token is set."""

import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.app import make_app, socket_mode
from bot.logs import set_up_logs
from bot.redis import ensure
from bot.requests import Background
from bot.settings import SettingsError, load_settings
from bot.wiring import Muster, build, make_bell
from incidents.policy_file import PolicyError
from models.migrate import migrate
from web.health import Health
from web.slack_endpoint import SlackEndpoint

log = logging.getLogger("muster.web")


def make_web(muster: Muster, redis_url: str) -> Starlette:
    """The routes. In Socket Mode the connection is opened when the server starts and closed when it stops."""
    background = Background(httpx.Client(timeout=5.0))
    app = make_app(muster, background)
    health = Health(muster, redis_url)

    @asynccontextmanager
    async def connected(_: Starlette) -> AsyncIterator[None]:
        handler = socket_mode(app, muster.settings) if muster.settings.socket_mode else None
        if handler is not None:
            handler.connect()
            log.info("connected to Slack in Socket Mode")
        yield
        if handler is not None:
            handler.close()
        background.finish()

    endpoint = SlackEndpoint(app, muster.settings.slack_signing_secret.get_secret_value())
    routes = [
        Route("/slack/events", endpoint.__call__, methods=["POST"]),
        Route("/livez", health.livez),
        Route("/healthz", health.healthz),
        Route("/metrics", health.metrics),
    ]
    return Starlette(routes=routes, lifespan=connected)


def main() -> int:
    """Serve until SIGTERM."""
    set_up_logs()
    try:
        settings = load_settings()
        if not settings.slack_bot_token.get_secret_value():
            raise SettingsError("SLACK_BOT_TOKEN is not set. Copy .env.example to .env and fill it in, or `make run`.")
        redis_url = ensure(settings.redis_url, settings.muster_var / "redis")
        muster = build(settings, bell=make_bell(settings, redis_url).ring)
    except (SettingsError, PolicyError) as error:
        print(error, file=sys.stderr)
        return 2
    migrate(muster.core.engine)
    log.info("serving on port %d", settings.port)
    for stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal once more when it is done; by default that would end us before our own goodbyes
        signal.signal(stop, lambda *_: None)
    uvicorn.run(
        make_web(muster, redis_url),
        host="0.0.0.0",
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    return 0
