"""Who is in the room of a private incident, as Slack lists them: its word that somebody came or left may be lost."""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import col, select

from incidents import access
from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import AccessEnded, AccessGiven
from incidents.policy import Policy
from incidents.rules.lifecycle import OPEN
from incidents.standing import holders
from models import Delivery, Incident, Insider, Person
from models.spine import OPEN as UNDER_WAY

EVERYONE = "everyone"  # the target of the invitation of all who are in it
_TRUSTED = 3  # times the time after which Slack is asked again


def asks_every(incident: Incident, policy: Policy) -> timedelta:
    """How often Slack is asked who is in the room."""
    return policy.private.members_every if incident.status in OPEN else policy.private.members_every_after


def reconcile(core: Core, number: int, room: str, members: Set[str], *, as_of: datetime) -> None:
    """Take over Slack's list of who is in the room. Says nothing twice.

    Whoever is in the room is in the incident; whoever was there and is not, is out. Somebody whose invitation is still
    under way has not left, and who came or went after `as_of` is as Slack's word of that said.
    """
    with core.as_seen_by(None).unit(number) as unit:
        if not unit.incident.private or unit.incident.room_channel != room:
            return
        rows = unit.session.exec(select(Insider).where(Insider.incident_id == number)).all()
        ids = _ids(unit, rows)
        said = f"{as_of.timestamp():.6f}"
        for person in sorted(members):
            _there(unit, person, [row for row in rows if ids[row.person] == person], said)
        coming, invited = _invited(unit, as_of)
        for row in rows:
            person = ids[row.person]
            was_there = row.room_ts < said if row.room_ts is not None else person in invited
            if row.inside and was_there and person not in members and not coming & {person, row.person, EVERYONE}:
                _gone(unit, row, said)
        unit.incident.members_at = as_of


def _there(unit: Unit, person: str, rows: Sequence[Insider], said: str) -> None:
    """`rows` are theirs, by id and by address. That they were seen there is kept: so they can be missed there."""
    if any(row.room_ts is not None and (row.inside or row.room_ts >= said) for row in rows):
        return
    if not any(row.inside for row in rows):
        unit.record(AccessGiven(person=person))
    access.let_in(unit.session, unit.incident, [row.person for row in rows] or [person], unit.now, said)


def _gone(unit: Unit, row: Insider, said: str) -> None:
    unit.record(AccessEnded(person=row.person))
    theirs = (col(Insider.incident_id) == row.incident_id, col(Insider.person) == row.person)
    unit.session.execute(update(Insider).where(*theirs).values(inside=False, room_ts=said))


def _ids(unit: Unit, rows: Sequence[Insider]) -> dict[str, str]:
    """Slack's id for each, where it is known: some were named by their e-mail address."""
    addresses = [row.person for row in rows if "@" in row.person]
    found = unit.session.exec(select(Person).where(func.lower(Person.email).in_(addresses))).all() if addresses else ()
    by_address = {person.email.lower(): person.id for person in found if person.email}
    return {row.person: by_address.get(row.person, row.person) for row in rows}


def _invited(unit: Unit, as_of: datetime) -> tuple[set[str], set[str]]:
    """Whose invitation was under way at that moment or is now; and who had been invited before it, and let in by Slack."""
    query = select(Delivery).where(Delivery.incident_id == unit.incident.number, Delivery.reaction == "invite")
    coming: set[str] = set()
    invited: set[str] = set()
    for each in unit.session.exec(query):
        if each.state == UNDER_WAY:
            coming.add(EVERYONE if each.target.startswith("group:") else each.target)
            continue
        asked = set(each.result.get("asked", [])) - set(each.result.get("kept_out", []))
        if each.settled_at is not None and each.settled_at < as_of:
            invited |= asked
        else:
            coming |= asked
    return coming, invited


def refuse_unconfirmed(core: Core, incident: Incident, by: str) -> None:
    """Slack has not said for three times as long as it should who is in the room: whoever is in it can go there.

    Whoever holds a role is in the incident in any case.
    """
    if not incident.private or incident.room_channel is None or incident.members_at is None:
        return
    with core.view() as session:
        fresh = core.clock.now(session) - incident.members_at <= _TRUSTED * asks_every(incident, core.policy)
        if fresh or by in holders(session, incident.number).values():
            return
    room = f"<#{incident.room_channel}>"
    raise Refused(f"Slack has not said for a while who is in the room of {incident.key}. Do it there: {room}.")
