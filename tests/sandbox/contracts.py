"""What the contract tests share: which methods and errors each of them is about, and the client that they call with."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import modals
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.transports import Direct

Test = TypeVar("Test", bound=Callable[..., None])
COVERED: set[str] = set()
PROVOKED: set[str] = set()


def covers(*methods: str) -> Callable[[Test], Test]:
    """A contract test of these methods: the `contract` fixture checks that each was called over HTTP and went well."""

    def mark(test: Test) -> Test:
        COVERED.update(methods)
        test.__dict__["covers"] = methods
        return test

    return mark


def provokes(*errors: str) -> Callable[[Test], Test]:
    """A test that gets these errors from the workspace; the fixture checks that each was answered."""

    def mark(test: Test) -> Test:
        PROVOKED.update(errors)
        test.__dict__["provokes"] = errors
        return test

    return mark


@dataclass
class Contract:
    """A served workspace, an official client of it, and what the app was sent."""

    sandbox: Sandbox
    api: WebClient
    heard: list[Any] = field(default_factory=list)

    @property
    def people(self) -> Slack:
        return self.sandbox.people

    def refusal(self, method: Callable[..., Any], **arguments: Any) -> str:
        """The error that a call is refused with."""
        with pytest.raises(SlackApiError) as caught:
            method(**arguments)
        return str(caught.value.response["error"])

    def trigger(self, person: str = "U0ALICE") -> str:
        return modals.trigger(self.sandbox.workspace, person)

    def events(self, kind: str, subtype: str | None = None) -> list[Any]:
        """The events of a kind that have reached the app, the oldest first."""
        self.people.settle()
        found = [body["event"] for body in self.heard if body.get("event", {}).get("type") == kind]
        return [event for event in found if subtype is None or event.get("subtype") == subtype]


def assert_kept(test: Callable[..., Any], made: list[Contract]) -> None:
    """Whether what a test says it covers was called with success, and what it says it provokes was answered."""
    log = [entry for each in made for entry in each.sandbox.workspace.log.entries if entry.direction == "from_app"]
    went_well, said = {entry.kind for entry in log if not entry.error and entry.status == 200}, {entry.error for entry in log}
    covered, provoked = (set(test.__dict__.get(name, ())) for name in ("covers", "provokes"))
    assert covered <= went_well, f"never called with success: {covered - went_well}"
    assert provoked <= said, f"never provoked: {provoked - said}"


def opened(kind: str, manifest: dict[str, Any] | None, **options: Any) -> Contract:
    """A contract with slack_sdk's own client, or with the one that Bolt gives to a listener."""
    sandbox = Sandbox(manifest, **options)
    sandbox.start()
    made = Contract(sandbox, WebClient("xoxb-sandbox", base_url=sandbox.api_url))
    if kind == "bolt":
        made.api = _bolts_client(made)

    def hear(body: str, headers: dict[str, str]) -> tuple[int, str, dict[str, object]]:
        if body.startswith("{"):
            made.heard.append(json.loads(body))
        return 200, "", {}

    sandbox.connect(Direct(hear, sandbox.workspace.signing_secret))
    return made


def _bolts_client(contract: Contract) -> WebClient:
    """The client that Bolt makes for a request: run a command, and keep what its listener was given."""
    given: list[WebClient] = []
    app = App(client=contract.api, signing_secret=contract.sandbox.workspace.signing_secret, process_before_response=True)

    @app.command("/client")
    def keep(ack: Any, client: WebClient) -> None:
        given.append(client)
        ack()

    def receive(body: str, headers: dict[str, str]) -> tuple[int, str | None, Any]:
        answer = app.dispatch(BoltRequest(body=body, headers={name: [text] for name, text in headers.items()}))
        return answer.status, answer.body, answer.headers

    sandbox = contract.sandbox
    declared, sandbox.workspace.manifest = sandbox.workspace.manifest, type(sandbox.workspace.manifest)()
    sandbox.connect(Direct(receive, sandbox.workspace.signing_secret))
    assert sandbox.people.person("alice").runs("/client").ok
    sandbox.workspace.manifest = declared
    assert given[0] is not contract.api
    return given[0]
