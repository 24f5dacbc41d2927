"""Declaring an incident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_
from sqlmodel import col, select

from incidents import deploys, drills, owners, paging, permissions, roles, rooms
from incidents.core import Core, Repeated, Unit
from incidents.drill_script import Script
from incidents.events import Captured, Declared
from incidents.reach import refuse_unreachable
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.texts import TEXT_LENGTH, one_line, prose
from models import Event, Incident


@dataclass(frozen=True)
class Source:
    """The message that made somebody declare; it goes on the timeline with its own moment, author and link."""

    channel: str
    ts: str
    thread_ts: str | None
    author: str | None
    text: str
    at: datetime


@dataclass(frozen=True)
class Declaration:
    """What is said when declaring; `by` None: by an alert. `commander` None leaves the role empty, `type` None makes it the
    default one; `fields` are values as `rules.fields.read` gives them. `drill` is the scenario's name, "" for a drill without
    a `script`, None for the real thing."""

    title: str
    severity: str
    by: str | None
    commander: str | None = None
    summary: str = ""
    impact: str = ""
    services: tuple[str, ...] = ()
    detected_by: str | None = None
    type: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    several_teams: bool = False
    cause_unclear: bool = False
    source: Source | None = None
    drill: str | None = None
    script: Script | None = None
    private: bool = False


def declare(core: Core, said: Declaration, key: str | None = None) -> Event:
    """Open an incident in `investigating`, with its room, its commander and its pages as its severity says.

    The same person declaring the same title within `same_title_within` gets the incident that was made then, as
    Repeated: two clicks make one incident.
    """
    title = one_line(said.title, "title", field="title")
    summary = prose(said.summary, "summary", field="summary", needed=False)
    impact = prose(said.impact, "impact", field="impact", needed=False)
    core.policy.check_level(said.severity)
    refused = permissions.refusal(core, permissions.PRIVATE, said.by) if said.private and said.by else None
    if refused is not None:
        raise refused
    if said.by is not None:
        refuse_unreachable(core, said.commander, by=said.by, field="ic")
    with core.new(said.by, key) as unit:
        _refuse_double(unit, said, title)
        return open_in(unit, said, title, summary, impact)


def open_in(unit: Unit, said: Declaration, title: str, summary: str, impact: str, status: Status = Status.INVESTIGATING) -> Event:
    """Make the incident of a new unit. In triage it has neither a room nor pages: they come with the move out of it."""
    unit.begin(_columns(said, title, summary, impact, said.type or unit.policy.default_type, status, unit.now))
    event = unit.record(
        Declared(
            title=title,
            severity=said.severity,
            status=status,
            summary=summary,
            impact=impact,
            detected_by=said.detected_by,
            several_teams=said.several_teams,
            cause_unclear=said.cause_unclear,
            services=list(said.services),
            type=unit.incident.type,
            fields=unit.incident.fields,
            drill=said.drill,
            script=said.script.stored() if said.script is not None else {},
            private=said.private,
        ),
        by=said.by,
    )
    if said.drill is not None:
        drills.opened(unit, said.script)
    unit.incident.update_anchor_event = event.id
    unit.incident.ic_missing_event = event.id
    if said.source is not None:
        _capture(unit, said.source, by=said.by)
    if status is not Status.TRIAGE:
        rooms.follow_severity(unit)
        if said.commander:
            roles.give(unit, "ic", said.commander, by=said.by)
        paging.page_as_severity_says(unit, by=said.by)
        owners.follow(unit, by=said.by)
        deploys.look_back(unit)
    return event


def _capture(unit: Unit, source: Source, *, by: str | None) -> None:
    """By the key that a pin has, so that it is there once; a message that is on another timeline already stands on both."""
    key = f"capture:{source.channel}:{source.ts}"
    if unit.session.exec(select(Event.id).where(Event.key == key)).first() is not None:
        key = f"{key}:{unit.incident.number}"
    unit.record(
        Captured(author=source.author, text=source.text[:TEXT_LENGTH], how="declared"),
        by=by,
        at=source.at,
        channel=source.channel,
        ts=source.ts,
        thread_ts=source.thread_ts,
        key=key,
    )


def _refuse_double(unit: Unit, said: Declaration, title: str) -> None:
    """What is real is never taken for the drill of the same name, and what is private not for the open one."""
    since = unit.now - unit.policy.workspace.same_title_within
    twins = _TWIN if said.drill is None else _TWIN_DRILL
    like = {"by": said.by, "title": title, "since": since, "private": said.private}
    twin = unit.connection.execute(twins, like).scalar()
    if twin is not None:
        query = select(Event).where(Event.incident_id == twin, Event.kind == Declared.kind)
        raise Repeated(unit.session.exec(query).one())


def _columns(
    said: Declaration, title: str, summary: str, impact: str, type: str | None, status: Status, now: datetime
) -> dict[str, Any]:
    return {
        "title": title,
        "severity": said.severity,
        "status": str(status),
        "declared_by": said.by,
        "summary": summary,
        "impact": impact,
        "services": list(said.services),
        "private": said.private,
        "detected_by": said.detected_by,
        "type": type,
        "fields": dict(said.fields),
        "several_teams": said.several_teams,
        "cause_unclear": said.cause_unclear,
        "drill": said.drill,
        "declared_at": now,
        "detected_at": now,
        "update_anchor_at": now,
        "ic_missing_at": now,
    }


_SAME = (  # built once: putting it together took longer than asking it
    select(Incident.id)
    .where(Incident.declared_by == bindparam("by"), Incident.title == bindparam("title"))
    .where(Incident.declared_at > bindparam("since"))
    .where(col(Incident.private) >= bindparam("private"))
    .where(or_(*(col(Incident.status) == str(status) for status in ACTIVE)))  # a list would be written out at each asking
    .limit(1)
)
_TWIN, _TWIN_DRILL = _SAME.where(col(Incident.drill).is_(None)), _SAME.where(col(Incident.drill).is_not(None))
