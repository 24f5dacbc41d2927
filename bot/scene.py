"""What a view is drawn from: an incident as it is now, and the event that the message is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, SQLModel, col

from incidents import access, deploys, likeness, maintenance, updates
from incidents.alerts import Ringing, ringing
from incidents.core import Core, NoSuchIncident, as_read
from incidents.events import Deployed, Happened, Noted, read
from incidents.overrides import overrides
from incidents.policy import Policy, SeverityPolicy
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.on_call import Override
from incidents.runbook_runs import runs
from incidents.standing import IS_PAGING, Standing, standing
from models import ActionItem, Delivery, Event, Incident, Maintenance, RunbookRun, StatusUpdate, Task


@dataclass(frozen=True)
class Scene:
    """One moment's picture, loaded in one transaction; pure views take it and nothing else."""

    standing: Standing
    policy: Policy
    now: datetime
    event: Event
    happened: Happened
    next_update_at: datetime | None
    open_tasks: int
    open_actions: int
    runbooks: Sequence[RunbookRun] = ()
    updates: int = 0
    fitting: Sequence[str] = ()
    alerts: Ringing = Ringing()
    like: likeness.Alike = likeness.Alike()
    maintained: Sequence[Maintenance] = ()
    deployed: Sequence[Deployed] = ()
    overrides: Sequence[Override] = ()

    @property
    def incident(self) -> Incident:
        """The incident."""
        return self.standing.incident

    @property
    def severity(self) -> SeverityPolicy:
        """The policy of its severity."""
        return self.policy.severity(self.incident.severity)


def load(core: Core, delivery: Delivery) -> Scene:
    """The scene of a delivery; for a mirror the event is the newest."""
    if delivery.incident_id is None:
        return _of_no_incident(core)
    with core.view() as session:
        return picture(core, session, delivery.incident_id, delivery.wanted or delivery.event_id)


def _of_no_incident(core: Core) -> Scene:
    """Where what belongs to no incident is told, of on-call shifts or maintenance: its words come from elsewhere."""
    now = core.clock.now()
    nothing = Incident(id=0, title="", severity="", status=Status.CLOSED, declared_at=now, update_anchor_at=now)
    event = Event(id=0, incident_id=0, kind=Noted.kind, at=now, recorded_at=now, payload={})
    return Scene(Standing(nothing, [], [], []), core.policy, now, event, Noted(text=""), None, 0, 0)


def picture(core: Core, session: Session, number: int, event_id: int | None = None) -> Scene:
    """The scene of an incident, about one event (default: its newest)."""
    read_at_once = session.connection().execute(_PICTURE, {"number": number, "event": event_id}).first()
    if read_at_once is None:
        raise NoSuchIncident(number)
    *columns, tasks, actions, posted, is_paging = read_at_once
    incident = as_read(Incident, dict(zip(_INCIDENT.c.keys(), columns, strict=False)))
    event = as_read(Event, dict(zip(_EVENT.c.keys(), columns[len(_INCIDENT.c) :], strict=True)))
    if not access.may_see(session, incident, session.info.get(access.VIEWER)):
        raise NoSuchIncident(number)
    now = core.clock.now(session)
    return Scene(
        standing=standing(session, incident, is_paging=is_paging),
        policy=core.policy,
        now=now,
        event=event,
        happened=read(event.kind, event.payload),
        next_update_at=updates.next_due(incident, core.policy),
        open_tasks=tasks,
        open_actions=actions,
        runbooks=runs(session, incident),
        updates=posted,
        alerts=ringing(session, incident),
        overrides=overrides(session, now) if any(role.rotation for role in core.policy.roles.values()) else (),
        like=likeness.similar(session, incident, core.policy, now) if incident.status == Status.TRIAGE else likeness.Alike(),
        deployed=deploys.told(session, incident),
        maintained=maintenance.of_incident(session, incident, now) if incident.services and incident.status in OPEN else (),
        fitting=[book.title for book in core.runbooks().of(incident.services)] if incident.services else [],
    )


def _open(table: type[Task] | type[ActionItem]) -> Any:
    of_it = col(table.incident_id) == bindparam("number")
    return select(func.count()).select_from(table).where(of_it, col(table.done_at).is_(None)).scalar_subquery()


_POSTED = (
    select(func.count()).select_from(StatusUpdate).where(col(StatusUpdate.incident_id) == bindparam("number")).scalar_subquery()
)
_INCIDENT, _EVENT = (SQLModel.metadata.tables[name] for name in ("incident", "event"))
# Built once: putting it together takes longer than running it. Of tables: nothing that is read here is ever changed.
_PICTURE = (
    select(_INCIDENT, _EVENT, _open(Task), _open(ActionItem), _POSTED, IS_PAGING)
    .join(_EVENT, _EVENT.c.id == func.coalesce(bindparam("event"), _INCIDENT.c.last_event))
    .where(_INCIDENT.c.id == bindparam("number"))
)
