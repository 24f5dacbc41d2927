"""Gathers what the metrics are made of. Drills count nowhere, and private incidents for nobody: no number tells of one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func
from sqlmodel import Session, col, select

from incidents.core import Core
from incidents.events import LevelPaged, UpdatePosted
from incidents.policy import Policy
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.rules.measures import Moments, response_times
from incidents.rules.metrics import MEASURES, Facts, FollowUp, Metrics, measure
from models import ActionItem, Event, Incident, Postmortem

_COUNTED = [str(status) for status in (*ACTIVE, Status.RESOLVED, Status.CLOSED)]


def over(core: Core, span: timedelta) -> Metrics:
    """Of the incidents that were declared within the last `span`. What was declined, cancelled or merged was none of its own."""
    policy = core.policy
    zone = ZoneInfo(policy.workspace.timezone)  # a day is over when it is over there
    with core.view() as session:
        until = core.clock.now(session)
        since = until - span
        return measure(
            _facts(session, policy, since),
            _follow_ups(session, zone, since, until),
            since=since.astimezone(zone),
            until=until.astimezone(zone),
            levels=policy.levels(),
            targets={name: {each: getattr(policy.metrics.of(name), each) for each in MEASURES} for name in policy.severities},
            postmortems=policy.metrics.postmortems,
            actions_done=policy.metrics.actions_done,
        )


def _seen() -> tuple[Any, ...]:
    return col(Incident.drill).is_(None), col(Incident.private).is_(False), col(Incident.status).in_(_COUNTED)


def _facts(session: Session, policy: Policy, since: datetime) -> list[Facts]:
    these = (*_seen(), col(Incident.declared_at) >= since)
    ids: Select[Any] = select(Incident.id).where(*these)
    drafted = set(session.exec(select(Postmortem.incident_id).where(col(Postmortem.incident_id).in_(ids))))
    of_them = col(Event.incident_id).in_(ids)
    paged = select(Event.incident_id, func.min(Event.at)).where(of_them, Event.kind == LevelPaged.kind)
    first_paged = dict(session.exec(paged.group_by(col(Event.incident_id))).all())
    posted: dict[int, list[Mapping[str, Any]]] = {}
    for number, payload in session.exec(
        select(Event.incident_id, Event.payload).where(of_them, Event.kind == UpdatePosted.kind).order_by(col(Event.id))
    ):
        posted.setdefault(number, []).append(payload)
    rows = session.exec(select(Incident).where(*these).order_by(col(Incident.id))).all()
    return [_fact(row, policy, first_paged.get(row.number), posted.get(row.number, []), row.number in drafted) for row in rows]


def _fact(row: Incident, policy: Policy, first_paged: datetime | None, posted: list[Mapping[str, Any]], drafted: bool) -> Facts:
    level = policy.severities.get(row.severity)
    timed = [each for each in posted if _is_timed(policy, each.get("severity", ""))]
    owed = level is not None and level.postmortem.required and row.resolved_at is not None
    return Facts(
        number=row.number,
        title=row.title,
        severity=row.severity,
        declared_at=row.declared_at,
        times=response_times(
            Moments(
                declared=row.declared_at,
                impact_started=row.impact_started_at,
                detected=row.detected_at,
                first_paged=first_paged,
                acknowledged=row.acknowledged_at,
                mitigated=row.mitigated_at,
                resolved=row.resolved_at,
            )
        ),
        services=tuple(row.services),
        causes=tuple(row.causes),
        detected_by=row.detected_by,
        updates_due=len(timed),
        updates_late=sum(bool(each.get("timed")) for each in timed),
        drafted=drafted if owed else None,
    )


def _is_timed(policy: Policy, severity: str) -> bool:
    level = policy.severities.get(severity)
    return level is not None and level.update_every is not None


def _follow_ups(session: Session, zone: ZoneInfo, since: datetime, until: datetime) -> list[FollowUp]:
    """Those whose day lies in the while, of whatever incident."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    query = select(col(ActionItem.due_on), col(ActionItem.done_at)).join(
        Incident, col(Incident.id) == col(ActionItem.incident_id)
    )
    query = query.where(*_seen(), col(ActionItem.due_on) >= first, col(ActionItem.due_on) <= last)
    return [
        FollowUp(due_on, done_at.astimezone(zone).date() if done_at is not None else None)
        for due_on, done_at in session.exec(query)
        if due_on is not None
    ]
