"""Workspaces for the sandbox's own tests, and a tiny Bolt app to stand at the other end of the wire."""

import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.in_process import InProcessClient
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.transports import Direct
from sandbox.workspace import Workspace
from tests.sandbox.acme import acme
from tests.sandbox.contracts import Contract, assert_kept, opened
from tests.sandbox.windows import WINDOWS, browser, looks, open_window, tabs

__all__ = ["acme", "browser", "open_window", "tabs"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A page test that failed reports what its windows showed."""
    report = yield
    if call.when == "call" and call.excinfo and (windows := item.stash.get(WINDOWS, [])):
        report.sections.append(("what the windows show", looks(windows)))
    return report


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.at = 1763700000.0

    def __call__(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(now=clock)


@pytest.fixture
def slack(workspace: Workspace) -> Slack:
    return Slack(workspace)


@pytest.fixture
def client(workspace: Workspace) -> WebClient:
    return InProcessClient(workspace)


@pytest.fixture
def room(client: WebClient) -> str:
    """A channel that the bot has made, with alice and bob in it."""
    id: str = client.conversations_create(name="inc-1")["channel"]["id"]
    client.conversations_invite(channel=id, users=["U0ALICE", "U0BOB"])
    return id


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    running = Sandbox()
    running.start()
    yield running
    running.stop(wait=False)


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Call something that Slack refuses, and get the error's name."""

    def refused(call: Callable[..., Any], **arguments: Any) -> str:
        with pytest.raises(SlackApiError) as caught:
            call(**arguments)
        return str(caught.value.response["error"])

    return refused


FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What is wrong?"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 100},
        },
        {
            "type": "input",
            "block_id": "severity",
            "label": {"type": "plain_text", "text": "Severity"},
            "element": {
                "type": "static_select",
                "action_id": "choice",
                "options": [{"text": {"type": "plain_text", "text": f"SEV{n} how bad"}, "value": str(n)} for n in (1, 2, 3)],
            },
        },
        {
            "type": "input",
            "block_id": "lead",
            "optional": True,
            "label": {"type": "plain_text", "text": "Commander"},
            "element": {"type": "users_select", "action_id": "person"},
        },
    ],
}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Checkout is down*"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "ack", "value": "1", "text": {"type": "plain_text", "text": "Acknowledge"}},
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": {"type": "plain_text", "text": "Rename"}, "value": "rename"}],
            },
        ],
    },
]


class TinyApp:
    """A Bolt app with one of everything, which remembers what it was told."""

    def __init__(self, client: WebClient, secret: str) -> None:
        logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
        self.told: list[Any] = []
        self.client = client
        self.app = App(
            client=client,
            signing_secret=secret,
            token_verification_enabled=False,
            process_before_response=True,
            logger=logging.getLogger("tiny"),
        )
        logging.getLogger("tiny").setLevel(logging.CRITICAL)
        self._listen()

    def _listen(self) -> None:
        app, api = self.app, self.client

        @app.command("/incident")
        def incident(ack: Any, body: Any) -> None:
            self.told.append(body)
            if body["text"] == "form":
                api.views_open(trigger_id=body["trigger_id"], view=FORM)
                ack()
            elif body["text"] == "loud":
                ack(text="for all", response_type="in_channel")
            elif body["text"] == "broken":
                ack(blocks=[{"type": "section"}], text="broken")
            elif body["text"] == "boom":
                raise RuntimeError("boom")
            else:
                ack(f"you said {body['text']}")

        @app.view("declare")
        def submitted(ack: Any, body: Any, view: Any) -> None:
            self.told.append(body)
            values = view["state"]["values"]
            what = values["what"]["text"]["value"]
            if what == "bad":
                ack(response_action="errors", errors={"what": "Say more."})
            elif what == "push":
                ack(response_action="push", view=FORM | {"title": {"type": "plain_text", "text": "Second"}})
            elif what == "unknown block":
                ack(response_action="errors", errors={"nowhere": "No."})
            else:
                room = api.conversations_create(name=what)["channel"]["id"]
                api.conversations_invite(channel=room, users="U0ALICE,U0BOB")
                card = api.chat_postMessage(channel=room, text="Checkout is down", blocks=CARD)
                api.pins_add(channel=room, timestamp=card["ts"])
                ack()

        @app.view_closed("declare")
        def closed(ack: Any, body: Any) -> None:
            self.told.append(body)
            ack()

        @app.action("ack")
        def acknowledged(ack: Any, body: Any) -> None:
            self.told.append(body)
            ack()
            api.chat_postEphemeral(channel=body["channel"]["id"], user=body["user"]["id"], text="It is yours.")

        @app.action("more")
        def more(ack: Any, body: Any) -> None:
            self.told.append(body)
            ack()

        @app.shortcut("note")
        def noted(ack: Any, body: Any) -> None:
            self.told.append(body)
            ack()

        for event in ("message", "pin_added", "reaction_added", "member_joined_channel", "app_home_opened"):
            app.event(event)(self._heard)

    def _heard(self, body: Any) -> None:
        self.told.append(body)

    def receive(self, body: str, headers: dict[str, str]) -> tuple[int, str | None, Any]:
        answer = self.app.dispatch(BoltRequest(body=body, headers={name: [text] for name, text in headers.items()}))
        return answer.status, answer.body, answer.headers

    def events(self, kind: str) -> list[Any]:
        return [body["event"] for body in self.told if body.get("event", {}).get("type") == kind]


MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Tiny"},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "tiny"},
        "slash_commands": [{"command": "/incident", "description": "Runs it", "usage_hint": "declare", "should_escape": True}],
        "shortcuts": [
            {"name": "Add to timeline", "type": "message", "callback_id": "note", "description": "Notes it"},
            {"name": "Declare", "type": "global", "callback_id": "note2", "description": "Declares"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "channels:manage",
                "channels:read",
                "channels:history",
                "channels:join",
                "pins:read",
                "pins:write",
                "reactions:read",
                "users:read",
            ]
        }
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {
            "bot_events": [
                "message.channels",
                "pin_added",
                "reaction_added",
                "member_joined_channel",
                "app_home_opened",
            ]
        },
    },
}


@pytest.fixture
def manifest() -> dict[str, Any]:
    return MANIFEST


@pytest.fixture
def served(manifest: dict[str, Any]) -> Iterator[tuple[Sandbox, TinyApp]]:
    """A served workspace with the manifest, and the tiny app reached directly."""
    running = Sandbox(manifest)
    app = TinyApp(WebClient("xoxb-sandbox", base_url=f"{running.start()}/api/"), running.workspace.signing_secret)
    running.connect(Direct(app.receive, running.workspace.signing_secret))
    yield running, app
    running.stop(wait=False)


@pytest.fixture
def form() -> dict[str, Any]:
    return FORM


@pytest.fixture
def card() -> list[dict[str, Any]]:
    return CARD


@pytest.fixture(params=["web_client", "bolt"])
def contract(request: pytest.FixtureRequest) -> Iterator[Contract]:
    """Each contract is tested twice: with slack_sdk's WebClient and with Bolt's, both over HTTP."""
    made = opened(request.param, None)
    yield made
    made.sandbox.stop(wait=False)
    assert_kept(request.function, [made])


@pytest.fixture
def declaring(request: pytest.FixtureRequest) -> Iterator[Callable[..., Contract]]:
    """A contract whose manifest declares just these scopes and events; checked at the end like `contract`."""
    made: list[Contract] = []

    def declared(*scopes: str, events: tuple[str, ...] = (), kind: str = "web_client", **options: Any) -> Contract:
        manifest = {
            "features": {"bot_user": {"display_name": "muster"}},
            "oauth_config": {"scopes": {"bot": list(scopes)}},
            "settings": {"event_subscriptions": {"bot_events": list(events)}},
        }
        made.append(opened(kind, manifest, **options))
        return made[-1]

    yield declared
    for each in made:
        each.sandbox.stop(wait=False)
    assert_kept(request.function, made)
