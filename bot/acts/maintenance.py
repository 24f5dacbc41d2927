"""What the owner of a planned maintenance is told of it: it belongs to no incident."""

from dataclasses import dataclass

from bot.acts import Desk
from bot.acts.post import PostApart
from bot.views import maintenance as views
from bot.views.blocks import Message
from models import Maintenance


@dataclass(frozen=True)
class TellPlanner(PostApart):
    """Somebody else ended it."""

    def message(self, desk: Desk) -> Message:
        with desk.core.view() as session:
            row = session.get_one(Maintenance, desk.delivery.result["said"]["maintenance"])
            return views.ended_dm(row)
