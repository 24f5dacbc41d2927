"""The next level of each running escalation, when nobody acknowledged the last one in time."""

from collections.abc import Iterable

from incidents import paging
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.escalation import LastResort
from incidents.standing import Standing
from incidents.timers import Due, Timer
from models import Notice, Page
from models.page import NOTICE_FAILED


def _told_now(now: Standing, page: Page) -> list[Notice]:
    return [n for n in now.notices if (n.page_id, n.round, n.level) == (page.id, page.round, page.level)]


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """A level whose every message failed is not waited for; the wait runs from the actual firing."""
    for page in now.pages:
        assert page.id is not None
        told = _told_now(now, page)
        at = paging.level_due(page)
        if told and all(notice.state == NOTICE_FAILED for notice in told):
            at = page.fired_at
        if at is not None:
            yield Due(at, f"page:{page.id}:{page.round}:{page.level}", page.id)


def fire(unit: Unit, due: Due) -> None:
    page = unit.session.get_one(Page, due.subject)
    if isinstance(paging.step_of(page), LastResort):
        paging.exhaust(unit, page)
    else:
        paging.advance(unit, page)


TIMER = Timer("escalation", owed, fire)
