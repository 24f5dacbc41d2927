"""How an incident stands: all that its timers look at, loaded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models import Incident, Notice, Page, RoleAssignment
from models.page import PAGE_OPEN


@dataclass(frozen=True)
class Standing:
    """An incident with its role holders, its open pages, and those pages' notices."""

    incident: Incident
    holders: Mapping[str, str]
    pages: Sequence[Page]
    notices: Sequence[Notice]


def holders(session: Session, incident_id: int) -> dict[str, str]:
    """Who holds which role now."""
    rows = session.exec(
        select(RoleAssignment).where(RoleAssignment.incident_id == incident_id, col(RoleAssignment.until).is_(None))
    )
    return {row.role: row.person for row in rows}


def standing(session: Session, incident: Incident, *, with_holders: bool = True) -> Standing:
    """Read in the caller's transaction. What is owed depends on no holder: they are left out where only that is asked."""
    pages = session.exec(
        select(Page).where(Page.incident_id == incident.number, Page.state == PAGE_OPEN).order_by(col(Page.id))
    ).all()
    notices: Sequence[Notice] = []
    if pages:
        notices = session.exec(select(Notice).where(col(Notice.page_id).in_([page.id for page in pages]))).all()
    held = holders(session, incident.number) if with_holders else {}
    return Standing(incident, held, pages, notices)
