"""Questions that have been answered lose their buttons: nobody presses what is out of date."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from bot.acts import Act, Desk
from bot.scene import Scene, picture
from bot.views.blocks import Message
from incidents.core import Unit
from incidents.events import (
    Acknowledged,
    AlertAgain,
    AlertFired,
    AlertsOver,
    CommanderMissing,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffSuggested,
    HandoffWithdrawn,
    Happened,
    MergedInto,
    OwnersTold,
    RoleAssigned,
    RoleMissing,
    RoomBack,
    RoomLost,
    RoomQuiet,
    RoomShut,
    StatusChanged,
    StillGoing,
    TriageWaits,
    UpdateNudged,
    UpdatePosted,
    UpdateSnoozed,
    UpdatesPaused,
    WatchAsked,
    WatchHolds,
)
from models import Delivery, Event
from models.spine import DONE

ANSWERS: dict[type[Happened], tuple[type[Happened], ...]] = {
    CommanderMissing: (),
    RoleMissing: (),
    HandoffOffered: (HandoffDeclined, HandoffWithdrawn, HandoffExpired),
    HandoffSuggested: (HandoffOffered,),
    UpdateNudged: (UpdateNudged, UpdatePosted, UpdateSnoozed, UpdatesPaused, MergedInto),
    WatchAsked: (WatchAsked, WatchHolds, StatusChanged, MergedInto),
    AlertsOver: (AlertsOver, AlertAgain, AlertFired, StatusChanged, MergedInto),
    TriageWaits: (TriageWaits, StatusChanged, MergedInto),
    RoomShut: (RoomBack, RoomLost, MergedInto),
    RoomQuiet: (RoomQuiet, StillGoing, StatusChanged, MergedInto),
    OwnersTold: (Acknowledged, MergedInto),
}
"""What answers which question. Who may still do something about a role or a hand-off is what its view looks at itself."""

SETTLING: tuple[type[Happened], ...] = (RoleAssigned, *{kind for kinds in ANSWERS.values() for kind in kinds})

_ASKED = (
    select(Event.id)
    .where(Event.incident_id == bindparam("number"), col(Event.kind).in_([kind.kind for kind in ANSWERS]))
    .limit(1)
)


def anything_asked(unit: Unit) -> bool:
    """Whether there is a question that this may be the answer to."""
    return unit.session.exec(_ASKED, params={"number": unit.incident.number}).first() is not None


@dataclass(frozen=True)
class QuestionsOver(Act):
    """Edit the questions that are answered; `views` draws each by its reaction. An edit may be made again; which were
    edited is kept, one by one."""

    views: Mapping[str, Callable[[Scene], Message]]

    def perform(self, desk: Desk) -> dict[str, Any]:
        shown: set[int] = set(desk.delivery.result.get("asked", []))
        incident = desk.scene.incident
        with desk.core.view() as session:
            asked = [row for row in self._asked(session, incident.number) if row.id not in shown]
            over = [(row, self._over(desk, session, row)) for row in asked]
        for row, message in over:
            channel, ts = row.result["channel"], row.result["ts"]
            if message is None or (incident.private and channel != incident.room_channel):
                continue
            desk.edit_if_seen(channel, ts, message)
            assert row.id is not None, "a delivery that was read has been stored"
            shown.add(row.id)
            desk.keep(asked=sorted(shown))
        return {}

    def _asked(self, session: Session, number: int) -> Iterable[Delivery]:
        """What was posted and asks something."""
        kinds = [kind.kind for kind in ANSWERS]
        query = select(Delivery).join(Event, col(Event.id) == col(Delivery.event_id))
        query = query.where(Delivery.incident_id == number, Delivery.state == DONE, col(Event.kind).in_(kinds))
        rows = session.exec(query.where(col(Delivery.reaction).in_(list(self.views)))).all()
        return [row for row in rows if row.result.get("ts")]

    def _over(self, desk: Desk, session: Session, row: Delivery) -> Message | None:
        """The question without its buttons; None while it waits for an answer."""
        scene = picture(desk.core, session, desk.scene.incident.number, row.event_id)
        message = self.views[row.reaction](scene)
        left = [block for block in message.blocks if block["type"] != "actions"]
        if len(left) < len(message.blocks) and not self._answered(session, scene):
            return None
        return Message(message.text, left)

    def _answered(self, session: Session, scene: Scene) -> bool:
        kinds = [kind.kind for kind in ANSWERS[type(scene.happened)]]
        later = select(Event.id).where(Event.incident_id == scene.incident.number, col(Event.id) > scene.event.id)
        return session.exec(later.where(col(Event.kind).in_(kinds)).limit(1)).first() is not None
