"""The postmortem's draft: when it is owed and when it was built."""

from sqlmodel import select

from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import PostmortemDrafted
from incidents.rules.lifecycle import Status
from models import Event, Postmortem


def draft_if_owed(unit: Unit) -> None:
    """On resolving: build the draft where the severity requires one."""
    if unit.policy.severity(unit.incident.severity).postmortem.required:
        _draft(unit, by=None)


def draft(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Build the draft, or build it again from the timeline as it is now."""
    with core.unit(number, key) as unit:
        if unit.incident.status in (Status.DECLINED, Status.CANCELLED, Status.MERGED):
            raise Refused(f"{unit.incident.key} was {unit.incident.status}; it has no postmortem.")
        return _draft(unit, by=by)


def _draft(unit: Unit, *, by: str | None) -> Event:
    query = select(Postmortem).where(Postmortem.incident_id == unit.incident.number)
    row = unit.session.exec(query).one_or_none()
    if row is None:
        row = Postmortem(incident_id=unit.incident.number, drafted_at=unit.now)
    row.drafts += 1
    row.drafted_at = unit.now
    unit.session.add(row)
    unit.session.flush()
    return unit.record(PostmortemDrafted(number=row.drafts, asked=by is not None), by=by)


def shown(unit: Unit, file_id: str, link: str) -> None:
    """The draft is in the room as this file, which has this address."""
    row = unit.session.exec(select(Postmortem).where(Postmortem.incident_id == unit.incident.number)).one()
    row.file_id, row.link = file_id, link
