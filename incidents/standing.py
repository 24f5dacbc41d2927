"""How an incident stands: all that its timers look at, loaded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, exists
from sqlmodel import Session, col, select

from incidents.rules.lifecycle import OPEN
from models import Drill, Incident, Notice, Page, RoleAssignment
from models.page import PAGE_OPEN


def is_open() -> ColumnElement[bool]:
    """In a query: before resolved."""
    return col(Incident.status).in_([str(status) for status in OPEN])


@dataclass(frozen=True)
class Standing:
    """An incident with the roles that are held, its open pages, those pages' notices, and how far it is where it is a drill."""

    incident: Incident
    holdings: Sequence[RoleAssignment]
    pages: Sequence[Page]
    notices: Sequence[Notice]
    drill: Drill | None = None

    @property
    def holders(self) -> Mapping[str, str]:
        """Who holds which role now."""
        return {row.role: row.person for row in self.holdings}

    def holding(self, role: str) -> RoleAssignment | None:
        """This role's present holder, with the hand-off that is under way."""
        return next((row for row in self.holdings if row.role == role), None)


def holders(session: Session, incident_id: int) -> dict[str, str]:
    """Who holds which role now."""
    return {row.role: row.person for row in _holdings(session, incident_id)}


def _holdings(session: Session, incident_id: int) -> Sequence[RoleAssignment]:
    return session.exec(_HOLDING, params={"number": incident_id}).all()


def standing(session: Session, incident: Incident, *, is_paging: bool = True) -> Standing:
    """Read in the caller's transaction. Whoever knows that nobody is paged now says so: it spares a statement."""
    pages = session.exec(_PAGING, params={"number": incident.number}).all() if is_paging else []
    notices: Sequence[Notice] = []
    if pages:
        notices = session.exec(_NOTICES, params={"pages": [page.id for page in pages]}).all()
    drill = session.get(Drill, incident.number) if incident.drill is not None else None
    return Standing(incident, _holdings(session, incident.number), pages, notices, drill)


# Built once: putting a statement together takes longer than running it.
_HOLDING = (
    select(RoleAssignment)
    .where(RoleAssignment.incident_id == bindparam("number"), col(RoleAssignment.until).is_(None))
    .order_by(col(RoleAssignment.id))
)
_OPEN_PAGE = (col(Page.incident_id) == bindparam("number"), col(Page.state) == PAGE_OPEN)
IS_PAGING = exists().where(*_OPEN_PAGE)  # for a statement of somebody else's, with the incident's number as `number`
_PAGING = select(Page).where(*_OPEN_PAGE).order_by(col(Page.id))
_NOTICES = select(Notice).where(col(Notice.page_id).in_(bindparam("pages", expanding=True)))
