"""Keeping the room's canvas equal to the record; left out where the workspace's plan has no canvases."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.acts import Act, Desk, NotYet
from bot.slack import SlackRefused
from incidents import rooms
from incidents.core import Unit
from models import Delivery

log = logging.getLogger(__name__)

WHAT = "canvases"
_NO_CANVASES = frozenset(
    {"team_tier_cannot_create_channel_canvases", "free_team_canvas_tab_already_exists", "canvas_disabled_user_team",
     "free_teams_cannot_edit_standalone_canvases", "missing_scope", "not_allowed_token_type", "restricted_action",
     "unknown_method"}
)  # fmt: skip


@dataclass(frozen=True)
class Canvas(Act):
    """One canvas for the room, made once and replaced ever after; what would read the same is not sent."""

    write: Callable[[Desk], str]

    def perform(self, desk: Desk) -> dict[str, Any]:
        incident = desk.scene.incident
        if incident.room_channel is None or rooms.asleep(incident) or not desk.scene.policy.workspace.canvas:
            return {}
        if desk.workspace.lacks(WHAT):
            return {}
        text = self.write(desk)
        digest = hashlib.sha256(f"{incident.room_channel} {text}".encode()).hexdigest()
        if digest == desk.delivery.result.get("digest"):
            return {}
        try:
            canvas = self._show(desk, incident.room_channel, text)
        except SlackRefused as refused:
            if refused.error not in _NO_CANVASES:
                raise
            if desk.workspace.note_lack(WHAT):
                log.warning("rooms have no canvas: Slack says %s. Everything else works without.", refused.error)
            return {}
        return {"canvas": canvas, "room": incident.room_channel, "digest": digest}

    def _show(self, desk: Desk, room: str, text: str) -> str | None:
        content = {"type": "markdown", "markdown": text}
        known = desk.delivery.result.get("canvas") if desk.delivery.result.get("room") == room else None
        if known is None:
            try:
                made = desk.call("conversations.canvases.create", channel_id=room, document_content=content)
                return str(made["canvas_id"])
            except SlackRefused as refused:
                if refused.error != "channel_canvas_already_exists":
                    raise
            known = self._ours(desk, room)
            if known is None:
                return None  # somebody was there first, and their words stay theirs
            desk.keep(canvas=known, room=room)
        change = {"operation": "replace", "document_content": content}
        try:
            desk.call("canvases.edit", canvas_id=known, changes=[change])
        except SlackRefused as refused:
            if refused.error == "canvas_editing_locked":
                raise NotYet(3) from None
            if refused.error != "canvas_not_found":
                raise
            return str(desk.call("conversations.canvases.create", channel_id=room, document_content=content)["canvas_id"])
        return str(known)

    def _ours(self, desk: Desk, room: str) -> str | None:
        """The room's canvas if our bot made it, in an attempt whose answer was lost."""
        properties = desk.call("conversations.info", channel=room)["channel"].get("properties") or {}
        file = (properties.get("canvas") or {}).get("file_id")
        if file is None:
            raise NotYet(1)  # deleted this moment
        made_by = desk.call("files.info", file=file)["file"].get("user")
        return str(file) if made_by == desk.workspace.identity.user else None

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        """Nothing follows: the canvas is a picture of the record."""
