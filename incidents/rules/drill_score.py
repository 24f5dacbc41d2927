"""How a drill went: each step against its target, and the status updates (PRODUCT §4, `drill`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.events import DrillPaused, DrillResumed, UpdatePosted
from incidents.rules.drill_steps import Did, Step, advice, done_at, label


@dataclass(frozen=True)
class Expected:
    """A step, and by when after the beginning it should be done (None: whenever). `practise` replaces our advice."""

    step: Step
    within: timedelta | None
    practise: str = ""


@dataclass(frozen=True)
class Mark:
    """One step's result. `took` None: it was not done. `met` None: nothing is to be said, because it has no target or the
    drill ended before it was due."""

    label: str
    took: timedelta | None
    target: timedelta | None
    met: bool | None


@dataclass(frozen=True)
class Score:
    """The steps in the order in which they were expected; the updates that fell due and those of them that a person wrote
    in time; what to practise, the step that was expected first at the front."""

    marks: tuple[Mark, ...]
    updates_due: int
    updates_on_time: int
    practise: tuple[str, ...]


def score(
    timeline: Sequence[Did], expected: Sequence[Expected], *, began: datetime, ended: datetime, role_names: Mapping[str, str]
) -> Score:
    """The score of a drill from its timeline, in the order in which it was recorded. The time while it was paused counts
    for nobody. An update that Muster had to post was not on time."""
    pauses = _pauses(timeline, ended)
    marks, practise = [], []
    for wanted in sorted(expected, key=lambda each: each.within or timedelta.max):
        at = done_at(wanted.step, timeline)
        mark = _mark(wanted, None if at is None else _between(began, at, pauses), _between(began, ended, pauses), role_names)
        marks.append(mark)
        if mark.met is False:
            practise.append(wanted.practise or advice(wanted.step, role_names))
    updates = [did.what for did in timeline if isinstance(did.what, UpdatePosted)]
    late = sum(update.timed for update in updates)
    if late:
        practise.append(f"write each update before it falls due; Muster had to post {late}")
    return Score(tuple(marks), len(updates), len(updates) - late, tuple(practise))


def _mark(wanted: Expected, took: timedelta | None, lasted: timedelta, role_names: Mapping[str, str]) -> Mark:
    target = wanted.within
    if target is None or (took is None and lasted < target):
        met = None
    else:
        met = took is not None and took <= target
    return Mark(label(wanted.step, role_names), took, target, met)


def _pauses(timeline: Sequence[Did], ended: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when nothing counted; a pause that nobody ended lasts until the drill's end."""
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for did in timeline:
        if isinstance(did.what, DrillPaused):
            since = did.at
        elif isinstance(did.what, DrillResumed) and since is not None:
            found.append((since, did.at))
            since = None
    return [*found, (since, ended)] if since is not None else found


def _between(start: datetime, end: datetime, pauses: Sequence[tuple[datetime, datetime]]) -> timedelta:
    paused = sum((max(timedelta(), min(end, to) - max(start, since)) for since, to in pauses), timedelta())
    return max(timedelta(), end - start - paused)
