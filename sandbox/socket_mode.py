"""Socket Mode: websockets that an app opens, envelopes that go to any one of them, and the acks that come back."""

import asyncio
import contextlib
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.delivery import ACK_SECONDS, Ack, Request, timed
from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

CONNECTIONS_MOST = 10
LIFETIME_SECONDS = 3600.0
DEBUG_LIFETIME_SECONDS = 360.0  # with debug_reconnects
NOTICE_SECONDS = 10.0
SUCCESSOR_SECONDS = 1.0  # slack_sdk reads nothing more from a connection that was warned, and opens another
ANSWERED = ("block_actions", "block_suggestion", "view_submission")
TYPES = {"command": "slash_commands", "interactive": "interactive", "events": "events_api"}


@dataclass
class Connection:
    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    lifetime: float = LIFETIME_SECONDS
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    warned: bool = False
    retired: bool = False


class SocketMode:
    """The transport of an app that connects by websocket. Ready as soon as one connection says hello."""

    in_background = True

    def __init__(self, workspace: "Workspace", url: Callable[[], str], *, wait_for_connection: float = 0.0) -> None:
        """`url` gives the websocket's address; `wait_for_connection` is how long a request waits for an app to come."""
        self._workspace, self._url, self._patience = workspace, url, wait_for_connection
        self.lifetime, self.debug_lifetime, self.notice = LIFETIME_SECONDS, DEBUG_LIFETIME_SECONDS, NOTICE_SECONDS
        self._tickets: dict[str, float] = {}
        self._connections: list[Connection] = []
        self._turns = itertools.count()
        self._acks: dict[str, tuple[Connection, Future[Json]]] = {}
        self._changed = threading.Condition()

    # --- what the Web API hands out

    def ticket_url(self, *, debug_reconnects: bool = False) -> str:
        """The URL for one connection; its ticket works once. With `debug_reconnects` it lives for six minutes."""
        ticket = self._workspace.secret(32)
        self._tickets[ticket] = self.debug_lifetime if debug_reconnects else self.lifetime
        return f"{self._url()}?ticket={ticket}&app_id={self._workspace.app_id}"

    # --- the app's side of the wire

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection until either side ends it."""
        lifetime = self._tickets.pop(socket.query_params.get("ticket", ""), None)
        if lifetime is None:
            await socket.close(4403)
            return
        await socket.accept()
        if refusal := self._refusal():
            await socket.send_text(_farewell(refusal))
            await _quietly_close(socket)
            return
        connection = Connection(socket, asyncio.get_running_loop(), lifetime)
        with self._changed:
            self._connections.append(connection)
        await socket.send_text(json.dumps(self._hello(lifetime)))
        with self._changed:
            self._changed.notify_all()
        reading, leaving = asyncio.ensure_future(self._read(socket)), asyncio.ensure_future(self._live(connection))
        try:
            await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            with self._changed:
                self._connections.remove(connection)
                self._changed.notify_all()
            self._give_up(connection)
            reading.cancel()
            leaving.cancel()
            await _quietly_close(socket)

    def _refusal(self) -> str:
        """Why a connection is sent away at once, or ""."""
        if not self._workspace.manifest.socket_mode:
            return "link_disabled"
        return "too_many_websockets" if len(self._connections) >= CONNECTIONS_MOST else ""

    async def _live(self, connection: Connection) -> None:
        """Until it is told to close, or its time is over: then it is warned, and told to come back."""
        for seconds, reason in ((connection.lifetime - self.notice, "warning"), (self.notice, "refresh_requested")):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(connection.closing.wait(), max(seconds, 0))
                return
            connection.warned = True
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await connection.socket.send_text(_farewell(reason))

    async def _read(self, socket: WebSocket) -> None:
        try:
            while True:
                answer = json.loads(await socket.receive_text())
                if not isinstance(answer, dict):
                    continue
                _, waiting = self._acks.pop(str(answer.get("envelope_id")), (None, None))
                if waiting and not waiting.done():
                    waiting.set_result(answer)
        except (WebSocketDisconnect, RuntimeError, ValueError):
            return

    def _give_up(self, connection: Connection) -> None:
        """Whatever was under way on a connection that has ended will not be acknowledged any more."""
        for asked, waiting in list(self._acks.values()):
            if asked is connection and not waiting.done():
                waiting.set_exception(ConnectionResetError("the socket was closed"))

    def _hello(self, lifetime: float) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self._workspace.app_id},
            "debug_info": {
                "host": "sandbox",
                "started": time.strftime("%Y-%m-%d %H:%M:%S.000"),
                "build_number": 1,
                "approximate_connection_time": int(lifetime),
            },
        }

    # --- our side

    @property
    def connections(self) -> int:
        return sum(not connection.retired for connection in self._connections)

    def wait_until_connected(self, timeout: float = 10.0) -> bool:
        """Until an app is there; False when none came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.connections > 0, timeout)

    def send(self, request: Request) -> Ack:
        return timed(lambda: self._exchange(request))

    def _exchange(self, request: Request) -> Ack:
        connection = self._pick()
        if connection is None:
            return Ack(0, error="dispatch_failed", reason="connection_failed")
        envelope_id = str(uuid.uuid4())
        waiting: Future[Json] = Future()
        self._acks[envelope_id] = connection, waiting
        try:
            sending = asyncio.run_coroutine_threadsafe(
                connection.socket.send_text(json.dumps(_envelope(request, envelope_id))), connection.loop
            )
            sending.result(ACK_SECONDS)
            if self._workspace.faults.drops_socket():
                self._cut(connection)
                raise ConnectionResetError("the socket was dropped")
            answer = waiting.result(ACK_SECONDS)
        except TimeoutError:
            return Ack(0, error="operation_timeout", reason="timeout")
        except Exception as error:  # however the socket broke, the dispatch failed
            return Ack(0, repr(error), error="dispatch_failed", reason="connection_failed")
        finally:
            self._acks.pop(envelope_id, None)
        return Ack(200, answer.get("payload") or None if _is_answered(request) else None)

    def _pick(self) -> Connection | None:
        """Any one connection, in turn; one that has been warned only where no other comes within a second."""
        if self._patience and not self.connections:
            self.wait_until_connected(self._patience)
        with self._changed:
            if any(not connection.retired for connection in self._connections):
                self._changed.wait_for(lambda: self._fresh() or not self.connections, SUCCESSOR_SECONDS)
            living = self._fresh() or [connection for connection in self._connections if not connection.retired]
        return living[next(self._turns) % len(living)] if living else None

    def _fresh(self) -> list[Connection]:
        return [connection for connection in self._connections if not (connection.retired or connection.warned)]

    def disconnect(self, reason: str = "refresh_requested", *, close_after: float = 0.0) -> int:
        """Tell every connection to go (`warning`, `refresh_requested`, `link_disabled`), and close it after a while.

        After a warning it is still used until then, where no other is left. Gives the number of connections told.
        """
        told = [connection for connection in self._connections if not connection.retired]
        for connection in told:
            connection.warned = True
            connection.retired = reason != "warning"
            asyncio.run_coroutine_threadsafe(self._say_goodbye(connection, reason, close_after), connection.loop)
        return len(told)

    @staticmethod
    async def _say_goodbye(connection: Connection, reason: str, close_after: float) -> None:
        try:
            await connection.socket.send_text(_farewell(reason))
            await asyncio.sleep(close_after)
        finally:
            connection.closing.set()

    def drop(self) -> int:
        """Cut every connection without a word, and give how many those were."""
        cut = list(self._connections)
        for connection in cut:
            self._cut(connection)
        return len(cut)

    @staticmethod
    def _cut(connection: Connection) -> None:
        connection.retired = True
        connection.loop.call_soon_threadsafe(connection.closing.set)


def _farewell(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})


def _is_answered(request: Request) -> bool:
    """Whether what the ack carries is shown: not for events, shortcuts and closed forms."""
    return request.kind == "command" or request.payload.get("type") in ANSWERED


def _envelope(request: Request, envelope_id: str) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": TYPES[request.kind],
        "payload": request.payload,
        "accepts_response_payload": _is_answered(request),
    }
    if request.kind == "events":
        envelope |= {"retry_attempt": request.retry, "retry_reason": request.reason}
    return envelope


async def _quietly_close(socket: WebSocket) -> None:
    try:
        await socket.close()
    except (RuntimeError, WebSocketDisconnect):
        return
