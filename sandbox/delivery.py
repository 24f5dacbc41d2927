"""Carries requests to the app: waits for acks, retries events as Slack does, redelivers on demand, and logs it all."""

import heapq
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from sandbox.events import envelope
from sandbox.log import Entry
from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

ACK_SECONDS = 3.0
EVENT_RETRIES = (0.0, 60.0, 300.0)  # seconds after each failed attempt: nearly at once, a minute, five minutes
WORKERS = 4


@dataclass(frozen=True)
class Request:
    """One thing for the app: a command, an interaction or an event; retries carry the same payload."""

    kind: str  # command | interactive | events
    payload: Json
    retry: int = 0
    reason: str = ""

    @property
    def name(self) -> str:
        if self.kind == "command":
            return str(self.payload["command"])
        if self.kind == "events":
            return f"event:{self.payload.get('event', {}).get('type', self.payload['type'])}"
        return str(self.payload["type"])


@dataclass(frozen=True)
class Ack:
    """What the app answered. `error` is Slack's word for an answer too late, or not 2xx, or none."""

    status: int = 200
    body: Json | str | None = None
    ms: float = 0.0
    error: str = ""  # "" | operation_timeout | dispatch_failed
    reason: str = ""  # why an event will be sent again: http_timeout, http_error, connection_failed
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return not self.error


class Transport(Protocol):
    """A way to the app. `send` returns within about the three seconds that an ack may take, and never raises."""

    in_background: bool

    def send(self, request: Request) -> Ack: ...


@dataclass(order=True)
class Waiting:
    """A request that is to go out at a moment of the workspace's clock."""

    due: float
    number: int
    request: Request = field(compare=False)
    copy: bool = field(compare=False, default=False)


class Delivery:
    """The queue of events, and the direct way for what a person waits for."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self.retry_delays: Sequence[float] = EVENT_RETRIES
        self._transport: Transport | None = None
        self._background = False
        self._turn = threading.Condition()
        self._queue: list[Waiting] = []
        self._numbers = itertools.count()
        self._under_way = 0
        self._workers: list[threading.Thread] = []
        self._closing = False
        self._sent: deque[Request] = deque(maxlen=1000)

    def connect(self, transport: Transport | None, background: bool | None = None) -> None:
        with self._turn:
            self._transport = transport
            self._background = bool(transport and transport.in_background) if background is None else background
            missing = WORKERS - len(self._workers) if self._background else 0
            for _ in range(missing):
                worker = threading.Thread(target=self._work, name="sandbox-delivery", daemon=True)
                self._workers.append(worker)
                worker.start()

    @property
    def is_connected(self) -> bool:
        return self._transport is not None

    def close(self) -> None:
        """Let the workers end; whatever still waits is dropped."""
        with self._turn:
            self._closing = True
            self._turn.notify_all()

    # --- sending

    def ask(self, request: Request) -> Ack:
        """Send what a person is waiting for, and give the app's ack."""
        self._maybe_again(request)
        return self._send(request)

    def event(self, event: Json) -> None:
        """Queue an event; nothing changes in it afterwards."""
        if self._transport is not None:
            self._put(Request("events", _frozen(envelope(self._workspace, event))), 0.0)

    def redeliver(self, count: int) -> int:
        """Send the last `count` requests once more, oldest first, and give how many those were."""
        again = list(self._sent)[-count:] if count > 0 else []
        for request in again:
            self._put(request, 0.0, copy=True)
        return len(again)

    def settle(self, timeout: float) -> None:
        """Until no event is due or under way: send them here, or wait for the workers."""
        self.drain()
        with self._turn:
            if not self._turn.wait_for(lambda: not self._under_way and not (self._background and self._due()), timeout):
                raise TimeoutError(f"events were still under way after {timeout} s")

    def drain(self) -> None:
        """Without workers, send here what is due; with them, leave it to them."""
        while not self._background and (waiting := self._take()):
            self._deliver(waiting)

    # --- the queue

    def _put(self, request: Request, after: float, *, copy: bool = False) -> None:
        with self._turn:
            heapq.heappush(self._queue, Waiting(self._workspace.now() + after, next(self._numbers), request, copy))
            self._turn.notify()

    def _due(self) -> bool:
        return bool(self._queue) and self._queue[0].due <= self._workspace.now()

    def _take(self) -> Waiting | None:
        with self._turn:
            if not self._due():
                return None
            self._under_way += 1
            return heapq.heappop(self._queue)

    def _work(self) -> None:
        while not self._closing:
            if waiting := self._take():
                self._deliver(waiting)
                continue
            with self._turn:
                # The clock may be a test's, so a due moment cannot be slept towards: look again soon.
                self._turn.wait_for(lambda: self._closing or self._due(), 0.05 if self._queue else 1.0)

    def _deliver(self, waiting: Waiting) -> None:
        request = waiting.request
        try:
            if not waiting.copy:
                self._maybe_again(request)
            ack = self._send(request)
            if waiting.copy or request.kind != "events":
                return
            if not ack.ok and not ack.no_retry and request.retry < len(self.retry_delays):
                retried = replace(request, retry=request.retry + 1, reason=ack.reason)
                self._put(retried, self.retry_delays[request.retry])
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()

    def _maybe_again(self, request: Request) -> None:
        """Queue a copy before the request itself goes out, so that with workers the two arrive side by side."""
        faults = self._workspace.faults
        if faults.redelivers():
            self._put(request, 0.0 if faults.redeliver == "at_once" else faults.redeliver_after, copy=True)

    def _send(self, request: Request) -> Ack:
        transport, log = self._transport, self._workspace.log
        number = log.causes.begin(request)
        if transport is None:
            ack = Ack(0, error="dispatch_failed", reason="connection_failed")
        else:
            self._sent.append(request)
            ack = transport.send(request)
        log.causes.end(number)
        at, ms = self._workspace.now(), round(ack.ms, 1)
        entry = Entry(at, "to_app", request.name, ms, ack.status, ack.error, attempt=request.retry, request=number)
        log.record(entry, request.payload, ack.body)
        return ack


def timed(send: Callable[[], Ack]) -> Ack:
    """An ack with the time it took; later than three seconds it counts as none."""
    began = time.monotonic()
    ack = send()
    took = time.monotonic() - began
    if took > ACK_SECONDS and ack.ok:
        ack = replace(ack, error="operation_timeout", reason="http_timeout")
    return replace(ack, ms=took * 1000)


def _frozen(payload: Json) -> Json:
    """A copy that later changes to the workspace do not reach."""
    copied: Json = json.loads(json.dumps(payload))
    return copied
