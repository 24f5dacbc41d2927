"""Which request to the app an API call came of, said with what that rests on.

A call that names a request's trigger_id, response_url or form is its own: "trigger", "response_url", "view". Otherwise
only the time speaks: "during" when one request alone was waiting for its ack; "likely" when several were, and this one
speaks of the same channel or person, or is the latest that a person made; "after" within a second of the ack. Later
calls, such as a timer's, came of none.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.delivery import Request

LINGER_SECONDS = 1.0
KEPT = 1000
NAMES = ("channel", "channel_id", "user", "user_id", "user_ids", "users")


@dataclass
class _Open:
    """A request, from when it was sent until it is forgotten. `ended` is None while its ack is awaited."""

    number: int
    by_person: bool
    is_message: bool
    about: set[str]
    ended: float | None = None


@dataclass
class Causes:
    """Remembers the last thousand requests and what would give each away. Safe from any thread."""

    clock: Callable[[], float] = time.monotonic
    _requests: "OrderedDict[int, _Open]" = field(default_factory=OrderedDict)
    _marks: "OrderedDict[str, tuple[int, str]]" = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def begin(self, request: "Request") -> int:
        """Note that a request goes out, and give its number: 1, 2, 3…"""
        with self._lock:
            self._last += 1
            kind = str(request.payload.get("event", {}).get("type", ""))
            about = set(_ids(request.payload))
            opened = _Open(self._last, request.kind != "events", kind == "message", about)
            self._requests[self._last] = opened
            for mark, how in _marks_of(request.payload):
                self._mark(mark, self._last, how)
            while len(self._requests) > KEPT:
                self._requests.popitem(last=False)
            return self._last

    def end(self, number: int) -> None:
        """Its ack is there, or will not come."""
        with self._lock:
            if number in self._requests:
                self._requests[number].ended = self.clock()

    def note_view(self, view_id: str, number: int) -> None:
        """A form that a call has opened: what is done to it later comes of the same request."""
        with self._lock:
            if number and view_id:
                self._mark(view_id, number, "view")

    def of(self, args: Json) -> tuple[int, str]:
        """The request that a call with these arguments came of, and why we think so; (0, "") for none."""
        with self._lock:
            for name in ("trigger_id", "interactivity_pointer", "response_url", "view_id"):
                if found := self._marks.get(str(args.get(name) or "")):
                    return found
            return self._by_time(args)

    def _by_time(self, args: Json) -> tuple[int, str]:
        now = self.clock()
        recent = [item for item in self._requests.values() if item.ended is None or now - item.ended < LINGER_SECONDS]
        waiting = [item for item in recent if item.ended is None]
        if len(waiting) == 1:
            return waiting[0].number, "during"
        candidates = waiting or recent
        if not candidates:
            return 0, ""
        named = set(_ids(args))
        best = max(candidates, key=lambda item: (item.by_person, not item.is_message, len(item.about & named), item.number))
        return best.number, "likely" if waiting else "after"

    def _mark(self, mark: str, number: int, how: str) -> None:
        self._marks[mark] = number, how
        self._marks.move_to_end(mark)
        while len(self._marks) > 4 * KEPT:
            self._marks.popitem(last=False)


def _marks_of(payload: Json) -> Iterator[tuple[str, str]]:
    """What a call can only know from this request."""
    for name in ("trigger_id", "response_url"):
        if payload.get(name):
            yield str(payload[name]), name.removesuffix("_id")
    for item in payload.get("response_urls") or ():
        yield str(item["response_url"]), "response_url"
    if isinstance(payload.get("view"), dict):
        yield str(payload["view"]["id"]), "view"


def _ids(value: object) -> Iterator[str]:
    """The channels and people that arguments or a payload speak of."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, str) and name in NAMES:
            yield from inner.split(",")
        elif isinstance(inner, dict):
            if name in NAMES and isinstance(inner.get("id"), str):
                yield inner["id"]
            elif name in ("event", "container", "item"):
                yield from _ids(inner)
