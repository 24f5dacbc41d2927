"""The war room: when it is wanted, what it is called, and what became of it."""

from sqlmodel import col, select

from incidents import access, permissions, runbooks
from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import (
    DeliveryFailed,
    FlagSet,
    Joined,
    RoomArchived,
    RoomBack,
    RoomCalledBack,
    RoomFailed,
    RoomKept,
    RoomLost,
    RoomOpened,
    RoomShut,
    RoomStrayed,
    RoomWanted,
)
from incidents.rules.lifecycle import ENDED, OPEN, way_on
from incidents.rules.naming import room_name
from incidents.standing import holders
from models import Event, Incident


def follow_severity(unit: Unit) -> None:
    """Want a room if the severity, or what is known of the incident, asks for one now. Repeats nothing."""
    incident = unit.incident
    if incident.room_wanted_at is not None or incident.room_refused:
        return
    if incident.private:
        want(unit, "it is private, and nothing of it is said elsewhere", by=None)
    elif incident.several_teams or incident.cause_unclear:
        why = "several teams" if incident.several_teams else "the cause is unclear"
        want(unit, why, by=None)
    elif unit.policy.severity(incident.severity).room.kind == "now":
        want(unit, f"{incident.severity} opens one at once", by=None)


def want(unit: Unit, why: str, *, by: str | None, key: str | None = None) -> Event:
    """From here on the room is the incident's home; it is made by a worker."""
    unit.incident.room_wanted_at = unit.now
    unit.incident.room_name = _name(unit)
    return unit.record(RoomWanted(why=why), by=by, key=key)


def _name(unit: Unit) -> str:
    """By the team's pattern; a drill's begins with `drill-`, so that nobody takes it for the real thing. That of a private
    incident has no word of the title: names are shown where rooms are not."""
    incident, template = unit.incident, unit.policy.workspace.room_name
    return room_name(
        template if incident.drill is None else f"drill-{template}",
        title="private" if incident.private else incident.title,
        number=incident.number,
        declared_at=incident.declared_at,
        timezone=unit.policy.workspace.timezone,
        attempt=incident.room_attempt,
    )


def open_room(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Somebody asks for the room."""
    with core.unit(number, key) as unit:
        incident = unit.incident
        if incident.room_shut:
            return _bring_back(unit, by=by)
        if incident.room_channel:
            raise Refused(f"{incident.key} has its room already: <#{incident.room_channel}>.")
        if incident.room_wanted_at is not None:
            raise Refused(f"The room of {incident.key} is being opened; it takes a few seconds.")
        if incident.status not in OPEN:
            raise Refused(f"{incident.key} is {incident.status}. {way_on(incident.status, incident.merged_into)}")
        incident.room_refused = False
        return want(unit, "asked for", by=by)


def next_name(core: Core, number: int) -> str:
    """The name is taken by a stranger: store the next one before it is tried."""
    with core.unit(number) as unit:
        incident = unit.incident
        incident.room_attempt += 1
        incident.room_name = _name(unit)
        return incident.room_name


def opened(unit: Unit, channel: str, name: str, *, private: bool = False) -> None:
    """The room exists. Says nothing twice. One that everybody can read is no room of a private incident."""
    key = f"room:{unit.incident.number}:{channel}"
    if unit.incident.private and not private:
        if unit.session.exec(select(Event.id).where(Event.key == key)).first() is None:
            unit.record(RoomStrayed(channel=channel), key=key)
        return
    if unit.incident.room_channel is not None:
        return
    unit.incident.room_channel, unit.incident.room_name = channel, name
    unit.incident.card_ts = None
    if private:
        unit.incident.members_at = unit.incident.members_asked_at = unit.now  # nobody but Muster is in it yet
    unit.record(RoomOpened(channel=channel, name=name), channel=channel, key=key)
    runbooks.offer(unit, unit.incident.services)


def announced(unit: Unit) -> None:
    """Its announcement is out, whose thread is its home while no room is wanted: its runbooks come there."""
    runbooks.offer(unit, unit.incident.services)


def failed(unit: Unit, trouble: str) -> None:
    """Slack will not make the room: the thread is the home again, and people are told why.

    A private incident has no other home: what is to be said in its room waits for one, and whoever is responsible is told.
    """
    incident = unit.incident
    incident.room_wanted_at, incident.room_refused = None, True
    responsible: list[str] = []
    if incident.private:  # an alert's: whoever made it private
        responsible = _responsible(unit) or list(dict.fromkeys(access.people(unit.session, incident.number)))
    unit.record(RoomFailed(trouble=trouble, tells=responsible))
    runbooks.offer(unit, incident.services)


def _responsible(unit: Unit) -> list[str]:
    """Whoever declared it, and who has a role."""
    found = [unit.incident.declared_by, *holders(unit.session, unit.incident.number).values()]
    return [person for person in dict.fromkeys(found) if person]


def unannounced(unit: Unit, delivery_id: int, trouble: str) -> None:
    """Slack will not let it be announced: nobody reads of it there, nor would they read an alarm. Whoever is responsible is
    told, once."""
    if unit.incident.announce_ts is None:
        _tell_responsible(unit, delivery_id, trouble)


def thread_shut(unit: Unit, delivery_id: int, trouble: str) -> None:
    """The announce channel was archived: an incident without a room has no place where it goes on, and whoever is responsible
    is told, once. Nobody who has a room misses it."""
    incident = unit.incident
    if incident.announce_ts is not None and (incident.room_channel is None or asleep(incident)):
        _tell_responsible(unit, delivery_id, trouble)


def _tell_responsible(unit: Unit, delivery_id: int, trouble: str) -> None:
    told = select(Event.payload).where(Event.incident_id == unit.incident.number, Event.kind == DeliveryFailed.kind)
    if not any(payload.get("tells") for payload in unit.session.exec(told)):
        tells = _responsible(unit)
        unit.record(DeliveryFailed(delivery_id=delivery_id, reaction="announcement", target="", trouble=trouble, tells=tells))


def asleep(incident: Incident) -> bool:
    """The room is archived, and either the incident is over or somebody archived it all the same: what is said of it goes to
    the thread. One that is called back is awake, and what is to be said there waits for it."""
    return incident.room_archived_at is not None and (incident.room_shut or incident.status in ENDED)


def found_archived(unit: Unit, channel: str, *, by: str | None = None, trouble: str = "") -> None:
    """Somebody archived the room, or keeps Muster out of it (`trouble`): until it is back the thread is the incident's home.
    Nothing of a private one is said there; whoever is in it is told. Says nothing twice."""
    incident = unit.incident
    if incident.room_channel != channel or incident.room_archived_at is not None:
        return
    incident.room_archived_at = unit.now
    if incident.status in ENDED and not incident.private and not trouble:
        unit.record(RoomArchived(channel=channel), by=by)
        return
    incident.room_shut = True
    people = [one for one in access.people(unit.session, incident.number) if one != by] if incident.private else []
    unit.record(RoomShut(channel=channel, tells=people, trouble=trouble), by=by)


def found_open(unit: Unit, channel: str) -> None:
    """Somebody brought the room back in Slack, or let Muster in again: Muster comes into it again, and goes on there."""
    if unit.incident.room_channel == channel and unit.incident.room_shut and not _is_called_back(unit):
        unit.record(RoomCalledBack(channel=channel))


def _bring_back(unit: Unit, *, by: str) -> Event:
    incident = unit.incident
    if _is_called_back(unit):
        raise Refused(f"The room of {incident.key} is being brought back; it takes a few seconds.")
    assert incident.room_channel is not None
    return unit.record(RoomCalledBack(channel=incident.room_channel), by=by)


def _is_called_back(unit: Unit) -> bool:
    of_it = select(Event.kind).where(Event.incident_id == unit.incident.number)
    of_it = of_it.where(col(Event.kind).in_([RoomShut.kind, RoomCalledBack.kind])).order_by(col(Event.id).desc()).limit(1)
    return unit.session.exec(of_it).first() == RoomCalledBack.kind


def archive(unit: Unit, *, key: str) -> Event:
    """The incident has been over for long enough."""
    incident = unit.incident
    assert incident.room_channel is not None
    incident.room_archived_at = unit.now
    return unit.record(RoomArchived(channel=incident.room_channel), key=key)


def archived_late(unit: Unit) -> None:
    """The incident was reopened while Slack was archiving its room: called back once more, behind that."""
    incident = unit.incident
    if incident.room_channel is not None and incident.room_archived_at is None:
        incident.room_archived_at = unit.now
        unit.record(RoomArchived(channel=incident.room_channel))
        call_back(unit)


def kept(unit: Unit, trouble: str) -> None:
    """Slack will not archive it: it stays open, and is left alone until the incident has been reopened."""
    if unit.incident.room_archived_at is not None and not unit.incident.room_shut:
        unit.incident.room_archived_at, unit.incident.room_kept = None, True
        unit.record(RoomKept(trouble=trouble))


def call_back(unit: Unit) -> None:
    """The incident goes on, and so does its room. Until Slack has brought it back its posts wait."""
    incident = unit.incident
    incident.room_kept = False
    if incident.room_channel is not None and incident.room_archived_at is not None:
        unit.record(RoomCalledBack(channel=incident.room_channel))


def back(unit: Unit) -> None:
    """The room is open again. Says nothing twice."""
    incident = unit.incident
    if incident.room_archived_at is not None and incident.room_channel is not None:
        was_shut, incident.room_archived_at, incident.room_shut = incident.room_shut, None, False
        unit.record(RoomBack(channel=incident.room_channel, was_shut=was_shut))


def lost(unit: Unit, trouble: str) -> None:
    """Slack will not bring it back: the old room stays to be read, and a new one is opened."""
    incident = unit.incident
    if incident.room_archived_at is None or incident.room_channel is None:
        return
    old, incident.room_channel, incident.room_archived_at, incident.card_ts = incident.room_channel, None, None, None
    incident.room_shut = False
    incident.room_attempt += 1
    unit.record(RoomLost(channel=old, trouble=trouble))
    want(unit, "the old one could not be brought back", by=None)


def join(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Somebody comes to help: they are invited to the room, now or when it opens."""
    with core.unit(number, key) as unit:
        return unit.record(Joined(), by=by)


def set_flag(core: Core, number: int, flag: str, on: bool, *, by: str, key: str | None = None) -> Event:
    """Tick or clear "several teams" or "cause unclear"; ticking opens the room at once, unless it is over."""
    refused = permissions.refusal(core, permissions.edit(flag), by)
    if refused is not None:
        raise refused
    with core.unit(number, key) as unit:
        if unit.incident.status in ENDED:
            raise Refused(f"{unit.incident.key} is {unit.incident.status} and can no longer be changed.")
        if flag not in ("several_teams", "cause_unclear"):
            raise Refused("Say `several teams` or `cause unclear`.")
        if getattr(unit.incident, flag) == on:
            raise Refused("That is already so; nothing was changed.")
        setattr(unit.incident, flag, on)
        event = unit.record(FlagSet(flag=flag, on=on), by=by)
        if unit.incident.status in OPEN:
            follow_severity(unit)
        return event
