"""The war room: when it is wanted, what it is called, and what became of it."""

from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import FlagSet, Joined, RoomFailed, RoomOpened, RoomWanted
from incidents.rules.lifecycle import ENDED, OPEN
from incidents.rules.naming import room_name
from models import Event


def follow_severity(unit: Unit) -> None:
    """Want a room if the severity, or what is known of the incident, asks for one now. Repeats nothing."""
    incident = unit.incident
    if incident.room_wanted_at is not None or incident.room_refused:
        return
    if incident.several_teams or incident.cause_unclear:
        why = "several teams" if incident.several_teams else "the cause is unclear"
        want(unit, why, by=None)
    elif unit.policy.severity(incident.severity).room.kind == "now":
        want(unit, f"{incident.severity} opens one at once", by=None)


def want(unit: Unit, why: str, *, by: str | None, key: str | None = None) -> Event:
    """From here on the room is the incident's home; it is made by a worker."""
    unit.incident.room_wanted_at = unit.now
    unit.incident.room_name = room_name(
        unit.policy.workspace.room_name,
        title=unit.incident.title,
        number=unit.incident.number,
        declared_at=unit.incident.declared_at,
        timezone=unit.policy.workspace.timezone,
        attempt=unit.incident.room_attempt,
    )
    return unit.record(RoomWanted(why=why), by=by, key=key)


def open_room(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Somebody asks for the room."""
    with core.unit(number, key) as unit:
        if unit.incident.room_channel:
            raise Refused(f"{unit.incident.key} has its room already: <#{unit.incident.room_channel}>.")
        if unit.incident.room_wanted_at is not None:
            raise Refused(f"The room of {unit.incident.key} is being opened; it takes a few seconds.")
        if unit.incident.status not in OPEN:
            raise Refused(f"{unit.incident.key} is {unit.incident.status}. Reopen it first: `/incident reopen`.")
        unit.incident.room_refused = False
        return want(unit, "asked for", by=by)


def next_name(core: Core, number: int) -> str:
    """The name is taken by a stranger: store the next one before it is tried."""
    with core.unit(number) as unit:
        incident = unit.incident
        incident.room_attempt += 1
        incident.room_name = room_name(
            unit.policy.workspace.room_name,
            title=incident.title,
            number=incident.number,
            declared_at=incident.declared_at,
            timezone=unit.policy.workspace.timezone,
            attempt=incident.room_attempt,
        )
        return incident.room_name


def opened(unit: Unit, channel: str, name: str) -> None:
    """The room exists. Says nothing twice."""
    if unit.incident.room_channel is not None:
        return
    unit.incident.room_channel, unit.incident.room_name = channel, name
    unit.incident.card_ts = None
    unit.record(RoomOpened(channel=channel, name=name), channel=channel, key=f"room:{unit.incident.number}:{channel}")


def failed(unit: Unit, trouble: str) -> None:
    """Slack will not make the room: the thread is the home again, and people are told why."""
    unit.incident.room_wanted_at, unit.incident.room_refused = None, True
    unit.record(RoomFailed(trouble=trouble))


def join(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Somebody comes to help: they are invited to the room, now or when it opens."""
    with core.unit(number, key) as unit:
        return unit.record(Joined(), by=by)


def set_flag(core: Core, number: int, flag: str, on: bool, *, by: str, key: str | None = None) -> Event:
    """Tick or clear "several teams" or "cause unclear"; ticking opens the room at once, unless it is over."""
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
