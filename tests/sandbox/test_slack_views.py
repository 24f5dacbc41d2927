"""Forms and App Homes: triggers, the stack, hashes, external ids."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import modals
from sandbox.people import Slack
from sandbox.workspace import Workspace


@pytest.fixture
def trigger(workspace: Workspace) -> Any:
    return lambda: modals.trigger(workspace, "U0ALICE")


def test_a_trigger_serves_once_and_for_three_seconds(
    client: WebClient, clock: Any, trigger: Any, form: Any, refusal: Any
) -> None:
    used = trigger()
    client.views_open(trigger_id=used, view=form)
    assert refusal(client.views_open, trigger_id=used, view=form) == "exchanged_trigger_id"
    late = trigger()
    clock.advance(3.1)
    assert refusal(client.views_open, trigger_id=late, view=form) == "expired_trigger_id"
    assert refusal(client.views_open, trigger_id="12.34.ab", view=form) == "invalid_trigger_id"


def test_a_broken_view_is_pointed_at_and_uses_no_trigger(client: WebClient, trigger: Any, form: Any) -> None:
    id = trigger()
    with pytest.raises(SlackApiError) as caught:
        client.views_open(trigger_id=id, view={key: value for key, value in form.items() if key != "submit"})
    answer = caught.value.response.data
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"][0].endswith("[json-pointer:/view/blocks/0/input]")
    assert client.views_open(trigger_id=id, view=form)["view"]["state"]["values"]["lead"]["person"] == {
        "type": "users_select",
        "selected_user": None,
    }


def test_three_views_at_most(client: WebClient, trigger: Any, form: Any, refusal: Any) -> None:
    assert refusal(client.views_push, trigger_id=trigger(), view=form) == "not_found"
    root = client.views_open(trigger_id=trigger(), view=form)["view"]
    second = client.views_push(trigger_id=trigger(), view=form)["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (root["id"], root["id"])
    client.views_push(trigger_id=trigger(), view=form)
    assert refusal(client.views_push, trigger_id=trigger(), view=form) == "push_limit_reached"


def test_update_by_hash_and_id(client: WebClient, slack: Slack, trigger: Any, form: Any, refusal: Any) -> None:
    view = client.views_open(trigger_id=trigger(), view=form | {"external_id": "inc:1"})["view"]
    slack.person("alice").fills("What is wrong?", "typed")
    renamed = [form["blocks"][0], form["blocks"][1] | {"block_id": "other"}]
    again = client.views_update(external_id="inc:1", hash=view["hash"], view=form | {"blocks": renamed})["view"]
    assert again["state"]["values"]["what"]["text"]["value"] == "typed"
    assert set(again["state"]["values"]) == {"what", "other"}
    assert refusal(client.views_update, view_id=view["id"], hash=view["hash"], view=form) == "hash_conflict"
    slack.person("alice").closes()
    assert refusal(client.views_update, view_id=view["id"], view=form) == "not_found"


def test_external_ids_are_unique(client: WebClient, workspace: Workspace, trigger: Any, form: Any, refusal: Any) -> None:
    client.views_open(trigger_id=trigger(), view=form | {"external_id": "one"})
    other = modals.trigger(workspace, "U0BOB")
    assert refusal(client.views_open, trigger_id=other, view=form | {"external_id": "one"}) == "duplicate_external_id"


def test_a_view_may_be_250_kilobytes(client: WebClient, trigger: Any, form: Any, refusal: Any) -> None:
    heavy = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}} for _ in range(90)]
    assert refusal(client.views_open, trigger_id=trigger(), view=form | {"blocks": heavy}) == "view_too_large"


def test_home(client: WebClient, slack: Slack, refusal: Any, manifest: Any) -> None:
    home = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Welcome"}}]}
    first = client.views_publish(user_id="U0ALICE", view=home)["view"]
    client.views_publish(user_id="U0ALICE", view=home, hash=first["hash"])
    assert refusal(client.views_publish, user_id="U0ALICE", view=home, hash=first["hash"]) == "hash_conflict"
    assert "Welcome" in slack.person("alice").opens_home()
    assert refusal(client.views_publish, user_id="U0NOBODY", view=home) == "invalid_arguments"
    without = Workspace(manifest | {"features": {}})
    assert without.call("views.publish", {"user_id": "U0ALICE", "view": home})["error"] == "not_enabled"


def test_initial_values_stand_in_the_state(client: WebClient, slack: Slack, trigger: Any, form: Any) -> None:
    filled = form["blocks"][0]["element"] | {"initial_value": "as before"}
    client.views_open(trigger_id=trigger(), view=form | {"blocks": [form["blocks"][0] | {"element": filled}]})
    assert slack.person("alice").form.value("What is wrong?") == "as before"
