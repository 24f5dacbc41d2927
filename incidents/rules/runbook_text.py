"""A runbook as it is written, in Markdown.

Whatever a file holds, reading it gives a runbook and a list of what is wrong with it, each with its line, and raises
nothing: in the night a runbook with a wrong link in it is better than none.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from incidents.errors import BadDuration, quote
from incidents.policy_values import parse_duration
from incidents.rules.runbook import Branch, Deadline, Part, Runbook, Step, Webhook

LARGEST = 100_000
"""Characters of a file; what is beyond is not read."""

MOST_STEPS, MOST_BRANCHES, MOST_DEADLINES, MOST_CODE = 100, 5, 20, 3
_TEXT, _CODE, _PROSE, _LINE = 1500, 1200, 2000, 150
_BODY, _URL, _HEADER, _MOST_HEADERS = 20_000, 1000, 1000, 20
_FRONT = 4000


class Flaw(NamedTuple):
    """Something wrong in a file: its line (from 1; 0 is the whole file), what is wrong, and what would be right."""

    line: int
    what: str
    expected: str


def read(name: str, text: str) -> tuple[Runbook, list[Flaw]]:
    """The runbook that a file holds, as far as it holds one."""
    flaws: list[Flaw] = []
    if len(text) > LARGEST:
        flaws.append(Flaw(0, f"is longer than {LARGEST} characters", "split it; what is beyond is not read"))
        text = text[:LARGEST]
    head, body, skipped = _front(text, flaws)
    return _Reader(name, head, skipped, flaws).runbook(body), sorted(flaws)


_KEYS = {
    "title": "title",
    "services": "services",
    "service": "services",
    "owner": "owner",
    "permissions": "permissions",
    "required permissions": "permissions",
    "last tested": "last_tested",
    "last_tested": "last_tested",
}
_KNOWN = "title, services, owner, permissions and last_tested"


def _front(text: str, flaws: list[Flaw]) -> tuple[dict[str, Any], str, int]:
    """What stands between two lines of `---` at the top, the rest, and on which line that begins."""
    found = re.match(r"\ufeff?---[ \t]*\r?\n(.*?\n)?---[ \t]*(?:\r?\n|$)", text[: _FRONT + 20], re.DOTALL)
    if found is None:
        return {}, text, 0
    lines = found[0].count("\n")
    try:
        raw = yaml.load(found[1] or "", Loader=_Strings)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        flaws.append(Flaw((mark.line if mark else 0) + 2, "is not valid YAML", "write `name: value` on each line"))
        return {}, text[found.end() :], lines
    head: dict[str, Any] = {}
    for key, value in raw.items() if isinstance(raw, dict) else ():
        known = _KEYS.get(str(key).strip().lower().replace("-", "_"))
        if known is None:
            flaws.append(Flaw(_line_of(text, str(key)), f"has `{quote(str(key), 40)}`, which is no property", f"use {_KNOWN}"))
        else:
            head[known] = value
    return head, text[found.end() :], lines


class _Strings(yaml.SafeLoader):
    """Everything is text as it is written: a date stays what somebody typed, and aliases are not followed."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read here")
        return super().compose_node(parent, index)


_Strings.yaml_implicit_resolvers = {}


def _line_of(text: str, key: str) -> int:
    return next((number for number, line in enumerate(text.splitlines()[:200], 1) if line.strip().startswith(key)), 0)


_READ_ONLY = (
    ("escalation", re.compile(r"escalat", re.I)),
    ("permissions", re.compile(r"permission|access needed|required access", re.I)),
    ("causes", re.compile(r"cause", re.I)),
    ("context", re.compile(r"context|overview|background|about|what it is", re.I)),
)
_ROLLBACK = re.compile(r"roll(ing)?[ -]?back", re.I)
_GO_TO = re.compile(r"\b(?:go(?:ing)? ?to|jump to|skip to|continue (?:with|at)|on to) (?:step )?#?(\d{1,4})\b", re.I)
_NOT_SOLVED = re.compile(
    r"\bif (?:it (?:is|has) )?(?:still )?not (?:been )?"
    r"(?P<what>solved|fixed|resolved|better|mitigated|working|done|through|finished)"
    r" (?:with)?(?:in|after) (?P<span>[0-9]{1,4} ?[a-z]{1,8})[,:;]? (?:then )?page (?:the )?"
    r"(?P<who>[^;,!\n]{2,60}?)(?=\.?(?:$|\n)|\.\s|\s(?:and|or|then|with)\b|[;,!])",
    re.I,
)
_REQUEST = re.compile(r"(?P<method>[A-Z]{3,7})\s+(?P<url>\S+)\s*")


class _Reader:
    """Walks through one file."""

    def __init__(self, name: str, head: dict[str, Any], skipped: int, flaws: list[Flaw]) -> None:
        self._name, self._head, self._skipped, self._flaws = name, head, skipped, flaws
        self._steps: list[Step] = []
        self._body: list[str] = []
        self._lines: dict[int, int] = {}
        self._deadlines: list[Deadline] = []
        self._parts: list[Part] = []
        self._section, self._kind, self._prose = "", "context", list[str]()

    def runbook(self, body: str) -> Runbook:
        self._body = body.splitlines()
        tokens = MarkdownIt("commonmark", {"maxNesting": 20}).parse(body)
        for node in SyntaxTreeNode(tokens).children:
            if node.type == "heading":
                self._heading(node)
            elif node.type == "ordered_list" and self._kind in ("steps", "rollback"):
                self._list(node)
            elif node.type != "hr":
                self._read_only(node)
        self._close()
        self._check_links()
        if not self._steps:
            self._flaw(None, "has no steps", "write a numbered list under a heading such as `## Diagnose`")
        return Runbook(
            name=self._name,
            title=self._word("title") or self._name.replace("-", " ").replace("_", " ").capitalize(),
            services=self._words("services"),
            owner=self._word("owner"),
            permissions=(", ".join(self._words("permissions")) or self._part_text("permissions"))[:_TEXT],
            last_tested=self._tested(),
            parts=self._parts,
            steps=[self._with_known_links(step) for step in self._steps],
            deadlines=self._deadlines,
        )

    def _flaw(self, node: SyntaxTreeNode | None, what: str, expected: str) -> None:
        if len(self._flaws) < 20:
            self._flaws.append(Flaw(self._line(node), what, expected))

    def _line(self, node: SyntaxTreeNode | None) -> int:
        return self._skipped + node.map[0] + 1 if node is not None and node.map else 0

    # --- what stands at the top

    def _word(self, key: str) -> str:
        value = self._head.get(key)
        return " ".join(str(value).split())[:_LINE] if isinstance(value, str | int | float) else ""

    def _words(self, key: str) -> list[str]:
        value = self._head.get(key)
        if isinstance(value, str):
            value = value.split(",")
        items = value if isinstance(value, list) else []
        return [" ".join(str(item).split())[:_LINE] for item in items[:50] if isinstance(item, str) and item.strip()]

    def _tested(self) -> date | None:
        said = self._word("last_tested")
        if not said or said.lower() == "never":
            return None
        try:
            return date.fromisoformat(said)
        except ValueError:
            self._flaws.append(Flaw(1, f"was last tested on {quote(said, 30)}, which is no day", "write it like 2026-10-01"))
            return None

    # --- sections

    def _heading(self, node: SyntaxTreeNode) -> None:
        title = _plain(node)[:_LINE]
        if node.tag == "h1" and not self._steps and not self._section:
            self._head.setdefault("title", title)
            return
        self._close()
        self._section = title
        kinds = (kind for kind, pattern in _READ_ONLY if pattern.search(title))
        self._kind = "rollback" if _ROLLBACK.search(title) else next(kinds, "steps")

    def _close(self) -> None:
        text = "\n".join(self._prose)[:_PROSE].strip()
        if text and self._kind not in ("steps", "rollback"):
            self._parts.append(Part(kind=self._kind, title=self._section, text=text))
        self._prose = []

    def _part_text(self, kind: str) -> str:
        return "\n".join(part.text for part in self._parts if part.kind == kind)

    def _read_only(self, node: SyntaxTreeNode) -> None:
        text = _plain(node) if self._section else self._properties(node)
        self._find_deadlines(text, 0, node)
        if text and sum(map(len, self._prose)) < _PROSE:
            self._prose.append(text)
        for fence in _webhooks(node):
            self._flaw(fence, "has a webhook outside of a step", "indent it under a numbered step")

    def _properties(self, node: SyntaxTreeNode) -> str:
        """`Owner: payments` on lines of their own, above the first section, for those who keep no front matter."""
        lines = node.map or (0, 0)
        kept = False
        for line in self._body[lines[0] : min(lines[1], lines[0] + 50)]:
            key, _, value = line.strip(" \t-*•").replace("**", "").partition(":")
            known = _KEYS.get(key.strip().lower())
            if known is None or not value.strip():
                kept = kept or bool(line.strip())
            else:
                self._head.setdefault(known, value.strip())
        return _plain(node) if kept else ""

    # --- steps

    def _list(self, node: SyntaxTreeNode) -> None:
        start = node.attrs.get("start", 1)
        number = start if isinstance(start, int) else 1
        taken = {step.number for step in self._steps}
        if number in taken:
            following = max(taken) + 1
            what = f"begins again at {number}, so “go to step {number}” could mean two steps"
            self._flaw(node, what, f"go on counting: `{following}.`")
            number = following
        for item in node.children:
            if len(self._steps) >= MOST_STEPS:
                self._flaw(item, f"has more than {MOST_STEPS} steps", "split it into several runbooks")
                return
            while number in taken:
                number += 1
            taken.add(number)
            self._step(number, item)
            number += 1

    def _step(self, number: int, item: SyntaxTreeNode) -> None:
        self._lines[number] = self._line(item)
        texts: list[str] = []
        code: list[str] = []
        branches: list[Branch] = []
        webhook = None
        for node in item.children:
            if node.type == "fence" and _is_webhook(node):
                webhook = self._webhook(node) or webhook
            elif node.type in ("fence", "code_block"):
                code.append(node.content.strip("\n")[:_CODE])
            else:
                text = _plain(node)
                texts.append(text)
                branches += _branches(text)
                self._find_deadlines(text, number, node)
        whole = "\n".join(text for text in texts if text)[:_TEXT]
        if not whole:
            self._flaw(item, f"step {number} says nothing", "write what to do")
        if len(branches) > MOST_BRANCHES:
            self._flaw(item, f"step {number} has {len(branches)} branches", f"{MOST_BRANCHES} are the most that fit a phone")
        self._steps.append(
            Step(
                number=number,
                section=self._section,
                text=whole or f"Step {number}",
                code=code[:MOST_CODE],
                branches=branches[:MOST_BRANCHES],
                webhook=webhook,
                rollback=self._kind == "rollback",
            )
        )

    def _find_deadlines(self, text: str, step: int, node: SyntaxTreeNode) -> None:
        for found in _NOT_SOLVED.finditer(text):
            try:
                after = parse_duration(found["span"])
            except BadDuration:
                self._flaw(node, f"has a deadline of {quote(found['span'], 30)}", "write it like 30 minutes or 2h")
                continue
            if after < timedelta(minutes=1) or len(self._deadlines) >= MOST_DEADLINES:
                self._flaw(node, "has a deadline under a minute, or too many", f"{MOST_DEADLINES} are the most")
                continue
            by_step = found["what"].lower() in ("done", "through", "finished") and step > 0
            who = " ".join(found["who"].split())
            self._deadlines.append(Deadline(step=step, after=after, who=who, by_step=by_step))

    def _check_links(self) -> None:
        known = {step.number for step in self._steps}
        for step in self._steps:
            for branch in step.branches:
                if branch.to not in known:
                    there = f"there are {min(known)} to {max(known)}"
                    self._flaws.append(Flaw(self._lines[step.number], f"goes to step {branch.to}, which does not exist", there))

    def _with_known_links(self, step: Step) -> Step:
        known = {each.number for each in self._steps}
        return step.model_copy(update={"branches": [branch for branch in step.branches if branch.to in known]})

    def _webhook(self, node: SyntaxTreeNode) -> Webhook | None:
        head, _, body = node.content.strip().partition("\n\n")
        first, *rest = head.split("\n")
        request = _REQUEST.fullmatch(first.strip())
        if request is None or request["method"] not in ("POST", "PUT", "PATCH", "DELETE", "GET"):
            self._flaw(node, "has a webhook without a request", "begin it with `POST https://…`")
            return None
        trouble = url_trouble(request["url"])
        if trouble is not None:
            self._flaw(node, f"has a webhook to {quote(request['url'], 60)}, {trouble[0]}", trouble[1])
            return None
        headers = dict(found for line in rest[:_MOST_HEADERS] if (found := _header(line)) is not None)
        if len(headers) != len(rest) or len(body) > _BODY:
            self._flaw(
                node, "has a webhook with a line that is no header", "write `Name: value`, then an empty line, then the body"
            )
            return None
        return Webhook(method=request["method"], url=request["url"], headers=headers, body=body)


def _header(line: str) -> tuple[str, str] | None:
    found = re.fullmatch(r"([A-Za-z0-9-]{1,60}):[ \t]*([\x20-\x7e]*)", line.strip())
    return (found[1], found[2][:_HEADER]) if found else None


def url_trouble(url: str) -> tuple[str, str] | None:
    """What keeps this address from being called, and what would be right; None where nothing does.

    Only https, so that nobody reads or forges it on the way; plain http to this machine itself.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "which is no address", "write it like https://deploy.example.com/rollback"
    if len(url) > _URL or not re.fullmatch(r"[\x21-\x7e]+", url) or not host or port == 0:
        return "which is no address", "write it like https://deploy.example.com/rollback"
    if parts.username is not None or parts.password is not None:
        return "which holds a password", "put it into a header as ${RUNBOOK_…}"
    if parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")):
        return None
    return "which is not https", "only https is called (http on this machine itself)"


def _is_webhook(node: SyntaxTreeNode) -> bool:
    return node.info.split()[:1] == ["webhook"]


def _webhooks(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    return (each for each in node.walk() if each.type == "fence" and _is_webhook(each))


def _branches(text: str) -> list[Branch]:
    """Each "go to step 6" with what stands before it on its line or in its sentence."""
    found: list[Branch] = []
    for line in re.split(r"\n|(?<=[.;])\s", text):
        begin = 0
        for match in _GO_TO.finditer(line):
            label = line[begin : match.start()].strip(" \t•-–—→:;,.*()").removesuffix("then").removesuffix("please")
            label = re.sub(r"^(?:or|else|otherwise)[, ]+(?=if)", "", label, flags=re.I).strip(" ,:;–—-")
            found.append(Branch(label=label[:60], to=int(match[1])))
            begin = match.end()
    return found


def _plain(node: SyntaxTreeNode, depth: int = 0) -> str:
    """As it reads: without marks, links with their address, bullets as dots. Backticks stay, since they mean the same."""
    if node.type == "inline" or node.type in ("paragraph", "heading", "strong", "em", "th", "td"):
        return "".join(_plain(child, depth) for child in node.children)
    if node.type == "text":
        return node.content
    if node.type in ("softbreak", "hardbreak"):
        return " " if node.type == "softbreak" else "\n"
    if node.type == "code_inline":
        return f"`{node.content}`"
    if node.type == "link":
        label, address = "".join(_plain(child, depth) for child in node.children), str(node.attrs.get("href", ""))
        return label if label == address else f"{label} ({address})"
    if node.type in ("fence", "code_block"):
        return node.content.strip("\n")
    if node.type in ("bullet_list", "ordered_list"):
        return "\n".join(_items(node, depth))
    if node.type in ("html_block", "html_inline"):
        return node.content.strip()
    return "\n".join(filter(None, (_plain(child, depth + 1) for child in node.children)))


def _items(node: SyntaxTreeNode, depth: int) -> Iterator[str]:
    start = node.attrs.get("start", 1)
    for number, item in enumerate(node.children, start if isinstance(start, int) else 1):
        sign = "•" if node.type == "bullet_list" else f"{number}."
        yield f"{'    ' * max(0, depth - 1)}{sign} {_plain(item, depth + 1)}"
