"""What commands look at before they answer: one incident, the open ones, what followed from an event."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select

from bot.scene import Scene, picture
from incidents.core import Core
from incidents.dossier import gather
from incidents.rules.lifecycle import OPEN
from incidents.rules.postmortem.document import Todo
from models import Event, Incident, RoleAssignment


def scene(core: Core, number: int) -> Scene:
    """How an incident stands at this moment; NoSuchIncident if there is none."""
    with core.view() as session:
        return picture(core, session, number)


def followed(core: Core, event: Event) -> list[Event]:
    """What the incident's timeline holds from this event on: the event and all that it led to."""
    assert event.id is not None
    with core.view() as session:
        query = select(Event).where(Event.incident_id == event.incident_id, col(Event.id) >= event.id)
        return list(session.exec(query.order_by(col(Event.id)).limit(50)))


def incidents(core: Core, *where: ColumnElement[bool], limit: int) -> tuple[Sequence[Incident], int]:
    """The newest that fit, at most `limit`, and how many fit in all."""
    with core.view() as session:
        rows = session.exec(select(Incident).where(*where).order_by(col(Incident.id).desc()).limit(limit)).all()
        total = session.exec(select(func.count()).select_from(Incident).where(*where)).one()
        return rows, total


def is_open() -> ColumnElement[bool]:
    """Before resolved."""
    return col(Incident.status).in_([str(status) for status in OPEN])


def is_of(person: str) -> ColumnElement[bool]:
    """Declared by this person, or they hold a role in it now."""
    held = select(RoleAssignment.incident_id).where(RoleAssignment.person == person, col(RoleAssignment.until).is_(None))
    return or_(col(Incident.declared_by) == person, col(Incident.id).in_(held))


def mentions(text: str) -> ColumnElement[bool]:
    """The text stands somewhere in the title, summary or impact, in any case."""
    columns = (Incident.title, Incident.summary, Incident.impact)
    return or_(*(col(column).icontains(text, autoescape=True) for column in columns))


def similar(core: Core, incident: Incident) -> Incident | None:
    """The newest open incident whose title shares most of its words with this one's, so that it may be the same thing."""
    mine = _words(incident.title)
    with core.view() as session:
        query = select(Incident.id, Incident.title).where(is_open(), col(Incident.id) != incident.number)
        titles = session.exec(query.order_by(col(Incident.id).desc()).limit(200)).all()
        alike = next((number for number, title in titles if _alike(mine, _words(title))), None)
        return session.get(Incident, alike) if alike is not None else None


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """The same words; or at least two shared, and four in five of the shorter title's."""
    shared = len(one & other)
    return bool(shared) and (one == other or (shared >= 2 and shared >= 0.8 * min(len(one), len(other))))


def commanders(core: Core, numbers: Sequence[int]) -> dict[int, str]:
    """Who is IC of which incident."""
    with core.view() as session:
        query = select(RoleAssignment.incident_id, RoleAssignment.person).where(
            RoleAssignment.role == "ic", col(RoleAssignment.until).is_(None)
        )
        return dict(session.exec(query.where(col(RoleAssignment.incident_id).in_(numbers))).all())


def questions(core: Core, number: int) -> list[str]:
    """What the postmortem draft leaves to people: each question once, after its section's title, in the draft's order."""
    document = gather(core, number, names={}, link=lambda channel, ts, thread_ts: "")
    return list(dict.fromkeys(f"{part.title}: {todo.question}" for part in document.sections for todo in _todos(part)))


def _todos(part: object) -> Iterator[Todo]:
    if isinstance(part, Todo):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _todos(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _todos(getattr(part, each.name))
