"""Calls to a real server: what is sent, what comes back, and what is in doubt."""

from collections.abc import Iterator

import pytest

from integrations import webhooks
from integrations.webhooks import Call, HttpWebhooks, InDoubt, NotCalled
from tests.integrations.answering import Answering, answering


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as told:
        yield told


def test_the_request_as_written_with_its_key_and_its_secret(server: Answering) -> None:
    call = Call("POST", f"{server.url}/x?y=1", "k:1", {"authorization": "Bearer ${RUNBOOK_TOKEN}"}, '{"a": "${RUNBOOK_TOKEN}"}')
    reply = HttpWebhooks({"RUNBOOK_TOKEN": "s3cret"}).call(call)
    assert (reply.status, reply.text) == (200, "done")
    [asked] = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/x?y=1", '{"a": "s3cret"}')
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert headers["authorization"] == "Bearer s3cret" and headers["idempotency-key"] == "k:1"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("text", ["${SLACK_BOT_TOKEN}", "${RUNBOOK_MISSING}", "a\r\nX-Other: b", "ünï"])
def test_what_is_not_sent(server: Answering, text: str) -> None:
    with pytest.raises(NotCalled):
        HttpWebhooks({"SLACK_BOT_TOKEN": "xoxb"}).call(Call("POST", server.url, "k", {"X-A": text}))
    assert server.asked == []


@pytest.mark.parametrize("secret", ["s3cret\nX-Other: b", "s3cret\x00", "s3crét"])
def test_a_secret_that_cannot_be_sent_is_not_told(server: Answering, secret: str) -> None:
    with pytest.raises(NotCalled) as refused:
        HttpWebhooks({"RUNBOOK_TOKEN": secret}).call(Call("POST", server.url, "k", {"Authorization": "Bearer ${RUNBOOK_TOKEN}"}))
    assert "Authorization" in str(refused.value) and "s3cr" not in str(refused.value)


def test_a_secret_from_a_file_ends_in_a_line_break(server: Answering) -> None:
    HttpWebhooks({"RUNBOOK_TOKEN": "s3cret\n"}).call(Call("POST", server.url, "k", {"Authorization": "Bearer ${RUNBOOK_TOKEN}"}))
    [asked] = server.asked
    assert asked.headers["Authorization"] == "Bearer s3cret"


def test_nobody_there(server: Answering) -> None:
    with pytest.raises(NotCalled):
        HttpWebhooks({}).call(Call("POST", "http://127.0.0.1:9/x", "k"))


def test_a_broken_connection_and_a_late_answer_are_in_doubt(server: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    server.status = 0
    with pytest.raises(InDoubt):
        HttpWebhooks({}).call(Call("POST", server.url, "k"))
    monkeypatch.setattr(webhooks, "SECONDS", 0.4)
    server.status, server.after = 200, 0.6
    with pytest.raises(InDoubt):
        HttpWebhooks({}).call(Call("POST", server.url, "k"))


def test_a_redirect_is_an_answer_and_a_long_one_is_cut(server: Answering) -> None:
    server.status, server.headers = 302, {"Location": "http://127.0.0.1:9/"}
    assert HttpWebhooks({}).call(Call("GET", server.url, "k")).status == 302
    server.status, server.text = 500, "é\x00\x1b[31m" * 100_000
    reply = HttpWebhooks({}).call(Call("POST", server.url, "k"))
    assert reply.status == 500 and len(reply.text) <= webhooks.LARGEST_ANSWER and "\x1b" not in reply.text
    server.text, server.headers = "x" * 100, {"Content-Encoding": "gzip"}
    assert HttpWebhooks({}).call(Call("POST", server.url, "k")).text == ""
