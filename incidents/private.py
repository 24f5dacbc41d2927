"""Private incidents: making one private, who comes and goes, who looks, breaking the glass, and their own deadlines.

Who may see one is `access`.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from incidents import access, paging, permissions, rooms
from incidents.core import Core, NoSuchIncident, Repeated, Unit, find
from incidents.edit import refuse_merged
from incidents.errors import Refused
from incidents.events import (
    AccessEnded,
    AccessGiven,
    DeadlineMet,
    GlassBroken,
    GlassHeld,
    MadePrivate,
    Viewed,
)
from incidents.merge import family
from incidents.rules.lifecycle import ACTIVE
from incidents.standing import holders
from incidents.texts import prose
from models import Event, Incident, Insider, Postmortem

MET, NOT_NEEDED, NEAR, OVER = "met", "not needed", "near", "over"  # how far a deadline has come


def make_private(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """From here on it is seen by whoever does this, its declarer and the holders of its roles, and whom they bring in.

    Slack lets no app make an open room private, so a new room is opened; the old one is archived, and what Muster said of
    it in public is taken back. Running pages stop: those who are asked are not in it. What was merged into it follows.
    """
    refused = permissions.refusal(core, permissions.PRIVATE, by)
    if refused is not None:
        raise refused
    with core.unit(number, key) as unit:
        if unit.incident.private:
            raise Refused(f"{unit.incident.key} is private already. `/incident private` in its room shows who is in it.")
        refuse_merged(unit.incident)
        people = _responsible(unit, by)
        event = _shut(unit, people, by=by)
        rooms.want(unit, "it is private now", by=None)
        if unit.incident.status in ACTIVE:  # for what is in triage nobody is called yet
            paging.page_as_severity_says(unit, by=by)
        for each in family(unit.session, number)[1:]:
            _shut(core.also(unit, each), people, by=by)
    return event


def _responsible(unit: Unit, by: str) -> list[str]:
    named = [by, unit.incident.declared_by or "", *holders(unit.session, unit.incident.number).values()]
    return [person for person in dict.fromkeys(named) if person]


def _shut(unit: Unit, people: Sequence[str], *, by: str) -> Event:
    incident = unit.incident
    paging.stop(unit)
    old, incident.private = incident.room_channel, True
    named = incident.room_name if old is None and incident.room_wanted_at is not None else None
    incident.subscribers = [target for target in incident.subscribers if target in people]
    incident.room_channel, incident.room_wanted_at, incident.card_ts, incident.room_archived_at = None, None, None, None
    incident.room_refused, incident.room_kept, incident.room_shut = False, False, False
    incident.room_attempt = 0
    gone = update(Postmortem).where(col(Postmortem.incident_id) == incident.number).values(link=None)
    unit.session.execute(gone)  # its file is taken back
    return unit.record(MadePrivate(people=list(people), room=old, room_name=named), by=by)


def admit(core: Core, number: int, person: str, *, room_ts: str | None = None) -> None:
    """Somebody is in the room, as Slack says; from here on they are in the incident. Says nothing twice.

    `room_ts` is Slack's time of their coming: one that is older than their leaving changes nothing.
    """
    with core.as_seen_by(None).unit(number) as unit:
        if not unit.incident.private:
            return
        row = unit.session.get(Insider, (number, person))
        if row is not None and room_ts is not None and row.room_ts is not None and room_ts <= row.room_ts:
            return
        if row is None or not row.inside:
            unit.record(AccessGiven(person=person))
        access.let_in(unit.session, unit.incident, [person], unit.now, room_ts)


def left(core: Core, number: int, person: str, *, room_ts: str) -> None:
    """Somebody left the room or was taken out of it, so they are no longer in the incident, unless they hold a role."""
    with core.as_seen_by(None).unit(number) as unit:
        if not unit.incident.private:
            return
        row = unit.session.get(Insider, (number, person))
        if row is None or (row.room_ts is not None and room_ts <= row.room_ts):
            return
        if row.inside:
            unit.record(AccessEnded(person=person))
        theirs = (col(Insider.incident_id) == number, col(Insider.person) == person)
        unit.session.execute(update(Insider).where(*theirs).values(inside=False, room_ts=room_ts))


def viewed(core: Core, numbers: Sequence[int], by: str, what: str) -> None:
    """Put on record that somebody looks at these: once an hour for each person and incident, of private ones only.

    Raises if it cannot be recorded; then nothing is to be shown.
    """
    with core.view() as session:
        private = select(Incident.id).where(col(Incident.id).in_(numbers), col(Incident.private).is_(True))
        found = session.exec(private).all()
        if not found:
            return
        hour = core.clock.now(session).strftime("%Y-%m-%dT%H")
        keys = {f"viewed:{number}:{by}:{hour}": number for number in found if number is not None}
        known = set(session.exec(select(Event.key).where(col(Event.key).in_(keys))).all())
    for key, number in keys.items():
        if key not in known:
            with suppress(Repeated), core.unit(number, key) as unit:
                unit.record(Viewed(person=by, what=what))


def seen_by(core: Core, number: int) -> list[tuple[str, datetime]]:
    """Who looked at it or broke the glass, and when last; the latest first."""
    return _latest(core, number, (Viewed.kind, GlassBroken.kind))


def held_off(core: Core, number: int) -> list[tuple[str, datetime]]:
    """Who tried to break the glass and may not, and when last; the latest first."""
    return _latest(core, number, (GlassHeld.kind,))


def _latest(core: Core, number: int, kinds: Sequence[str]) -> list[tuple[str, datetime]]:
    with core.view() as session:
        find(session, number)
        query = select(Event).where(Event.incident_id == number, col(Event.kind).in_(kinds)).order_by(col(Event.id))
        latest = {event.payload.get("person") or event.actor or "": event.at for event in session.exec(query)}
    return sorted(latest.items(), key=lambda pair: pair[1], reverse=True)


def break_glass(core: Core, number: int, why: str, *, by: str, key: str | None = None) -> Event:
    """Whoever the config lets do so comes into a private incident that they are not in, with a reason that is told there.

    To everybody else it stays what it is: no incident. That they tried is on its record, for those who are in it.
    """
    unguarded = core.as_seen_by(None)
    allowed = permissions.breaks_glass(core, by)
    with unguarded.view() as session:
        incident = session.get(Incident, number)
        hidden = incident is not None and not (allowed or access.may_see(session, incident, by))
    if hidden:
        _hold_off(unguarded, number, by)
    if incident is None or hidden:
        raise NoSuchIncident(number)
    why = prose(why, "reason", field="why")
    with unguarded.unit(number, key) as unit:
        if not unit.incident.private:
            raise Refused(f"{unit.incident.key} is not private: `/incident join {number}` brings you in.")
        if access.may_see(unit.session, unit.incident, by):
            raise Refused(f"You are in {unit.incident.key} already.")
        return unit.record(GlassBroken(why=why, tells=_last_resort(unit)), by=by)


def _hold_off(unguarded: Core, number: int, by: str) -> None:
    with unguarded.view() as session:
        key = f"held:{number}:{by}:{unguarded.clock.now(session):%Y-%m-%dT%H}"
    with suppress(Repeated), unguarded.unit(number, key) as unit:
        unit.record(GlassHeld(person=by))


def _last_resort(unit: Unit) -> list[str]:
    """Whoever stands behind the escalation of private incidents."""
    escalation = unit.policy.escalations.get(unit.policy.private.escalation or "")
    return paging.resolve(unit, escalation.last_resort)[0] if escalation else []


def meet(core: Core, number: int, deadline: str, *, needed: bool = True, by: str, key: str | None = None) -> Event:
    """Say that it is contained, or that the regulator is told; or that this is not needed here."""
    with core.unit(number, key) as unit:
        incident = unit.incident
        if not incident.private:
            raise Refused(f"{incident.key} is not private; it has no such deadline.")
        if incident.deadlines.get(deadline) in (MET, NOT_NEEDED):
            raise Refused("That is on the timeline already; nothing was changed.")
        incident.deadlines = {**incident.deadlines, deadline: MET if needed else NOT_NEEDED}
        return unit.record(DeadlineMet(deadline=deadline, needed=needed), by=by)
