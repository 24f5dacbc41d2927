"""A runbook in an incident: which there are, and what each says."""

from sqlmodel import Session, col, select

from incidents.rules.runbook import Runbook
from models import Incident, RunbookRun


def content(run: RunbookRun) -> Runbook:
    """The runbook as it was when it came into the incident."""
    return Runbook.model_validate(run.content)


def runs(session: Session, incident: Incident) -> list[RunbookRun]:
    """Those of an incident, the first one first."""
    if not incident.runbooks:
        return []
    query = select(RunbookRun).where(RunbookRun.incident_id == incident.number).order_by(col(RunbookRun.id))
    return list(session.exec(query))
