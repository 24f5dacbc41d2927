"""What followers of an incident are sent: people by direct message, and channels."""

from dataclasses import dataclass
from typing import Any

from bot.acts import Desk
from bot.acts.post import Post
from bot.slack import SlackRefused
from incidents import subscriptions
from incidents.core import Unit
from incidents.events import Subscribed
from models import Delivery, Event


@dataclass(frozen=True)
class TellSubscriber(Post):
    """A public channel is joined where that is needed. One that Muster may not post to follows no longer."""

    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        if desk.delivery.target not in desk.scene.incident.subscribers:
            return {}
        return super().perform(desk)

    def recover(self, desk: Desk, refused: SlackRefused) -> dict[str, Any] | None:
        if refused.error == "not_in_channel":
            desk.call("conversations.join", channel=desk.delivery.target)
            return super().perform(desk)
        return super().recover(desk, refused)

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> None:
        if delivery.target in unit.incident.subscribers:
            event = unit.session.get_one(Event, delivery.event_id)
            asked_by = event.actor if event.kind == Subscribed.kind else None
            subscriptions.drop(unit, delivery.target, by=None, why=trouble, asked_by=asked_by)
