"""How bad it is: what people type for a severity, and impact × scope for those who don't know it (PRODUCT §1)."""

import re
from difflib import get_close_matches
from enum import StrEnum
from unicodedata import normalize

from incidents.errors import UnknownSeverity, quote
from incidents.policy import Policy


class Impact(StrEnum):
    """What is lost for those who are affected."""

    COMPLETE = "complete"
    DEGRADED = "degraded"
    INCONVENIENCE = "inconvenience"
    NOT_SURE = "not_sure"


class Scope(StrEnum):
    """How many are affected."""

    WIDESPREAD = "widespread"
    LIMITED = "limited"
    MINIMAL = "minimal"
    NOT_SURE = "not_sure"


_IMPACTS = {Impact.COMPLETE: 1, Impact.NOT_SURE: 1, Impact.DEGRADED: 2, Impact.INCONVENIENCE: 3}
_SCOPES = {Scope.WIDESPREAD: 0, Scope.NOT_SURE: 0, Scope.LIMITED: 1, Scope.MINIMAL: 2}
_NUMBERED = re.compile(r"(?:sev|severity|p|prio|priority|level)?0*([0-9]{1,2})")


def parse_severity(text: str, policy: Policy) -> str:
    """The level meant by what was typed, whatever its case, spaces and dashes: `sev1`, `SEV-1`, `1`, `p1`, `critical`.

    A level's own name, alias or title comes first; a number, alone or after `sev` or `p`, is then a rank. Raises
    UnknownSeverity, which lists the levels and suggests the nearest.
    """
    said = _folded(text) if len(text) <= 100 else ""
    names = _names(policy)
    if said in names:
        return names[said]
    numbered = _NUMBERED.fullmatch(said)
    if numbered:
        for level in policy.levels():
            if policy.severities[level].rank == int(numbered[1]):
                return level
    near = get_close_matches(said, list(names), n=1, cutoff=0.6) if said else []
    hint = f" Did you mean {names[near[0]]}?" if near else ""
    known = ", ".join(f"{level} ({policy.severities[level].name})" for level in policy.levels())
    what = f"“{quote(text)}” is not a severity." if text.strip() else "Which severity?"
    raise UnknownSeverity(f"{what}{hint} The levels are {known}.", field="severity")


def split_leading_severity(text: str, policy: Policy) -> tuple[str | None, str]:
    """`declare [sev] [title]`: the level that `text` begins with, or None, and what is left. Never raises.

    A level's title counts only alone or before a colon ("Low disk space on db1" is a sentence), unless it is an alias
    as well. A bare number is a severity unless it counts something: "3 nodes down", "2 of 3 replicas lost".
    """
    words = text.split(None, 2)
    joined = re.fullmatch(r"(?i)sev|severity|p", words[0]) and len(words) > 1 if words else False
    for size in (2, 1) if joined else (1,):
        head = " ".join(words[:size])
        rest = text.split(None, size)[size] if len(text.split(None, size)) > size else ""
        if words and (not rest or not _reads_on(head, rest, policy)):
            try:
                return parse_severity(head.rstrip(":,"), policy), rest.lstrip(":-–— ").strip()
            except UnknownSeverity:
                continue
    return None, text.strip()


_LOOKS_LIKE_ONE = re.compile(r"((?:sev|severity)[\s_-]*[0-9]{1,3}|p[0-9])(?=$|[\s:,–—-])[\s:,–—-]*", re.IGNORECASE)


def split_unknown_severity(text: str, policy: Policy) -> tuple[str | None, str]:
    """The word at the front that looks like a severity and is none here (`sev7`), and what is left; None where there is
    no such word. Only one digit may follow a `p`: p95 and p99 are percentiles."""
    found = _LOOKS_LIKE_ONE.match(text.strip())
    if found is None or split_leading_severity(text, policy)[0] is not None:
        return None, text.strip()
    return found[1], text.strip()[found.end() :]


def _reads_on(head: str, rest: str, policy: Policy) -> bool:
    """Is `head` the first word of the sentence rather than a severity before it?"""
    if re.fullmatch(r"[0-9]+", head):
        following = rest.split()[0].lower().strip(",.:;")
        return following in ("of", "out", "in", "percent", "%") or (int(head) != 1 and following.endswith("s"))
    said = _folded(head)
    title = any(said == _folded(severity.name) for severity in policy.severities.values())
    given = {_folded(word) for level, severity in policy.severities.items() for word in (level, *severity.aliases)}
    return title and said not in given and not head.endswith(":")


def from_impact(impact: Impact, scope: Scope, policy: Policy) -> str:
    """Complete loss → 1/2/3, degraded → 2/3/4, inconvenience → 3/4/4, for widespread/limited/minimal, as ranks.

    "Not sure" counts as the worse answer. Where a team has no level of that rank: the next worse one, else its worst.
    """
    rank = min(4, _IMPACTS[impact] + _SCOPES[scope])
    levels = policy.levels()
    return next((level for level in reversed(levels) if policy.severities[level].rank <= rank), levels[0])


def default_severity(policy: Policy, type: str | None = None) -> str:
    """What counts where nobody said: what the type says, else the second worst level. In doubt, escalate; standing down
    is cheap (PRODUCT §1)."""
    by_type = policy.types[type].severity if type in policy.types else None
    if by_type is not None:
        return by_type
    levels = policy.levels()
    return levels[min(1, len(levels) - 1)]


_WORSE_TO_BETTER = (
    frozenset({"critical", "fatal", "emergency", "disaster", "page"}),
    frozenset({"error", "high", "major"}),
    frozenset({"warning", "warn", "medium", "average", "minor"}),
    frozenset({"info", "information", "notice", "low", "debug"}),
)


def of_alert(label: str, policy: Policy) -> str:
    """The level that monitoring means: a name or an alias of the team's, else what monitoring usually calls the worst, the
    second, the third and the last level. What says nothing counts as `default_severity`."""
    try:
        return parse_severity(label, policy)
    except UnknownSeverity:
        levels, said = policy.levels(), _folded(label[:100])
    for place, words in enumerate(_WORSE_TO_BETTER):
        if said in words:
            return levels[min(place, len(levels) - 1)]
    return default_severity(policy)


def is_raise(old: str, new: str, policy: Policy) -> bool:
    """Is `new` worse than `old`? False for the same level."""
    return policy.severity(new).rank < policy.severity(old).rank


def _names(policy: Policy) -> dict[str, str]:
    """Every word that means a level, folded, the levels' own names first."""
    names = {_folded(level): level for level in policy.levels()}
    for level in policy.levels():
        for name in (*policy.severities[level].aliases, policy.severities[level].name):
            names.setdefault(_folded(name), level)
    return names


def _folded(text: str) -> str:
    return "".join(letter for letter in normalize("NFKC", text).casefold() if letter.isalnum())
