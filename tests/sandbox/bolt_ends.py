"""A real Bolt app at the other end of the wire, reached over HTTP or by Socket Mode."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.starlette.handler import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.server import Sandbox
from sandbox.transports import SignedHttp


def quiet(name: str = "bolt-ends") -> logging.Logger:
    logger = logging.getLogger(name)
    logger.setLevel(logging.CRITICAL)
    return logger


def bolt_app(sandbox: Sandbox) -> App:
    """An app with nothing registered yet; its client calls the sandbox over HTTP."""
    client = WebClient("xoxb-sandbox", base_url=sandbox.api_url)
    secret = sandbox.workspace.signing_secret
    return App(client=client, signing_secret=secret, token_verification_enabled=False, logger=quiet())


@contextlib.contextmanager
def over_http(sandbox: Sandbox, app: App) -> Iterator[None]:
    """Bolt behind a web server, as in production; requests are signed and go over the network."""
    handler = SlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    web = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(web, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events"
    sandbox.connect(SignedHttp(url, sandbox.workspace.signing_secret))
    yield
    server.should_exit = server.force_exit = True
    thread.join(5)


@contextlib.contextmanager
def by_socket(sandbox: Sandbox, app: App) -> Iterator[None]:
    """Bolt's own Socket Mode handler."""
    sandbox.connect(sandbox.socket_mode)
    # Bolt looks every ping_interval whether its socket is still there, and comes back only then.
    handler = SocketModeHandler(app, "xapp-sandbox", ping_interval=0.5)
    handler.connect()
    assert sandbox.socket_mode.wait_until_connected()
    yield
    threading.Thread(target=handler.close, daemon=True).start()  # it takes its time, and nobody needs to wait


def connected(how: str, sandbox: Sandbox, app: App) -> Any:
    return {"http": over_http, "socket": by_socket}[how](sandbox, app)
