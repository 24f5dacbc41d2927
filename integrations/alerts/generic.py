"""Anything that can send JSON: the form that docs/alerts.md describes."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, FailFast, Field, model_validator

from incidents.alerts import Signal
from integrations.alerts import MOST, Source, parsed
from integrations.incoming import without_nulls

_Text = Annotated[str, Field(min_length=1)]


def _some(value: object) -> object:
    return [value] if isinstance(value, str) else value


class _Alert(BaseModel):
    _lenient = model_validator(mode="before")(without_nulls)
    title: _Text
    status: Literal["firing", "resolved"] = "firing"
    fingerprint: str = ""
    started_at: AwareDatetime | None = None
    group: str = ""
    severity: str = ""
    service: Annotated[list[str], FailFast(), BeforeValidator(_some)] = []
    summary: str = ""
    url: str = ""


class _Several(BaseModel):
    alerts: Annotated[list[_Alert], Field(min_length=1, max_length=MOST), FailFast()]


class _Form(BaseModel):
    """One alert by itself, or several under `alerts`."""

    alerts: object = None


def read(body: bytes) -> list[Signal]:
    """Without a fingerprint an alert is known by its title."""
    several = parsed(_Form, body).alerts is not None
    alerts = parsed(_Several, body).alerts if several else [parsed(_Alert, body)]
    return [
        Signal(
            source=SOURCE.name,
            fingerprint=alert.fingerprint or alert.title,
            firing=alert.status == "firing",
            title=alert.title,
            started_at=alert.started_at,
            bundle=alert.group,
            severity=alert.severity,
            services=tuple(alert.service),
            summary=alert.summary,
            url=alert.url,
        )
        for alert in alerts
    ]


SOURCE = Source("generic", read)
