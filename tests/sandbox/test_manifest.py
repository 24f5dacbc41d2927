"""What a manifest declares works, what it leaves out does not; and what Slack would not take is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.choices import CannotDo
from sandbox.manifest import Manifest
from sandbox.people import Slack
from sandbox.transports import Direct
from sandbox.workspace import Workspace


def changed(manifest: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return manifest | {"settings": manifest["settings"] | settings}


def heard_by(workspace: Workspace) -> list[str]:
    heard: list[str] = []

    def hear(body: str, headers: dict[str, str]) -> tuple[int, str, dict[str, object]]:
        heard.append(body)
        return 200, "", {}

    workspace.connect(Direct(hear, "secret"))
    return heard


def test_the_real_one_is_taken() -> None:
    real = Path(__file__).parents[2] / "manifest.yml"
    manifest = Manifest.parse(yaml.safe_load(real.read_text()))
    assert manifest.interactivity and manifest.socket_mode and manifest.command("/incident")


def test_without_the_scope_commands_and_shortcuts_do_not_exist(manifest: dict[str, Any]) -> None:
    scopes = [scope for scope in manifest["oauth_config"]["scopes"]["bot"] if scope != "commands"]
    slack = Slack(Workspace(manifest | {"oauth_config": {"scopes": {"bot": scopes}}}))
    with pytest.raises(CannotDo, match="/incident is not a valid command"):
        slack.person("alice").runs("/incident")
    with pytest.raises(CannotDo, match="There is no message shortcut note"):
        slack.person("alice").uses_shortcut("Add to timeline", slack.person("alice").says("x"))


def test_without_interactivity_a_click_goes_nowhere(manifest: dict[str, Any], card: Any, form: Any) -> None:
    workspace = Workspace(changed(manifest, interactivity={"is_enabled": False}))
    heard, slack = heard_by(workspace), Slack(workspace)
    room = workspace.call("conversations.create", {"name": "inc-1"})["channel"]["id"]
    workspace.call("conversations.invite", {"channel": room, "users": "U0BOB"})
    workspace.call("chat.postMessage", {"channel": room, "text": "x", "blocks": card})
    slack.settle()
    before = len(heard)
    answer = slack.person("bob").clicks("Acknowledge", in_="#inc-1")
    assert answer.error == "This app is not configured to handle interactive responses."
    assert len(heard) == before


def test_events_that_are_not_subscribed_are_silent(manifest: dict[str, Any]) -> None:
    workspace = Workspace(changed(manifest, event_subscriptions={"bot_events": ["pin_added"]}))
    heard, slack = heard_by(workspace), Slack(workspace)
    workspace.call("conversations.join", {"channel": "C0GENERAL"})
    post = slack.person("alice").says("hello")
    assert heard == []
    slack.person("alice").pins(post)
    assert len(heard) == 1


def test_an_event_without_its_scope_is_silent(manifest: dict[str, Any]) -> None:
    bare = manifest | {"oauth_config": {"scopes": {"bot": ["channels:join"]}}}
    workspace = Workspace(bare)
    heard, slack = heard_by(workspace), Slack(workspace)
    workspace.call("conversations.join", {"channel": "C0GENERAL"})
    slack.person("alice").pins(slack.person("alice").says("hello"))
    slack.person("bob").reacts("eyes", slack.channel("#general").messages[-1])
    assert heard == []


def test_a_messages_tab_that_is_read_only(manifest: dict[str, Any]) -> None:
    features = manifest["features"] | {"app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}}
    workspace = Workspace(manifest | {"features": features})
    workspace.call("chat.postMessage", {"channel": "U0ALICE", "text": "You are paged"})
    alice = Slack(workspace).person("alice")
    assert alice.inbox[-1].text == "You are paged"
    with pytest.raises(CannotDo, match="has been turned off"):
        alice.says("thanks", in_=alice.dm)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ({"shortcuts": [{"name": "x" * 25, "type": "global", "callback_id": "x"}]}, "shortcut name has more than 24"),
        ({"shortcuts": [{"name": "x", "type": "local", "callback_id": "x"}]}, "global or message"),
        ({"shortcuts": [{"name": "x", "type": "global", "callback_id": "x"}] * 11}, "at most 50 commands and 10 shortcuts"),
        ({"slash_commands": [{"command": "incident"}]}, "no name for a command"),
        ({"slash_commands": [{"command": "/x", "usage_hint": "x" * 1001}]}, "usage_hint of /x"),
        ({"bot_user": {"display_name": "x" * 81}}, "bot display_name"),
    ],
)
def test_what_slack_would_not_take(features: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Manifest.parse({"features": features})
