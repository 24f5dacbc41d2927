"""Who is in a Slack user group, remembered, because permissions are asked for in the middle of a request."""

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.slack import CallFailed, Transport
from bot.workspace import Workspace, remember
from incidents.addresses import known
from incidents.core import Core
from incidents.policy import Target
from models import Fact

log = logging.getLogger("muster.groups")

FRESH = timedelta(minutes=5)
_WAITS = 1.0  # seconds, of the 2.5 that a whole request has
_SILENT = timedelta(seconds=3)  # longer than any request


class Groups:
    """Asks Slack when what is remembered is older than five minutes, and waits a second for the answer at most; after that
    for a moment not at all, so that several whom Slack does not tell of do not add up.

    Where there is none the group is as it was last known, however long ago; one that was never known is None.
    """

    def __init__(self, core: Core, slack: Transport) -> None:
        self._core, self._slack = core, slack
        self._workspace = Workspace(core, slack)
        self._silent_since: datetime | None = None

    def members(self, target: Target) -> frozenset[str] | None:
        """The Slack ids behind a person or a group of the config."""
        if target.kind == "person":
            return self._person(target.name)
        people, at = self._known(target.name)
        if at is not None and self._core.clock.now() - at < FRESH:
            return people
        self._wait_for(self._ask, target.name)
        return self._known(target.name)[0]

    def _wait_for(self, ask: Callable[[str], None], whom: str) -> None:
        now = self._core.clock.now()
        if self._silent_since is not None and now - self._silent_since < _SILENT:
            return
        asking = threading.Thread(target=ask, args=(whom,), name="user group", daemon=True)
        asking.start()
        asking.join(_WAITS)
        if asking.is_alive():
            self._silent_since = now

    def _person(self, ref: str) -> frozenset[str] | None:
        who = self._core.policy.person_id(ref)
        found = self._id(who)
        if "@" in found:
            self._wait_for(self._look_up, who)
            found = self._id(who)
        return frozenset({found}) if "@" not in found else None

    def _id(self, who: str) -> str:
        with self._core.view() as session:
            return known(session, who)

    def _look_up(self, address: str) -> None:
        try:
            self._workspace.user_id(address)
        except (CallFailed, SQLAlchemyError) as error:
            log.warning("who has the address %s of muster.yml is not known: %s", address, error)

    def _known(self, group: str) -> tuple[frozenset[str] | None, datetime | None]:
        with self._core.view() as session:
            row = session.get(Fact, f"usergroup:{group}")
        if row is None:
            return None, None
        kept = json.loads(row.value)
        return frozenset(kept["people"]), datetime.fromisoformat(kept["at"])

    def _ask(self, group: str) -> None:
        try:
            people = self._slack.call("usergroups.users.list", {"usergroup": group}).get("users", [])
            with self._core.transaction() as session:
                at = self._core.clock.now(session).isoformat()
                remember(session, f"usergroup:{group}", json.dumps({"people": sorted(people), "at": at}))
        except (CallFailed, SQLAlchemyError) as error:
            log.warning("who is in the user group %s is not known: %s", group, error)
