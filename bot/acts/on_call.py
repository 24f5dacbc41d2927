"""What people are told of on-call shifts, which belong to no incident: direct messages, and the edit of what was asked."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot import homes
from bot.acts import AT_ONCE, Act, Desk, NotYet
from bot.acts.post import PostApart
from bot.views import on_call as views
from bot.views.blocks import Message
from incidents.on_call import TOLD, untold
from models import CoverRequest, Delivery, OnCallOverride
from models.spine import DONE

_OF_A_COVER = {"ask": views.ask_dm, "covered": views.covered_dm, "uncovered": views.uncovered_dm}
_LOOKED_AT = 50  # of one person's messages, the newest first


def message(desk: Desk) -> Message:
    """What a delivery says, as it stands now."""
    said, to = desk.delivery.result["said"], desk.workspace.user_id(desk.delivery.target)
    with desk.core.view() as session:
        if "cover" in said:
            row = session.get_one(CoverRequest, said["cover"])
            return _OF_A_COVER[said["kind"]](row)
        override = session.get_one(OnCallOverride, said["override"])
        if said["kind"] == "untold":
            return views.untold_dm(override)
        return views.set_dm(override, to) if said["kind"] == "set" else views.undone_dm(override, to)


@dataclass(frozen=True)
class TellOnCall(PostApart):
    """As it stands now."""

    def message(self, desk: Desk) -> Message:
        return message(desk)

    def lost(self, session: Session, delivery: Delivery, now: datetime) -> None:
        untold(session, delivery, now)


@dataclass(frozen=True)
class HomesFollow(Act):
    """Each Home that somebody may be looking at, published again where it looks different now. How far that came is kept."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        until, done = time.monotonic() + AT_ONCE, str(desk.delivery.result.get("done", ""))
        for person in homes.kept(desk.core):
            if person <= done:
                continue
            if time.monotonic() > until:
                desk.keep(done=done)
                raise NotYet(0.1)
            homes.publish(desk.core, desk.slack, person)
            done = person
        return {}


@dataclass(frozen=True)
class NoLongerSo(Act):
    """What was asked says who covers, and what was set that it was taken back: nobody presses what is out of date. An edit may
    be made again."""

    def perform(self, desk: Desk) -> dict[str, Any]:
        said, to = desk.delivery.result["said"], desk.workspace.user_id(desk.delivery.target)
        with desk.core.view() as session:
            query = select(Delivery).where(col(Delivery.incident_id).is_(None), Delivery.reaction == TOLD)
            query = query.where(Delivery.target == desk.delivery.target, Delivery.state == DONE)
            told = session.exec(query.order_by(col(Delivery.id).desc()).limit(_LOOKED_AT)).all()
            if "cover" in said:
                row = session.get_one(CoverRequest, said["cover"])
                before, shown = {"kind": "ask", "cover": row.id}, views.taken_dm(row)
            else:
                override = session.get_one(OnCallOverride, said["override"])
                before, shown = {"kind": "set", "override": override.id}, views.set_dm(override, to)
        for kept in (row.result for row in told):
            if kept["said"] == before and kept.get("ts"):
                desk.edit_if_seen(kept["channel"], kept["ts"], shown)
        return {}
