"""Reading `muster.yml`: every mistake with its line and what would be right, and edits that never take down a bot."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from incidents.errors import quote
from incidents.policy import Policy
from incidents.policy_values import Settings

LARGEST = 1_000_000
"""Bytes. A larger file is refused unread."""

_DEEPEST = 20
_MOST_VALUES = 50_000
_MOST_PROBLEMS = 20
S = TypeVar("S", bound=Settings)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one reads a megabyte in a tenth of the time


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, what is wrong and what would be right. `line` counts from 1; 0 is the whole file."""

    path: Path
    line: int
    what: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.path.name} line {self.line}" if self.line else self.path.name
        return f"{place}: {self.what}; {self.expected}"


class PolicyError(Exception):
    """The file cannot be used as it is. `problems` has every mistake found, in the order of the file; str() has one
    on each line, and `path`, `line`, `what`, `expected` are the first one's."""

    def __init__(self, first: Problem, *others: Problem) -> None:
        self.problems = (first, *others)
        super().__init__("\n".join(str(problem) for problem in self.problems))
        self.path, self.line, self.what, self.expected = first.path, first.line, first.what, first.expected


def load_policy(path: Path | None) -> Policy:
    """The policy that the file holds; the defaults where there is none (`None`, or no such file) or it is empty.

    Raises PolicyError with all that is wrong, and nothing else. Reads at most a megabyte.
    """
    raw = _bytes(path, LARGEST) if path is not None else None
    if path is None or raw is None:
        return Policy()
    return _checked(path, _read(path, raw), Policy)


def load_settings(path: Path, kind: type[S], largest: int = LARGEST) -> S:
    """What a file of settings besides muster.yml holds. Raises PolicyError with all that is wrong, and nothing else. Reads
    at most `largest` bytes."""
    raw = _bytes(path, largest)
    if raw is None:
        raise PolicyError(Problem(path, 0, "is not there any more", "make it a file that this user may read"))
    if len(raw) > largest:
        raise PolicyError(Problem(path, 0, f"is larger than {largest // 1000} kB", "is it the right file? Shorten it"))
    return _checked(path, _read(path, raw), kind)


def _bytes(path: Path, largest: int) -> bytes | None:
    """What is in it, at most one byte more than `largest`; None where there is no such file. A pipe is refused: whoever reads
    one waits for a writer, who may never come."""
    expected = "make it a file that this user may read"
    try:
        if path.is_fifo():
            raise PolicyError(Problem(path, 0, "is a pipe", expected))
        with path.open("rb") as file:
            return file.read(largest + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"cannot be read ({error.strerror or type(error).__name__})"
        raise PolicyError(Problem(path, 0, what, expected)) from None


class PolicyFile:
    """The policy of a running process, read again when its file changes.

    Raises PolicyError when made from a bad file: a process does not start on one. Afterwards a bad edit, or a file
    that is gone, leaves the last good policy in force and is told by `problem`. `version` grows with every policy that
    came into force, so that a watcher sees a reload. Safe to share among threads. `monotonic` gives seconds.
    """

    def __init__(self, path: Path | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._checked = monotonic()
        self._seen = _fingerprint(path)
        self._policy = load_policy(path)
        self.problem: PolicyError | None = None
        self.version = 1

    def current(self) -> Policy:
        """The policy in force. Looks at the file at most once a second, otherwise costs nothing."""
        if self._monotonic() - self._checked >= 1 and self._lock.acquire(blocking=False):
            try:
                self._checked = self._monotonic()
                self._look()
            finally:
                self._lock.release()
        return self._policy

    def _look(self) -> None:
        now = _fingerprint(self._path)
        if now == self._seen:
            return
        self._seen = now
        if now is None and self._path is not None:
            gone = Problem(self._path, 0, "the file is gone", "put it back; until then its last content applies")
            self.problem = PolicyError(gone)
            return
        try:
            fresh = load_policy(self._path)
        except PolicyError as error:
            self.problem = error
            return
        self.problem = None
        if fresh != self._policy:
            self._policy, self.version = fresh, self.version + 1


def _fingerprint(path: Path | None) -> tuple[int, int, int] | None:
    """Differs whenever the file was written or replaced; None where there is none."""
    try:
        found = os.stat(path) if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


@dataclass
class _Node:
    """A value of the file that knows its line. `keys` are the lines of a mapping's keys; `size` counts all within."""

    value: Any
    line: int
    size: int = 1
    keys: dict[str, int] = field(default_factory=dict)

    def plain(self) -> Any:
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class _Reader:
    """Builds nodes from YAML's events, so that lines are kept and depth, size and aliases stay bounded.

    Only `true` and `false` are booleans and only plain decimals numbers: `no`, `12:30` and `2026-01-05` stay text,
    which is what whoever writes `room: no` means.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, _Node] = {}
        self._size = 0
        self.problems: list[Problem] = []

    def document(self) -> _Node | None:
        """The only document of the file; None if it is empty."""
        root: _Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise self._error(event, "begins a second document", "keep all settings in one, without `---` between them")
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 0)
        return root

    def _node(self, event: Any, depth: int) -> _Node:
        if depth > _DEEPEST:
            raise self._error(event, "is nested too deep", f"no setting is deeper than {_DEEPEST} levels")
        if isinstance(event, yaml.AliasEvent):
            node = self._anchors.get(str(event.anchor))
            if node is None:
                raise self._error(event, f"`*{quote(event.anchor or '')}` refers to itself or to nothing", "write the value out")
            self._grow(event, node.size)
            return node
        self._grow(event, 1)
        before, line = self._size, _line_of(event)
        if isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(line, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                items.append(self._node(item, depth + 1))
            node = _Node(items, line)
        else:
            node = _Node(_scalar(event), line)
        node.size = 1 + self._size - before
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _mapping(self, line: int, depth: int) -> _Node:
        node = _Node({}, line)
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "has a list or mapping as the name of a setting", "write `name: value`")
            key, at = event.value.strip(), _line_of(event)
            value = self._node(next(self._events), depth + 1)
            if key in node.value:
                what = f"`{quote(key)}` is set twice, first on line {node.keys[key]}"
                self.problems.append(Problem(self._path, at, what, "keep one of them"))
                continue
            node.value[key], node.keys[key] = value, at
        return node

    def _grow(self, event: Any, by: int) -> None:
        self._size += by
        if self._size > _MOST_VALUES:
            expected = f"{_MOST_VALUES} are the most, aliases (`*name`) counted each time"
            raise self._error(event, "the file holds too many values", expected)

    def _error(self, event: Any, what: str, expected: str) -> PolicyError:
        return PolicyError(Problem(self._path, _line_of(event), what, expected))


def _line_of(event: Any) -> int:
    """Counted from 1."""
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> str | int | float | bool | None:
    text: str = event.value
    if event.style in ("'", '"', "|", ">") or event.tag:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 16 and (digits == "0" or digits[0] != "0"):
        return int(text)
    return text


def _read(path: Path, raw: bytes) -> _Node | None:
    if len(raw) > LARGEST:
        raise PolicyError(Problem(path, 0, "is larger than a megabyte", "it holds settings only; is it the right file?"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyError(Problem(path, line, "is not UTF-8 text", "save the file as UTF-8")) from None
    try:
        reader = _Reader(path, text)
        root = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"is not valid YAML ({quote(error.problem or 'it breaks off', 120)})"
        expected = "check the indentation (spaces, no tabs), the colons and the quotes around here"
        raise PolicyError(Problem(path, getattr(mark, "line", -1) + 1, what, expected)) from None
    except yaml.YAMLError as error:
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise PolicyError(Problem(path, line, "holds a character that YAML does not allow", "delete it")) from None
    if reader.problems:
        raise PolicyError(*reader.problems[:_MOST_PROBLEMS])
    return root


def _checked(path: Path, root: _Node | None, kind: type[S]) -> S:
    if root is None or root.value is None:
        root = _Node({}, 0)
    if not isinstance(root.value, dict):
        expected = f"it is made of `name: value`, with these names: {', '.join(_names(kind))}"
        raise PolicyError(Problem(path, root.line, "does not hold settings", expected))
    try:
        return kind.model_validate(root.plain())
    except ValidationError as error:
        found = list(_found(error, kind))
    present = [mistake for mistake in found if _is_there(root, mistake.where)] or found
    problems = {Problem(path, _line(root, m.where), m.what, m.expected): None for m in present}
    ordered = sorted(problems, key=lambda problem: problem.line)
    more = len(ordered) - _MOST_PROBLEMS
    if more > 0:
        rest = Problem(path, 0, f"has {more} more mistakes", "correct these first")
        ordered = [*ordered[:_MOST_PROBLEMS], rest]
    raise PolicyError(*ordered) from None


_Where = tuple[str | int, ...]


@dataclass(frozen=True)
class _Mistake:
    where: _Where
    what: str
    expected: str


def _found(error: ValidationError, kind: type[Settings]) -> Iterable[_Mistake]:
    """Pydantic's findings in our words."""
    for item in error.errors(include_url=False, include_input=True):
        where, context = item["loc"], item.get("ctx", {})
        if item["type"] == "muster_many":
            for inner, what, expected in context["mistakes"]:
                yield _Mistake(inner, f"{_named(inner)} {what}", expected)
        elif item["type"] == "muster":
            yield _Mistake(where, f"{_named(where)} {context['what']}", context["expected"])
        elif item["type"] == "extra_forbidden":
            yield _unknown_setting(where, kind)
        elif item["type"] == "missing":
            yield _Mistake(where, f"{_named(where[:-1])} has no {_named(where[-1:])}", kind.lacking)
        else:
            value = item.get("input")
            if value is None:
                expected = "write a value, or delete the line (text that begins with # needs quotes)"
                yield _Mistake(where, f"{_named(where)} is empty", expected)
            else:
                shown = (
                    "a list"
                    if isinstance(value, list)
                    else "settings"
                    if isinstance(value, dict)
                    else f"“{quote(str(value), 40)}”"
                )
                yield _Mistake(where, f"{_named(where)} is {shown}", _shape(item["type"], context) or kind.example)


_SHAPES = {
    "int": "write a whole number, such as 2",
    "bool": "write true or false",
    "string_type": "write plain text",
    "list_type": "write a list, such as [one, two]",
    "dict_type": "write settings under it, one `name: value` on each line",
    "model_type": "write settings under it, one `name: value` on each line",
    "model_attributes_type": "write settings under it, one `name: value` on each line",
    "date": "write a day, such as 2026-01-05",
    "greater_than_equal": "write {ge} or more",
    "less_than_equal": "write {le} or less",
    "string_too_short": "write something",
    "string_too_long": "{max_length} characters are the most",
    "too_long": "{max_length} entries are the most",
    "too_short": "write at least one",
    "literal_error": "write {expected}",
}


def _shape(kind: str, context: dict[str, Any]) -> str:
    """What would be right, for one of pydantic's kinds of error; nothing where that is not known."""
    for name in (kind, kind.partition("_")[0]):
        if name in _SHAPES:
            return _SHAPES[name].format_map(context)
    return ""


def _unknown_setting(where: _Where, root: type[Settings]) -> _Mistake:
    known, key = _settings_at(where[:-1], root), str(where[-1])
    near = get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    near = near or [name for name in known if len(key) > 2 and name.startswith(key.lower())]
    here = f"here: {', '.join(known)}"
    expected = f"did you mean `{near[0]}`?" if near else f"the settings {here}"
    return _Mistake(where, f"{_named(where[-1:])} is not a setting here", expected)


def _settings_at(where: _Where, root: type[Settings]) -> list[str]:
    """The settings that there are at a place of the file."""
    kind: Any = root
    for part in where:
        model = _model(kind)
        if model is not None and part in model.model_fields:
            kind = model.model_fields[str(part)].annotation
        else:
            kind = next(iter(reversed(get_args(_bare(kind)))), kind)  # a list's or a mapping's values
    model = _model(kind)
    return _names(model) if model is not None else []


def _names(model: type[BaseModel]) -> list[str]:
    """Its settings as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _bare(kind: Any) -> Any:
    """Without Annotated[…] and `| None`."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (list, dict) or not get_args(kind):
        return kind
    return _bare(next(arg for arg in get_args(kind) if arg is not type(None)))


def _model(kind: Any) -> type[BaseModel] | None:
    bare = _bare(kind)
    return bare if isinstance(bare, type) and not get_args(bare) and issubclass(bare, BaseModel) else None


def _named(where: _Where) -> str:
    """The setting at fault as a reader finds it: its own name, and for an entry of a list the list's."""
    names = [str(part) for part in where if isinstance(part, str) and part != "[key]"]
    return f"`{quote(names[-1])}`" if names else "the file"


def _is_there(root: _Node, where: _Where) -> bool:
    """Is this place written in the file, rather than filled in from another setting that is reported itself?"""
    *path, last = where or ("",)
    node = root
    for part in path:
        found = _child(node, part)
        if found is None:
            return False
        node = found
    return _child(node, last) is not None or not _filled(last)


def _filled(name: str | int) -> bool:
    return name in ("timezone", "wait", "nudge_before")


def _child(node: _Node, part: str | int) -> _Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(part))
    if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
        found: _Node = node.value[part]
        return found
    return None


def _line(root: _Node, where: _Where) -> int:
    """The line of the setting itself, or of the nearest thing around it that the file has."""
    node, line = root, 0
    for part in where:
        found = _child(node, part)
        if found is None:
            break
        line = node.keys.get(str(part), found.line)
        node = found
    return line
