"""The war room of a severity that opens one only after a while unresolved."""

from collections.abc import Iterable

from incidents import rooms
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident = now.incident
    room = policy.severity(incident.severity).room
    if (
        room.kind == "after"
        and room.after is not None
        and incident.room_wanted_at is None
        and not incident.room_refused
        and incident.status in ACTIVE
    ):
        yield Due(incident.declared_at + room.after, f"room:{incident.number}:{incident.room_attempt}")


def fire(unit: Unit, due: Due) -> None:
    rooms.want(unit, f"unresolved for a while ({unit.incident.severity})", by=None, key=due.key)


TIMER = Timer("room", owed, fire)
