"""The morning's digest, drawn when it is posted."""

from dataclasses import dataclass
from typing import Any

from bot import look
from bot.acts import Desk
from bot.acts.post import Place, Post
from bot.views import digest as views
from incidents import digest


def digest_channel(desk: Desk) -> Place:
    """The digest's own channel, else the leaders'."""
    policy = desk.scene.policy
    name = digest.channel(policy) or policy.workspace.announce_channel
    return Place(desk.workspace.channel(name))


@dataclass(frozen=True)
class PostDigest(Post):
    """The worst first. Nothing where all is over by now, or where nobody wants it any more."""

    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        if digest.channel(desk.scene.policy) is None:
            return {}
        opened, total = look.worst(desk.core, look.is_real(), limit=views.SHOWN)
        if not opened:
            return {}
        commanders = look.commanders(desk.core, [row.number for row in opened])
        message = views.digest(opened, total, commanders, desk.scene.policy, desk.scene.now)
        return self._send(desk, self.place(desk), message)
