"""Faults on demand: slowness, refusals, errors before and after the effect, hangs, outages, lag and redelivery."""

import random
import re
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sandbox.state import Json

SHARES = (
    "ratelimited",
    "error_before",
    "error_after",
    "hang_before",
    "hang_after",
    "redeliver_share",
    "drop_socket",
)
WORDS = {"outage": ("", "drop", "503"), "redeliver": ("", "at_once", "later")}


class Unanswered(TimeoutError):
    """Raised in process where the server would have left the caller waiting for ever."""


class Dropped(ConnectionError):
    """Raised in process where the server would have cut the connection."""


@dataclass(frozen=True)
class Plan:
    """What befalls one call. `kind` is empty when nothing does but the delay (seconds)."""

    kind: str = ""  # ratelimited | before | after | hang_before | hang_after | drop | unavailable | error | error_after
    delay: float = 0.0
    error: str = ""
    status: int = 200
    retry_after: int = 1

    @property
    def is_fault(self) -> bool:
        return bool(self.kind)

    @property
    def takes_effect(self) -> bool:
        return self.kind in ("", "after", "hang_after", "error_after")


@dataclass
class Scripted:
    """The next `times` calls of `method` ("*" for any) are answered with this."""

    method: str
    times: int
    error: str
    status: int
    after_effect: bool
    retry_after: int


@dataclass
class Faults:
    """The weather, changeable while the workspace runs. Shares are between 0 and 1, durations in seconds.

    "response_url" and "upload" stand for the two addresses that are no methods.
    """

    latency: float = 0.0
    jitter: float = 0.0
    ratelimited: float = 0.0
    retry_after: int = 1
    error_before: float = 0.0
    error_after: float = 0.0
    hang_before: float = 0.0
    hang_after: float = 0.0
    hang_for: float = 60.0
    outage: str = ""  # "" | "drop" (connections cut) | "503"
    history_lag: float = 0.0
    redeliver: str = ""  # "" | "at_once" | "later": every request to the app arrives twice, with the same ids
    redeliver_share: float = 1.0
    redeliver_after: float = 1.0
    drop_socket: float = 0.0  # the share of envelopes after which the websocket is cut, so that their ack is lost
    only: list[str] = field(default_factory=list)  # methods that shares apply to; empty means all
    seed: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(self.seed)
        self._script: list[Scripted] = []

    def fail_next(
        self,
        method: str,
        times: int = 1,
        error: str = "internal_error",
        *,
        status: int = 200,
        after_effect: bool = False,
        retry_after: int = 1,
    ) -> None:
        """Answer the next calls of `method` with this error; with `after_effect` the call has been carried out."""
        with self._lock:
            self._script.append(Scripted(method, times, error, status, after_effect, retry_after))

    def plan(self, method: str) -> Plan:
        """Decide what befalls the next call. Deterministic for a seed and a sequence of calls."""
        with self._lock:
            delay = self.latency + (self._random.random() * self.jitter if self.jitter else 0.0)
            if self.outage:
                return Plan("drop" if self.outage == "drop" else "unavailable", delay, "service_unavailable", 503)
            if scripted := self._scripted(method):
                return self._from_script(scripted, delay)
            if self.only and method not in self.only:
                return Plan(delay=delay)
            return self._roll(delay)

    def _scripted(self, method: str) -> Scripted | None:
        for item in self._script:
            if item.method in (method, "*"):
                item.times -= 1
                if item.times <= 0:
                    self._script.remove(item)
                return item
        return None

    @staticmethod
    def _from_script(item: Scripted, delay: float) -> Plan:
        if item.error == "ratelimited":
            return Plan("ratelimited", delay, item.error, 429, item.retry_after)
        kind = "error_after" if item.after_effect else "error"
        return Plan(kind, delay, item.error, item.status, item.retry_after)

    def _roll(self, delay: float) -> Plan:
        shares = (
            (self.ratelimited, Plan("ratelimited", delay, "ratelimited", 429, self.retry_after)),
            (self.error_before, Plan("before", delay, "internal_error", 500)),
            (self.error_after, Plan("after", delay, "internal_error", 500)),
            (self.hang_before, Plan("hang_before", delay)),
            (self.hang_after, Plan("hang_after", delay)),
        )
        if not any(share for share, _ in shares):
            return Plan(delay=delay)
        dice = self._random.random()
        for share, plan in shares:
            if dice < share:
                return plan
            dice -= share
        return Plan(delay=delay)

    def redelivers(self) -> bool:
        """Whether the request that has just gone to the app goes there once more."""
        if not self.redeliver:
            return False
        with self._lock:
            return self._random.random() < self.redeliver_share

    def drops_socket(self) -> bool:
        """Whether the websocket is cut right after the envelope that has just gone out."""
        with self._lock:
            return bool(self.drop_socket) and self._random.random() < self.drop_socket

    def as_json(self) -> Json:
        with self._lock:
            return asdict(self) | {"script": [asdict(item) for item in self._script]}

    def change(self, values: dict[str, Any]) -> None:
        """Take new values by name; `fail_next` scripts one failure, `{"clear": true}` brings back fair weather.

        Raises ValueError or TypeError for a name or a value that means nothing.
        """
        known = {item.name: item.default for item in fields(self)}
        values = dict(values)
        if values.pop("clear", False):
            self.clear()
        if script := values.pop("fail_next", None):
            self.fail_next(**_script(script))
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"There is no fault called {name}. There are: {', '.join(known)}, fail_next, clear.")
            self._set(name, value)

    def _set(self, name: str, value: Any) -> None:
        current = getattr(self, name)
        if isinstance(current, (int, float)):
            _check_number(name, value)
        if name in WORDS and value not in WORDS[name]:
            *others, last = (f'"{word}"' for word in WORDS[name])
            raise ValueError(f"{name} must be {', '.join(others)} or {last}.")
        if name == "only" and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise TypeError("only must be a list of methods.")
        with self._lock:
            setattr(self, name, value)
            if name == "seed":
                self._random = random.Random(value)

    def clear(self) -> None:
        """End every fault at once."""
        for item in fields(self):
            if item.name not in ("seed", "only"):
                setattr(self, item.name, item.default)
        with self._lock:
            self.only = []
            self._script.clear()


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number.")
    if value < 0 or (name in SHARES and value > 1):
        raise ValueError(f"{name} must be {'from 0 to 1' if name in SHARES else '0 or more'}.")


def _script(given: Any) -> dict[str, Any]:
    """One scripted failure as it was asked for. Raises ValueError or TypeError when it means nothing."""
    if not isinstance(given, dict) or not isinstance(given.get("method"), str):
        raise TypeError("fail_next must be an object with a method.")
    if unknown := given.keys() - {"method", "times", "error", "status", "after_effect", "retry_after"}:
        raise ValueError(f"fail_next does not know {', '.join(sorted(unknown))}.")
    for name in ("times", "status", "retry_after"):
        if not isinstance(given.get(name, 1), int):
            raise TypeError(f"{name} must be a number.")
    if not re.fullmatch(r"[a-z_]+", str(given.get("error", "internal_error"))):
        raise ValueError("error must be one of Slack's names.")
    return given
