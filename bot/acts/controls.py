"""The direct message from which a drill is run, kept equal to how it stands."""

from dataclasses import dataclass
from typing import Any

from bot.acts import Desk
from bot.acts.mirror import Mirror
from bot.acts.post import Post
from incidents.core import Unit
from models import Delivery


@dataclass(frozen=True)
class Controls(Mirror):
    """Posted once and edited ever after; which message it is, is kept with the delivery itself."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        message, known = self._message(desk), desk.delivery.result
        if known.get("ts"):
            return self._edit(desk, known["channel"], known["ts"], message)
        return self._send(desk, self.place(desk), message)

    def look(self, desk: Desk) -> dict[str, Any] | None:
        """An edit may be made again; only the first post is looked for."""
        return None if desk.delivery.result.get("ts") else Post.look(self, desk)

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        delivery.result = {name: value for name, value in result.items() if name != "plain"}  # the next state may be fine
