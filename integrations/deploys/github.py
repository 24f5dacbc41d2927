"""GitHub's webhooks: a deployment, one that succeeded, and a release that is published. Everything else is left alone."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel
from pydantic_core import from_json

from incidents.deploys import Said
from integrations.deploys import Source, parsed
from integrations.incoming import NotUnderstood

EVENT = "x-github-event"
_SIGNATURE = "x-hub-signature-256"
_SHA = re.compile(r"[0-9a-f]{40}")


class _Person(BaseModel):
    login: str = ""


class _Repository(BaseModel):
    full_name: str
    html_url: str = ""


class _Deployment(BaseModel):
    id: int
    ref: str = ""
    sha: str = ""
    environment: str = ""
    payload: Any = None
    creator: _Person | None = None
    created_at: AwareDatetime | None = None
    transient_environment: bool | None = None


class _Status(BaseModel):
    state: str
    created_at: AwareDatetime | None = None


class _Deployed(BaseModel):
    deployment: _Deployment
    deployment_status: _Status | None = None
    repository: _Repository


class _Release(BaseModel):
    id: int
    tag_name: str
    html_url: str = ""
    draft: bool = False
    author: _Person | None = None
    published_at: AwareDatetime | None = None


class _Released(BaseModel):
    action: str
    release: _Release
    repository: _Repository


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """`X-Hub-Signature-256`, over the body as it came."""
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers.get(_SIGNATURE, "").encode(), wanted.encode())


def read(headers: Mapping[str, str], body: bytes) -> Said | None:
    """A deployment when it is made, and the same one when it has succeeded: whichever is heard of first. Environments that
    are there for a while only, such as a preview, are left alone."""
    event = headers.get(EVENT, "")
    if event not in ("deployment", "deployment_status", "release"):
        return None
    if not headers.get("content-type", "").lower().startswith("application/json"):
        raise NotUnderstood("The body is not understood; choose the content type application/json. See docs/deploys.md.")
    return _release(parsed(_Released, body)) if event == "release" else _deployment(parsed(_Deployed, body))


def _deployment(said: _Deployed) -> Said | None:
    deployment, status = said.deployment, said.deployment_status
    if (status is not None and status.state != "success") or deployment.transient_environment:
        return None
    named = _service(deployment.payload)
    sha = deployment.sha[:7]
    ref = deployment.ref if not _SHA.fullmatch(deployment.ref) else ""
    where = said.repository.html_url
    return Said(
        source=SOURCE.name,
        version=f"{ref} ({sha})" if ref and sha and ref != sha else ref or sha or "a version without a name",
        services=(named,) if named else (),
        repository=said.repository.full_name,
        id=f"{said.repository.full_name} deployment {deployment.id}",
        by=deployment.creator.login if deployment.creator else "",
        at=status.created_at if status is not None and status.created_at is not None else deployment.created_at,
        url=f"{where}/commit/{deployment.sha}" if where and _SHA.fullmatch(deployment.sha) else where,
        environment=deployment.environment,
    )


def _service(payload: object) -> str | None:
    """GitHub passes a payload on as it was given: also as JSON within a text."""
    if isinstance(payload, str):
        try:
            payload = from_json(payload)
        except ValueError:
            return None
    named = payload.get("service") if isinstance(payload, dict) else None
    return named if isinstance(named, str) else None


def _release(said: _Released) -> Said | None:
    release = said.release
    if said.action != "published" or release.draft:
        return None
    return Said(
        source=SOURCE.name,
        version=release.tag_name or "a release without a name",
        repository=said.repository.full_name,
        id=f"{said.repository.full_name} release {release.id}",
        by=release.author.login if release.author else "",
        at=release.published_at,
        url=release.html_url,
    )


SOURCE = Source("github", read, is_signed)
