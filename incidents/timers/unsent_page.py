"""A page that is not out in time counts as failed for the escalation, though its retry goes on."""

from collections.abc import Iterable

from incidents import paging
from incidents.core import Unit
from incidents.policy import Policy
from incidents.standing import Standing
from incidents.timers import Due, Timer
from models import Notice
from models.page import NOTICE_SENDING


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    for notice in now.notices:
        if notice.state == NOTICE_SENDING:
            assert notice.id is not None
            yield Due(notice.at + policy.paging.unsent_after, f"unsent:{notice.id}", notice.id)


def fire(unit: Unit, due: Due) -> None:
    paging.notice_failed(unit, unit.session.get_one(Notice, due.subject), "not sent in time")


TIMER = Timer("unsent page", owed, fire)
