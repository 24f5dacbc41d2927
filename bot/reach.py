"""Whether anybody is behind a Slack id who could read what they are given: a person, and one who is still here."""

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from bot.slack import CallFailed, SlackRefused, Transport
from incidents.core import Core

log = logging.getLogger("muster.reach")

_FRESH = timedelta(minutes=5)
_SILENT = timedelta(seconds=30)
_WAITS = 1.0  # seconds, of the 2.5 that a whole request has
_SLACKBOT = "USLACKBOT"  # whom Slack does not call a bot


class Reach:
    """Asks Slack, remembers it for five minutes, and waits a second for the answer at most: where there is none, somebody is,
    and for half a minute nobody else is asked about, so that a form that names several waits once."""

    def __init__(self, core: Core, slack: Transport) -> None:
        self._core, self._slack = core, slack
        self._known: dict[str, tuple[datetime, str | None]] = {}
        self._silent_since: datetime | None = None

    def unreachable(self, person: str) -> str | None:
        """Why not, to stand after a name; None where nothing is known against it."""
        now = self._core.clock.now()
        known = self._known.get(person)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        if self._silent_since is not None and now - self._silent_since < _SILENT:
            return None
        asking = threading.Thread(target=self._ask, args=(person, now), name="who is it", daemon=True)
        asking.start()
        asking.join(_WAITS)
        if asking.is_alive():
            self._silent_since = now
        return self._known.get(person, (now, None))[1]

    def _ask(self, person: str, now: datetime) -> None:
        try:
            self._known[person] = (now, why_not(self._slack.call("users.info", {"user": person})["user"]))
        except SlackRefused as refused:
            self._known[person] = (now, "is nobody that Slack knows" if refused.error == "user_not_found" else None)
        except CallFailed as failed:
            log.warning("whether %s can be reached is not known: %s", person, failed)


def why_not(user: dict[str, Any]) -> str | None:
    """From what users.info says of somebody."""
    if user.get("deleted"):
        return "is deactivated in Slack and would not read it"
    return "is an app, not a person" if user.get("is_bot") or user.get("id") == _SLACKBOT else None
