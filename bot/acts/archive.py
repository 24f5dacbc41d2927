"""Archiving the war room, and bringing it back. Both may be asked for again: Slack says so when it was done before."""

from dataclasses import dataclass
from typing import Any

from bot.acts import Act, Desk
from bot.slack import SlackRefused
from incidents import rooms
from incidents.core import Unit
from models import Delivery


@dataclass(frozen=True)
class Archive(Act):
    """conversations.archive, unless the incident was reopened meanwhile."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        incident = desk.scene.incident
        if not rooms.asleep(incident):
            return {}
        try:
            desk.call("conversations.archive", channel=incident.room_channel)
        except SlackRefused as refused:
            if refused.error != "already_archived":
                raise
        return {"archived": incident.room_channel}

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        if result.get("archived") and not rooms.asleep(unit.incident):
            rooms.archived_late(unit)

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        rooms.kept(unit, trouble)
        return False


@dataclass(frozen=True)
class Unarchive(Act):
    """conversations.unarchive. Many workspaces let only members do that; then another room is opened."""

    again_at_most = 60  # about five minutes, in which what is to be said waits for the room

    def perform(self, desk: Desk) -> dict[str, Any]:
        incident, channel = desk.scene.incident, desk.scene.incident.room_channel
        if channel is None or incident.room_archived_at is None or (rooms.asleep(incident) and not incident.room_shut):
            return {}
        try:
            desk.call("conversations.unarchive", channel=channel)
        except SlackRefused as refused:
            if refused.error != "not_archived":
                raise
        try:
            desk.call("conversations.join", channel=channel)
        except SlackRefused:
            pass  # it is in it already, or whoever unarchives is
        return {"back": channel}

    def look(self, desk: Desk) -> None:
        """It may be done again; asked is whether Slack is there at all."""
        desk.call("auth.test")

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        if result.get("back"):
            rooms.back(unit)

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        if unit.incident.room_shut or not rooms.asleep(unit.incident):
            rooms.lost(unit, trouble)
        return True
