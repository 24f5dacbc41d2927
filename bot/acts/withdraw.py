"""An incident has become private: what Muster said of it where others read it is taken back, and its open room is left."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col, select

from bot import homes
from bot.acts import ARCHIVED, AT_ONCE, Act, Desk, NotYet
from bot.slack import SlackRefused
from bot.views.posts import GONE_PRIVATE
from incidents import access
from incidents.rules.naming import room_name
from models import Delivery, Incident, Postmortem
from models.spine import OPEN

log = logging.getLogger(__name__)

_LOOKS = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 6 * 60, 24 * 60))  # after the one a minute later


@dataclass(frozen=True)
class Withdraw(Act):
    """Edits, deletions, a new name and topic, and at last the archive: each may be done again, and each that is refused
    is left, since the next one still helps. What is done is kept. People's own messages, and Slack's lines, are not ours
    to change."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        if self._under_way(desk):
            raise NotYet(1)
        room = desk.delivery.target
        if room:
            self._open(desk, room)
        done: set[str] = set(desk.delivery.result.get("done", []))
        try:
            stays = self._take_back(desk, done)
            if room:
                stays = self._leave(desk, room, done) or stays
        finally:
            desk.keep(done=sorted(done))
        if room:
            self._try(desk, "conversations.archive", channel=room)
        if stays is not None:  # after all else: its maker is told what is still to be read
            why = "the old room is archived, and Slack does not let Muster open it"
            raise SlackRefused("withdraw", stays, why if stays in ARCHIVED else "some of it is still to be read in public")
        return {"done": [], "reposted": True}  # what was on its way at that moment may arrive late

    def tidy(self, desk: Desk) -> timedelta | None:
        """Once more, for what came late. The open room is archived by now, and Slack takes no message there any more.

        Then ever more rarely for a day: whoever stood still between reading it and their call, and was killed over that, has
        told nobody of it.
        """
        self._take_back(desk, set())
        if desk.delivery.target:
            self._remove_bookmarks(desk, desk.delivery.target)
            self._remove_documents(desk, desk.delivery.target, set())
        self._look_where_it_was_tried(desk)
        since = desk.scene.now - (desk.delivery.settled_at or desk.scene.now)
        return next((look - since for look in _LOOKS if look > since), None)

    def _look_where_it_was_tried(self, desk: Desk) -> None:
        """Each delivery finds its own words by their key, wherever it would have said them. Asked are those that may have
        been tried by somebody of whom nothing was heard; of mirrors the record says where they stand, but for the first
        announcement."""
        known = desk.scene.event.recorded_at
        tried = (
            col(Delivery.incident_id) == desk.scene.incident.number,
            col(Delivery.id) < desk.delivery.id,
            col(Delivery.reaction) != desk.delivery.reaction,
            col(Delivery.state) != OPEN,  # else it looks for itself as soon as it is done, and is asked the next time
            col(Delivery.check_at).is_(None),
            or_(col(Delivery.wanted).is_(None), col(Delivery.reaction) == "announcement"),
            or_(col(Delivery.attempt) > 1, col(Delivery.settled_at) >= known),
        )
        with desk.core.transaction() as session:
            session.execute(update(Delivery).where(*tried).values(check_at=desk.core.clock.now(session)))

    def _take_back(self, desk: Desk, done: set[str]) -> str | None:
        """Messages and Homes; how Slack refuses what stays."""
        until = time.monotonic() + AT_ONCE
        stays = None
        for channel, ts in self._messages(desk):
            if f"{channel}:{ts}" not in done:
                if time.monotonic() > until:
                    raise NotYet(0.1)
                refused = self._blank(desk, channel, ts)
                if refused is None:
                    done.add(f"{channel}:{ts}")
                stays = stays or refused
        for person in homes.left_alone(desk.core):  # the others follow what happens by themselves
            if f"home:{person}" not in done:
                if time.monotonic() > until:
                    raise NotYet(0.1)
                homes.publish(desk.core, desk.slack, person)
                done.add(f"home:{person}")
        return stays

    def _under_way(self, desk: Desk) -> bool:
        """Whether a message of before may be on its way to Slack at this moment."""
        query = select(Delivery.id).where(
            Delivery.incident_id == desk.scene.incident.number,
            Delivery.state == OPEN,
            col(Delivery.id) < desk.delivery.id,
            col(Delivery.lease_until) > desk.scene.now,
        )
        with desk.core.view() as session:
            return session.exec(query.limit(1)).first() is not None

    def _messages(self, desk: Desk) -> Iterator[tuple[str, str]]:
        """Ours, where people read them who are not in it."""
        with desk.core.view() as session:
            incident = session.get_one(Incident, desk.scene.incident.number)
            rows = session.exec(select(Delivery).where(Delivery.incident_id == incident.number)).all()
            strangers = {target for target in {row.target for row in rows} if not access.may_see(session, incident, target)}
        for row in rows:
            channel, ts = row.result.get("channel"), row.result.get("ts")
            if channel and ts and channel != incident.room_channel and (channel[:1] != "D" or row.target in strangers):
                yield channel, ts
        room = desk.delivery.target
        if room:
            yield from self._of_ours(desk, "conversations.history", channel=room)
        if incident.announce_channel and incident.announce_ts:
            place = {"channel": incident.announce_channel, "ts": incident.announce_ts}
            yield from self._of_ours(desk, "conversations.replies", **place)

    def _of_ours(self, desk: Desk, method: str, **where: str) -> Iterator[tuple[str, str]]:
        me = desk.workspace.identity
        try:
            for message in desk.workspace.pages(method, "messages", **where):
                ours = message.get("bot_id") == me.bot or message.get("user") == me.user
                if ours and message.get("subtype") in (None, "bot_message", "file_share"):
                    yield where["channel"], message["ts"]
        except SlackRefused as refused:
            log.warning("what was said in public of INC-%s could not be read: %s", desk.scene.incident.number, refused.error)

    def _blank(self, desk: Desk, channel: str, ts: str) -> str | None:
        """How Slack refuses it, where it stays as it is. Many workspaces let nobody edit what is older; that is deleted."""
        try:
            desk.call("chat.update", channel=channel, ts=ts, text=GONE_PRIVATE, blocks=[])
        except SlackRefused as refused:
            if refused.error in ARCHIVED:
                return refused.error
            if refused.error != "message_not_found" and not self._delete(desk, channel, ts):
                log.warning("a message of INC-%s could not be taken back: %s", desk.scene.incident.number, refused.error)
                return refused.error
        return None

    def _delete(self, desk: Desk, channel: str, ts: str) -> bool:
        try:
            desk.call("chat.delete", channel=channel, ts=ts)
        except SlackRefused as refused:
            return refused.error == "message_not_found"
        return True

    def _open(self, desk: Desk, room: str) -> None:
        """An archived room takes no edits."""
        if self._try(desk, "conversations.info", channel=room).get("channel", {}).get("is_archived"):
            self._try(desk, "conversations.unarchive", channel=room)
            self._try(desk, "conversations.join", channel=room)

    def _leave(self, desk: Desk, room: str, done: set[str]) -> str | None:
        """Topic and name are told in the room whenever they are set: once is enough. How Slack refuses one of them, if so."""
        incident, workspace = desk.scene.incident, desk.scene.policy.workspace
        asks = desk.scene.event.actor
        who = f" Ask {desk.workspace.names([asks]).get(asks, asks)}." if asks else ""
        name = room_name(
            workspace.room_name,
            title="moved",
            number=incident.number,
            declared_at=incident.declared_at,
            timezone=workspace.timezone,
        )
        topic = self._once(desk, done, "conversations.setTopic", channel=room, topic=f"This goes on elsewhere.{who}")
        named = self._once(desk, done, "conversations.rename", channel=room, name=name)
        if "bookmarks" not in done:
            self._remove_bookmarks(desk, room)
            done.add("bookmarks")
        self._remove_documents(desk, room, done)
        return topic or named

    def _remove_bookmarks(self, desk: Desk, room: str) -> None:
        for bookmark in self._try(desk, "bookmarks.list", channel_id=room).get("bookmarks", []):
            self._try(desk, "bookmarks.remove", channel_id=room, bookmark_id=bookmark["id"])

    def _remove_documents(self, desk: Desk, room: str, done: set[str]) -> None:
        number = desk.scene.incident.number
        with desk.core.view() as session:
            draft = session.exec(select(Postmortem.file_id).where(Postmortem.incident_id == number)).first()
            drawn = session.exec(select(Delivery).where(Delivery.incident_id == number, Delivery.reaction == "canvas")).all()
        if draft:
            self._once(desk, done, "files.delete", file=draft)
        for row in drawn:
            if row.result.get("canvas") and row.result.get("room") == room:
                change = {"operation": "replace", "document_content": {"type": "markdown", "markdown": GONE_PRIVATE}}
                self._once(desk, done, "canvases.edit", canvas_id=row.result["canvas"], changes=[change])
                self._once(desk, done, "canvases.delete", canvas_id=row.result["canvas"])  # its name is the room's old one

    def _once(self, desk: Desk, done: set[str], method: str, **args: Any) -> str | None:
        if method in done:
            return None
        try:
            desk.call(method, **args)
        except SlackRefused as refused:
            log.warning("INC-%s is private now, but %s was refused: %s", desk.scene.incident.number, method, refused.error)
            return refused.error
        done.add(method)
        return None

    def _try(self, desk: Desk, method: str, **args: Any) -> dict[str, Any]:
        try:
            return desk.call(method, **args)
        except SlackRefused as refused:
            log.warning("INC-%s is private now, but %s was refused: %s", desk.scene.incident.number, method, refused.error)
            return {}
