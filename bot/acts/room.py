"""Making the war room once, under a name that nobody else has."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import select

from bot.acts import Act, Desk
from bot.slack import SlackRefused
from incidents import rooms
from incidents.core import Unit
from incidents.events import MadePrivate
from models import Delivery, Event, Incident

_SKEW = timedelta(minutes=5)  # between Slack's clock and ours
_TRIES = 20


@dataclass(frozen=True)
class OpenRoom(Act):
    """conversations.create; the name is in the database before the call, so a lost answer can be found again.

    A private incident's room is private, or there is none.
    """

    again_at_most = 60  # about five minutes, in which what is to be said waits for the room

    def perform(self, desk: Desk) -> dict[str, Any]:
        name = desk.scene.incident.room_name or f"inc-{desk.scene.incident.number}"
        private = desk.scene.incident.private
        for _ in range(_TRIES):
            try:
                made = desk.call("conversations.create", name=name, is_private=private)["channel"]
                if private and not made.get("is_private"):
                    desk.call("conversations.archive", channel=made["id"])
                    raise SlackRefused("conversations.create", "not_private", "Slack made an open room instead")
                return {"channel": made["id"], "name": made.get("name", name), "private": private}
            except SlackRefused as refused:
                if refused.error != "name_taken":
                    raise
            ours = self._ours(desk, name)
            if ours is not None:
                return ours
            name = rooms.next_name(desk.core, desk.scene.incident.number)
        raise SlackRefused("conversations.create", "name_taken", f"and so are {_TRIES} names like it")

    def look(self, desk: Desk) -> dict[str, Any] | None:
        return self._open(desk) or self._ours(desk, desk.scene.incident.room_name or "")

    def tidy(self, desk: Desk) -> None:
        opened = self._open(desk)
        if opened is not None:
            with desk.core.unit(desk.scene.incident.number) as unit:
                self.settled(unit, desk.delivery, opened)

    def _open(self, desk: Desk) -> dict[str, Any] | None:
        """A room that everybody can read, made while the incident was not private yet."""
        if not desk.scene.incident.private:
            return None
        made = select(Event).where(Event.incident_id == desk.scene.incident.number, Event.kind == MadePrivate.kind)
        with desk.core.view() as session:
            event = session.exec(made).first()
        name = MadePrivate.model_validate(event.payload).room_name if event is not None else None
        return self._ours(desk, name, private=False) if name is not None else None

    def _ours(self, desk: Desk, name: str, *, private: bool | None = None) -> dict[str, Any] | None:
        """A channel of this name that our bot made after our first try and that is no other incident's room."""
        first = (desk.delivery.first_try_at or desk.scene.now) - _SKEW
        me = desk.workspace.identity.user
        private = desk.scene.incident.private if private is None else private
        kind = "private_channel" if private else "public_channel"
        for found in desk.workspace.pages("users.conversations", "channels", types=kind):
            if found.get("name") != name or bool(found.get("is_private")) != private:
                continue
            if found.get("creator") == me and float(found.get("created", 0)) >= first.timestamp():
                with desk.core.view() as session:
                    taken = session.exec(select(Incident.id).where(Incident.room_channel == found["id"])).first()
                if taken is None or taken == desk.scene.incident.number:
                    return {"channel": found["id"], "name": name, "private": private}
        return None

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        rooms.opened(unit, result["channel"], result["name"], private=bool(result.get("private")))

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        rooms.failed(unit, trouble)
        return True
