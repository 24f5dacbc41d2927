"""A guided first minute: steps and scenes out of a JSON file, each step done once what it waits for has happened.

    {"title": "…", "start": {"as": "alice", "channel": "incidents"},
     "steps": [{"title": "…", "say": "…", "until": {"message": "…", "in": "inc-*"}, "go": {…}, "point": {…}}],
     "scenes": {"name": {"title": "…", "as": "bob", "channel": "inc-*", "first": {…}, "run": "/command"}}}

`until` is one of `{"form": title}` (it is open before somebody), `{"channel": pattern}` (it was created),
`{"message": text, "in": pattern}` (it was written; marks such as * left out), `{"file": pattern}` (somebody opened
it in the page) and `{"click": true}` (somebody went on by themselves). Only what has happened since the guide was first
looked at, or started over, counts. `go`, `point` and the scenes are the page's (its guide.js says what it takes).
"""

import json
import re
import threading
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.seen import Post
from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

UNTIL = {"form", "channel", "message", "file", "click"}


class Guide:
    """The steps, and how far they have been done. Raises ValueError for content that it does not understand."""

    def __init__(self, content: Json) -> None:
        blank: Json = {"title": "Guide", "start": {}, "scenes": {}, "steps": []}
        self._content = blank | content
        self._steps: list[Json] = self._content["steps"]
        for number, step in enumerate(self._steps, 1):
            wanted = step.get("until")
            if not isinstance(step.get("say"), str) or not isinstance(wanted, dict) or not UNTIL & set(wanted):
                raise ValueError(f"step {number} needs `say`, and `until` with one of {', '.join(sorted(UNTIL))}")
        self._lock = threading.Lock()
        self._since: float | None = None
        self._before: set[str] = set()  # the rooms and files that were there then: their moments are whole seconds
        self._done, self._took = 0, 0
        self._opened: set[str] = set()

    @classmethod
    def read(cls, path: Path) -> "Guide":
        content = json.loads(path.read_text())
        if not isinstance(content, dict):
            raise ValueError("a JSON object is expected")
        return cls(content)

    def shape(self, workspace: "Workspace") -> Json:
        """Everything the page needs: `at` is the index of the step that waits, `took` the seconds until none did."""
        with self._lock:
            self._look(workspace)
            return self._content | {"at": self._done, "took": self._took}

    def opened(self, file_id: str) -> None:
        """Somebody has opened a file."""
        self._opened.add(file_id)

    def go_on(self, number: int) -> None:
        """Somebody says that a step, given as an index, is done."""
        with self._lock:
            if number < len(self._steps) and "click" in self._steps[number]["until"]:
                self._done = max(self._done, number + 1)

    def start_over(self, workspace: "Workspace") -> None:
        with self._lock:
            self._begin(workspace)
            self._done = 0
            self._opened.clear()

    def _begin(self, workspace: "Workspace") -> None:
        with workspace.lock:
            self._since, self._before = workspace.now(), {*workspace.state.channels, *workspace.state.files}

    def _look(self, workspace: "Workspace") -> None:
        """Whoever does a later step has done with the ones before it."""
        if self._since is None:
            self._begin(workspace)
        with workspace.lock:
            for index in range(len(self._steps) - 1, self._done - 1, -1):
                if self._happened(workspace, self._steps[index]["until"]):
                    self._done, self._took = index + 1, round(workspace.now() - (self._since or 0.0))
                    return

    def _happened(self, workspace: "Workspace", until: Json) -> bool:
        state, since = workspace.state, self._since or 0.0
        if "form" in until:
            open_forms = [view for stack in state.modals.values() for view in stack]
            return any((view.content.get("title") or {}).get("text") == until["form"] for view in open_forms)
        if "file" in until:
            mine = [file for id, file in state.files.items() if id in self._opened - self._before]
            return any(fnmatchcase(file.name, until["file"]) for file in mine)
        pattern = until.get("channel") or until.get("in") or "*"
        rooms = [room for room in state.channels.values() if not room.is_direct and fnmatchcase(room.name, pattern)]
        if "channel" in until:
            return any(room.id not in self._before for room in rooms)
        if "message" not in until:
            return False
        recent = [m for room in rooms for m in reversed(room.messages.values()) if float(m.ts) > since]
        return any(until["message"] in re.sub("[*_~`]", "", Post(workspace, message).reads) for message in recent)
