"""What a postmortem is built from: an incident's record, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from incidents.events import (
    Happened,
)


@dataclass(frozen=True)
class Happening:
    """One event: when it happened, when it was written down, by whom (None: Muster), and the message that shows it.

    `merged_from` is the incident that it belonged to, where that was merged into this one: it is told on the timeline,
    and no other claim about this incident rests on it. People curate it: `hidden` leaves it out of the timeline, `starred`
    marks it there.
    """

    at: datetime
    recorded_at: datetime
    by: str | None
    what: Happened
    link: str | None = None
    merged_from: str | None = None
    hidden: bool = False
    starred: bool = False


@dataclass(frozen=True)
class FollowUp:
    """An action item as it stands."""

    id: int
    text: str
    owner: str | None = None
    due_on: date | None = None
    done_at: datetime | None = None
    done_by: str | None = None


@dataclass(frozen=True)
class Record:
    """All that is known of an incident. People are ids; `names` gives their names, and those of channels.

    `details` are the type and the team's own fields, each by its name, in the order of the config. `happenings` are in
    the order in which they were recorded. `targets` are those of the response times, by the measure's name (detect,
    acknowledge, mitigate, resolve); a measure without one is shown without. `drill` is None for the real thing, as with
    the incident.
    """

    key: str
    title: str
    severity: str
    status: str
    declared_at: datetime
    severity_name: str = ""
    declared_by: str | None = None
    summary: str = ""
    impact: str = ""
    theory: str = ""
    detected_by: str | None = None
    services: tuple[str, ...] = ()
    drill: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    causes: tuple[str, ...] = ()
    impact_started_at: datetime | None = None
    detected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    happenings: tuple[Happening, ...] = ()
    actions: tuple[FollowUp, ...] = ()
    targets: Mapping[str, timedelta] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
