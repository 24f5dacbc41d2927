"""What became of a page, said in the messages that asked for an answer: nobody presses a button that is out of date."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlmodel import Session, col, select

from bot.acts import Act, Desk, NotYet
from bot.acts.again import Invite
from bot.acts.post import PagePost
from bot.scene import Scene
from bot.slack import SlackBraked, SlackDoubt, SlackRefused
from bot.views.blocks import Message
from incidents import access
from incidents.core import Unit
from incidents.events import LevelPaged
from incidents.merge import family
from incidents.policy import Target
from models import Delivery, Event, Incident, Page
from models.page import PAGE_ACKNOWLEDGED, PAGE_OPEN, PAGE_STOPPED
from models.spine import DONE, OPEN

log = logging.getLogger(__name__)

_PAGES = ("page", "page.channel", "page.group")
_ASKED = 4  # tries, some ten seconds in which Slack may say who is in a user group


@dataclass(frozen=True)
class PageGroup(PagePost):
    """A page to a user group, which is named in it. Its members come into the room first: a mention rings for nobody else. Where
    there is no room each of them has the page by direct message as well."""

    told: Callable[[Scene, str], Message] = lambda scene, group: Message(group)

    def perform(self, desk: Desk) -> dict[str, Any]:
        group = desk.delivery.target
        members = desk.core.members(Target(kind="group", name=group.removeprefix("group:")))
        if members is None and desk.delivery.attempt <= _ASKED:
            raise NotYet(2)  # for its people; not for long enough to pass for unsent
        if members is not None and not members:
            raise SlackRefused("usergroups.users.list", "no_users_provided", "nobody is in that user group")
        if self.place(desk).channel == desk.scene.incident.room_channel:
            self._bring(desk)
        named = replace(self, view=lambda scene: self.told(scene, group))
        return PagePost.perform(named, desk) | self._outside(desk)

    def look(self, desk: Desk) -> dict[str, Any] | None:
        found = super().look(desk)
        return found | self._outside(desk) if found is not None else None

    def _outside(self, desk: Desk) -> dict[str, Any]:
        """Whom the mention may not have rung for: the channel in which it stands is not everybody's."""
        if self.place(desk).channel == desk.scene.incident.room_channel:
            return {}
        members = desk.core.members(Target(kind="group", name=desk.delivery.target.removeprefix("group:")))
        return {"members": sorted(members or ())}

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        super().settled(unit, delivery, result)
        paged = unit.session.get_one(Event, delivery.event_id).payload
        page = unit.session.get(Page, paged["page_id"])
        if page is None or page.state != PAGE_OPEN:
            return  # somebody was faster: nobody is woken for it any more
        asked = select(Delivery.target).where(Delivery.event_id == delivery.event_id, Delivery.reaction == "page")
        known = set(unit.session.exec(asked))  # some are in two groups, or named themselves
        unit.session.add_all(_to(person, delivery, unit) for person in result.get("members", []) if person not in known)

    def _bring(self, desk: Desk) -> None:
        """May be done again; whatever Slack says to it, the page is not held up."""
        try:
            Invite().perform(desk)
        except (SlackRefused, SlackBraked, SlackDoubt, NotYet) as failed:
            log.warning("INC-%s: not all of %s are in the room: %s", desk.delivery.incident_id, desk.delivery.target, failed)


def _to(person: str, delivery: Delivery, unit: Unit) -> Delivery:
    """The same page, of the same event, to one of the group."""
    return Delivery(
        event_id=delivery.event_id,
        incident_id=unit.incident.number,
        reaction="page",
        target=person,
        lane=f"{unit.incident.number}:page:{person}",
        priority=delivery.priority,
        next_at=unit.now,
    )


class View(Protocol):
    """How a level of a page that is over reads, to whoever was asked or at the incident's home."""

    def __call__(self, scene: Scene, page: Page, told: LevelPaged, /, *, at_home: bool) -> Message: ...


@dataclass(frozen=True)
class PagesOver(Act):
    """Edit the messages of pages that are over. An edit may be made again; which messages and pages were shown so is kept."""

    view: View

    def perform(self, desk: Desk) -> dict[str, Any]:
        shown = set(desk.delivery.result.get("pages", []))
        with desk.core.view() as session:
            pages = {page.id: page for page in self._over(session, desk.scene.incident.number) if page.id not in shown}
            levels = self._levels(session, family(session, desk.scene.incident.number))
            strangers = self._strangers(session, desk.scene.incident, levels)
        waits = False
        for level in levels:
            page = pages.get(level.told.page_id)
            if page is None:
                continue
            waits = waits or level.unsent
            for target, channel, ts in level.asked:
                if target not in strangers:
                    self._edit(desk, channel, ts, self.view(desk.scene, page, level.told, at_home=False))
            if level.home is not None:
                self._edit(desk, *level.home, self.view(desk.scene, page, level.told, at_home=True))
        if waits:
            raise NotYet
        return {"pages": sorted(shown | {id for id in pages if id is not None}), "edited": []}

    def _strangers(self, session: Session, incident: Incident, levels: Iterable["_Level"]) -> set[str]:
        """Whoever was asked and may not know of it, or does no longer: their message is left as it is."""
        asked = {target for level in levels for target, _, _ in level.asked if not target.startswith("group:")}
        return {target for target in asked if not access.may_see(session, incident, target)}

    def _over(self, session: Session, number: int) -> Iterable[Page]:
        return session.exec(
            select(Page).where(Page.incident_id == number, col(Page.state).in_([PAGE_ACKNOWLEDGED, PAGE_STOPPED]))
        ).all()

    def _levels(self, session: Session, numbers: Sequence[int]) -> list["_Level"]:
        """Also of what was merged into it: its pages went on here."""
        query = select(Event).where(col(Event.incident_id).in_(numbers), Event.kind == LevelPaged.kind).order_by(col(Event.id))
        sent = select(Delivery).where(col(Delivery.incident_id).in_(numbers), col(Delivery.reaction).in_(_PAGES))
        rows = session.exec(sent).all()
        return [_Level.of(event, [row for row in rows if row.event_id == event.id]) for event in session.exec(query)]

    def _edit(self, desk: Desk, channel: str, ts: str, message: Message) -> None:
        edited, this = desk.delivery.result.get("edited", []), f"{channel}:{ts}"
        if this in edited or not _ours_to_edit(desk.scene.incident, channel):
            return
        desk.edit_if_seen(channel, ts, message)
        desk.keep(edited=[*edited, this])


def _ours_to_edit(incident: Incident, channel: str) -> bool:
    """What stands in a room that a private incident has left was taken back."""
    return not incident.private or channel[:1] == "D" or channel == incident.room_channel


@dataclass(frozen=True)
class _Level:
    """One level that was told: whom, by which messages that asked for an answer, and the one at the incident's home."""

    told: LevelPaged
    asked: list[tuple[str, str, str]]
    home: tuple[str, str] | None
    unsent: bool

    @classmethod
    def of(cls, event: Event, sent: list[Delivery]) -> "_Level":
        asked = [
            (row.target, row.result["channel"], row.result["ts"]) for row in sent if row.state == DONE and row.result.get("ts")
        ]
        home = (event.channel, event.ts) if event.channel and event.ts else None
        return cls(LevelPaged.model_validate(event.payload), asked, home, any(row.state == OPEN for row in sent))
