"""What people type after `/incident list`, read as filters that the database carries out.

Filters combine: all of them hold of what is found. A word is looked for in everything that people wrote; what stands in
quotes is always a word.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from difflib import get_close_matches

from sqlalchemy import ColumnElement, String, and_, cast, not_
from sqlmodel import col, or_, select

from bot import look
from incidents.core import Core
from incidents.errors import Refused, UnknownSeverity, quote
from incidents.policy import Policy
from incidents.rules import fields as rules
from incidents.rules.lifecycle import Status, parse_status
from incidents.rules.naming import incident_ref
from incidents.rules.severity import parse_severity
from incidents.standing import is_open
from models import Incident, RoleAssignment

MOST = 10  # filters at once
LONGEST = 300  # characters of a query

_TOKEN = re.compile(r"""(?:([\w-]{1,30}):)?(?:["“”„]([^"“”„]*)["“”]?|(\S+))""")
_PERSON = re.compile(r"<@([UW][A-Z0-9]{1,30})>")
_STATES = {str(status): status for status in Status}
_KEYS = ("sev", "status", "type", "cause", "detected", "service", "page")


@dataclass(frozen=True)
class Query:
    """What is looked for: `where` holds of it; `what` it is in words, in the plural; `said` finds it again.

    `open_only`: nobody asked for what is over. `page` counts from 1.
    """

    where: tuple[ColumnElement[bool], ...] = ()
    open_only: bool = True
    page: int = 1
    said: tuple[str, ...] = ()
    level: str = ""
    states: tuple[str, ...] = ()
    whose: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def filters(self) -> tuple[ColumnElement[bool], ...]:
        """All that the database has to check."""
        return (*self.where, is_open()) if self.open_only else self.where

    @property
    def over(self) -> tuple[ColumnElement[bool], ...]:
        """The same among what is over."""
        return (*self.where, not_(is_open()))

    @property
    def is_filtered(self) -> bool:
        """Is anything asked for besides open or not?"""
        return bool(self.where)

    @property
    def what(self) -> str:
        """`open SEV1 incidents of yours with “checkout”, Region: eu`."""
        kind = " ".join([*(["open"] if self.open_only else []), *self.states, *([self.level] if self.level else []), "incidents"])
        words = " and ".join(f"“{quote(word, 40)}”" for word in self.quoted)
        parts = [kind, *self.whose, *([f"with {words}"] if words else [])]
        return ", ".join([" ".join(parts), *self.facts])

    def looser(self) -> list[tuple[str, "Query"]]:
        """The same without one of its filters, each named as it was typed; nothing where there is only one."""
        if len(self.where) != len(self.said) or len(self.where) < 2:
            return []
        kept = [(self.where[:at] + self.where[at + 1 :], self.said[:at] + self.said[at + 1 :]) for at in range(len(self.where))]
        return [(word, Query(where, open_only=False, said=said)) for word, (where, said) in zip(self.said, kept, strict=True)]

    def nearer(self, known: Collection[str]) -> list[tuple[str, str]]:
        """For words that nobody has written: the nearest that somebody has, and the text that looks for it instead."""
        found = []
        for word in self.quoted:
            near = get_close_matches(word.casefold(), known, n=1, cutoff=0.75)
            if near and near[0] != word.casefold():
                said = [near[0] if each.strip('"') == word else each for each in self.said]
                found.append((near[0], " ".join([*said, "all", "page:1"])))
        return found

    def again(self, *, page: int = 1, everything: bool = False) -> str:
        """The text that finds the same, on another page or also among what is over."""
        all_ = ["all"] if everything or (not self.open_only and not self.states) else []
        return " ".join([*self.said, *all_, f"page:{page}"])


@dataclass(frozen=True)
class _Asking:
    policy: Policy
    by: str
    now: datetime
    zone: Callable[[], tzinfo]
    alone: bool = field(default=False)  # it is the only thing that was typed


def read(text: str, policy: Policy, *, by: str, now: datetime, zone: Callable[[], tzinfo]) -> Query:
    """What was typed, as a query. Refused where a filter's value means nothing, or there are too many."""
    if len(text) > LONGEST:
        raise Refused(f"That is a lot to look for: {LONGEST} characters are the most. Try one or two words.")
    tokens = [found for found in _TOKEN.finditer(text) if found[0] != "-"]  # which begins what a button says
    if len(tokens) > MOST + 2:
        raise Refused(f"{MOST} words and filters are the most. Leave some out: fewer find more.")
    asking = _Asking(policy, by, now, zone, alone=len(tokens) == 1)
    query = Query()
    for token in tokens:
        key, inside, plain = token[1], token[2], token[3]
        if key is not None:
            query = _filter(query, key, inside if inside is not None else plain, token[0], asking)
        elif inside is not None:
            query = _word(query, inside, f'"{inside}"', policy) if inside.strip() else query
        else:
            query = _plain(query, plain, asking)
    return query


def only(core: Core, query: Query) -> Incident | None:
    """The one that fits: of those that are open, else of those that are over. None where none does, or several do."""
    for where in (query.filters, query.over) if query.open_only else (query.filters,):
        rows, total = look.incidents(core, *where, limit=1)
        if total:
            return rows[0] if total == 1 else None
    return None


def _plain(query: Query, word: str, asking: _Asking) -> Query:
    """A word without quotes may be a filter by itself."""
    said = word.casefold()
    if said in ("all", "open"):
        return replace(query, open_only=said == "open" and query.open_only)
    if said == "mine":
        return replace(
            query, where=(*query.where, look.is_of(asking.by)), whose=(*query.whose, "of yours"), said=_and(query, word)
        )
    if said == "drills":
        return _fact(query, not_(look.is_real()), "drills only", word)
    if person := _PERSON.fullmatch(word):
        of = f"of <@{person[1]}>"
        return replace(query, where=(*query.where, look.is_of(person[1])), whose=(*query.whose, of), said=_and(query, word))
    if said in _STATES:
        return _in_state(query, _STATES[said], word)
    level = _level(word, asking)
    if level is not None:
        return replace(query, where=(*query.where, col(Incident.severity) == level), level=level, said=_and(query, word))
    return _word(query, word, word, asking.policy)


def _and(query: Query, said: str) -> tuple[str, ...]:
    return (*query.said, said)


def _level(word: str, asking: _Asking) -> str | None:
    """`sev1`, `p1` and aliases; a bare number or a level's title ("low") only where nothing else was typed."""
    try:
        level = parse_severity(word, asking.policy)
    except UnknownSeverity:
        return None
    given = {rules.folded(name) for name in (level, *asking.policy.severities[level].aliases)}
    named = rules.folded(word) in given or re.fullmatch(r"(?i)(sev|p)[-_]?[0-9]+", word)
    return level if named or asking.alone else None


def _in_state(query: Query, status: Status, said: str) -> Query:
    where = (*query.where, col(Incident.status) == str(status))
    return replace(query, where=where, open_only=False, states=(*query.states, str(status)), said=_and(query, said))


def _word(query: Query, word: str, said: str, policy: Policy) -> Query:
    return replace(
        query, where=(*query.where, mentions(word, policy)), quoted=(*query.quoted, word), said=_and(query, said)
    )  # fmt: skip


def mentions(word: str, policy: Policy) -> ColumnElement[bool]:
    """The word stands somewhere in what people wrote: title, summary, impact, theory, fields, services, causes; or it is
    the incident's name, or part of its type's."""
    texts = [col(column) for column in (Incident.title, Incident.summary, Incident.impact, Incident.theory)]
    texts += [col(Incident.fields)[key].as_string() for key, its in policy.fields.items() if its.kind in ("text", "choice")]
    found = [text.icontains(each, autoescape=True) for text in texts for each in _spellings(word)]
    inside = json.dumps(word)[1:-1]  # as it is stored there
    found += [cast(col(column), String).icontains(inside, autoescape=True) for column in (Incident.services, Incident.causes)]
    types = [key for key, its in policy.types.items() if word.casefold() in its.name.casefold()]
    if types:
        found.append(col(Incident.type).in_(types))
    number = incident_ref(word)
    if number is not None:
        found.append(col(Incident.id) == number)
    return or_(*found)


def _spellings(word: str) -> list[str]:
    """SQLite compares letters beyond ASCII as they are written."""
    return [word] if word.isascii() else list(dict.fromkeys([word, word.lower(), word.upper(), word.capitalize()]))


def _filter(query: Query, key: str, value: str, said: str, asking: _Asking) -> Query:
    """`region:eu`, `type:outage`, `cause:deploy`, `ic:@bob`; what is no filter here is a word with a colon in it."""
    name, policy = key.casefold(), asking.policy
    if name == "page" and value.isdecimal():
        return replace(query, page=max(1, min(int(value[:6]), 100_000)))
    if name in ("sev", "severity"):
        level = parse_severity(f"sev{value}" if value.isdecimal() else value, policy)
        return replace(query, where=(*query.where, col(Incident.severity) == level), level=level, said=_and(query, said))
    if name in ("status", "state"):
        return _in_state(query, parse_status(value), said)
    role = policy.role_called(key)
    if role is not None:
        return _role(query, role, value, said, asking)
    if name in ("service", "services"):
        found = next((each for each in policy.services if rules.folded(each) == rules.folded(value)), value)
        where = cast(col(Incident.services), String).contains(json.dumps(found), autoescape=True)
        return _fact(query, where, f"service {found}", said)
    own = "detected_by" if name == "detected" else rules.called(key, policy)
    if own is not None:
        return _own(query, own, value, said, asking)
    known = [*_KEYS, *policy.fields, *policy.roles]
    near = get_close_matches(name, known, n=1, cutoff=0.7)
    if near == [name]:
        nothing = f"Your team has set up nothing that `{name}:` could find."
        raise Refused(f"{nothing} In quotes it is looked for as a word.")
    if near:
        raise Refused(f"There is no filter `{quote(key, 30)}:`. Did you mean `{near[0]}:`? In quotes it is looked for as a word.")
    return _word(query, said, f'"{said}"', policy)


def _fact(query: Query, where: ColumnElement[bool], fact: str, said: str) -> Query:
    return replace(query, where=(*query.where, where), facts=(*query.facts, fact), said=_and(query, said))


def _role(query: Query, role: str, value: str, said: str, asking: _Asking) -> Query:
    held = select(RoleAssignment.incident_id).where(RoleAssignment.role == role, col(RoleAssignment.until).is_(None))
    name = asking.policy.role_name(role)
    if value.casefold() in ("none", "nobody"):
        return _fact(query, col(Incident.id).not_in(held), f"without {name}", said)
    person = asking.by if value.casefold().strip("@") == "me" else (_PERSON.fullmatch(value) or [None, None])[1]
    if person is None:
        raise Refused(f"Whom? `{role}:@who`, `{role}:me` or `{role}:none`; pick the name from Slack's list.")
    return _fact(query, col(Incident.id).in_(held.where(RoleAssignment.person == person)), f"{name} <@{person}>", said)


def _own(query: Query, key: str, value: str, said: str, asking: _Asking) -> Query:
    policy = asking.policy
    its = policy.fields.get(key)
    name = rules.name(key, policy)
    if its is not None and its.kind == "text" and value.casefold() != "none":
        stored = col(Incident.fields)[key].as_string()
        found = or_(*(stored.icontains(each, autoescape=True) for each in _spellings(value)))
        return _fact(query, found, f"{name} with “{quote(value, 40)}”", said)
    wanted = rules.read(key, value, policy, by=asking.by, now=asking.now, zone=asking.zone)
    where = _without(key) if not wanted else _equals(key, wanted, its is not None and its.kind == "people")
    return _fact(query, where, f"{name}: {rules.reads(key, wanted, policy) or 'none'}", said)


def _without(key: str) -> ColumnElement[bool]:
    if key == "causes":
        return cast(col(Incident.causes), String).in_(["[]"])
    if key == "type":
        return col(Incident.type).is_(None)
    if key == "detected_by":
        return col(Incident.detected_by).is_(None)
    stored: ColumnElement[str] = col(Incident.fields)[key].as_string()
    return stored.is_(None)


def _equals(key: str, wanted: str, among: bool) -> ColumnElement[bool]:
    """`among`: each of the people that are wanted is one of those there."""
    stored: ColumnElement[str] = col(Incident.fields)[key].as_string()
    if key == "causes":
        tags = cast(col(Incident.causes), String)
        return and_(*(tags.contains(json.dumps(tag), autoescape=True) for tag in wanted.split(", ")))
    if key == "type":
        return col(Incident.type) == wanted
    if key == "detected_by":
        return col(Incident.detected_by) == wanted
    return and_(*(stored.contains(each, autoescape=True) for each in wanted.split())) if among else stored.in_([wanted])
