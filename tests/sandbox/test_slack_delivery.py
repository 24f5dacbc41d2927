"""What reaches an app, and what becomes of its acks: commands, events, retries, signatures, response URLs."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from sandbox import modals, responses
from sandbox.delivery import Ack, Request
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.transports import Direct, SignedHttp
from sandbox.workspace import Workspace


class Ear:
    """An app that remembers the raw requests and answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.answers: list[tuple[int, str | None]] = []

    def __call__(self, body: str, headers: dict[str, str]) -> tuple[int, str | None, Mapping[str, object]]:
        self.heard.append((body, headers))
        status, answer = self.answers.pop(0) if self.answers else (200, "")
        return status, answer, {"content-type": ["application/json"]}

    @property
    def forms(self) -> list[dict[str, str]]:
        return [{name: value[0] for name, value in parse_qs(body).items()} for body, _ in self.heard]


@pytest.fixture
def ear(workspace: Workspace) -> Ear:
    ear = Ear()
    workspace.connect(Direct(ear, "secret"))
    return ear


def test_a_command_has_every_field_and_a_signature(slack: Slack, ear: Ear) -> None:
    slack.person("alice").runs("/incident declare sev1 Checkout & co <down>, ask @bob in #random", in_="#general")
    [form] = ear.forms
    assert form["command"] == "/incident"
    assert form["text"] == "declare sev1 Checkout &amp; co &lt;down&gt;, ask <@U0BOB> in <#C0RANDOM|random>"
    assert (form["user_id"], form["channel_name"], form["team_domain"]) == ("U0ALICE", "general", "acme")
    assert {"token", "trigger_id", "response_url", "api_app_id", "is_enterprise_install", "team_id"} <= set(form)
    body, headers = ear.heard[0]
    assert SignatureVerifier("secret").is_valid_request(body, headers)


@pytest.mark.parametrize(
    ("answer", "text", "ephemeral"),
    [
        ("plain words", "plain words", True),
        ('{"text": "for you"}', "for you", True),
        ('{"text": "for all", "response_type": "in_channel"}', "for all", False),
        ("", "", False),
    ],
)
def test_what_an_ack_shows(slack: Slack, ear: Ear, answer: str, text: str, ephemeral: bool) -> None:
    ear.answers = [(200, answer)]
    seen = slack.person("alice").runs("/incident")
    assert (seen.text, seen.ephemeral) == (text, ephemeral)
    assert len(slack.channel("#general").messages) == (1 if text and not ephemeral else 0)


def test_a_failed_command_shows_slacks_error(slack: Slack, ear: Ear) -> None:
    ear.answers = [(500, "oops")]
    seen = slack.person("alice").runs("/incident")
    assert (seen.ok, seen.error) == (False, "dispatch_failed")
    assert seen.text == '/incident failed with the error "dispatch_failed"'
    assert slack.workspace.log.recent(1)[0]["status"] == 500


def test_an_ack_that_slack_would_not_show_is_a_refusal(slack: Slack, ear: Ear) -> None:
    ear.answers = [(200, json.dumps({"text": "x", "blocks": [{"type": "section"}]}))]
    assert not slack.person("alice").runs("/incident").shown
    with pytest.raises(AssertionError, match="ack of /incident -> invalid_blocks"):
        slack.assert_nothing_refused()
    slack.assert_nothing_refused(allow={("ack of /incident", "invalid_blocks")})


def test_too_late_is_too_late(workspace: Workspace, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.delivery.ACK_SECONDS", 0.01)
    workspace.connect(Direct(lambda body, headers: (time.sleep(0.02), (200, "", {}))[1], "secret"))
    assert slack.person("alice").runs("/incident").error == "operation_timeout"


def test_an_app_that_raises_is_kept_for_the_test_to_see(workspace: Workspace, slack: Slack) -> None:
    def broken(body: str, headers: dict[str, str]) -> tuple[int, str | None, Mapping[str, object]]:
        raise RuntimeError("no")

    direct = Direct(broken, "secret")
    workspace.connect(direct)
    assert slack.person("alice").runs("/incident").error == "dispatch_failed"
    assert [str(error) for error in direct.raised] == ["no"]


class TestEvents:
    def test_envelope(self, slack: Slack, ear: Ear, room: str) -> None:
        ear.heard.clear()
        slack.person("alice").says("hello", in_="#inc-1")
        bodies = [json.loads(body) for body, _ in ear.heard]
        said = [body for body in bodies if body["event"].get("text") == "hello"]
        [body] = said
        assert body["type"] == "event_callback" and body["event_id"].startswith("Ev")
        assert body["authorizations"][0]["user_id"] == "U0MUSTER"
        assert body["event"]["channel_type"] == "channel" and body["event"]["user"] == "U0ALICE"

    def test_only_where_the_bot_is(self, slack: Slack, ear: Ear) -> None:
        slack.person("alice").says("hello", in_="#random")
        assert ear.heard == []

    def test_three_retries_with_the_same_id(self, workspace: Workspace, slack: Slack, ear: Ear, clock: Any, room: str) -> None:
        slack.settle()
        ear.heard.clear()
        ear.answers = [(500, "")] * 4
        post = slack.person("alice").says("hello", in_="#inc-1")
        assert len(ear.heard) == 2  # at once and nearly at once
        clock.advance(60)
        slack.settle()
        clock.advance(300)
        slack.settle()
        clock.advance(9999)
        slack.settle()
        assert [headers.get("x-slack-retry-num") for _, headers in ear.heard] == [None, "1", "2", "3"]
        assert ear.heard[1][1]["x-slack-retry-reason"] == "http_error"
        assert len({json.loads(body)["event_id"] for body, _ in ear.heard}) == 1
        assert post.text == "hello"

    def test_redelivery_of_everything(self, workspace: Workspace, slack: Slack, ear: Ear, clock: Any) -> None:
        workspace.faults.change({"redeliver": "at_once"})
        slack.person("alice").runs("/incident")
        assert ear.forms[0] == ear.forms[1]
        workspace.faults.change({"redeliver": "later", "redeliver_after": 30})
        slack.person("alice").runs("/incident b")
        assert len(ear.heard) == 3
        clock.advance(30)
        slack.settle()
        assert ear.forms[2] == ear.forms[3]
        workspace.faults.clear()
        assert workspace.delivery.redeliver(2) == 2
        slack.settle()
        assert len(ear.heard) == 6


class TestResponseUrls:
    def test_five_times(self, workspace: Workspace, slack: Slack, ear: Ear) -> None:
        slack.person("alice").runs("/incident")
        url = ear.forms[0]["response_url"]
        answers = [responses.respond(workspace, url, {"text": f"answer {n}"})[0] for n in range(6)]
        assert answers == [200] * 5 + [404]
        assert [post.text for post in slack.person("alice").ephemerals][-1] == "answer 4"

    def test_thirty_minutes(self, workspace: Workspace, slack: Slack, ear: Ear, clock: Any) -> None:
        slack.person("alice").runs("/incident")
        clock.advance(30 * 60 + 1)
        status, answer = responses.respond(workspace, ear.forms[0]["response_url"], {"text": "late"})
        assert (status, answer) == (404, {"ok": False, "error": "expired_url"})

    def test_replace_and_delete_the_original(self, workspace: Workspace, slack: Slack, client: Any, room: str, card: Any) -> None:
        ear = Ear()
        workspace.connect(Direct(ear, "secret"))
        client.chat_postMessage(channel=room, text="card", blocks=card)
        slack.settle()
        ear.heard.clear()
        slack.person("bob").clicks("Acknowledge")
        payload = json.loads(ear.forms[0]["payload"])
        responses.respond(workspace, payload["response_url"], {"text": "done", "blocks": [], "replace_original": True})
        assert slack.channel("#inc-1").messages[-1].text == "done"
        responses.respond(workspace, payload["response_url"], {"delete_original": True})
        assert slack.channel("#inc-1").messages == []


class TestSignedHttp:
    def test_over_the_network(self, sandbox: Sandbox) -> None:
        """The sandbox's own 404 is as good an app as any: a failed dispatch, and a refused port too."""
        sandbox.connect(SignedHttp(f"{sandbox.base_url}/nowhere", "secret"))
        assert sandbox.people.person("alice").runs("/incident").error == "dispatch_failed"
        gone = SignedHttp("http://127.0.0.1:9", "secret").send(Request("events", {"type": "event_callback"}))
        assert (gone.error, gone.reason) == ("dispatch_failed", "connection_failed")

    def test_a_slow_app(self) -> None:
        def never(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadTimeout("")

        hung = SignedHttp("http://127.0.0.1:9", "secret")
        hung._client = httpx.Client(transport=httpx.MockTransport(never))
        assert hung.send(Request("command", {"command": "/x"})).error == "operation_timeout"

    def test_reading_acks(self) -> None:
        assert Ack().ok and not Ack(error="x").ok


class TestForms:
    @pytest.fixture
    def open_form(self, workspace: Workspace, ear: Ear, form: Any) -> Any:
        def opened(**changes: Any) -> Any:
            return modals.show(workspace, "U0ALICE", modals.checked(workspace, form | changes))

        return opened

    def fill(self, slack: Slack) -> None:
        slack.person("alice").fills("What is wrong?", "x")
        slack.person("alice").chooses("Severity", "SEV1")

    def test_update_and_clear(self, slack: Slack, ear: Ear, open_form: Any, form: Any) -> None:
        open_form()
        self.fill(slack)
        done = {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Done"},
            "submit": form["submit"],
            "blocks": form["blocks"][:1],
        }
        ear.answers = [(200, json.dumps({"response_action": "update", "view": done}))]
        assert slack.person("alice").submits() == {} and slack.person("alice").form.title == "Done"
        assert slack.person("alice").form.value("What is wrong?") == "x"
        ear.answers = [(200, '{"response_action": "clear"}')]
        assert slack.person("alice").submits() == {} and not slack.person("alice").has_form

    def test_a_view_that_slack_would_not_take(self, slack: Slack, ear: Ear, open_form: Any) -> None:
        open_form()
        self.fill(slack)
        ear.answers = [(200, json.dumps({"response_action": "push", "view": {"type": "modal", "blocks": []}}))]
        assert slack.person("alice").submits() == {"": "We had some trouble connecting. Try again?"}
        assert slack.refusals[-1].method == "ack of view_submission"

    def test_options_that_the_app_provides(self, slack: Slack, ear: Ear, open_form: Any, form: Any) -> None:
        asked = {"type": "external_select", "action_id": "which", "min_query_length": 1}
        label = {"type": "plain_text", "text": "Which incident?"}
        open_form(blocks=[{"type": "input", "block_id": "which", "label": label, "element": asked}])
        ear.answers = [(200, json.dumps({"options": [{"text": {"type": "plain_text", "text": "#42 Checkout"}, "value": "42"}]}))]
        slack.person("alice").chooses("Which incident?", "#42")
        assert slack.person("alice").form.value("Which incident?") == "#42 Checkout"
        payload = json.loads(ear.forms[0]["payload"])
        assert (payload["type"], payload["action_id"], payload["value"]) == ("block_suggestion", "which", "#42")


def test_an_app_may_decline_retries(slack: Slack, workspace: Workspace, room: str, clock: Any) -> None:
    heard: list[str] = []

    def declines(body: str, headers: dict[str, str]) -> tuple[int, str | None, Mapping[str, object]]:
        heard.append(body)
        return 500, "", {"X-Slack-No-Retry": ["1"]}

    workspace.connect(Direct(declines, "secret"))
    slack.person("alice").says("hello", in_="#inc-1")
    clock.advance(1000)
    slack.settle()
    assert len(heard) == 1
