"""Posting a message once: doubt is settled by looking for it."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlmodel import Session, col, select

from bot.acts import ARCHIVED, TEXT_LENGTH, Act, Desk, NotYet
from bot.scene import Scene
from bot.slack import SlackRefused
from bot.views.blocks import Message
from bot.views.posts import GONE_PRIVATE, plain_sentence, push
from bot.views.texts import cut
from incidents import paging, rooms
from incidents.core import Unit
from incidents.events import RoomBack, UpdateNudged, UpdatePosted
from models import Delivery, Event, Notice
from models.page import NOTICE_FAILED
from models.spine import DONE, OPEN

log = logging.getLogger(__name__)

INVALID = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments"})

_NOWHERE = frozenset(
    {"is_archived", "channel_not_found", "not_in_channel", "name_taken", "restricted_action",
     "restricted_action_read_only_channel", "restricted_action_thread_only_channel"}
)  # fmt: skip
"""How Slack refuses what is for a channel that cannot be had, or in which Muster may not speak."""


@dataclass(frozen=True)
class Place:
    """Where a message goes: a channel (or a person's id, for a DM), in a thread or not."""

    channel: str
    thread_ts: str | None = None


def room(desk: Desk) -> Place:
    """The war room."""
    channel = desk.scene.incident.room_channel
    if channel is None or desk.scene.incident.room_archived_at is not None:
        raise NotYet
    return Place(channel)


def thread(desk: Desk) -> Place:
    """The thread under the announcement."""
    incident = desk.scene.incident
    if incident.announce_channel is None or incident.announce_ts is None:
        raise NotYet
    return Place(incident.announce_channel, incident.announce_ts)


def home(desk: Desk) -> Place:
    """The room where there is one or will be, else the thread; the thread also once the room is archived. Of a private
    incident nothing is said in a thread."""
    incident = desk.scene.incident
    if incident.private:
        if incident.room_channel is None or incident.room_archived_at is not None:
            raise NotYet(30 if incident.room_refused or incident.room_shut else 0.5)
        return Place(incident.room_channel)
    return thread(desk) if incident.room_wanted_at is None or rooms.asleep(incident) else room(desk)


def announce(desk: Desk) -> Place:
    """The announce channel, joined or made."""
    return Place(desk.workspace.channel(desk.scene.policy.workspace.announce_channel, make=True))


def leadership(desk: Desk) -> Place:
    """The leadership channel."""
    return Place(desk.workspace.channel(desk.scene.policy.workspace.leadership_channel or "leadership"))


def person(desk: Desk) -> Place:
    """A DM to the delivery's target, a Slack id or an e-mail address."""
    return Place(desk.workspace.user_id(desk.delivery.target))


def named_channel(desk: Desk) -> Place:
    """The channel that the delivery names."""
    policy = desk.scene.policy.workspace
    name = desk.delivery.target.removeprefix("#")
    return Place(desk.workspace.channel(name, make=name == policy.announce_channel))


def outsider(desk: Desk) -> Place:
    """A person or a channel that is not in a private incident."""
    return named_channel(desk) if desk.delivery.target.startswith("#") else person(desk)


def overtaken(desk: Desk) -> bool:
    """A timed update or a nudge that could not be posted until there was a newer one: only the latest is said."""
    event, happened = desk.scene.event, desk.scene.happened
    kinds = [UpdatePosted.kind]
    if isinstance(happened, UpdateNudged):
        kinds.append(UpdateNudged.kind)
    elif not (isinstance(happened, UpdatePosted) and happened.timed):
        return False
    newer = select(Event.id).where(Event.incident_id == event.incident_id, col(Event.kind).in_(kinds), col(Event.id) > event.id)
    with desk.core.view() as session:
        return session.exec(newer.limit(1)).first() is not None


@dataclass(frozen=True)
class Post(Act):
    """Post `view` at `place`, or `plain` where Slack does not take that. With `marks`, the message becomes the event's own,
    which the timeline links to."""

    place: Callable[[Desk], Place]
    view: Callable[[Scene], Message]
    marks: bool = True
    plain: Callable[[Scene], Message] = plain_sentence
    again_at_most: ClassVar[int | None] = 360  # about an hour and a half

    def perform(self, desk: Desk) -> dict[str, Any]:
        if overtaken(desk):
            return {}
        place = self.place(desk)
        echo = _echo(desk) if self.place is home and rooms.asleep(desk.scene.incident) else None
        if echo is not None:
            return echo
        if desk.plainly:  # the plain one may still be in doubt
            return self._send(desk, place, self.plain(desk.scene))
        try:
            message = self.view(desk.scene)
        except Exception:  # a broken view must not keep the sentence from people
            log.exception("the view of delivery %s", desk.delivery.id)
            desk.keep(plain=True)
            message = self.plain(desk.scene)
        return self._send(desk, place, message)

    def take_back(self, desk: Desk) -> None:
        for copy in self._copies(desk):
            desk.call("chat.update", channel=copy["channel"], ts=copy["ts"], text=GONE_PRIVATE, blocks=[])

    def recover(self, desk: Desk, refused: SlackRefused) -> dict[str, Any] | None:
        if refused.error in INVALID and not desk.delivery.result.get("plain"):
            desk.keep(plain=True)
            return self.perform(desk)
        return None

    def _send(self, desk: Desk, place: Place, message: Message) -> dict[str, Any]:
        text = push(desk.scene, message) if desk.scene.incident.private and place.channel[:1] in "UWD" else message.text
        answer = desk.call(
            "chat.postMessage",
            channel=place.channel,
            text=cut(text, TEXT_LENGTH),
            blocks=message.blocks or None,
            thread_ts=place.thread_ts,
            metadata={"event_type": "muster", "event_payload": {"key": desk.metadata_key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return {"channel": answer["channel"], "ts": answer["ts"], "thread_ts": place.thread_ts}

    def look(self, desk: Desk) -> dict[str, Any] | None:
        return next(self._copies(desk), None)

    def tidy(self, desk: Desk) -> None:
        """Keep the copy that the record names, else the first; delete the others."""
        copies = list(self._copies(desk))
        kept = desk.delivery.result.get("ts") or (copies[0]["ts"] if copies else None)
        if kept not in [copy["ts"] for copy in copies]:
            kept = copies[0]["ts"] if copies else None
        for copy in copies:
            if copy["ts"] != kept:
                desk.call("chat.delete", channel=copy["channel"], ts=copy["ts"])

    def _copies(self, desk: Desk) -> Iterator[dict[str, Any]]:
        """Our messages that carry this delivery's key, oldest first."""
        found = [copy for place in self._places(desk) for copy in self._copies_at(desk, place)]
        yield from sorted(found, key=lambda copy: str(copy["ts"]))

    def _places(self, desk: Desk) -> list[Place]:
        """Where it may stand. The incident's home may have moved from the thread to the room since it was tried first."""
        incident, tried = desk.scene.incident, desk.delivery.first_try_at
        if self.place is not home or incident.room_wanted_at is None:
            return [self.place(desk)]
        places = [Place(incident.room_channel)] if incident.room_channel else []
        moved = incident.room_archived_at or incident.room_wanted_at
        if incident.private:
            return places
        if tried is not None and (tried <= moved or rooms.asleep(incident) or _came_back(desk)) and incident.announce_ts:
            places.append(thread(desk))
        return places

    def _copies_at(self, desk: Desk, place: Place) -> Iterator[dict[str, Any]]:
        channel = place.channel
        if channel[:1] in "UW":
            channel = desk.call("conversations.open", users=channel)["channel"]["id"]
        method, args = "conversations.history", {"channel": channel, "include_all_metadata": True}
        if place.thread_ts:
            method, args = "conversations.replies", {**args, "ts": place.thread_ts}
        oldest = self._last_known(desk, channel)
        if oldest:
            args["oldest"] = oldest
        for message in desk.workspace.pages(method, "messages", **args):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            ours = desk.workspace.identity.bot == message.get("bot_id") or (desk.workspace.identity.user == message.get("user"))
            if ours and payload.get("key") == desk.metadata_key:
                yield {"channel": channel, "ts": message["ts"], "thread_ts": place.thread_ts}

    def _last_known(self, desk: Desk, channel: str) -> str | None:
        """The ts of the lane's last message before this one, by Slack's own clock: no need to look further back."""
        query = (
            select(Delivery)
            .where(Delivery.incident_id == desk.delivery.incident_id, Delivery.lane == desk.delivery.lane)
            .where(Delivery.state == DONE, col(Delivery.id) < desk.delivery.id)
            .order_by(col(Delivery.id).desc())
            .limit(5)
        )
        with desk.core.view() as session:
            for row in session.exec(query):
                if row.result.get("channel") == channel and row.result.get("ts"):
                    return str(row.result["ts"])
        return None

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        if not self.marks or not result.get("ts"):
            return
        event = unit.session.get_one(Event, delivery.event_id)
        if event.ts is None:
            event.channel, event.ts, event.thread_ts = result["channel"], result["ts"], result.get("thread_ts")

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        """In a channel that somebody archived every post fails: that is said once for all of them, if anybody misses them."""
        if trouble not in ARCHIVED or self.place not in (home, thread, announce):
            return False
        assert delivery.id is not None
        rooms.thread_shut(unit, delivery.id, trouble)
        return True


def _came_back(desk: Desk) -> bool:
    """Its home was the thread for a while, although it had a room."""
    query = select(Event.id).where(Event.incident_id == desk.scene.incident.number, Event.kind == RoomBack.kind)
    with desk.core.view() as session:
        return session.exec(query.limit(1)).first() is not None


def _echo(desk: Desk) -> dict[str, Any] | None:
    """The thread became the home just after the same was said there as an echo: that is it, then."""
    query = select(Delivery).where(Delivery.event_id == desk.scene.event.id, Delivery.reaction == "update.thread")
    with desk.core.view() as session:
        row = session.exec(query).first()
    if row is not None and row.state == OPEN:
        raise NotYet
    known = ("channel", "ts", "thread_ts")
    return {name: row.result[name] for name in known} if row is not None and row.result.get("ts") else None


@dataclass(frozen=True)
class PostApart(Post):
    """Posted once, as other messages are, of what belongs to no incident: `message` draws it as it stands now."""

    marks: bool = False

    def message(self, desk: Desk) -> Message:
        raise NotImplementedError

    def perform(self, desk: Desk) -> dict[str, Any]:
        return self._send(desk, self.place(desk), self.message(desk))

    def recover(self, desk: Desk, refused: SlackRefused) -> None:
        return None


@dataclass(frozen=True)
class Echo(Post):
    """The same at the thread, for an incident whose home is a room; left out if the room was refused or archived meanwhile."""

    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        if desk.scene.incident.room_wanted_at is None or rooms.asleep(desk.scene.incident):
            return {}
        room(desk)
        return super().perform(desk)


@dataclass(frozen=True)
class Alarm(Post):
    """In the announce channel, looked for anew where what is remembered of it does not hold; where nothing can be said there,
    by direct message to the commander, else to whoever declared: somebody must hear of it."""

    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        try:
            return super().perform(desk)
        except SlackRefused as refused:
            if refused.error not in _NOWHERE:
                raise
        desk.workspace.forget_channel(desk.scene.policy.workspace.announce_channel)
        try:
            return super().perform(desk)
        except SlackRefused as refused:
            whom = desk.delivery.result.get("directly") or self._whom(desk)
            if refused.error not in _NOWHERE or whom is None:
                raise
            desk.keep(directly=whom)  # where it is looked for, whoever commands by then
            return self._send(desk, Place(whom), self.view(desk.scene))

    def _whom(self, desk: Desk) -> str | None:
        return desk.scene.standing.holders.get("ic") or desk.scene.incident.declared_by

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        super().failed(unit, delivery, trouble)
        return True  # an alarm about the alarm would fail as well

    def _places(self, desk: Desk) -> list[Place]:
        whom = desk.delivery.result.get("directly")
        directly = [Place(whom)] if whom is not None else []
        try:
            return [*super()._places(desk), *directly]
        except SlackRefused:
            return directly


@dataclass(frozen=True)
class PrivateAlarm(Post):
    """The same where nothing may be said in public."""

    marks: bool = False

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        return True


@dataclass(frozen=True)
class PagePost(Post):
    """A page in Slack. Whether it got out decides when the next level is told."""

    marks: bool = False

    def perform(self, desk: Desk) -> dict[str, Any]:
        return {} if self._waits_again(desk) else super().perform(desk)

    def _waits_again(self, desk: Desk) -> bool:
        """Given up as unsent while Slack was away, and the page's next round for the same person waits behind it."""
        mine = desk.delivery
        behind = select(Event.payload).join(Delivery, col(Delivery.event_id) == col(Event.id))
        behind = behind.where(Delivery.lane == mine.lane, Delivery.state == OPEN, col(Delivery.id) > mine.id)
        with desk.core.view() as session:
            notice = self._notice(session, mine)
            if notice is None or notice.state != NOTICE_FAILED:
                return False
            return any(paged.get("page_id") == notice.page_id for paged in session.exec(behind))

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        notice = self._notice(unit.session, delivery)
        if notice is not None and result.get("ts"):
            paging.notice_sent(unit, notice)

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        notice = self._notice(unit.session, delivery)
        if notice is not None:
            paging.notice_failed(unit, notice, trouble)
        return super().failed(unit, delivery, trouble)

    def _notice(self, session: Session, delivery: Delivery) -> Notice | None:
        paged = session.get_one(Event, delivery.event_id).payload
        return paging.notice_of(session, paged["page_id"], paged.get("round", 0), paged.get("level", 0), delivery.target)
