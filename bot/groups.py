"""Who is in a Slack user group, remembered, because permissions are asked for in the middle of a request."""

import json
import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.slack import CallFailed, Transport
from bot.workspace import Workspace, remember
from incidents.core import Core
from incidents.policy import Target
from models import Fact

log = logging.getLogger("muster.groups")

FRESH = timedelta(minutes=5)
_WAITS = 1.0  # seconds, of the 2.5 that a whole request has


class Groups:
    """Asks Slack when what is remembered is older than five minutes, and waits a second for the answer at most.

    Where there is none the group is as it was last known, however long ago; one that was never known is None.
    """

    def __init__(self, core: Core, slack: Transport) -> None:
        self._core, self._slack = core, slack
        self._workspace = Workspace(core, slack)

    def members(self, target: Target) -> frozenset[str] | None:
        """The Slack ids behind a person or a group of the config."""
        if target.kind == "person":
            return self._person(target.name)
        known, at = self._known(target.name)
        if at is not None and self._core.clock.now() - at < FRESH:
            return known
        asking = threading.Thread(target=self._ask, args=(target.name,), name="user group", daemon=True)
        asking.start()
        asking.join(_WAITS)
        return self._known(target.name)[0]

    def _person(self, ref: str) -> frozenset[str] | None:
        known = self._core.policy.person_id(ref)
        try:
            return frozenset({self._workspace.user_id(known)})
        except CallFailed as failed:
            log.warning("%s of muster.yml is nobody that Slack knows: %s", ref, failed)
            return None

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
