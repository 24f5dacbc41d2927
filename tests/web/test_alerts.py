"""Whatever reaches `/alerts/<source>`: stored whole or refused in a sentence, and nothing without the secret."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from time import process_time
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from integrations.incoming import bearer
from models import Alert, Event, Incident
from tests.web.conftest import Kept, Web
from web.alerts import LARGEST
from web.server import make_web

SECRET = "a-long-secret-of-monitoring"
SECRETS = {"ALERTS_SECRET_GENERIC": SECRET, "ALERTS_SECRET_ALERTMANAGER": f" {SECRET}\n"}
RIGHT = {"authorization": f"Bearer {SECRET}"}
ALERT = {"title": "Checkout is down", "started_at": "2026-11-21T10:00:00Z"}
DOWN = {"status": "firing", "labels": {"alertname": "Down"}, "startsAt": "2026-11-21T10:00:00Z", "fingerprint": "a1"}
GROUP: dict[str, Any] = {"version": "4", "groupKey": "{}", "alerts": [DOWN]}


class Monitoring:
    """Somebody who sends alerts."""

    def __init__(self, web: Web) -> None:
        self.web = web
        app = make_web(replace(web.muster, secrets=SECRETS), "redis://127.0.0.1:1")
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://muster.invalid")

    def sends(self, body: Any, source: str = "generic", headers: Mapping[str, str | bytes] = RIGHT) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.web.portal.call(partial(self.client.post, f"/alerts/{source}", content=content, headers=dict(headers)))


@pytest.fixture
def monitoring(fresh_web: Web) -> Monitoring:
    return Monitoring(fresh_web)


@pytest.fixture(autouse=True)
def quiet(log: Kept) -> Iterator[None]:
    """After each test: nothing broke, and no secret was written down."""
    yield
    assert not log.broken, "\n".join(log.broken)[:4000]
    assert SECRET not in log.text


def test_it_is_stored_before_the_answer(monitoring: Monitoring) -> None:
    web = monitoring.web
    assert monitoring.sends(ALERT | {"url": None, "service": None}).status_code == 200, "as templates send it"
    assert [row.title for row in web.rows(Incident)] == ["Checkout is down"] and web.count(Alert) == 1
    before = web.count(Event)
    assert [monitoring.sends(ALERT).status_code for _ in range(3)] == [200] * 3
    assert web.count(Event) == before, "sent again"
    assert monitoring.sends(GROUP, "alertmanager").status_code == 200
    assert [row.title for row in web.rows(Incident)][1:] == ["Down"]
    web.settle()
    assert len(web.sandbox.people.channel("incidents").messages) == 2


def test_a_secret_may_hold_any_letters() -> None:
    assert bearer({"authorization": "Bearer größer".encode().decode("latin-1")}, "größer")


def test_nothing_is_taken_without_the_secret(monitoring: Monitoring) -> None:
    wrong = ["", "Bearer", "Bearer ", f"Bearer {SECRET}x", f"Bearer {SECRET[:-1]}", f"Basic {SECRET}", SECRET, "Bearer é"]
    for said in wrong:
        answer = monitoring.sends(ALERT, headers={"authorization": said.encode("latin-1")} if said else {})
        assert answer.status_code == 401 and "docs/alerts.md" in answer.text, said
    assert monitoring.web.count(Incident) == 0


def test_a_source_without_a_secret_and_one_that_there_is_not(monitoring: Monitoring) -> None:
    web = monitoring.web
    bare = web.portal.call(partial(web.client.post, "/alerts/generic", content=b"{}", headers={"authorization": "Bearer "}))
    assert bare.status_code == 404 and "ALERTS_SECRET_GENERIC is not set" in bare.text
    answer = monitoring.sends(ALERT, "nagios")
    assert answer.status_code == 404 and "There are: alertmanager, generic." in answer.text
    assert web.count(Incident) == 0


REFUSED: list[Any] = [
    b"", b"{", b"null", b"[]", b"1", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"title":' * 50_000, b'{"title": "\\ud800"}',
    {}, {"title": ""}, {"title": 7}, {"title": ["x"]}, {"title": "x", "status": "maybe"}, {"title": "x", "service": {}},
    {"title": "x", "started_at": "yesterday"}, {"title": "x", "started_at": "2026-11-21T10:00:00"}, {"alerts": []},
    {"title": "x", "started_at": 1e300}, {"alerts": "x"}, {"alerts": [1]}, {"alerts": [{"title": "x"}, {}]},
    {"alerts": [{"title": "x"}] * 501},
]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: str(body)[:30])
def test_what_is_no_alert_is_refused_in_a_sentence(monitoring: Monitoring, body: Any) -> None:
    answer = monitoring.sends(body)
    assert answer.status_code == 400 and answer.text.startswith("The body is not understood"), answer.text
    assert len(answer.text) < 400 and monitoring.web.count(Incident) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"version": "3"}, {"groupKey": None}, {"alerts": {}}, {"alerts": [{}]}, {"alerts": [{**DOWN, "labels": {"a": 1}}]},
        {"alerts": [{**DOWN, "startsAt": "x"}]}, {"alerts": [{**DOWN, "status": "suppressed"}]},
    ],
)  # fmt: skip
def test_what_is_no_notification_of_alertmanager(monitoring: Monitoring, change: dict[str, Any]) -> None:
    assert monitoring.sends(GROUP | change, "alertmanager").status_code == 400


def test_too_much(monitoring: Monitoring) -> None:
    assert monitoring.sends(b" " * (LARGEST + 1)).status_code == 413
    assert monitoring.sends(b" " * (LARGEST + 1), headers={}).status_code == 401, "nothing is read of somebody else's"
    began = process_time()
    wrong = b'{"version": "4", "groupKey": "", "alerts": [%s{}]}' % (b"{}," * 200_000)
    assert monitoring.sends(wrong, "alertmanager").status_code == 400 and process_time() - began < 0.5, (
        "the first mistake will do"
    )
    assert monitoring.sends(b" ", headers=RIGHT | {"content-length": "9" * 30}).status_code == 413
    storm = [{**DOWN, "fingerprint": f"f{number}"} for number in range(700)]
    assert monitoring.sends(GROUP | {"alerts": storm}, "alertmanager").status_code == 200
    assert (monitoring.web.count(Incident), monitoring.web.count(Alert)) == (1, 500), "an incident in any case"


STRANGE = st.text(max_size=40) | st.sampled_from(
    ["<!channel>", "\x00", "\u202e", "x" * 5000, "<@U0ALICE>", "2026-11-21T10:00:00Z"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | STRANGE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRANGE, inner, max_size=3),
    max_leaves=6,
)
NAMES = ("title", "status", "fingerprint", "started_at", "group", "severity", "service", "summary", "url", "alerts")


def test_whatever_it_holds_it_is_stored_or_refused(monitoring: Monitoring) -> None:
    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(NAMES), JSON | STRANGE, max_size=6), STRANGE)
    def whatever(said: dict[str, Any], title: str) -> None:
        assert monitoring.sends({"title": title} | said).status_code in (200, 400)
        assert monitoring.sends({"version": "4", "groupKey": title, "alerts": [said]}, "alertmanager").status_code in (200, 400)

    whatever()
    monitoring.web.settle()


def test_what_cannot_be_stored_is_asked_for_again(monitoring: Monitoring) -> None:
    core = monitoring.web.muster.core
    with core.transaction() as session:
        session.execute(text("ALTER TABLE alert RENAME TO away"))
    assert monitoring.sends(ALERT).status_code == 503
    with core.transaction() as session:
        session.execute(text("ALTER TABLE away RENAME TO alert"))
    assert monitoring.web.count(Incident) == 0, "wholly or not at all"
    assert monitoring.sends(ALERT).status_code == 200
