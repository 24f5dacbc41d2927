"""How incidents went over a while (PRODUCT §13): always median and 90th percentile with n, never a bare mean."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from incidents.rules.likeness import alike, words
from incidents.rules.measures import ResponseTimes

MEASURES = ("detect", "acknowledge", "mitigate", "resolve")
_NO_CAUSE = "unknown"  # a tag that says that it is not known makes nothing a repeat


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One incident. `updates_due` fell due, `updates_late` of them nobody wrote in time. `drafted` None: none is owed."""

    number: int
    title: str
    severity: str
    declared_at: datetime
    times: ResponseTimes
    services: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    detected_by: str | None = None
    updates_due: int = 0
    updates_late: int = 0
    drafted: bool | None = None


@dataclass(frozen=True)
class FollowUp:
    """An action item that was due on a day, and when it was done."""

    due_on: date
    done_on: date | None


@dataclass(frozen=True)
class Spread:
    """How long it took in the middle and at the 90th percentile (nearest rank) of `n`; `within` of them met the target."""

    n: int
    median: timedelta
    p90: timedelta
    target: timedelta | None = None
    within: int = 0

    @property
    def met(self) -> bool | None:
        """Is the median within the target? None where there is no target."""
        return None if self.target is None else self.median <= self.target


@dataclass(frozen=True)
class Share:
    """`done` of `of`; `target` in percent, `more` being better beyond it."""

    done: int
    of: int
    target: int | None = None

    @property
    def percent(self) -> int:
        """Rounded down, so that nothing is 100 % that is not."""
        return self.done * 100 // self.of if self.of else 100

    @property
    def met(self) -> bool | None:
        """None where there is no target, or nothing to judge."""
        return None if self.target is None or not self.of else self.done * 100 >= self.target * self.of


@dataclass(frozen=True)
class Metrics:
    """What came of the incidents of a while. Counts are from the most frequent down; `weeks` from the oldest to the newest,
    each with its first day. `repeats` are (incident, the one before it that was the same)."""

    total: int
    severities: Mapping[str, int]
    services: Mapping[str, int]
    causes: Mapping[str, int]
    sources: Mapping[str, int]
    times: Mapping[str, Mapping[str, Spread]]
    updates: Share
    postmortems: Share
    actions: Share
    repeats: Sequence[tuple[int, int]] = ()
    weeks: Sequence[tuple[date, int]] = field(default=())


def measure(
    incidents: Sequence[Facts],
    follow_ups: Sequence[FollowUp],
    *,
    since: datetime,
    until: datetime,
    levels: Sequence[str],
    targets: Mapping[str, Mapping[str, timedelta | None]],
    postmortems: int,
    actions_done: int,
) -> Metrics:
    """`levels` are the severities, the worst first, `targets` theirs by measure; the last two are percentages.

    Action items count once their day has passed, or they are done; days are those of the zone of `since` and `until`.
    """
    named = [*levels, *sorted({each.severity for each in incidents} - set(levels))]
    by_level = {level: [each for each in incidents if each.severity == level] for level in named}
    owed = [each for each in incidents if each.drafted is not None]
    judged = [each for each in follow_ups if each.done_on is not None or each.due_on < until.date()]
    due = sum(each.updates_due for each in incidents)
    return Metrics(
        total=len(incidents),
        severities={level: len(there) for level, there in by_level.items() if there},
        services=_counted(name for each in incidents for name in each.services),
        causes=_counted(tag for each in incidents for tag in each.causes),
        sources=_counted(each.detected_by for each in incidents if each.detected_by),
        times={level: _times(there, targets.get(level, {})) for level, there in by_level.items() if there},
        updates=Share(due - sum(each.updates_late for each in incidents), due),
        postmortems=Share(sum(bool(each.drafted) for each in owed), len(owed), postmortems),
        actions=Share(sum(_in_time(each) for each in judged), len(judged), actions_done),
        repeats=_repeats(incidents),
        weeks=_weeks(incidents, since, until),
    )


def spread(took: Sequence[timedelta], target: timedelta | None = None) -> Spread | None:
    """None of nothing."""
    if not took:
        return None
    ranked = sorted(took)
    p90 = ranked[math.ceil(0.9 * len(ranked)) - 1]
    half = len(ranked) // 2
    middle = ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2
    within = sum(each <= target for each in ranked) if target is not None else 0
    return Spread(len(ranked), middle, p90, target, within)


def _times(incidents: Sequence[Facts], targets: Mapping[str, timedelta | None]) -> dict[str, Spread]:
    found = {}
    for name in MEASURES:
        took = [length for each in incidents if (length := getattr(each.times, name)) is not None]
        measured = spread(took, targets.get(name))
        if measured is not None:
            found[name] = measured
    return found


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _in_time(follow_up: FollowUp) -> bool:
    return follow_up.done_on is not None and follow_up.done_on <= follow_up.due_on


def _repeats(incidents: Sequence[Facts]) -> list[tuple[int, int]]:
    """What has a cause and a service in common with an earlier one, the newest of these; where neither names a service, a title
    that says the same. Looked up and not compared each with each: over two years there may be thousands."""
    found: list[tuple[int, int]] = []
    newest: dict[tuple[str, str], int] = {}
    unserved: dict[str, list[tuple[int, frozenset[str]]]] = {}
    for each in sorted(incidents, key=lambda each: each.number):
        causes, title = set(each.causes) - {_NO_CAUSE}, words(each.title)
        pairs = [(cause, service) for cause in causes for service in each.services]
        before = [newest[pair] for pair in pairs if pair in newest]
        if not each.services:
            for cause in causes:
                titled = unserved.setdefault(cause, [])
                before += [number for number, other in titled if alike(title, other)]
                titled.append((each.number, title))
        newest |= dict.fromkeys(pairs, each.number)
        if before:
            found.append((each.number, max(before)))
    return found


def _weeks(incidents: Sequence[Facts], since: datetime, until: datetime) -> list[tuple[date, int]]:
    """The last week ends now; the first one may be shorter."""
    week = timedelta(weeks=1)
    starts = [until - week]
    while starts[0] > since:
        starts.insert(0, starts[0] - week)
    counted = Counter((until - each.declared_at) // week for each in incidents)
    return [(start.date(), counted[len(starts) - 1 - at]) for at, start in enumerate(starts)]
