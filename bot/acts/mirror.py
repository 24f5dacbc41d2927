"""Keeping one message or topic equal to the incident's state: posted once, edited ever after."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from bot.acts import GONE, Act, Desk, NotYet
from bot.acts.post import Place, Post
from bot.scene import Scene
from bot.slack import SlackRefused
from bot.views.blocks import Message
from bot.views.card import line
from bot.views.texts import escape
from incidents import likeness, rooms
from incidents.core import Unit
from incidents.rules.lifecycle import ACTIVE
from models import Delivery, Incident
from models.spine import OPEN

log = logging.getLogger(__name__)

_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})>")
_TOPIC_LENGTH = 250


@dataclass(frozen=True)
class Mirror(Post):
    """A message that always shows the newest state. `where` is what is known of it; `remember` keeps that."""

    where: Callable[[Incident], tuple[str | None, str | None]] = lambda incident: (None, None)
    remember: Callable[[Incident, str, str], None] = lambda incident, channel, ts: None
    marks: bool = False
    again_at_most = None  # of an edit nothing is looked for, and each change is another try

    def perform(self, desk: Desk) -> dict[str, Any]:
        channel, ts = self.where(desk.scene.incident)
        if channel is not None and channel == desk.scene.incident.room_channel and rooms.asleep(desk.scene.incident):
            return {"channel": channel, "ts": ts}  # an archived room shows how it was
        message = self._message(desk)
        if channel is None or ts is None:
            return self._send(desk, self.place(desk), message)
        return self._edit(desk, channel, ts, message)

    def _message(self, desk: Desk) -> Message:
        if not desk.plainly:
            try:
                return self.view(desk.scene)
            except Exception:  # a broken view must not keep the state from people
                log.exception("the view of delivery %s", desk.delivery.id)
        return Message(line(desk.scene))

    def _edit(self, desk: Desk, channel: str, ts: str, message: Message) -> dict[str, Any]:
        try:
            desk.edit(channel, ts, message)
        except SlackRefused as refused:
            if refused.error not in GONE:
                raise
            return self._send(desk, Place(channel), message)  # somebody deleted it
        return {"channel": channel, "ts": ts}

    def look(self, desk: Desk) -> dict[str, Any] | None:
        """An edit may be made again; only the first post is looked for."""
        _, ts = self.where(desk.scene.incident)
        return super().look(desk) if ts is None else None

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        _, before = self.where(unit.incident)
        self.remember(unit.incident, result["channel"], result["ts"])
        if before is not None and before != result["ts"]:
            _pin_again(unit)
        delivery.result = {name: value for name, value in result.items() if name != "plain"}  # the next state may be fine


@dataclass(frozen=True)
class Announcement(Mirror):
    """In the announce channel; its thread is the home of an incident without a room. It is posted anew where that channel
    was deleted."""

    def _edit(self, desk: Desk, channel: str, ts: str, message: Message) -> dict[str, Any]:
        try:
            return super()._edit(desk, channel, ts, message)
        except SlackRefused as refused:
            if refused.error != "channel_not_found":
                raise
            desk.workspace.forget_channel(desk.scene.policy.workspace.announce_channel)
            return self._send(desk, self.place(desk), message)

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        first = unit.incident.announce_ts is None
        super().settled(unit, delivery, result)
        if first:
            rooms.announced(unit)
        if first and unit.incident.status in ACTIVE:
            likeness.show_in_triage(unit)

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        assert delivery.id is not None
        rooms.unannounced(unit, delivery.id, trouble)
        super().failed(unit, delivery, trouble)
        return True


def _pin_again(unit: Unit) -> None:
    """The card was deleted and posted anew, so its pin went too."""
    pin = (col(Delivery.incident_id) == unit.incident.number, col(Delivery.reaction) == "pin", col(Delivery.state) != OPEN)
    unit.session.execute(update(Delivery).where(*pin).values(state=OPEN, next_at=unit.now, refusals=0))


@dataclass(frozen=True)
class Topic(Act):
    """The room's topic. Each change is a visible message, so it is set only where it differs."""

    text: Callable[[Scene], str]

    def perform(self, desk: Desk) -> dict[str, Any]:
        channel = desk.scene.incident.room_channel
        if channel is None:
            raise NotYet
        if rooms.asleep(desk.scene.incident):
            return {}
        wanted = self._named(desk)
        now = desk.call("conversations.info", channel=channel)["channel"].get("topic", {}).get("value", "")
        if now != wanted:
            desk.call("conversations.setTopic", channel=channel, topic=wanted)
        return {"topic": wanted}

    def _named(self, desk: Desk) -> str:
        """Slack makes no links in a topic, so people stand there by name."""
        text = self.text(desk.scene)
        names = desk.workspace.names(_MENTION.findall(text))
        named = _MENTION.sub(lambda found: f"@{escape(names[found[1]])}", text)
        return named if len(named) <= _TOPIC_LENGTH else re.sub(r"&\w{0,4}$", "", named[: _TOPIC_LENGTH - 1]) + "…"
