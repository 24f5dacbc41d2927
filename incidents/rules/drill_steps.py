"""The steps that a drill waits for: how they are written in its script, what they are called, and what does them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incidents.events import Acknowledged, Edited, Happened, RoleAssigned, SeverityChanged, StatusChanged, UpdatePosted
from incidents.rules.lifecycle import Status


class Kind(StrEnum):
    """What is to be done."""

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    UPDATE = "update"
    THEORY = "theory"
    IDENTIFY = "identify"
    RAISE = "raise"
    MITIGATE = "mitigate"
    RESOLVE = "resolve"


WORDS = "acknowledge, take <role>, update, theory, identify, raise to <severity>, mitigate or resolve"
"""How a step may be written."""


@dataclass(frozen=True)
class Step:
    """`of` says which role is taken, or to which levels the severity is raised (none: to any)."""

    kind: Kind
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Did:
    """One event of the drill's timeline."""

    at: datetime
    what: Happened


_TAKE = re.compile(r"take (?:the |over )?(\S.{0,39})", re.IGNORECASE)
_RAISE = re.compile(r"raise(?: (?:the )?severity)?(?: to (\S.{0,23}))?", re.IGNORECASE)


def parse_step(text: str) -> Step | None:
    """`acknowledge`, `take ic`, `raise to SEV1`, … in any case; None for anything else. Names of roles and levels are as
    they are written."""
    said = " ".join(text[:80].split())
    if said.lower() in (Kind.ACKNOWLEDGE, Kind.UPDATE, Kind.THEORY, Kind.IDENTIFY, Kind.MITIGATE, Kind.RESOLVE):
        return Step(Kind(said.lower()))
    taken, raised = _TAKE.fullmatch(said), _RAISE.fullmatch(said)
    if taken is not None:
        return Step(Kind.TAKE, (taken[1],))
    if raised is not None:
        return Step(Kind.RAISE, (raised[1],) if raised[1] else ())
    return None


def done_at(step: Step, timeline: Iterable[Did]) -> datetime | None:
    """When it was done first; None if never."""
    return next((did.at for did in timeline if _does(step, did.what)), None)


_FROM_IDENTIFIED = (Status.IDENTIFIED, Status.MITIGATING, Status.MONITORING, Status.RESOLVED)


def _does(step: Step, what: Happened) -> bool:
    """What Muster posts by itself is nobody's doing."""
    match step.kind:
        case Kind.ACKNOWLEDGE:
            return isinstance(what, Acknowledged)
        case Kind.TAKE:
            return isinstance(what, RoleAssigned) and what.role in step.of
        case Kind.UPDATE:
            return isinstance(what, UpdatePosted) and not what.timed
        case Kind.THEORY:
            written = isinstance(what, UpdatePosted) and not what.timed and bool(what.theory)
            return written or (isinstance(what, Edited) and what.field == "theory" and bool(what.new))
        case Kind.IDENTIFY:
            return isinstance(what, StatusChanged) and what.new in _FROM_IDENTIFIED
        case Kind.RAISE:
            return isinstance(what, SeverityChanged) and what.raised and (not step.of or what.new in step.of)
        case Kind.MITIGATE:
            return isinstance(what, StatusChanged) and what.new in (Status.MONITORING, Status.RESOLVED)
        case Kind.RESOLVE:
            return isinstance(what, StatusChanged) and what.new == Status.RESOLVED


def label(step: Step, role_names: Mapping[str, str]) -> str:
    """What it is called in a score."""
    if step.kind is Kind.TAKE:
        return f"{role_names.get(step.of[0], step.of[0])} named"
    if step.kind is Kind.RAISE:
        return "Severity raised" + (f" to {step.of[0]}" if step.of else "")
    return {
        Kind.ACKNOWLEDGE: "Acknowledged",
        Kind.UPDATE: "First update written",
        Kind.THEORY: "Theory named",
        Kind.IDENTIFY: "Cause identified",
        Kind.MITIGATE: "Mitigated",
        Kind.RESOLVE: "Resolved",
    }[step.kind]


def advice(step: Step, role_names: Mapping[str, str]) -> str:
    """What to practise when it came late or not at all, to stand after "Practise:"."""
    if step.kind is Kind.TAKE:
        return f"say in the first minutes who is {role_names.get(step.of[0], step.of[0])}: `/incident {step.of[0]} @who`"
    return {
        Kind.ACKNOWLEDGE: "press Acknowledge in the page before anything else",
        Kind.UPDATE: "write the first update early, even if little is known: `/incident update`",
        Kind.THEORY: "say what you think the cause is, so that others can doubt it: `/incident theory`",
        Kind.IDENTIFY: "say when the cause is known: `/incident identified`",
        Kind.RAISE: "raise the severity as soon as it gets worse; standing down is cheap: `/incident sev`",
        Kind.MITIGATE: "mitigate before you understand: roll back, flag off, fail over",
        Kind.RESOLVE: "check that service is normal, then say that it is over: `/incident resolve`",
    }[step.kind]
