"""Who follows an incident without being in its room: people, by direct message, and channels."""

from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import Subscribed, Unsubscribed
from incidents.rules.lifecycle import ENDED
from models import Event

MOST = 100  # each is one message for every update


def subscribe(core: Core, number: int, target: str, *, by: str, key: str | None = None) -> Event:
    """From now on `target`, a person's or a channel's id, is told of each update, of severity changes and of the end."""
    with core.unit(number, key) as unit:
        incident = unit.incident
        if incident.status in ENDED:
            raise Refused(f"{incident.key} is {incident.status}; no more updates will come.")
        if incident.private and target[:1] not in "UW":
            raise Refused(f"{incident.key} is private: no channel is told of it. Whoever should know is invited to its room.")
        if target in (incident.room_channel, incident.announce_channel):
            raise Refused(f"The updates of {incident.key} come there anyway; nothing was changed.")
        if target in incident.subscribers:
            stop = f"`/incident unsubscribe {number}`" + (f" <#{target}>" if target[:1] in "CG" else "")
            raise Refused(f"{_name(target, by)} this incident already. To stop: {stop}.")
        if len(incident.subscribers) >= MOST:
            raise Refused(f"{MOST} follow {incident.key} already, which is the most. Subscribe a channel that they are all in.")
        incident.subscribers = [*incident.subscribers, target]
        return unit.record(Subscribed(target=target), by=by)


def unsubscribe(core: Core, number: int, target: str, *, by: str, key: str | None = None) -> Event:
    """No more of them."""
    with core.unit(number, key) as unit:
        if target not in unit.incident.subscribers:
            raise Refused(f"{_name(target, by, do_not=True)} {unit.incident.key}; nothing was changed.")
        return drop(unit, target, by=by)


def drop(unit: Unit, target: str, *, by: str | None, why: str = "", asked_by: str | None = None) -> Event:
    """Also where Slack does not let Muster post there."""
    unit.incident.subscribers = [each for each in unit.incident.subscribers if each != target]
    return unit.record(Unsubscribed(target=target, why=why, asked_by=asked_by), by=by)


def _name(target: str, by: str, *, do_not: bool = False) -> str:
    if target == by:
        return "You do not follow" if do_not else "You follow"
    named = f"<#{target}>" if target[:1] in "CG" else f"<@{target}>"
    return f"{named} does not follow" if do_not else f"{named} follows"
