"""What may simply be done again: invitations, pins, bookmarks, reactions. Slack says so when it was done before."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select

from bot.acts import Act, Desk, NotYet
from bot.slack import SlackRefused
from bot.views import bookmarks
from incidents import access, owners, rooms, timeline
from incidents.core import Unit
from incidents.events import Automated, Joined, LinkAdded, MergedFrom, RunbookBrought, RunbookOffered, RunbookOpened
from incidents.overrides import overrides
from incidents.policy import Target
from incidents.rules.lifecycle import Status
from incidents.rules.on_call import who
from models import Delivery, Event, Notice, Page

log = logging.getLogger(__name__)

_LONG_ENOUGH = 20  # tries, about a minute and a half: what a decoration waits for has failed
_ASKED = 8  # tries, about half a minute in which Slack may say who is in a user group; further invitations wait for it
_AT_ONCE = 100  # people in one call
_THERE = ("already_in_channel", "cant_invite_self")
_INVITE_ONE_BY_ONE = frozenset(
    {"user_not_found", "no_user", "cant_invite", "user_is_restricted", "ura_max_channels", "org_user_not_in_team",
     "invitee_cant_see_channel", *_THERE}
)  # fmt: skip


@dataclass(frozen=True)
class Invite(Act):
    """Bring people into the room: many at once, one by one from where Slack objects to somebody. Who was asked is kept."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        channel = desk.scene.incident.room_channel
        if channel is None and desk.scene.incident.room_wanted_at is not None:
            raise NotYet
        if channel is None or rooms.asleep(desk.scene.incident):
            return {}  # everybody is invited when there is one, or it is back
        asked, singly = list(desk.delivery.result.get("asked", [])), bool(desk.delivery.result.get("singly"))
        kept_out = list(desk.delivery.result.get("kept_out", []))
        unknown: list[str] = []
        left = [one for one in self._people(desk, unknown) if one not in asked]
        while left:
            some = left[: 1 if singly else _AT_ONCE]
            objection = self._invite(desk, channel, some)
            if objection and len(some) > 1:
                singly = True
            else:
                asked, left = [*asked, *some], left[len(some) :]
                kept_out += some if objection else []
            if left:
                desk.keep(asked=asked, singly=singly, kept_out=kept_out)
        if unknown and desk.delivery.attempt < _ASKED:
            desk.keep(asked=asked, singly=singly, kept_out=kept_out)
            raise NotYet(5)
        return {"asked": asked, "kept_out": kept_out}

    def _invite(self, desk: Desk, channel: str, people: Sequence[str]) -> bool:
        """Whether Slack objects to somebody; whom it does not let in alone is left out."""
        try:
            desk.call("conversations.invite", channel=channel, users=",".join(people))
        except SlackRefused as refused:
            if refused.error not in _INVITE_ONE_BY_ONE:
                raise
            return len(people) > 1 or refused.error not in _THERE
        return False

    def _people(self, desk: Desk, unknown: list[str]) -> list[str]:
        """Whom it is about. `unknown` gets the user groups of which Slack has not said yet who is in them."""
        target = desk.delivery.target
        if target.startswith("group:"):
            return self._members(desk, [target], unknown)
        if target not in ("everyone", "owners"):
            return [desk.workspace.user_id(target)]
        incident = desk.scene.incident
        if target == "owners":
            return [] if incident.private else _ids(desk, self._owners(desk, unknown))
        if incident.private:
            return _ids(desk, self._insiders(desk))
        named = [
            incident.declared_by,
            *desk.scene.standing.holders.values(),
            *self._paged(desk, unknown),
            *self._by_rule(desk, unknown),
            *self._came_early(desk),
            *self._owners(desk, unknown),
        ]
        return _ids(desk, [name for name in named if name and not name.startswith(("#", "group:"))])

    def _insiders(self, desk: Desk) -> Sequence[str]:
        with desk.core.view() as session:
            return access.people(session, desk.scene.incident.number)

    def _paged(self, desk: Desk, unknown: list[str]) -> Sequence[str]:
        """Whoever was paged, also by a page that is over by now: the room may have come late."""
        with desk.core.view() as session:
            query = select(Notice.target).join(Page).where(Page.incident_id == desk.scene.incident.number)
            targets = session.exec(query.order_by(col(Notice.id))).all()
        return [*targets, *self._members(desk, targets, unknown)]

    def _members(self, desk: Desk, targets: Iterable[str], unknown: list[str]) -> list[str]:
        """Those of the user groups among the targets."""
        found: set[str] = set()
        for group in dict.fromkeys(target for target in targets if target.startswith("group:")):
            members = desk.core.members(Target(kind="group", name=group.removeprefix("group:")))
            if members is None:
                unknown.append(group)
            found |= members or frozenset()
        return sorted(found)

    def _owners(self, desk: Desk, unknown: list[str]) -> list[str]:
        """Those of its services; of what is in triage nobody is told."""
        incident, policy = desk.scene.incident, desk.scene.policy
        if incident.status == Status.TRIAGE:
            return []
        found = [target for target in incident.owners if not target.startswith(("#", "group:"))]
        targets = owners.of(incident.services, policy)
        with desk.core.view() as session:
            stand_ins = overrides(session, desk.scene.now) if targets else ()
        for target in targets:
            if target.kind == "group":
                people: Sequence[str] = self._members(desk, [f"group:{target.name}"], unknown)
            else:
                people = who(target, policy, desk.scene.now, stand_ins)
            found += [one for one in people if one not in found]
        return found

    def _came_early(self, desk: Desk) -> list[str]:
        """Whoever came to help, or along with what was merged into it, before there was a room."""
        query = select(Event).where(Event.incident_id == desk.scene.incident.number)
        query = query.where(col(Event.kind).in_([Joined.kind, MergedFrom.kind])).order_by(col(Event.id))
        with desk.core.view() as session:
            return [one for event in session.exec(query) for one in event.payload.get("people", [event.actor]) if one]

    def _by_rule(self, desk: Desk, unknown: list[str]) -> list[str]:
        """Whom rules of the config invited before the room was wanted; those that they invite later come one by one."""
        with desk.core.view() as session:
            query = select(Event.payload).where(Event.incident_id == desk.scene.incident.number, Event.kind == Automated.kind)
            targets = [target for payload in session.exec(query) for target in payload.get("invites", [])]
        return [target for target in targets if not target.startswith("group:")] + self._members(desk, targets, unknown)


def _ids(desk: Desk, people: Sequence[str]) -> list[str]:
    """Each once, by Slack id. Whom Slack does not know, or does not look for by an address, keeps nobody else out."""
    found: list[str] = []
    for person in people:
        try:
            found.append(desk.workspace.user_id(person))
        except SlackRefused as refused:
            if refused.for_the_token:
                raise
            log.warning("INC-%s: %s is not invited: %s", desk.delivery.incident_id, person, refused)
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Pin(Act):
    """Pin the card."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        incident = desk.scene.incident
        if rooms.asleep(incident):
            return {}
        if incident.room_channel is None or incident.card_ts is None:
            raise NotYet
        try:
            desk.call("pins.add", channel=incident.room_channel, timestamp=incident.card_ts)
        except SlackRefused as refused:
            if refused.error != "already_pinned":
                raise
        return {"pinned": incident.card_ts}

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        return True  # many teams leave that to admins, and the card stands there all the same


_MENTIONED = (
    select(Event.id)
    .where(
        Event.incident_id == bindparam("number"),
        col(Event.kind).in_([kind.kind for kind in (LinkAdded, RunbookBrought, RunbookOffered, RunbookOpened)]),
    )
    .limit(1)
)


def any_link(unit: Unit) -> bool:
    """Whether there may be something to bookmark; most rooms have neither a link of their own nor one by config."""
    incident, policy = unit.incident, unit.policy
    if policy.workspace.status_page or policy.severity(incident.severity).bridge or incident.services:
        return True
    return unit.session.exec(_MENTIONED, params={"number": incident.number}).first() is not None


@dataclass(frozen=True)
class Bookmark(Act):
    """The links that responders need as bookmarks; each is found by its address, so that it is there once.

    When the room opens it gets all of them; later only the one that the event is about, so that what somebody has
    taken away stays away.
    """

    def perform(self, desk: Desk) -> dict[str, Any]:
        room = desk.scene.incident.room_channel
        if room is None or rooms.asleep(desk.scene.incident):
            return {}
        happened = desk.scene.happened
        if isinstance(happened, RunbookOffered | RunbookOpened | RunbookBrought):
            wanted = self._runbook(desk, happened.run_id)
        else:
            wanted = bookmarks.about(desk.scene, self._links(desk))
        there = {bookmark.get("link") for bookmark in self._there(desk)} if wanted else set()
        for link, title in wanted.items():
            if link not in there:
                desk.call("bookmarks.add", channel_id=room, title=title, type="link", link=link)
        return {"links": list(wanted)}

    def _runbook(self, desk: Desk, run_id: int) -> dict[str, str]:
        """To the message that shows the step at hand, once it is out: it scrolls away while people talk."""
        run = next((run for run in desk.scene.runbooks if run.id == run_id), None)
        if run is None or desk.delivery.attempt > _LONG_ENOUGH:
            return {}
        if run.channel is None or run.ts is None or run.channel != desk.scene.incident.room_channel:
            raise NotYet
        return {desk.workspace.permalink(run.channel, run.ts): f"Runbook: {run.title}"[:80]}

    def _links(self, desk: Desk) -> Sequence[LinkAdded]:
        with desk.core.view() as session:
            return timeline.links(session, desk.scene.incident.number)

    def _there(self, desk: Desk) -> list[dict[str, Any]]:
        answer = desk.call("bookmarks.list", channel_id=desk.scene.incident.room_channel)
        return list(answer.get("bookmarks", []))

    def tidy(self, desk: Desk) -> None:
        seen: set[str] = set()
        for bookmark in self._there(desk):
            link = str(bookmark.get("link"))
            if link in seen and link in desk.delivery.result.get("links", []):
                desk.call("bookmarks.remove", channel_id=desk.scene.incident.room_channel, bookmark_id=bookmark["id"])
            seen.add(link)


_UNMARKED = frozenset(
    {"already_reacted", "not_in_channel", "channel_not_found", "is_archived", "message_not_found", "not_reactable",
     "thread_locked", "too_many_emoji", "too_many_reactions", "no_access"}
)  # fmt: skip


@dataclass(frozen=True)
class Tick(Act):
    """Show on the message itself that it is on the timeline now. The shortcut works in channels where Muster is not and
    may not react, too: then whoever used it has been told, and that is enough."""

    emoji: str = "memo"

    def perform(self, desk: Desk) -> dict[str, Any]:
        event = desk.scene.event
        try:
            desk.call("reactions.add", channel=event.channel, timestamp=event.ts, name=self.emoji)
        except SlackRefused as refused:
            if refused.error not in _UNMARKED:
                raise
        return {}
