"""Whatever reaches `/events/deploy`: stored or refused in a sentence, and nothing without the secret."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import Deploy, Wake
from tests.web.conftest import Kept, Web
from tests.web.test_alerts import JSON, STRANGE
from web.deploys import LARGEST
from web.server import make_web

SECRET = "a-long-secret-of-deploys"
SECRETS = {"DEPLOYS_SECRET_GENERIC": SECRET, "DEPLOYS_SECRET_GITHUB": f"{SECRET}\n"}
RIGHT = {"authorization": f"Bearer {SECRET}"}
DEPLOY: dict[str, Any] = {"service": "checkout", "version": "42", "at": "2026-11-21T10:00:00Z"}
SHA = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = {"full_name": "acme/checkout", "html_url": "https://github.com/acme/checkout"}
DEPLOYMENT: dict[str, Any] = {
    "action": "created",
    "deployment": {
        "id": 5,
        "ref": "main",
        "sha": SHA,
        "environment": "production",
        "payload": {},
        "creator": {"login": "carol"},
        "created_at": "2026-11-21T10:00:00Z",
        "transient_environment": False,
    },
    "repository": REPOSITORY,
}
RELEASE: dict[str, Any] = {
    "action": "published",
    "release": {
        "id": 6,
        "tag_name": "v1.2",
        "html_url": "https://github.com/acme/checkout/releases/tag/v1.2",
        "author": {"login": "dave"},
        "published_at": "2026-11-21T10:00:00Z",
    },
    "repository": REPOSITORY,
}


class Deployer:
    """Somebody who says what is deployed."""

    def __init__(self, web: Web) -> None:
        self.web = web
        app = make_web(replace(web.muster, secrets=SECRETS), "redis://127.0.0.1:1")
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://muster.invalid")

    def sends(self, body: Any, headers: Mapping[str, str | bytes] = RIGHT) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.web.portal.call(partial(self.client.post, "/events/deploy", content=content, headers=dict(headers)))

    def github(self, event: str, body: Any, secret: str = SECRET, kind: str = "application/json") -> httpx.Response:
        content = json.dumps(body).encode()
        signed = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
        return self.sends(content, {"x-github-event": event, "x-hub-signature-256": signed, "content-type": kind})

    def stored(self) -> list[tuple[str, str, str, str]]:
        return [(row.service, row.version, row.by, row.url) for row in self.web.rows(Deploy)]


@pytest.fixture
def deployer(fresh_web: Web) -> Deployer:
    return Deployer(fresh_web)


@pytest.fixture(autouse=True)
def quiet(log: Kept) -> Iterator[None]:
    """After each test: nothing broke, and no secret was written down."""
    yield
    assert not log.broken, "\n".join(log.broken)[:4000]
    assert SECRET not in log.text


def test_it_is_stored_once_and_only_with_the_secret(deployer: Deployer) -> None:
    web = deployer.web
    for said in ["", "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}", "Bearer é"]:
        answer = deployer.sends(DEPLOY, {"authorization": said.encode("latin-1")} if said else {})
        assert answer.status_code == 401 and "docs/deploys.md" in answer.text, said
    bare = web.portal.call(partial(web.client.post, "/events/deploy", content=b"{}", headers={"authorization": "Bearer "}))
    assert bare.status_code == 404 and "DEPLOYS_SECRET_GENERIC is not set" in bare.text
    assert deployer.github("release", RELEASE, "other").status_code == 401
    assert deployer.sends(RELEASE, {"x-github-event": "release", **RIGHT}).status_code == 401, "each has its own way"
    assert deployer.stored() == []
    assert [deployer.sends(DEPLOY | {"by": None}).status_code for _ in range(3)] == [200] * 3
    assert deployer.stored() == [("checkout", "42", "", "")]
    assert [row.subject for row in web.rows(Wake) if row.subject == "deploys"] == ["deploys"], "the clock is woken"


def test_what_github_says(deployer: Deployer) -> None:
    status = DEPLOYMENT | {"deployment_status": {"state": "failure"}}
    assert deployer.github("deployment_status", status).text == "That tells of no deploy; nothing was stored."
    status = DEPLOYMENT | {"deployment_status": {"state": "success", "created_at": "2026-11-21T12:00:00Z"}}
    assert [deployer.github("deployment_status", status).text, deployer.github("deployment", DEPLOYMENT).text] == ["Stored."] * 2
    assert deployer.stored() == [("checkout", "main (0123456)", "carol", f"https://github.com/acme/checkout/commit/{SHA}")]
    assert deployer.web.rows(Deploy)[0].at.hour == 12, "it waited for somebody's approval"
    assert deployer.github("release", RELEASE | {"action": "edited"}).status_code == 200
    assert deployer.github("release", RELEASE).status_code == 200
    assert deployer.stored()[1][:3] == ("checkout", "v1.2", "dave")
    preview = DEPLOYMENT["deployment"] | {"id": 9, "transient_environment": True}
    named = DEPLOYMENT["deployment"] | {"id": 10, "payload": {"service": "search"}, "ref": SHA}
    as_text = named | {"id": 11, "payload": '{"service": "search"}'}
    for deployment in (preview, named, as_text):
        assert deployer.github("deployment", DEPLOYMENT | {"deployment": deployment}).status_code == 200
    assert deployer.stored()[2:] == [("search", "0123456", "carol", f"https://github.com/acme/checkout/commit/{SHA}")] * 2
    for event in ("ping", "push"):
        assert deployer.github(event, {"zen": "x"}).status_code == 200
    form = deployer.github("release", RELEASE, kind="application/x-www-form-urlencoded")
    assert form.status_code == 400 and "application/json" in form.text
    assert deployer.web.count(Deploy) == 4


REFUSED: list[Any] = [
    b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"service": "\\ud800", "version": "1"}', {}, {"service": "x"},
    {"version": "1"}, DEPLOY | {"service": ""}, DEPLOY | {"service": []}, DEPLOY | {"service": ["x"] * 21},
    DEPLOY | {"version": ""}, DEPLOY | {"version": {}}, DEPLOY | {"at": "yesterday"}, DEPLOY | {"at": "2026-11-21T10:00:00"},
]  # fmt: skip


def test_what_is_no_deploy_is_refused_in_a_sentence(deployer: Deployer) -> None:
    for body in REFUSED:
        answer = deployer.sends(body)
        assert answer.status_code == 400 and answer.text.startswith("The body is not understood"), (body, answer.text)
        assert len(answer.text) < 400
    assert deployer.sends(b" " * (LARGEST + 1)).status_code == 413
    for event in ("deployment", "deployment_status", "release"):
        for body in ({}, {"repository": {}}, DEPLOYMENT | {"deployment": 7}, RELEASE | {"release": {}}):
            if not (event == "release" and "release" not in body and "deployment" not in body and body):
                assert deployer.github(event, body).status_code == 400, (event, body)
    assert deployer.web.count(Deploy) == 0


def test_whatever_it_holds_it_is_stored_or_refused(deployer: Deployer) -> None:
    names = st.sampled_from(("by", "at", "url", "environment", "id", "service", "version"))

    @settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(names, JSON | STRANGE, max_size=5), STRANGE, JSON)
    def whatever(said: dict[str, Any], strange: str, payload: Any) -> None:
        assert deployer.sends(DEPLOY | {"version": strange} | said).status_code in (200, 400)
        deployment = DEPLOYMENT["deployment"] | {"ref": strange, "payload": payload, "environment": strange, "sha": strange}
        assert deployer.github("deployment", DEPLOYMENT | {"deployment": deployment}).status_code in (200, 400)

    whatever()
    deployer.web.settle()


def test_what_cannot_be_stored_is_asked_for_again(deployer: Deployer) -> None:
    core = deployer.web.muster.core
    with core.transaction() as session:
        session.execute(text("ALTER TABLE deploy RENAME TO away"))
    assert deployer.sends(DEPLOY).status_code == 503
    with core.transaction() as session:
        session.execute(text("ALTER TABLE away RENAME TO deploy"))
    assert deployer.sends(DEPLOY).status_code == 200 and deployer.web.count(Deploy) == 1
