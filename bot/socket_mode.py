"""The Socket Mode client: Bolt's way of handling, over a connection whose replacement is listened to at once."""

import socket
import time
from contextlib import nullcontext, suppress
from functools import partial

from slack_bolt import App
from slack_bolt.adapter.socket_mode.base_handler import BaseSocketModeHandler
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.rush import Rush

_PING_SECONDS = 5.0  # a connection that is silently dead is noticed after four of them


class PromptClient(SocketModeClient):
    """slack_sdk's own listens to a new connection only when the reader of the one before has waited its three seconds there;
    what came by the new one in the meantime was acknowledged too late (measured). Slack replaces a connection every hour."""

    def connect(self) -> None:
        """As slack_sdk's; whoever reads from the connection before goes over to the new one at once."""
        old = self.current_session
        if old is not None:
            old.close = partial(_close_at_once, old)  # type: ignore[method-assign]
        super().connect()


def _close_at_once(connection: Connection) -> None:
    """It would wait for its reader; so that one is woken first."""
    if connection.sock is not None:
        with suppress(OSError):  # the other side was first
            connection.sock.shutdown(socket.SHUT_RDWR)
    Connection.close(connection)


class SocketMode(BaseSocketModeHandler):
    """Gives Bolt what arrives; not connected yet."""

    client: PromptClient

    def __init__(self, app: App, app_token: str, *, concurrency: int, rush: Rush | None = None) -> None:
        self.app, self._rush = app, rush or Rush()
        self.client = PromptClient(
            app_token=app_token,
            logger=app.logger,
            web_client=app.client,
            proxy=app.client.proxy,
            ping_interval=_PING_SECONDS,
            concurrency=concurrency,
        )
        self.client.socket_mode_request_listeners.append(self.handle)

    def handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        begun = time.time()
        with nullcontext() if req.type == "events_api" else self._rush.request():
            answer = run_bolt_app(self.app, req)
        send_response(client, req, answer, begun)

    def close(self) -> None:
        self.client.close()
