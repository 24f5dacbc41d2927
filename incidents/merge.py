"""Merging: two incidents turn out to be one, and go on as the one that survives."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from incidents import access, fields, paging, runbooks
from incidents.core import Core, Unit, find
from incidents.edit import remember
from incidents.errors import MoveRefused, Refused
from incidents.events import MergedFrom, MergedInto
from incidents.phrase import TOKEN
from incidents.policy_values import is_address
from incidents.rules.lifecycle import ACTIVE, OPEN, Status, way_on
from incidents.standing import holders
from incidents.subscriptions import MOST
from models import ActionItem, Alert, Event, Incident, Page, Task
from models.alert import ALERT_FIRING
from models.page import PAGE_OPEN


def merge(core: Core, number: int, into: int, *, by: str, key: str | None = None) -> Event:
    """`number` ends as merged; its timeline, tasks, action items, alerts, followers, services and running pages are the
    survivor's from here on.

    Both change or neither does. Only open incidents are merged, and into an open one. A page goes on in the survivor
    unless somebody is on the way there already: see `_goes_on`.
    """
    if number == into:
        raise Refused(f"INC-{number} is that incident itself. Name the other one: `/incident merge INC-42`.")
    with core.pair(number, into, key) as (unit, survivor):
        check(unit.incident, survivor.incident)
        was, people = unit.incident.status, _people(unit)
        moved = _hand_over_work(unit, survivor)
        event = _end(unit, survivor.incident, moved, by=by)
        _take_in(survivor, unit, was, people, moved, by=by)
        return event


def _end(unit: Unit, into: Incident, moved: Mapping[str, Any], *, by: str) -> Event:
    """The one that goes on in the other; what it has handed over is not stopped with it."""
    incident, old = unit.incident, unit.incident.status
    incident.status, incident.merged_into, incident.closed_at = str(Status.MERGED), into.number, unit.now
    remember(unit, "status", old)
    event = unit.record(MergedInto(old=old, into=into.number, title=into.title, room=into.room_channel, **moved), by=by)
    paging.stop(unit)
    return event


def _take_in(survivor: Unit, unit: Unit, was: str, people: Sequence[str], moved: Mapping[str, Any], *, by: str) -> None:
    """The one that survives: besides the work, whoever was told of the other or follows it, its runbooks and its services."""
    incident, into = unit.incident, survivor.incident
    owners = [target for target in incident.owners if target not in into.owners]
    into.owners = [*into.owners, *owners]
    into.silent_updates = 0  # that is news
    merged = MergedFrom(
        number=incident.number,
        title=incident.title,
        severity=incident.severity,
        people=list(people),
        in_triage=was == Status.TRIAGE,
        owners=owners,
        followers=_hand_over_followers(incident, into),
        **moved,
    )
    survivor.record(merged, by=by)
    runbooks.carry_over(unit, survivor, by=by)
    more = fields.with_services(into, incident.services)
    fields.fill(survivor, more, by=by, pages=was == Status.TRIAGE)  # else its own pages came along, or were answered


def check(incident: Incident, into: Incident) -> None:
    """Returns when the one may be merged into the other now; raises MoveRefused with what to do instead.

    Across the border of what is private nothing is merged: the open one's room would be told of the other.
    """
    for each in (incident, into):
        if each.status == Status.MERGED:
            raise MoveRefused(f"{each.key} was merged into INC-{each.merged_into} already. Name that one instead.")
    if (incident.drill is None) != (into.drill is None):
        drill = incident.key if into.drill is None else into.key
        raise MoveRefused(f"{drill} is a drill, and what is real is not mixed with it. End it there: `/incident resolve`.")
    if incident.private != into.private:
        shut, seen = (incident, into) if incident.private else (into, incident)
        first = f"`/incident private {seen.number}` makes {seen.key} private, too; then merge them."
        raise MoveRefused(f"{shut.key} is private and {seen.key} is not. {first}")
    if into.status == Status.TRIAGE and incident.status in ACTIVE:
        way = f"Attach it the other way round: `/incident merge {into.number} {incident.number}`."
        raise MoveRefused(f"{into.key} is an alert in triage, and {incident.key} is being worked on. {way}")
    if incident.status not in OPEN:
        raise MoveRefused(f"{incident.key} is {incident.status}, and only open incidents are merged. {way_on(incident.status)}")
    if into.status not in OPEN:
        raise MoveRefused(f"{into.key} is {into.status}, and nothing is merged into what is over. {way_on(into.status)}")


def survivor(session: Session, incident: Incident) -> Incident:
    """The incident that it goes on in: itself unless it was merged."""
    while incident.merged_into is not None:
        incident = find(session, incident.merged_into)
    return incident


def family(session: Session, number: int) -> list[int]:
    """The incident and everything that was merged into it, directly or by way of others; itself first."""
    known, newest = [number], [number]
    while newest:
        query = select(Incident.id).where(col(Incident.merged_into).in_(newest)).order_by(col(Incident.id))
        newest = [merged for merged in session.exec(query) if merged is not None]
        known += newest
    return known


def on_timeline(session: Session, number: int) -> ColumnElement[bool]:
    """What stands on an incident's timeline: its own entries, and those of what was merged into it.

    That they were merged is said once, by the survivor's own entry.
    """
    merged = family(session, number)[1:]
    own = col(Event.incident_id) == number
    return or_(own, and_(col(Event.incident_id).in_(merged), col(Event.kind) != MergedInto.kind)) if merged else own


def _people(unit: Unit) -> list[str]:
    """Whoever works on it: the declarer, the holders of its roles and the owners who were told; everybody who is in it, where it
    is private."""
    if unit.incident.private:
        return access.people(unit.session, unit.incident.number)
    named = [unit.incident.declared_by or "", *holders(unit.session, unit.incident.number).values(), *unit.incident.owners]
    return [person for person in dict.fromkeys(named) if TOKEN.fullmatch(f"<@{person}>")]


def _hand_over_work(unit: Unit, survivor: Unit) -> dict[str, Any]:
    """Which pages, tasks and action items, and how many alerts are the survivor's now, as both events tell of them."""
    into = survivor.incident.number
    return {
        "pages": _hand_over_pages(unit, survivor),
        "tasks": _hand_over(unit, into, Task),
        "actions": _hand_over(unit, into, ActionItem),
        "alerts": _hand_over_alerts(unit, survivor),
    }


def _hand_over(unit: Unit, into: int, table: type[Task] | type[ActionItem]) -> list[int]:
    session, of = unit.session, unit.incident.number
    ids = session.exec(select(table.id).where(table.incident_id == of).order_by(col(table.id))).all()
    session.execute(update(table).where(col(table.incident_id) == of).values(incident_id=into))
    return [id for id in ids if id is not None]


def _hand_over_followers(incident: Incident, into: Incident) -> list[str]:
    """Those who follow the survivor instead from here on; where it is told of anyway nobody need follow."""
    there = (into.room_channel, into.announce_channel)
    known = dict.fromkeys([*into.subscribers, *(each for each in incident.subscribers if each not in there)])
    into.subscribers = list(known)[:MOST]
    moved, incident.subscribers = [each for each in incident.subscribers if each in into.subscribers], []
    return moved


def _hand_over_alerts(unit: Unit, survivor: Unit) -> int:
    """All of them; while one fires nothing is over in the survivor."""
    old, into = unit.incident, survivor.incident
    if not old.alerts:
        return 0
    of_it = col(Alert.incident_id) == old.number
    fires = unit.session.exec(select(Alert.id).where(of_it, Alert.state == ALERT_FIRING).limit(1)).first() is not None
    unit.session.execute(update(Alert).where(of_it).values(incident_id=into.number))
    if fires:
        into.alerts_over_at, into.alerts_over_event = None, None
    elif not into.alerts:
        into.alerts_over_at, into.alerts_over_event = old.alerts_over_at, old.alerts_over_event
    moved, old.alerts = old.alerts, 0
    into.alerts += moved
    return moved


def _hand_over_pages(unit: Unit, survivor: Unit) -> list[int]:
    running = unit.session.exec(
        select(Page).where(Page.incident_id == unit.incident.number, Page.state == PAGE_OPEN).order_by(col(Page.id))
    ).all()
    there = survivor.session.exec(
        select(Page.name).where(Page.incident_id == survivor.incident.number, Page.state == PAGE_OPEN)
    ).all()
    moved = [page for page in running if _goes_on(page, survivor.incident, there)]
    for page in moved:
        page.incident_id = survivor.incident.number
    unit.session.flush()
    return [page.id for page in moved if page.id is not None]


def _goes_on(page: Page, into: Incident, there: Sequence[str]) -> bool:
    """A person who was asked for by name is still wanted. An escalation is, until the survivor is acknowledged or runs the
    same one: then nobody is paged twice for one thing."""
    if page.name in there:
        return False
    return bool(TOKEN.fullmatch(page.name)) or is_address(page.name) or into.acknowledged_at is None
