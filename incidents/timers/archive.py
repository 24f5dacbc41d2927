"""Archiving the war room some days after the incident is over, so that the list of channels stays short."""

from collections.abc import Iterable

from incidents import rooms
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import ENDED
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    incident, after = now.incident, policy.workspace.archive_room_after
    if (
        after is not None
        and incident.status in ENDED
        and incident.closed_at is not None
        and incident.room_channel is not None
        and incident.room_archived_at is None
        and not incident.room_kept
        and not incident.private  # what is said later has no other place
    ):
        yield Due(incident.closed_at + after, f"archive:{incident.number}:{int(incident.closed_at.timestamp())}")


def fire(unit: Unit, due: Due) -> None:
    rooms.archive(unit, key=due.key)


TIMER = Timer("archive", owed, fire)
