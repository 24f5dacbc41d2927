"""What followers of an incident are sent: people by direct message, and channels."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from bot.acts import Desk
from bot.acts.post import Post
from bot.slack import SlackRefused
from incidents import rooms, subscriptions
from incidents.core import Unit
from incidents.events import Subscribed
from models import Delivery, Event


@dataclass(frozen=True)
class TellSubscriber(Post):
    """A public channel is joined where that is needed. One that Muster may not post to follows no longer."""

    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        if desk.delivery.target not in desk.scene.incident.subscribers or self._reads_it_anyway(desk):
            return {}
        return super().perform(desk)

    def _reads_it_anyway(self, desk: Desk) -> bool:
        """Who is in the room reads it there; the announce channel and the leaders' are told of it as what they are."""
        incident, target = desk.scene.incident, desk.delivery.target
        if isinstance(desk.scene.happened, Subscribed):
            return False
        if target[:1] in "UW":
            return incident.room_channel is not None and not rooms.asleep(incident) and self._is_in(desk, incident.room_channel)
        leaders = desk.scene.policy.workspace.leaders
        told = select(Delivery.id).where(
            Delivery.event_id == desk.delivery.event_id, col(Delivery.reaction).in_(("leadership", "leadership.update"))
        )
        with desk.core.view() as session:
            to_leaders = session.exec(told.limit(1)).first() is not None
        return target in (incident.room_channel, incident.announce_channel) or (
            to_leaders and leaders is not None and desk.workspace.channel(leaders) == target
        )

    def _is_in(self, desk: Desk, room: str) -> bool:
        try:
            members = desk.workspace.pages("conversations.members", "members", channel=room)
            return any(str(member) == desk.delivery.target for member in members)
        except SlackRefused:
            return False  # told twice is better than not at all

    def recover(self, desk: Desk, refused: SlackRefused) -> dict[str, Any] | None:
        if refused.error == "not_in_channel":
            desk.call("conversations.join", channel=desk.delivery.target)
            return super().perform(desk)
        return super().recover(desk, refused)

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        if delivery.target in unit.incident.subscribers:
            event = unit.session.get_one(Event, delivery.event_id)
            asked_by = event.actor if event.kind == Subscribed.kind else None
            subscriptions.drop(unit, delivery.target, by=None, why=trouble, asked_by=asked_by)
        return True  # who cannot be told follows no longer
