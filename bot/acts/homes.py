"""Keeping App Homes current: one act for everybody whose Home does not tell of an event yet."""

import time
from dataclasses import dataclass
from typing import Any

from bot import homes
from bot.acts import AT_ONCE, Act, Desk, NotYet


@dataclass(frozen=True)
class Homes(Act):
    """views.publish for each; done again it changes nothing. What many events ask for at once is one publication each."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        event = desk.delivery.wanted or desk.delivery.event_id or 0
        until = time.monotonic() + AT_ONCE
        while people := homes.stale(desk.core, event):
            for person in people:
                if time.monotonic() > until:
                    raise NotYet(0.1)
                homes.publish(desk.core, desk.slack, person)
        return {}
