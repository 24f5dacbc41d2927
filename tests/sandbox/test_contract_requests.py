"""Contract: every kind of request reaches a real Bolt app, signed over HTTP and by Socket Mode, with the same fields."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App

from sandbox.people import Slack
from sandbox.server import Sandbox
from tests.sandbox.bolt_ends import bolt_app, connected

LABEL = {"type": "plain_text", "text": "Room"}
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What is wrong?"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "which",
            "optional": True,
            "label": {"type": "plain_text", "text": "Which one?"},
            "element": {"type": "external_select", "action_id": "which", "min_query_length": 1},
        },
        {
            "type": "input",
            "block_id": "room",
            "optional": True,
            "label": LABEL,
            "element": {"type": "conversations_select", "action_id": "room", "response_url_enabled": True},
        },
        {
            "type": "actions",
            "block_id": "more",
            "elements": [{"type": "button", "action_id": "inside", "text": {"type": "plain_text", "text": "Not sure"}}],
        },
    ],
}
CARD = [
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            {"type": "button", "action_id": "ack", "value": "42", "text": {"type": "plain_text", "text": "Acknowledge"}}
        ],
    }
]
MANIFEST: dict[str, Any] = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "tiny"},
        "slash_commands": [{"command": "/incident", "description": "Runs it", "should_escape": True}],
        "shortcuts": [
            {"name": "Add to timeline", "type": "message", "callback_id": "note", "description": "Notes it"},
            {"name": "Declare", "type": "global", "callback_id": "start", "description": "Declares"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:manage", "channels:history", "reactions:read"]}},
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["message.channels", "reaction_added", "app_home_opened"]},
    },
}


class Told:
    """What a Bolt app was told: each request by the kind that Bolt knew it as."""

    def __init__(self, app: App) -> None:
        self.bodies: dict[str, list[Any]] = {}
        self.headers: list[Any] = []
        self.fails = 0  # how many of the next events the app breaks on
        app.middleware(self._break)
        app.command("/incident")(self._command)
        app.action("ack")(self._clicked)
        app.action("inside")(self._note("inside"))
        app.shortcut("note")(self._note("message_action"))
        app.shortcut("start")(self._note("shortcut"))
        app.view("declare")(self._submitted)
        app.view_closed("declare")(self._note("view_closed"))
        app.options("which")(self._options)
        for event in ("message", "reaction_added", "app_home_opened"):
            app.event(event)(self._heard)

    def __getitem__(self, kind: str) -> Any:
        return self.bodies[kind][-1]

    def _break(self, body: Any, next: Any) -> None:
        if self.fails and "event" in body:
            self.fails -= 1
            raise RuntimeError("broken")
        next()

    def _keep(self, kind: str, body: Any) -> None:
        self.bodies.setdefault(kind, []).append(body)

    def _note(self, kind: str) -> Any:
        def listener(ack: Any, body: Any) -> None:
            self._keep(kind, body)
            ack()

        return listener

    def _command(self, ack: Any, body: Any, client: Any, respond: Any) -> None:
        self._keep("command", body)
        if body["text"] == "form":
            client.views_open(trigger_id=body["trigger_id"], view=FORM)
        if body["text"] == "later":
            respond("said later")
        ack(f"you said {body['text']}") if body["text"] == "hello" else ack()

    def _clicked(self, ack: Any, body: Any, respond: Any) -> None:
        self._keep("block_actions", body)
        respond(text="done", blocks=[], replace_original=True)
        ack()

    def _submitted(self, ack: Any, body: Any) -> None:
        self._keep("view_submission", body)
        what = body["view"]["state"]["values"]["what"]["text"]["value"]
        if what == "bad":
            ack(response_action="errors", errors={"what": "Say more."})
        else:
            ack(response_action="clear") if what == "clear" else ack()

    def _options(self, ack: Any, body: Any) -> None:
        self._keep("block_suggestion", body)
        ack(options=[{"text": {"type": "plain_text", "text": "#42 Checkout"}, "value": "42"}])

    def _heard(self, body: Any, request: Any) -> None:
        self.headers.append(request.headers)
        self._keep(body["event"]["type"], body)


@pytest.fixture(params=["http", "socket"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[Slack, Told]]:
    sandbox = Sandbox(MANIFEST)
    sandbox.start()
    app = bolt_app(sandbox)
    told = Told(app)
    with connected(request.param, sandbox, app):
        yield sandbox.people, told
    sandbox.stop(wait=False)


@pytest.fixture
def slack(ends: Any) -> Slack:
    return ends[0]


@pytest.fixture
def told(ends: Any) -> Told:
    return ends[1]


@pytest.fixture
def card(slack: Slack) -> Any:
    """A card of the bot's in a room with alice and bob."""
    workspace = slack.workspace
    room = workspace.call("conversations.create", {"name": "inc-1"})["channel"]["id"]
    workspace.call("conversations.invite", {"channel": room, "users": "U0ALICE,U0BOB"})
    workspace.call("chat.postMessage", {"channel": room, "text": "Checkout is down", "blocks": CARD})
    slack.settle()
    return slack.channel("#inc-1").messages[-1]


def test_a_command(slack: Slack, told: Told) -> None:
    assert slack.person("alice").runs("/incident hello").text == "you said hello"
    body = told["command"]
    assert (body["command"], body["channel_name"], body["user_name"]) == ("/incident", "general", "alice")
    assert body["trigger_id"] and body["response_url"].startswith("http://127.0.0.1")
    later = slack.person("alice").runs("/incident later")
    assert later.ok and later.text == "said later"


def test_a_click_in_a_message(slack: Slack, told: Told, card: Any) -> None:
    slack.person("bob").clicks("Acknowledge")
    body = told["block_actions"]
    assert (body["actions"][0]["value"], body["container"]["message_ts"], body["user"]["id"]) == ("42", card.ts, "U0BOB")
    assert card.text == "done" and card.buttons == []


def test_a_form_from_opening_to_submission(slack: Slack, told: Told) -> None:
    alice = slack.person("alice")
    opened = alice.runs("/incident form")
    assert opened.ok and opened.form is not None
    alice.clicks("Not sure")
    assert told["inside"]["container"]["type"] == "view" and told["inside"]["view"]["callback_id"] == "declare"
    alice.chooses("Which one?", "#42")
    assert (told["block_suggestion"]["action_id"], told["block_suggestion"]["value"]) == ("which", "#42")
    alice.picks_channel("Room", "#random")
    alice.fills("What is wrong?", "bad")
    assert alice.submits() == {"What is wrong?": "Say more."}
    alice.fills("What is wrong?", "checkout")
    assert alice.submits() == {} and not alice.has_form
    body = told["view_submission"]
    assert body["view"]["state"]["values"]["which"]["which"]["selected_option"]["value"] == "42"
    [url] = body["response_urls"]
    assert (url["channel_id"], url["block_id"], url["action_id"]) == ("C0RANDOM", "room", "room")
    alice.runs("/incident form")
    alice.fills("What is wrong?", "clear")
    assert alice.submits() == {} and not alice.has_form


def test_a_closed_form(slack: Slack, told: Told) -> None:
    alice = slack.person("alice")
    alice.runs("/incident form")
    alice.closes()
    assert told["view_closed"]["is_cleared"] is False
    alice.runs("/incident form")
    alice.closes(all=True)
    assert told["view_closed"]["is_cleared"] is True


def test_shortcuts(slack: Slack, told: Told, card: Any) -> None:
    assert slack.person("alice").uses_shortcut("Add to timeline", card).ok
    assert told["message_action"]["message"]["ts"] == card.ts and told["message_action"]["response_url"]
    assert slack.person("alice").uses_shortcut("Declare").ok
    assert "response_url" not in told["shortcut"] and told["shortcut"]["trigger_id"]


def test_events(slack: Slack, told: Told, card: Any) -> None:
    """Bolt acknowledges an event before its listener runs, so what it was told is waited for."""

    def heard(kind: str, **fields: Any) -> Any:
        def found() -> list[Any]:
            events = [body["event"] for body in told.bodies.get(kind, ())]
            return [event for event in events if fields.items() <= event.items()]

        return slack.until(found)[-1]

    alice = slack.person("alice")
    alice.says("not for the bot", in_="#random")
    post = alice.says("hello", in_="#inc-1")
    assert heard("message", text="hello")["channel_type"] == "channel"
    alice.reacts("eyes", post)
    assert heard("reaction_added", reaction="eyes")["item"]["ts"] == post.ts
    alice.client.home()
    assert heard("app_home_opened", user="U0ALICE")["tab"] == "home"
    assert "not for the bot" not in str(told.bodies)


def test_an_event_comes_again_with_the_same_id(slack: Slack, told: Told, card: Any) -> None:
    slack.workspace.faults.change({"redeliver": "at_once"})
    slack.person("alice").says("once", in_="#inc-1")
    slack.until(lambda: len([b for b in told.bodies.get("message", ()) if b["event"].get("text") == "once"]) == 2)
    first, second = [body for body in told.bodies["message"] if body["event"].get("text") == "once"]
    assert first["event_id"] == second["event_id"]


def test_an_event_that_failed_is_tried_again_and_says_so(slack: Slack, told: Told, card: Any) -> None:
    told.fails = 1
    slack.person("alice").client.say(slack.channel("#inc-1").id, "again")
    slack.until(lambda: [b for b in told.bodies.get("message", ()) if b["event"].get("text") == "again"])
    headers = told.headers[-1]
    assert headers["x-slack-retry-num"] == ["1"] and headers["x-slack-retry-reason"][0] in ("http_error", "timeout")


def test_what_bolt_does_not_know_is_a_failed_dispatch(slack: Slack, told: Told) -> None:
    slack.workspace.manifest = type(slack.workspace.manifest)()
    answer = slack.person("alice").runs("/unheard of")
    assert answer.error in ("dispatch_failed", "operation_timeout")
