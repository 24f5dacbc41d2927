"""Anything that can send JSON: the form that docs/deploys.md describes."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, FailFast, Field, model_validator

from incidents.deploys import Said
from integrations.deploys import Source, parsed
from integrations.incoming import without_nulls


def _some(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else value


_Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class _Deploy(BaseModel):
    _lenient = model_validator(mode="before")(without_nulls)
    service: Annotated[
        list[Annotated[str, Field(pattern=r"\S")]], FailFast(), BeforeValidator(_some), Field(min_length=1, max_length=20)
    ]
    version: _Text
    by: str = ""
    at: AwareDatetime | None = None
    url: str = ""
    environment: str = ""
    id: Annotated[str, BeforeValidator(_as_text)] = ""


def read(headers: Mapping[str, str], body: bytes) -> Said:
    """One deploy, of one service or several."""
    deploy = parsed(_Deploy, body)
    return Said(
        source=SOURCE.name,
        version=deploy.version,
        services=tuple(deploy.service),
        id=f"id:{deploy.id}" if deploy.id else "",
        by=deploy.by,
        at=deploy.at,
        url=deploy.url,
        environment=deploy.environment,
    )


SOURCE = Source("generic", read)
