"""Bad weather: what the official client sees of each fault, and what has happened all the same."""

from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.in_process import InProcessClient
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.workspace import Workspace


def texts(slack: Slack) -> list[str]:
    return [post.text for post in slack.channel("#inc-1").messages]


@pytest.mark.parametrize(("after", "posted"), [(False, []), (True, ["x"])])
def test_a_scripted_error_before_or_after_the_effect(
    workspace: Workspace, client: WebClient, slack: Slack, room: str, after: bool, posted: list[str]
) -> None:
    workspace.faults.fail_next("chat.postMessage", error="internal_error", after_effect=after)
    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel=room, text="x")
    assert texts(slack) == posted
    client.chat_postMessage(channel=room, text="y")
    assert workspace.refusals == []  # a fault is no fault of the caller


def test_shares_are_seeded(clock: Any) -> None:
    def run() -> list[int]:
        workspace = Workspace(now=clock, seed=7)
        workspace.faults.change({"ratelimited": 0.2, "error_before": 0.1, "error_after": 0.1})
        return [workspace.request("users.list").status for _ in range(300)]

    statuses = run()
    assert statuses == run()
    assert 30 < statuses.count(429) < 90 and 30 < statuses.count(500) < 90


def test_a_500_after_the_effect(workspace: Workspace, client: WebClient, slack: Slack, room: str) -> None:
    workspace.faults.change({"error_after": 1, "only": ["chat.postMessage"]})
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=room, text="x")
    assert caught.value.response.status_code == 500
    assert texts(slack) == ["x"]
    workspace.faults.clear()
    client.chat_postMessage(channel=room, text="y")


def test_timeouts_and_cut_connections_in_process(workspace: Workspace, slack: Slack, room: str) -> None:
    client = InProcessClient(workspace, retry_handlers=[])
    workspace.faults.change({"hang_after": 1})
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=room, text="x")
    workspace.faults.change({"hang_after": 0, "outage": "drop"})
    with pytest.raises(URLError):
        client.chat_postMessage(channel=room, text="y")
    assert texts(slack) == ["x"]


def test_timeouts_and_cut_connections_over_http(sandbox: Sandbox) -> None:
    client = WebClient("xoxb-sandbox", base_url=sandbox.api_url, timeout=1, retry_handlers=[])
    sandbox.workspace.faults.change({"hang_after": 1, "hang_for": 2})
    with pytest.raises(TimeoutError):
        client.conversations_create(name="made-anyway")
    assert sandbox.people.channels_starting("made-")
    sandbox.workspace.faults.change({"clear": True, "outage": "drop"})
    with pytest.raises((URLError, ConnectionError)):
        client.conversations_create(name="never")
    sandbox.workspace.faults.change({"outage": "503"})
    with pytest.raises(SlackApiError) as caught:
        client.conversations_create(name="never")
    assert caught.value.response.status_code == 503
    sandbox.workspace.faults.clear()
    assert client.auth_test()["ok"] and not sandbox.people.channels_starting("never")


def test_latency(clock: Any) -> None:
    slept: list[float] = []
    workspace = Workspace(now=clock, sleep=slept.append)
    workspace.faults.change({"latency": 0.05})
    workspace.call("auth.test")
    assert slept == [0.05]


def test_history_lags(workspace: Workspace, client: WebClient, clock: Any, room: str) -> None:
    clock.advance(60)
    workspace.faults.change({"history_lag": 5})
    client.chat_postMessage(channel=room, text="fresh")
    assert "fresh" not in str(client.conversations_history(channel=room)["messages"])
    clock.advance(6)
    assert client.conversations_history(channel=room)["messages"][0]["text"] == "fresh"


def test_one_message_a_second(clock: Any, manifest: Any) -> None:
    workspace = Workspace(now=clock, rate_limits=True)
    rooms = [workspace.call("conversations.create", {"name": name})["channel"]["id"] for name in ("one", "two")]
    replies = [workspace.request("chat.postMessage", {"channel": rooms[0], "text": "x"}) for _ in range(7)]
    assert [reply.status for reply in replies] == [200] * 5 + [429] * 2
    assert replies[-1].headers["Retry-After"] == "1"
    assert workspace.request("chat.postMessage", {"channel": rooms[1], "text": "x"}).status == 200
    clock.advance(1)
    assert workspace.request("chat.postMessage", {"channel": rooms[0], "text": "x"}).status == 200
    pins = [workspace.request("pins.list", {"channel": rooms[0]}).status for _ in range(21)]
    assert pins == [200] * 20 + [429]


def test_nonsense_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="There is no fault called rain"):
        workspace.faults.change({"rain": 1})
    with pytest.raises(TypeError, match="latency must be a number"):
        workspace.faults.change({"latency": "much"})
    with pytest.raises(ValueError, match="outage must be"):
        workspace.faults.change({"outage": "maybe"})
