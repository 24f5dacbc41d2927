"""Who may see a private incident. To everybody else it does not exist: they are answered as for a number never given.

In it are the people whom its own events brought in (whoever declared it, was given a role, was paged or invited for it,
joined its room, or broke the glass), until they leave the room; and whoever holds a role, in any case. What is not known
is not let in.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, text
from sqlmodel import Session, col, func
from sqlmodel import select as select_rows
from sqlmodel.sql.sqltypes import UTCDateTime

from incidents.events import (
    AccessGiven,
    Automated,
    Declared,
    GlassBroken,
    HandoffOffered,
    Happened,
    Joined,
    LevelPaged,
    MadePrivate,
    MergedFrom,
    RoleAssigned,
)
from models import Incident, Insider, Person, RoleAssignment

VIEWER = "viewer"  # in a session's info: the person for whom it reads, None for Muster itself


def may_see(session: Session, incident: Incident, person: str | None) -> bool:
    """Whether this person, a Slack id or an e-mail address, may know of it. None is Muster itself."""
    if not incident.private or person is None:
        return True
    found = session.execute(_of(person).where(col(Insider.incident_id) == incident.number)).first()
    return found is not None or session.execute(_held(person, incident.number)).first() is not None


def visible(session: Session) -> ColumnElement[bool]:
    """What a list for the session's person may hold; for nobody in particular, what is not private."""
    return _visible_to(session.info.get(VIEWER))


@lru_cache(maxsize=5000)
def _visible_to(viewer: str | None) -> ColumnElement[bool]:
    """Put together once for each person: that takes longer than asking it."""
    public = col(Incident.private).is_(False)
    if viewer is None:
        return public
    held = select(col(RoleAssignment.incident_id)).where(
        col(RoleAssignment.person) == viewer, col(RoleAssignment.until).is_(None)
    )
    return or_(public, col(Incident.id).in_(_of(viewer)), col(Incident.id).in_(held))


def people(session: Session, number: int) -> list[str]:
    """Everybody who was let in and has not left, and whoever holds a role, each once."""
    inside = session.exec(
        select_rows(Insider.person)
        .where(Insider.incident_id == number, col(Insider.inside).is_(True))
        .order_by(col(Insider.since), col(Insider.person))
    )
    holding = session.exec(
        select_rows(RoleAssignment.person)
        .where(RoleAssignment.incident_id == number, col(RoleAssignment.until).is_(None))
        .order_by(col(RoleAssignment.id))
    )
    return list(dict.fromkeys([*inside, *holding]))


def brought(happened: Happened, by: str | None) -> list[str]:
    """Whom an event of a private incident brings into it."""
    if isinstance(happened, Declared | Joined | GlassBroken):
        return [by] if by else []
    if isinstance(happened, RoleAssigned | AccessGiven):
        return [happened.person]
    if isinstance(happened, HandoffOffered):
        return [happened.to]
    if isinstance(happened, Automated):
        return [person for person in happened.invites if not person.startswith("group:")]
    if isinstance(happened, LevelPaged | MergedFrom | MadePrivate):
        return [person for person in happened.people if not person.startswith("group:")]
    return []


def let_in(session: Session, incident: Incident, who: Iterable[str], now: datetime, room_ts: str | None = None) -> None:
    """Once each; whoever had left is in again."""
    for person in who:
        named = person.lower() if "@" in person else person
        row = {"number": incident.number, "person": named, "now": now, "room_ts": room_ts}
        session.connection().execute(_LET_IN, row)


def _of(person: str) -> Select[Any]:
    """The incidents that somebody was let into, by their id or by the e-mail address that Slack has for it."""
    address = select(func.lower(Person.email)).where(col(Person.id) == person).scalar_subquery()
    theirs = or_(col(Insider.person) == (person.lower() if "@" in person else person), col(Insider.person) == address)
    return select(col(Insider.incident_id)).where(theirs, col(Insider.inside).is_(True))


def _held(person: str, number: int) -> Select[Any]:
    return select(col(RoleAssignment.id)).where(
        col(RoleAssignment.incident_id) == number,
        col(RoleAssignment.person) == person,
        col(RoleAssignment.until).is_(None),
    )


_LET_IN = text(
    "INSERT INTO insider (incident_id, person, inside, since, room_ts) VALUES (:number, :person, true, :now, :room_ts) "
    "ON CONFLICT (incident_id, person) DO UPDATE SET inside = true, room_ts = coalesce(excluded.room_ts, insider.room_ts)"
).bindparams(bindparam("now", type_=UTCDateTime()))
