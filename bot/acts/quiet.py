"""Asking a quiet room whether it goes on; not where people were talking all the while."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.acts import Desk
from bot.acts.post import Post, home
from incidents.core import Unit
from incidents.events import RoomQuiet
from models import Delivery


@dataclass(frozen=True)
class AskQuiet(Post):
    """The record hears commands and buttons only; what people write is looked up in the room before it is asked.

    Where somebody wrote something, the silence is counted from there.
    """

    def perform(self, desk: Desk) -> dict[str, Any]:
        incident = desk.scene.incident
        if not incident.quiet_asked:
            return {}  # somebody has done something since
        spoken = max(self._spoken(desk), default=None)
        return {"heard": spoken} if spoken is not None else super().perform(desk)

    def _spoken(self, desk: Desk) -> Iterator[float]:
        asked = desk.scene.happened
        assert isinstance(asked, RoomQuiet)
        place = home(desk)
        args: dict[str, Any] = {"channel": place.channel, "oldest": f"{asked.since.timestamp():.6f}", "limit": 50}
        method = "conversations.replies" if place.thread_ts else "conversations.history"
        if place.thread_ts:
            args["ts"] = place.thread_ts
        for message in desk.call(method, **args).get("messages", []):
            theirs = message.get("user") and not message.get("bot_id") and message.get("subtype") in (None, "file_share")
            if theirs and float(message["ts"]) > asked.since.timestamp():
                yield float(message["ts"])

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        if "heard" not in result:
            super().settled(unit, delivery, result)
            return
        incident, spoken = unit.incident, datetime.fromtimestamp(result["heard"], UTC)
        if incident.quiet_asked:
            incident.heard_at, incident.heard_event, incident.quiet_asked = spoken, delivery.event_id, False
