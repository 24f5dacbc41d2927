"""Who is in the room of a private incident is asked from time to time: Slack's word that somebody left may be lost."""

from collections.abc import Iterable

from incidents.core import Unit
from incidents.members import asks_every
from incidents.policy import Policy
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """For as long as it has a room, also after its end: what is known of it stays private."""
    incident = now.incident
    asked = incident.members_asked_at
    if incident.private and incident.room_channel is not None and incident.room_archived_at is None and asked is not None:
        yield Due(asked + asks_every(incident, policy), f"members:{incident.number}")


def fire(unit: Unit, due: Due) -> None:
    """Nothing has happened, so nothing is recorded; after an outage it is asked once."""
    unit.incident.members_asked_at = unit.now
    unit.redo("members")


TIMER = Timer("members", owed, fire)
