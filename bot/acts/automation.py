"""What a rule of the config sends: messages to other channels, and calls to other systems."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.acts import Act, Desk, NotYet
from bot.acts.post import Post
from bot.scene import Scene
from bot.views.blocks import Message
from incidents import automations
from incidents.core import Unit
from incidents.events import Automated
from integrations.webhooks import Call, InDoubt, NotCalled, Webhooks
from models import Delivery, Event

_TRIES = 6  # within about a minute
_AGAIN = frozenset({408, 425, 429, *range(500, 600)})  # worth another try; other refusals stay refusals


@dataclass(frozen=True)
class TellChannel(Post):
    """The target is the channel."""

    told: Callable[[Scene, str], Message] = lambda scene, channel: Message(channel)
    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        return Post(self.place, lambda scene: self.told(scene, desk.delivery.target), self.marks).perform(desk)


@dataclass(frozen=True)
class CallOut(Act):
    """The target is the address. At least once, always with the same `Idempotency-Key`; what is refused is said."""

    webhooks: Webhooks

    def perform(self, desk: Desk) -> dict[str, Any]:
        call = Call("POST", desk.delivery.target, desk.metadata_key, {}, json.dumps(_said(desk.scene)))
        try:
            reply = self.webhooks.call(call)
        except (NotCalled, InDoubt) as failed:
            return _again(desk, str(failed))
        if reply.status in _AGAIN:
            return _again(desk, f"it answered {reply.status}")
        return {"status": reply.status} if 200 <= reply.status < 300 else {"trouble": f"it answered {reply.status}"}

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        if result.get("trouble"):
            self.failed(unit, delivery, str(result["trouble"]))

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        fired = Automated.model_validate(unit.session.get_one(Event, delivery.event_id).payload)
        host = urlsplit(delivery.target).netloc
        automations.failed(unit, fired.because, host, trouble, key=f"automation.failed:{delivery.id}")
        return False


def _again(desk: Desk, trouble: str) -> dict[str, Any]:
    if desk.delivery.attempt < _TRIES:
        raise NotYet(2.0**desk.delivery.attempt)
    return {"trouble": trouble}


def _said(scene: Scene) -> dict[str, Any]:
    """Ids and states; the title only where it may leave the incident's room."""
    fired, incident = scene.happened, scene.incident
    assert isinstance(fired, Automated)
    said = {
        "because": fired.because,
        "rule": fired.rule,
        "incident": incident.key,
        "severity": incident.severity,
        "status": incident.status,
        "services": incident.services,
        "at": scene.event.at.isoformat(),
    }
    return {**said, "title": incident.title} if automations.may_be_named(incident) else said
