"""What Muster knows of the Slack workspace: who it is there, which channel is which, what people are called."""

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.slack import CallFailed, SlackRefused, Transport
from incidents.addresses import known
from incidents.core import Core
from models import Fact, Person

_NAMES_FRESH = timedelta(days=1)
_LACKS_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Identity:
    """Our bot in this workspace; `url` ends in a slash and is what permalinks begin with."""

    user: str
    bot: str
    url: str


class Workspace:
    """Asks Slack once and remembers, in the database or in this process."""

    def __init__(self, core: Core, slack: Transport) -> None:
        self._core, self._slack = core, slack
        self._identity: Identity | None = None
        self._install: str | None = None
        self._lock = threading.Lock()

    @property
    def identity(self) -> Identity:
        """From auth.test, once per process."""
        with self._lock:
            if self._identity is None:
                said = self._slack.call("auth.test", {})
                url = str(said.get("url") or "https://slack.com/")
                self._identity = Identity(
                    user=str(said.get("user_id", "")),
                    bot=str(said.get("bot_id", "")),
                    url=url if url.endswith("/") else url + "/",
                )
            return self._identity

    @property
    def install(self) -> str:
        """This installation's id: it tells our messages from those of another database in the same workspace."""
        if self._install is None:
            self._install = self._recall("install") or self._remember_first("install", secrets.token_hex(6))
        return self._install

    def permalink(self, channel: str, ts: str, thread_ts: str | None = None) -> str:
        """A message's address, in the form that chat.getPermalink gives."""
        link = f"{self.identity.url}archives/{channel}/p{ts.replace('.', '')}"
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else link

    def file_link(self, id: str, name: str) -> str:
        """The address of a file of ours, in the form that files.info gives."""
        return f"{self.identity.url}files/{self.identity.user}/{id}/{name}"

    def channel(self, name: str, *, make: bool = False) -> str:
        """The id of a channel by name (or id), joined; with `make`, created where there is none.

        Raises SlackRefused where it cannot be had, saying what to do.
        """
        if name[:1] in "CG" and name.isalnum() and name.isupper():
            return name
        known = self._recall(f"channel:{name}")
        if known:
            return known
        found = self._find(name)
        if found is None and make:
            found = self._make(name)
        if found is None:
            raise SlackRefused("conversations.list", "channel_not_found", f"there is no public channel #{name}")
        if not found.get("is_member"):
            self._slack.call("conversations.join", {"channel": found["id"]})
        return self._remember(f"channel:{name}", str(found["id"]))

    def forget_channel(self, name: str) -> None:
        """Ask again next time: it was renamed, archived, or Muster was removed from it."""
        with self._core.transaction() as session:
            row = session.get(Fact, f"channel:{name}")
            if row is not None:
                session.delete(row)

    def _make(self, name: str) -> dict[str, Any]:
        try:
            made: dict[str, Any] = self._slack.call("conversations.create", {"name": name, "is_private": False})["channel"]
            return {**made, "is_member": True}
        except SlackRefused as refused:
            if refused.error != "name_taken":
                raise
            found = self._find(name)  # two of us at once: the other one made it
            if found is None:
                hint = f"#{name} exists but is private or archived: invite Muster to it, or name another channel"
                raise SlackRefused("conversations.create", "name_taken", hint) from None
            return found

    def _find(self, name: str) -> dict[str, Any] | None:
        for method in ("users.conversations", "conversations.list"):
            for channel in self.pages(method, "channels", exclude_archived=True, types="public_channel,private_channel"):
                if channel.get("name") == name:
                    return {**channel, "is_member": channel.get("is_member", method == "users.conversations")}
        return None

    def pages(self, method: str, what: str, **args: Any) -> Iterable[dict[str, Any]]:
        """Everything that a list method gives, page after page (at most 50 pages of 200)."""
        cursor = ""
        for _ in range(50):
            answer = self._slack.call(method, {**args, "limit": 200, **({"cursor": cursor} if cursor else {})})
            yield from answer.get(what, [])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    def user_id(self, who: str) -> str:
        """A person's id, looked up where `who` is an e-mail address. Raises SlackRefused for a stranger."""
        if "@" not in who:
            return who
        with self._core.view() as session:
            found = known(session, who)
        if found != who:
            return found
        user = self._slack.call("users.lookupByEmail", {"email": who})["user"]
        self._keep(user)
        return str(user["id"])

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """What people are called, for texts outside Slack; an id that Slack does not know stays an id."""
        wanted = sorted({id for id in ids if id[:1] in "UW"})
        with self._core.view() as session:
            known = {row.id: row for row in session.exec(select(Person).where(col(Person.id).in_(wanted)))}
            since = self._core.clock.now(session) - _NAMES_FRESH
        names = {id: row.name for id, row in known.items() if row.fetched_at > since}
        for id in wanted:
            if id in names:
                continue
            row = known.get(id)
            try:
                names[id] = self._keep(self._slack.call("users.info", {"user": id})["user"])
            except CallFailed as failed:
                if not isinstance(failed, SlackRefused) and row is None:
                    raise
                names[id] = row.name if row is not None else id
        return names

    def timezone(self, user: str) -> str | None:
        """A person's time zone as last heard; None if never."""
        with self._core.view() as session:
            row = session.get(Person, user)
            return row.timezone if row is not None else None

    def lacks(self, what: str) -> bool:
        """Whether Slack said within the last day that this workspace does not have it: its plan may be another by then."""
        since = self._recall(f"lacks:{what}")
        return since is not None and self._core.clock.now() - datetime.fromisoformat(since) < _LACKS_FOR

    def note_lack(self, what: str) -> bool:
        """Slack says that this workspace does not have it; True if that is news."""
        known = self._recall(f"lacks:{what}") is not None
        self._remember(f"lacks:{what}", self._core.clock.now().isoformat())
        return not known

    def _keep(self, user: dict[str, Any]) -> str:
        profile = user.get("profile") or {}
        name = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name")
        known = {"id": str(user["id"]), "name": str(name or user["id"]), "email": profile.get("email"), "tz": user.get("tz")}
        with self._core.transaction() as session:
            session.execute(_KEEP, {**known, "now": self._core.clock.now(session)})
        return str(known["name"])

    def _recall(self, name: str) -> str | None:
        with self._core.view() as session:
            row = session.get(Fact, name)
            return row.value if row is not None else None

    def _remember(self, name: str, value: str) -> str:
        with self._core.transaction() as session:
            remember(session, name, value)
        return value

    def _remember_first(self, name: str, value: str) -> str:
        """Whoever comes first decides; the others take that."""
        try:
            with self._core.transaction() as session:
                if session.get(Fact, name) is None:
                    session.add(Fact(name=name, value=value))
        except Exception:
            if self._recall(name) is None:
                raise
        return self._recall(name) or value


# Several processes may learn the same at the same moment.
_REMEMBER = text("INSERT INTO fact (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
_KEEP = text(
    "INSERT INTO person (id, name, email, timezone, fetched_at) VALUES (:id, :name, :email, :tz, :now) ON CONFLICT (id) "
    "DO UPDATE SET name = excluded.name, email = excluded.email, timezone = excluded.timezone, fetched_at = excluded.fetched_at"
).bindparams(bindparam("now", type_=UTCDateTime()))


def remember(session: Session, name: str, value: str) -> None:
    """Store a fact in place of what it was before."""
    session.execute(_REMEMBER, {"name": name, "value": value})


def lacked(session: Session, what: str) -> datetime | None:
    """When Slack said last that this workspace does not have it; None if never."""
    row = session.get(Fact, f"lacks:{what}")
    return datetime.fromisoformat(row.value) if row is not None else None
