"""How something gets to Slack: one class per manner, each knowing how its doubt is settled."""

import math
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, NoReturn

from sqlmodel import Session

from bot import drill
from bot.scene import Scene
from bot.slack import SlackAway, SlackRefused, Transport
from bot.views.blocks import Message
from bot.views.texts import cut
from bot.workspace import Workspace
from incidents import rooms
from incidents.core import Core, Unit
from models import Delivery
from models.spine import OPEN


class NotYet(Exception):
    """Something that this depends on has not happened yet; it is tried again in `seconds`."""

    def __init__(self, seconds: float = 0.5) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class ForPrivate(Enum):
    """Why something may leave although the incident is private; where there is no reason, it may not."""

    ROOM = "it goes to the incident's own room"
    PERSON = "it goes to one person, if they are in it"
    WORDLESS = "it goes elsewhere, and says neither what it is about nor its number"
    CONFIRMED = "somebody who is in it has confirmed this very call, which carries no word of it"


_WORDED = frozenset(
    {"chat.postMessage", "chat.update", "chat.postEphemeral", "files.completeUploadExternal", "conversations.setTopic",
     "conversations.canvases.create", "bookmarks.add"}
)  # fmt: skip


ARCHIVED = frozenset({"is_archived", "is_inactive"})
"""How Slack refuses what is for an archived channel: a call there, and an edit."""

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""How Slack refuses to edit a message that somebody deleted."""

TEXT_LENGTH = 3900  # longer texts are split into several messages by Slack
AT_ONCE = 4.0  # seconds that many calls are made in a row; a lease is longer, and the call at hand ends within it

_BROKEN_OFTEN = 60  # about five minutes

_OUT = frozenset({"not_in_channel", "channel_not_found"})
_UNSEEN = frozenset({"channel_not_found", *GONE, *ARCHIVED})


@dataclass
class Desk:
    """What an act works with: one delivery, its scene, and the way to Slack.

    `private` is why something may leave of a private incident: what is for its room goes nowhere else, whatever the act
    has in mind, and what is for one person to no channel.
    """

    core: Core
    slack: Transport
    workspace: Workspace
    delivery: Delivery
    scene: Scene
    private: ForPrivate | None = None
    until: float = math.inf

    def call(self, method: str, **args: Any) -> dict[str, Any]:
        """One Web API call; in a drill its words say so. None after `until` (monotonic): by then the scene may be another
        one's to act on, and out of date."""
        if self.scene.incident.private and method in _WORDED and not self._may_go(args.get("channel") or args.get("channel_id")):
            raise NotYet(5)  # there is no room yet, and it is not said in the one before
        said = args if self.scene.incident.drill is None else drill.marked(args)
        try:
            return self._ask(method, said)
        except SlackRefused as refused:
            channel = args.get("channel") or args.get("channel_id")
            if refused.error in _OUT and self._is_in_force(channel):
                if self._is_in_by_now(channel):
                    return self._ask(method, said)
                self._find_it_shut(trouble=refused.error)
            elif refused.error == "not_in_channel" and channel == self.scene.incident.announce_channel:
                if self._is_in_by_now(channel):
                    return self._ask(method, said)
            elif refused.error in ARCHIVED and self._is_in_force(channel):
                self._find_it_shut()
            raise

    def edit(self, channel: str, ts: str, message: Message) -> None:
        """Let a message of ours say this. Done again it changes nothing."""
        text, blocks = cut(message.text, TEXT_LENGTH), message.blocks or []
        self.call("chat.update", channel=channel, ts=ts, text=text, blocks=blocks)

    def edit_if_seen(self, channel: str, ts: str, message: Message) -> None:
        """The same, of what nobody misses where nobody sees it any more: it was deleted, or its channel archived or deleted."""
        try:
            self.edit(channel, ts, message)
        except SlackRefused as refused:
            if refused.error not in _UNSEEN:
                raise

    def _ask(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        if time.monotonic() > self.until:
            raise SlackAway("lease", "too_late")
        return self.slack.call(method, args)

    def _is_in_force(self, channel: str | None) -> bool:
        """Whether that is the incident's room, of which nothing was known against it yet."""
        incident = self.scene.incident
        return channel is not None and channel == incident.room_channel and incident.room_archived_at is None

    def _find_it_shut(self, trouble: str = "") -> NoReturn:
        """By the time of the next attempt it goes where the incident goes on."""
        incident = self.scene.incident
        assert incident.room_channel is not None, "that is where it was to go"
        with self.core.unit(incident.number) as unit:
            rooms.found_archived(unit, incident.room_channel, trouble=trouble)
        raise NotYet from None

    def _is_in_by_now(self, room: str | None) -> bool:
        """Whether Muster is in the room: it comes into one that is open to all."""
        try:
            if not self._ask("conversations.info", {"channel": room})["channel"].get("is_member"):
                self._ask("conversations.join", {"channel": room})
        except SlackRefused:
            return False  # it was deleted, or nobody but who is in it may let others in
        return True

    def _may_go(self, channel: str | None) -> bool:
        room = self.scene.incident.room_channel
        if self.private is ForPrivate.ROOM:
            return channel is not None and channel == room
        if self.private is ForPrivate.PERSON:
            return channel is not None and channel[:1] in "UWD"
        return self.private is not None

    @property
    def reposted(self) -> int:
        """How often it was done again because a look had not found it."""
        return int(self.delivery.result.get("reposted", 0))

    @property
    def plainly(self) -> bool:
        """Whether the plain form is called for: the full one was refused, or Slack breaks over it again and again."""
        return bool(self.delivery.result.get("plain")) or self.reposted >= _BROKEN_OFTEN

    @property
    def metadata_key(self) -> str:
        """What our message carries, so that it is known again: ids only, since anybody may read it."""
        return f"{self.workspace.install}:{self.delivery.id}"

    def keep(self, **progress: Any) -> None:
        """Store how far an act of several calls has come, in a transaction of its own, so that the next attempt goes on there.

        Whoever has lost the lease stores nothing and stops: by now another one does it.
        """
        with self.core.transaction() as session:
            row = session.get_one(Delivery, self.delivery.id, with_for_update=True)
            if row.attempt != self.delivery.attempt or row.state != OPEN:
                raise SlackAway("lease", "lost")
            row.result = {**row.result, **progress}
            session.add(row)
        self.delivery.result = {**self.delivery.result, **progress}


class Act:
    """A manner of getting something to Slack.

    `perform` makes the calls and returns what to keep. `look` settles doubt: what to keep if an earlier attempt took
    effect, None if it did not; the default is for acts that may simply be done again. `settled` and `failed` are the
    outcome as verbs, inside the transaction that stores it.

    `again_at_most` is how often it is done again after a look, whose answer shows that Slack is there. Then it is given up:
    something that Slack breaks over for ever would keep back all that comes after it.
    """

    again_at_most: ClassVar[int | None] = None

    def perform(self, desk: Desk) -> dict[str, Any]:
        raise NotImplementedError

    def look(self, desk: Desk) -> dict[str, Any] | None:
        return None

    def tidy(self, desk: Desk) -> timedelta | None:
        """A minute after a repost: remove what an earlier attempt left behind late. After how long to look once more, if so."""
        return None

    def take_back(self, desk: Desk) -> None:
        """The incident is private by now, and this is not for it: what an attempt in doubt may have said is unsaid."""

    def recover(self, desk: Desk, refused: SlackRefused) -> dict[str, Any] | None:
        """A simpler form after a refusal; None if there is none."""
        return None

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        """What follows in the record."""

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        """What follows in the record when it is given up. True if that says it, or nobody misses it."""
        return False

    def lost(self, session: Session, delivery: Delivery, now: datetime) -> None:
        """The same of what belongs to no incident."""


@dataclass(frozen=True)
class Withheld(Act):
    """In place of an act that is not for a private incident: nothing leaves, and what may have left before is unsaid."""

    instead_of: Act

    def perform(self, desk: Desk) -> dict[str, Any]:
        return {}

    def look(self, desk: Desk) -> dict[str, Any] | None:
        """What is on its way still may arrive late: it is looked for again a minute after."""
        self.instead_of.take_back(desk)
        return {"reposted": True}

    def tidy(self, desk: Desk) -> None:
        self.instead_of.take_back(desk)
