"""Asking Slack who is in the room of a private incident: its word that somebody left may have been lost."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.acts import Act, Desk
from bot.slack import SlackRefused
from incidents import members

_SKEW = timedelta(seconds=5)  # between Slack's clock and ours: who came or went within it is as Slack's own word says


@dataclass(frozen=True)
class Members(Act):
    """Reading, which may be done again. Where Slack refuses, nothing is learnt, and what was known grows old."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        incident = desk.scene.incident
        if not incident.private or incident.room_channel is None:
            return {}
        with desk.core.view() as session:
            as_of = desk.core.clock.now(session) - _SKEW
        try:
            present = {
                str(one) for one in desk.workspace.pages("conversations.members", "members", channel=incident.room_channel)
            }
        except SlackRefused as refused:
            return {"refused": refused.error}
        present.discard(desk.workspace.identity.user)
        members.reconcile(desk.core, incident.number, incident.room_channel, present, as_of=as_of)
        return {"members": len(present)}
