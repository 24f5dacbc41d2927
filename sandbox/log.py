"""The protocol as it went by: every request in either direction, and every call that Slack would refuse."""

import itertools
import json
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.causes import Causes
from sandbox.state import Json

SHOWN = 2000
WHOLE_MOST = 500  # requests that are kept with all they carried
WHOLE_BYTES = 300_000


@dataclass
class Entry:
    """One request: to the app (with the time it took to acknowledge) or from it (a Web API call).

    To the app, `request` is its own number; from it, the number of the request that the call came of (0 for none), and
    `because` is what that rests on (see causes.py).
    """

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
    request: int = 0
    because: str = ""


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
    causes: Causes = field(default_factory=Causes)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._wholes: OrderedDict[int, tuple[str, str]] = OrderedDict()

    def record(self, entry: Entry, payload: Any, answer: Any) -> None:
        """Note a request with what it carried and what came back; long ones are cut in the entry."""
        whole = short(payload, WHOLE_BYTES), short(answer, WHOLE_BYTES) if answer else ""
        entry.payload, entry.answer = short(whole[0]), short(whole[1], 600)
        with self._lock:
            entry.number = next(self._numbers)
            self.entries.append(entry)
            self._wholes[entry.number] = whole
            if len(self._wholes) > WHOLE_MOST:
                self._wholes.popitem(last=False)
        self.on_record()

    def refuse(self, method: str, args: Json, error: str, detail: str = "") -> None:
        self.refusals.append(Refusal(method, args, error, detail))

    def recent(self, limit: int = 200) -> list[Json]:
        """The newest entries, oldest first."""
        with self._lock:
            return [vars(entry) for entry in list(self.entries)[-limit:]]

    def whole(self, number: int) -> Json | None:
        """One entry with all it carried, and the numbers of the calls that came of it; None when it is gone."""
        with self._lock:
            found = next((entry for entry in self.entries if entry.number == number), None)
            if found is None:
                return None
            payload, answer = self._wholes.get(number, (found.payload, found.answer))
            asked = found.request if found.direction == "to_app" else 0
            calls = [entry.number for entry in self.entries if asked and entry.direction == "from_app" and entry.request == asked]
        return vars(found) | {"payload": payload, "answer": answer, "calls": calls}
