"""The protocol as it went by: every request in either direction, and every call that Slack would refuse."""

import itertools
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.state import Json

SHOWN = 2000


@dataclass
class Entry:
    """One request: to the app (with the time it took to acknowledge) or from it (a Web API call)."""

    at: float
    direction: str  # to_app | from_app
    kind: str  # a method, or command, block_actions, view_submission, event:pin_added…
    ms: float
    status: int
    error: str = ""
    payload: str = ""
    answer: str = ""
    attempt: int = 0
    number: int = 0


@dataclass(frozen=True)
class Refusal:
    """A call that Slack would not have carried out, for a reason that lies with the caller."""

    method: str
    args: Json
    error: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.method} -> {self.error}{': ' + self.detail if self.detail else ''}\n    {short(self.args)}"


def short(value: Any, most: int = SHOWN) -> str:
    """A value as JSON, cut to what a side panel can show."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[:most] + "…"


@dataclass
class Log:
    """The last few thousand entries, and all refusals."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=5000))
    refusals: list[Refusal] = field(default_factory=list)
    on_record: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def record(self, entry: Entry) -> None:
        entry.number = next(self._numbers)
        self.entries.append(entry)
        self.on_record()

    def refuse(self, method: str, args: Json, error: str, detail: str = "") -> None:
        self.refusals.append(Refusal(method, args, error, detail))

    def recent(self, limit: int = 200) -> list[Json]:
        """The newest entries, oldest first."""
        return [vars(entry) for entry in list(self.entries)[-limit:]]
