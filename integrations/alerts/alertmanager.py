"""Prometheus Alertmanager: its webhook, version 4 (prometheus.io/docs/alerting/latest/configuration/#webhook_config)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, FailFast

from incidents.alerts import Signal
from integrations.alerts import MOST, Source, parsed


class _Alert(BaseModel):
    status: Literal["firing", "resolved"]
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    startsAt: datetime
    generatorURL: str = ""
    fingerprint: str


class _Group(BaseModel):
    version: Literal["4"]
    groupKey: str
    externalURL: str = ""
    alerts: Annotated[list[_Alert], FailFast()]


def read(body: bytes) -> list[Signal]:
    """Each alert by its fingerprint; those of a group go together. What fires comes first, should there be too many."""
    group = parsed(_Group, body)
    first = sorted(group.alerts, key=lambda alert: alert.status != "firing")[:MOST]
    return [_signal(alert, group) for alert in first]


def _signal(alert: _Alert, group: _Group) -> Signal:
    labels, notes = alert.labels, alert.annotations
    return Signal(
        source=SOURCE.name,
        fingerprint=alert.fingerprint,
        firing=alert.status == "firing",
        title=notes.get("summary") or notes.get("title") or labels.get("alertname") or "",
        started_at=alert.startsAt,
        bundle=group.groupKey,
        severity=labels.get("severity", ""),
        services=tuple(filter(None, (labels.get("service"), labels.get("app")))),
        summary=notes.get("description") or notes.get("message") or "",
        url=alert.generatorURL or group.externalURL,
    )


SOURCE = Source("alertmanager", read)
