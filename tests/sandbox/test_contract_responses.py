"""Contract: response URLs with slack_sdk's WebhookClient: five uses in thirty minutes, where the person was."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.webhook import WebhookClient

from sandbox import responses
from tests.sandbox.contracts import Contract

Issue = Callable[..., WebhookClient]


@pytest.fixture
def room(contract: Contract) -> str:
    id: str = contract.api.conversations_create(name="inc-1")["channel"]["id"]
    contract.api.conversations_invite(channel=id, users="U0ALICE")
    return id


@pytest.fixture
def issue(contract: Contract, room: str) -> Issue:
    """A response_url for something that alice has done in the room, to the message with that ts or to none."""

    def issued(ts: str = "") -> WebhookClient:
        workspace = contract.sandbox.workspace
        where = workspace.state.channels[room]
        return WebhookClient(responses.issue(workspace, "U0ALICE", where, workspace.message(room, ts)))

    return issued


def answers(contract: Contract) -> list[str]:
    return [post.text for post in contract.people.person("alice").ephemerals]


def said(contract: Contract) -> list[str]:
    return [post.text for post in contract.people.channel("#inc-1").messages]


def test_five_times(contract: Contract, issue: Issue) -> None:
    url = issue()
    sent = [url.send(text=str(n)) for n in range(6)]
    assert [(answer.status_code, answer.body) for answer in sent[:5]] == [(200, "ok")] * 5
    assert sent[5].status_code == 404 and "used_url" in sent[5].body
    assert answers(contract) == ["0", "1", "2", "3", "4"]


def test_thirty_minutes(contract: Contract, issue: Issue) -> None:
    url = issue()
    for found in contract.sandbox.workspace.state.response_urls.values():
        found.issued_at -= 30 * 60 + 1
    late = url.send(text="late")
    assert late.status_code == 404 and "expired_url" in late.body and answers(contract) == []


def test_for_everybody_and_in_a_thread(contract: Contract, room: str, issue: Issue) -> None:
    card = contract.api.chat_postMessage(channel=room, text="card")["ts"]
    issue(card).send(text="for all", response_type="in_channel", replace_original=False)
    issue(card).send_dict({"text": "below", "response_type": "in_channel", "replace_original": False, "thread_ts": card})
    assert said(contract) == ["card", "for all"]
    assert [post.text for post in contract.people.channel("#inc-1").messages[0].thread] == ["below"]


@pytest.mark.parametrize("ephemeral", [False, True])
def test_the_original_is_replaced_and_deleted(contract: Contract, room: str, issue: Issue, ephemeral: bool) -> None:
    if ephemeral:
        ts = contract.api.chat_postEphemeral(channel=room, user="U0ALICE", text="card")["message_ts"]
    else:
        ts = contract.api.chat_postMessage(channel=room, text="card")["ts"]
    shown = answers if ephemeral else said
    url = issue(ts)
    assert url.send(text="done", replace_original=True).status_code == 200 and shown(contract) == ["done"]
    assert url.send(delete_original=True).status_code == 200 and shown(contract) == []


def test_it_needs_no_membership(contract: Contract) -> None:
    workspace = contract.sandbox.workspace
    url = responses.issue(workspace, "U0ALICE", workspace.channel("#random"))
    assert WebhookClient(url).send(text="here", response_type="in_channel").status_code == 200
    assert contract.people.channel("#random").messages[-1].text == "here"


@pytest.mark.parametrize(
    ("body", "error"),
    [({"blocks": [{"type": "section"}]}, "invalid_blocks"), ({"text": ""}, "no_text"), ({"text": "x" * 40_001}, "msg_too_long")],
)
def test_what_cannot_be_shown(contract: Contract, issue: Issue, body: Any, error: str) -> None:
    answer = issue().send_dict(body)
    assert answer.status_code == 400 and error in answer.body
    assert contract.sandbox.workspace.refusals[-1].error == error and answers(contract) == []
