"""A scenario: what people and bots of the workspace do and when, read from a YAML file that is checked line by line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path

import yaml

from sandbox.company import CHANNELS, PEOPLE

LARGEST = 200_000  # bytes; a larger file is refused unread
MOST_STEPS = 500
LONGEST_TEXT = 4000
_MOST_PROBLEMS = 20

VERBS = ("says", "runs", "clicks", "fills", "pins", "reacts", "uses", "joins")
_STEP = ("at", "who", *VERBS, "in", "to")
_FILE = ("title", "config", "you", "open", "patience", "starts", "bots", "channels", "steps")
_NEEDS_PLACE = {"says", "runs", "pins", "reacts", "uses"}
_NEEDS_WORDS = {"reacts", "uses"}
_OPENS_FORM = {"runs", "clicks", "uses"}
LENGTH = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,5})m)?(?:(\d{1,6}(?:\.\d{1,3})?)s)?")
_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_CHANNEL = re.compile(r"#[a-z0-9_*-]{1,80}")


@dataclass(frozen=True)
class Step:
    """One thing that somebody does, `at` seconds after the beginning; the first of `who` that can.

    `fields` are filled into the form that is open then, or that the act has opened, and sent.
    """

    line: int
    at: float
    who: tuple[str, ...]
    verb: str
    what: str
    place: str = ""
    to: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join(f"{self.who[0]} {self.verb} {self.what}".split())


@dataclass(frozen=True)
class Scenario:
    """A whole file. `starts` (epoch seconds) stands only in one that is to have happened already.

    `config` is the file with the app's own settings to play it with; nothing here reads it.
    """

    path: Path
    title: str
    steps: tuple[Step, ...]
    config: Path | None = None
    you: str = "alice"
    open: str = "general"
    patience: float = 8.0
    starts: float | None = None
    bots: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Problem:
    path: Path
    line: int
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.path} line {self.line}: {self.what}; {self.expected}"


class ScenarioError(Exception):
    """The file cannot be played; every mistake in it on a line of its own, with what would be right."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems[:_MOST_PROBLEMS])))


def load(path: Path, now: datetime) -> Scenario:
    """The scenario in a file; `now` (aware) is what "yesterday" is counted from. Raises ScenarioError."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError as error:
        raise ScenarioError([Problem(path, 0, f"cannot be read ({error.strerror})", "name a file that exists")]) from None
    if not raw:
        raise ScenarioError([Problem(path, 0, "is empty or too large", f"up to {LARGEST // 1000} kB with `steps`")])
    try:
        root = yaml.compose(raw.decode(), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise ScenarioError([Problem(path, 0, "is no text", "write it in UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ScenarioError([Problem(path, line, f"is no YAML ({error.problem})", "check indents, quotes and colons")]) from None
    except yaml.YAMLError as error:
        raise ScenarioError([Problem(path, 0, f"is no YAML ({error})"[:200], "check its characters")]) from None
    return _Reading(path, now).scenario(root)


@dataclass
class _Reading:
    """Goes through the nodes of one file and gathers what is wrong."""

    path: Path
    now: datetime
    problems: list[Problem] = field(default_factory=list)
    people: set[str] = field(default_factory=lambda: {person.name for person in PEOPLE})
    rooms: set[str] = field(default_factory=lambda: {name for _, name, _ in CHANNELS})
    starts: float | None = None
    day: date | None = None

    def scenario(self, root: yaml.Node | None) -> Scenario:
        given = self._mapping(root, _FILE, "a scenario")
        bots = self._pairs(given.get("bots"), r"[a-z][a-z0-9._-]{0,30}", "a bot's name", "prometheus: Prometheus")
        channels = self._pairs(given.get("channels"), r"[a-z0-9_-]{1,80}", "a channel's name", "alerts: What the monitoring says")
        self.people |= {name for name, _ in bots}
        self.rooms |= {name for name, _ in channels}
        self._read_start(given)
        you = self._text(given.get("you"), "you") or "alice"
        if you not in {person.name for person in PEOPLE}:
            self._wrong(given["you"], f"“{you}” does not work here", f"there are: {_listed(p.name for p in PEOPLE)}")
        opened = self._place(given["open"]) if "open" in given else "#general"
        config = self._text(given.get("config"), "config")
        if config and not (self.path.parent / config).is_file():
            self._wrong(given["config"], f"there is no file {config}", "name one, counted from this file's folder")
        patience = self._length(given["patience"]) if "patience" in given else 8.0
        steps = self._steps(given.get("steps"), root)
        if self.problems:
            raise ScenarioError(sorted(self.problems, key=lambda problem: problem.line))
        return Scenario(
            path=self.path,
            title=self._text(given.get("title"), "title") or self.path.stem,
            steps=steps,
            config=self.path.parent / config if config else None,
            you=you,
            open=opened.removeprefix("#"),
            patience=min(patience, 60.0),
            starts=self.starts,
            bots=bots,
            channels=channels,
        )

    # --- the steps

    def _steps(self, node: yaml.Node | None, root: yaml.Node | None) -> tuple[Step, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self._wrong(node or root, "has no steps", "write `steps:` and below it `- {at: 0s, who: alice, says: …, in: …}`")
            return ()
        if len(node.value) > MOST_STEPS:
            self._wrong(node.value[MOST_STEPS], "is one step too many", f"write at most {MOST_STEPS}")
            return ()
        steps: list[Step] = []
        for each in node.value:
            known = len(self.problems)
            step = self._step(each)
            if len(self.problems) > known:
                continue
            if steps and step.at < steps[-1].at:
                self._wrong(each, "comes before the step above it", "write the steps in the order of their time")
                continue
            steps.append(step)
        if self.starts is not None and steps and self.starts + steps[-1].at >= self.now.timestamp():
            self._wrong(node.value[-1], "is still to come", "what has a `starts` has to be over by now")
        return tuple(steps)

    def _step(self, node: yaml.Node) -> Step:
        given = self._mapping(node, _STEP, "a step")
        for name in ("at", "who"):
            if name not in given:
                self._wrong(node, f"does not say `{name}`", "every step has `at`, `who` and something done")
        verb = self._verb(node, given)
        at = self._at(given["at"]) if "at" in given else 0.0
        who = self._who(given["who"]) if "who" in given else ("",)
        fields = self._fields(given["fills"]) if "fills" in given else ()
        what = "" if verb == "fills" else self._text(given.get(verb), verb)
        place = self._place(given["in"]) if "in" in given else ""
        if verb == "runs" and not what.startswith("/"):
            self._wrong(given.get("runs", node), f"“{what[:40]}” is no command", "write it as it is typed: /incident …")
        if verb == "joins" and verb in given:
            what = place = self._place(given[verb])
        return Step(node.start_mark.line + 1, at, who, verb, what, place, self._text(given.get("to"), "to"), fields)

    def _verb(self, node: yaml.Node, given: dict[str, yaml.Node]) -> str:
        """What is done, and whether it has with it what it needs."""
        done = [verb for verb in VERBS if verb in given]
        acts = [verb for verb in done if verb != "fills"] or done
        if len(acts) != 1:
            what = f"does several things ({_listed(acts)})" if acts else "does nothing"
            self._wrong(node, what, f"each step does one of {_listed(VERBS)}")
            return acts[0] if acts else ""
        verb = acts[0]
        if "fills" in done and verb not in (*_OPENS_FORM, "fills"):
            self._wrong(given["fills"], f"follows `{verb}`, which opens no form", f"fill after {_listed(sorted(_OPENS_FORM))}")
        if verb in _NEEDS_PLACE and "in" not in given:
            self._wrong(node, f"does not say where it {verb}", 'add in: "#general"')
        if verb in _NEEDS_WORDS and "to" not in given:
            self._wrong(node, f"does not say which message it {verb}", "add to: with words of that message")
        if "to" in given and verb not in (*_NEEDS_WORDS, "says"):
            self._wrong(given["to"], f"does not go with `{verb}`", "`to` goes with says, reacts and uses")
        return verb

    def _who(self, node: yaml.Node) -> tuple[str, ...]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        names = [self._text(each, "who") for each in nodes]
        for name, each in zip(names, nodes, strict=True):
            if name not in self.people:
                near = get_close_matches(name, self.people, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {_listed(sorted(self.people))}"
                self._wrong(each, f"nobody here is called “{name}”", hint)
        return tuple(names) or ("",)

    def _place(self, node: yaml.Node) -> str:
        """`#name`, `dm`, or a pattern with `*` for a room that comes into being on the way."""
        name = self._text(node, "in")
        if name == "dm":
            return name
        if not _CHANNEL.fullmatch(name):
            self._wrong(node, f"“{name}” is no channel", 'write "#general", or "#inc-*" for a room still to come, or dm')
        elif "*" not in name and name[1:] not in self.rooms:
            self._wrong(node, f"there is no channel {name}", f"there are: {_listed(sorted(self.rooms))}; or add it to `channels`")
        return name

    def _fields(self, node: yaml.Node) -> tuple[tuple[str, str], ...]:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, "is no list of fields", "write it like fills: {Impact: nobody can pay}")
            return ()
        return tuple((self._text(name, "fills"), self._text(value, "fills")) for name, value in node.value)

    # --- times

    def _read_start(self, given: dict[str, yaml.Node]) -> None:
        """By this machine's clock, which is that of whoever looks at the page."""
        if "starts" not in given:
            return
        said = self._text(given["starts"], "starts")
        found = re.fullmatch(rf"yesterday {_OF_DAY.pattern}", said)
        if found is None:
            self._wrong(given["starts"], f"“{said}” is no beginning", "write it like yesterday 09:30")
            return
        self.day = self.now.astimezone().date() - timedelta(days=1)
        self.starts = self._moment(found)

    def _moment(self, found: re.Match[str]) -> float:
        assert self.day is not None
        return datetime.combine(self.day, time(int(found[1]), int(found[2]), int(found[3] or 0))).astimezone().timestamp()

    def _at(self, node: yaml.Node) -> float:
        """A time of the day where the file says when it starts, else a length of time since the beginning."""
        said = self._text(node, "at")
        found = _OF_DAY.fullmatch(said)
        if found and self.starts is not None:
            return self._moment(found) - self.starts
        return self._length(node)

    def _length(self, node: yaml.Node) -> float:
        said = self._text(node, "time")
        found = LENGTH.fullmatch(said)
        if not said or found is None:
            other = ", or 14:05 for a time of the day" if self.starts is not None else ""
            self._wrong(node, f"“{said}” is no length of time", f"write it like 5s or 1m30s{other}")
            return 0.0
        return seconds(found)

    # --- nodes

    def _mapping(self, node: yaml.Node | None, allowed: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, f"is not {what}", f"write `key: value` lines; the keys are {_listed(allowed)}")
            return {}
        given: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = _name(key)
            if name not in allowed:
                near = get_close_matches(name, allowed, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"the keys are {_listed(allowed)}"
                self._wrong(key, f"`{name[:40]}` is no key of {what}", hint)
            elif name in given:
                self._wrong(key, f"`{name}` stands here twice", "keep one of the two")
            given[name] = value
        return given

    def _pairs(self, node: yaml.Node | None, pattern: str, what: str, example: str) -> tuple[tuple[str, str], ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, "is no list of names", f"write lines such as {example}")
            return ()
        for key, _ in node.value:
            if not re.fullmatch(pattern, _name(key)):
                self._wrong(key, f"“{_name(key)[:40]}” cannot be {what}", f"write it like {example}")
        return tuple((_name(key), self._text(value, what)) for key, value in node.value)

    def _text(self, node: yaml.Node | None, what: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip() or len(node.value) > LONGEST_TEXT:
            self._wrong(node, f"`{what}` is no text", f"write one text of at most {LONGEST_TEXT} characters")
            return ""
        return str(node.value).strip()

    def _wrong(self, node: yaml.Node | None, what: str, expected: str) -> None:
        self.problems.append(Problem(self.path, node.start_mark.line + 1 if node is not None else 1, what, expected))


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else "?"


def seconds(length: re.Match[str]) -> float:
    """A match of LENGTH, such as 1h30m or 5s, in seconds."""
    return int(length[1] or 0) * 3600 + int(length[2] or 0) * 60 + float(length[3] or 0)


def _listed(names: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)
