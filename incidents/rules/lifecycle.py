"""The states of an incident, the moves between them, and the moments a move stamps (PRODUCT §2)."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple

from incidents.errors import MoveRefused, NeedsConfirmation, NeedsReason, UnknownState, quote


class Status(StrEnum):
    """Where an incident stands. The values are stored and never renamed."""

    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATING = "mitigating"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    MERGED = "merged"


ACTIVE = (Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATING, Status.MONITORING)
"""Declared and being worked on; any move among these is allowed, back too."""

OPEN = (Status.TRIAGE, *ACTIVE)
"""Before resolved: what "open" means everywhere (PRODUCT §2)."""

ENDED = (Status.CLOSED, Status.DECLINED, Status.CANCELLED, Status.MERGED)
"""Nothing is owed any more. `resolved` is neither open nor ended: its postmortem and closing are still to come."""


class Stamps(NamedTuple):
    """Names of kept moments: `stamp` those with the moment of the move, `clear` those to unknown."""

    stamp: frozenset[str]
    clear: frozenset[str]


def moves(status: Status) -> list[Status]:
    """Where a person can move an incident from here, in the order of the lifecycle; empty when nothing is possible.

    Never holds `merged`: merging needs the other incident, so it is no plain move.
    """
    if status is Status.TRIAGE:
        return [*ACTIVE, Status.RESOLVED, Status.DECLINED, Status.CANCELLED]
    if status in ACTIVE:
        return [*(other for other in ACTIVE if other is not status), Status.RESOLVED, Status.CANCELLED]
    if status is Status.RESOLVED:
        return [*ACTIVE, Status.CLOSED]
    if status is Status.CLOSED:
        return [Status.RESOLVED]
    return []


def check_move(old: Status, new: Status, *, why: str | None, watch_over: bool, confirmed: bool) -> None:
    """Returns when the move may be made now, otherwise raises.

    MoveRefused: there is no such move; says which are open. NeedsReason: reopening a resolved or closed incident, or closing
    it by hand, without `why` (blank is none; whoever closes because the postmortem was published gives that as `why`).
    NeedsConfirmation: resolving an open incident while the watch is not over (`watch_over` False) and not `confirmed`.
    `watch_over` is True as well where the severity asks for no watch.
    """
    if new is old:
        raise MoveRefused(f"It is already {old}. {_what_is_open(old)}", field="status")
    if new not in moves(old):
        raise MoveRefused(f"It cannot go from {old} to {new}. {_what_is_open(old)}", field="status")
    if old is Status.RESOLVED and not (why and why.strip()):
        if new is Status.CLOSED:
            raise NeedsReason("Closing by hand takes a reason: `close <why>`.", field="why")
        raise NeedsReason("Reopening takes a reason: `reopen <why>`.", field="why")
    if old is Status.CLOSED and not (why and why.strip()):
        raise NeedsReason("It is closed. Going back to resolved takes a reason: `reopen <why>`.", field="why")
    if new is Status.RESOLVED and old in OPEN and not watch_over and not confirmed:
        begun = "The watch after the fix is not over yet." if old is Status.MONITORING else "The fix has not been watched yet."
        raise NeedsConfirmation(f"{begun} Resolve anyway?", field="status")


def reopens_to(status: Status) -> Status:
    """Where `reopen` leads when no state is named: resolved → investigating, closed → resolved; else MoveRefused."""
    if status is Status.RESOLVED:
        return Status.INVESTIGATING
    if status is Status.CLOSED:
        return Status.RESOLVED
    if status in OPEN:
        raise MoveRefused(f"It is open already: it is {status}. {_what_is_open(status)}", field="status")
    raise MoveRefused(f"What was {status} does not reopen; declare a new incident.", field="status")


def way_on(status: str, merged_into: int | None = None) -> str:
    """What can be done instead about what is over: it is reopened, goes on elsewhere, or is declared anew."""
    if merged_into is not None:
        return f"It goes on in INC-{merged_into}: name that one."
    if status in (Status.CANCELLED, Status.DECLINED):
        return "If it is one after all: `/incident declare`."
    return "Reopen it first: `/incident reopen <why>`."


def stamps(old: Status, new: Status) -> Stamps:
    """The kept moments that a move from `old` to `new` stamps or clears: "mitigated", "resolved", "closed".

    Monitoring begins when it is mitigated; resolving without monitoring stamps mitigated = resolved. Going back to
    work means it was not mitigated after all, so the moment of the mitigation that held is the one kept. Ending
    without a postmortem stamps closed.
    """
    stamp: set[str] = set()
    clear: set[str] = set()
    working = new in ACTIVE and new is not Status.MONITORING
    if new is Status.MONITORING and old in OPEN:
        stamp.add("mitigated")
    if new is Status.RESOLVED and old in OPEN:
        stamp.add("resolved")
        if old is not Status.MONITORING:
            stamp.add("mitigated")
    if new in ENDED:
        stamp.add("closed")
    if working and old in (Status.MONITORING, Status.RESOLVED):
        clear.add("mitigated")
    if old is Status.RESOLVED and new in ACTIVE:
        clear.add("resolved")
    if old is Status.CLOSED and new is Status.RESOLVED:
        clear.add("closed")
    return Stamps(frozenset(stamp), frozenset(clear))


_SHORTS = {
    "investigate": Status.INVESTIGATING,
    "investigation": Status.INVESTIGATING,
    "identify": Status.IDENTIFIED,
    "found": Status.IDENTIFIED,
    "mitigate": Status.MITIGATING,
    "mitigation": Status.MITIGATING,
    "fixing": Status.MITIGATING,
    "mitigated": Status.MONITORING,
    "fixed": Status.MONITORING,
    "monitor": Status.MONITORING,
    "watching": Status.MONITORING,
    "resolve": Status.RESOLVED,
    "close": Status.CLOSED,
    "decline": Status.DECLINED,
    "dismiss": Status.DECLINED,
    "cancel": Status.CANCELLED,
    "canceled": Status.CANCELLED,
}
_NAMES = {status.value: status for status in Status if status is not Status.MERGED} | _SHORTS


def is_state(word: str) -> bool:
    """Whether this is a state, or a short of one, letter by letter."""
    return word in _NAMES


def parse_status(text: str) -> Status:
    """The state meant by what was typed, in any case; shorts such as `resolve` are understood. UnknownState otherwise.

    `mitigated` and `fixed` mean monitoring: the fix is in, and is watched before anybody calls it resolved.
    """
    word = text.strip().strip("`'\".!").casefold() if len(text) <= 80 else ""
    if word in _NAMES:
        return _NAMES[word]
    near = get_close_matches(word, list(_NAMES), n=1, cutoff=0.6) if word else []
    hint = f"Did you mean `{near[0]}`? " if near else ""
    known = _listed(status for status in Status if status is not Status.MERGED)
    what = f"“{quote(text)}” is not a state." if text.strip() else "Which state?"
    raise UnknownState(f"{what} {hint}The states are {known}.", field="status")


def _what_is_open(status: Status) -> str:
    """The last sentence of a refused move (PRODUCT §2: "A refused move says which are open")."""
    if status is Status.CLOSED:
        return "From here it can only go back to resolved: `reopen <why>`."
    options = moves(status)
    if not options:
        return "Nothing more can happen to it; declare a new incident."
    return f"From here it can go to {_listed(options)}."


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
