"""Socket Mode with Bolt's own handler, and by hand where a handler would hide what goes over the wire."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.socket_mode import SocketMode
from sandbox.server import Sandbox


def until(true: Any, seconds: float = 5.0) -> None:
    """Wait for something that another thread brings about."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


@pytest.fixture
def bolt(served: Any) -> Iterator[tuple[Sandbox, Any]]:
    sandbox, app = served
    sandbox.connect(sandbox.socket_mode)
    # Bolt looks every ping_interval whether its socket is still there, and comes back only then.
    handler = SocketModeHandler(app.app, "xapp-sandbox", ping_interval=0.5)
    handler.connect()
    assert sandbox.socket_mode.wait_until_connected()
    yield sandbox, app
    threading.Thread(target=handler.close, daemon=True).start()  # it takes its time, and nobody needs to wait


@pytest.fixture
def wire(sandbox: Sandbox) -> Iterator[ClientConnection]:
    url = WebClient(base_url=sandbox.api_url).apps_connections_open(app_token="xapp-sandbox")["url"]
    with connect(url) as socket:
        hello = json.loads(socket.recv())
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0MUSTER"}
        yield socket


def test_bolt_works_over_it(bolt: tuple[Sandbox, Any]) -> None:
    sandbox, app = bolt
    alice = sandbox.people.person("alice")
    assert alice.runs("/incident hello").text == "you said hello"
    alice.runs("/incident form")
    alice.fills("What is wrong?", "bad")
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {"What is wrong?": "Say more."}
    alice.fills("What is wrong?", "inc-socket")
    assert alice.submits() == {}
    alice.reacts("eyes", sandbox.people.channel("#inc-socket").messages[0])
    assert app.events("reaction_added")[0]["reaction"] == "eyes"
    sandbox.people.assert_nothing_refused()


@pytest.mark.parametrize("how", ["disconnect", "drop"])
def test_bolt_comes_back(bolt: tuple[Sandbox, Any], how: str) -> None:
    sandbox, _ = bolt
    assert getattr(sandbox.socket_mode, how)() == 1
    assert sandbox.socket_mode.wait_until_connected()
    assert sandbox.people.person("alice").runs("/incident again").text == "you said again"


def test_what_replaces_a_connection_is_listened_to_at_once(served: Any) -> None:
    """By Muster's own handler: slack_sdk's takes three seconds, which is all the time that Slack gives."""
    sandbox, app = served
    sandbox.connect(sandbox.socket_mode)
    handler = SocketMode(app.app, "xapp-sandbox", concurrency=5)
    handler.connect()
    assert sandbox.socket_mode.wait_until_connected()
    sandbox.socket_mode.disconnect(close_after=5.0)
    assert sandbox.socket_mode.wait_until_connected()
    answer = sandbox.people.person("alice").runs("/incident again")
    assert answer.text == "you said again" and answer.ms < 1500, answer
    threading.Thread(target=handler.close, daemon=True).start()


def test_envelopes_and_acks(sandbox: Sandbox, wire: ClientConnection) -> None:
    answers: list[Any] = []
    typing = threading.Thread(target=lambda: answers.append(sandbox.people.person("alice").runs("/incident x")))
    typing.start()
    envelope = json.loads(wire.recv())
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert envelope["payload"]["text"] == "x" and "retry_attempt" not in envelope
    wire.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "seen"}}))
    typing.join(5)
    assert answers[0].text == "seen"


def test_events_come_again_until_they_are_acked(sandbox: Sandbox, wire: ClientConnection, monkeypatch: Any) -> None:
    monkeypatch.setattr("sandbox.socket_mode.ACK_SECONDS", 0.1)
    sandbox.workspace.delivery.retry_delays = (0.0, 0.05, 0.05)
    sandbox.workspace.call("conversations.join", {"channel": "C0GENERAL"})
    seen: list[Any] = []
    while len(seen) < 2 or seen[-1]["retry_attempt"] < 2:
        envelope = json.loads(wire.recv(timeout=5))
        if envelope["payload"]["event"]["type"] == "member_joined_channel":
            seen.append(envelope)
    assert [item["retry_attempt"] for item in seen] == [0, 1, 2]
    assert [item["retry_reason"] for item in seen] == ["", "timeout", "timeout"]
    assert len({item["payload"]["event_id"] for item in seen}) == 1
    assert len({item["envelope_id"] for item in seen}) == 3


def test_each_payload_goes_to_one_of_several_connections(sandbox: Sandbox, wire: ClientConnection) -> None:
    client = WebClient(base_url=sandbox.api_url)
    with connect(client.apps_connections_open(app_token="xapp-sandbox")["url"]) as second:
        assert json.loads(second.recv())["num_connections"] == 2
        counted = {"first": 0, "second": 0}

        def answer(name: str, socket: ClientConnection) -> None:
            for message in socket:
                counted[name] += 1
                socket.send(json.dumps({"envelope_id": json.loads(message)["envelope_id"]}))

        for name, socket in (("first", wire), ("second", second)):
            threading.Thread(target=answer, args=(name, socket), daemon=True).start()
        for n in range(6):
            assert sandbox.people.person("alice").runs(f"/incident {n}").ok
        assert counted == {"first": 3, "second": 3}


def test_a_connection_that_ends_is_not_waited_for(sandbox: Sandbox, wire: ClientConnection) -> None:
    answers: list[Any] = []
    typing = threading.Thread(target=lambda: answers.append(sandbox.people.person("alice").runs("/incident x")))
    typing.start()
    wire.recv()
    wire.close()
    typing.join(5)
    assert answers[0].error == "dispatch_failed" and answers[0].ms < 2500


def test_nobody_is_there(sandbox: Sandbox) -> None:
    assert sandbox.people.person("alice").runs("/incident").error == "dispatch_failed"


def test_a_ticket_works_once(sandbox: Sandbox, wire: ClientConnection) -> None:
    url = WebClient(base_url=sandbox.api_url).apps_connections_open(app_token="xapp-sandbox")["url"]
    with connect(url):
        until(lambda: sandbox.socket_mode.connections == 2)
        with pytest.raises(InvalidStatus):
            connect(url)


def test_a_warning_comes_before_the_end(sandbox: Sandbox, wire: ClientConnection) -> None:
    sandbox.socket_mode.disconnect("warning", close_after=0.05)
    farewell = json.loads(wire.recv())
    assert (farewell["type"], farewell["reason"]) == ("disconnect", "warning")
    until(lambda: sandbox.socket_mode.connections == 0)


def opened(sandbox: Sandbox, **arguments: Any) -> str:
    url: str = WebClient(base_url=sandbox.api_url).apps_connections_open(app_token="xapp-sandbox", **arguments)["url"]
    return url


def test_ten_connections_and_no_more(sandbox: Sandbox) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connect(opened(sandbox)))
        until(lambda: sandbox.socket_mode.connections == 10)
        eleventh = stack.enter_context(connect(opened(sandbox)))
        farewell = json.loads(eleventh.recv())
        assert (farewell["type"], farewell["reason"]) == ("disconnect", "too_many_websockets")
        with pytest.raises(ConnectionClosed):
            eleventh.recv()
        assert sandbox.socket_mode.connections == 10


def test_socket_mode_that_is_switched_off(manifest: Any) -> None:
    off = manifest | {"settings": manifest["settings"] | {"socket_mode_enabled": False}}
    with Sandbox(off) as sandbox, connect(opened(sandbox)) as socket:
        assert json.loads(socket.recv())["reason"] == "link_disabled"


def test_a_connection_does_not_live_for_ever(sandbox: Sandbox) -> None:
    sandbox.socket_mode.debug_lifetime, sandbox.socket_mode.notice = 0.3, 0.15
    with connect(opened(sandbox, debug_reconnects=True)) as socket:
        heard = [json.loads(socket.recv(timeout=5)) for _ in range(3)]
        assert [(item["type"], item.get("reason")) for item in heard] == [
            ("hello", None),
            ("disconnect", "warning"),
            ("disconnect", "refresh_requested"),
        ]
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_a_warned_connection_is_used_while_there_is_no_other(sandbox: Sandbox, wire: ClientConnection) -> None:
    sandbox.socket_mode.disconnect("warning", close_after=30)
    assert json.loads(wire.recv())["reason"] == "warning"

    def type_and_answer(socket: ClientConnection) -> None:
        answers: list[Any] = []
        typing = threading.Thread(target=lambda: answers.append(sandbox.people.person("alice").runs("/incident x")))
        typing.start()
        socket.send(json.dumps({"envelope_id": json.loads(socket.recv(timeout=5))["envelope_id"]}))
        typing.join(5)
        assert answers[0].ok

    type_and_answer(wire)
    with connect(opened(sandbox)) as fresh:
        assert json.loads(fresh.recv())["type"] == "hello"
        type_and_answer(fresh)


def test_nothing_is_lost_while_bolt_moves(bolt: tuple[Sandbox, Any]) -> None:
    """Warned, slack_sdk opens another connection and reads from neither for about three seconds: events come again."""
    sandbox, app = bolt
    sandbox.workspace.call("conversations.join", {"channel": "C0GENERAL"})
    sandbox.people.settle()
    sandbox.socket_mode.disconnect("warning", close_after=5)
    sandbox.people.person("alice").client.say("C0GENERAL", "hello")
    until(lambda: any(body.get("event", {}).get("text") == "hello" for body in app.told), 15)


def test_a_socket_that_drops_before_the_ack(bolt: tuple[Sandbox, Any]) -> None:
    """The app has seen the event, its ack is lost: it comes again with the same id."""
    sandbox, app = bolt
    sandbox.workspace.delivery.retry_delays = (1.0, 2.0, 4.0)
    sandbox.workspace.call("conversations.join", {"channel": "C0GENERAL"})
    sandbox.people.settle()
    sandbox.workspace.faults.change({"drop_socket": 1})
    sandbox.people.person("alice").client.say("C0GENERAL", "hello")
    until(lambda: any(entry.error == "dispatch_failed" for entry in list(sandbox.workspace.log.entries)))
    sandbox.workspace.faults.clear()

    def heard() -> list[Any]:
        return [body for body in app.told if body.get("event", {}).get("text") == "hello"]

    until(lambda: len(heard()) == 2, 15)
    assert len({body["event_id"] for body in heard()}) == 1


def test_what_an_ack_may_carry(sandbox: Sandbox, wire: ClientConnection) -> None:
    """Commands, clicks and submissions may be answered in it; what a shortcut's ack carries is not looked at."""
    alice = sandbox.people.person("alice")
    answers: list[Any] = []
    acting = threading.Thread(target=lambda: answers.append(alice.uses_shortcut("start")))
    acting.start()
    envelope = json.loads(wire.recv(timeout=5))
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", False)
    for nonsense in ("[]", "{}", '"x"'):
        wire.send(nonsense)
    wire.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "nobody sees this"}}))
    acting.join(5)
    assert answers[0].ok and not answers[0].shown


def test_what_is_no_json_ends_the_connection(sandbox: Sandbox, wire: ClientConnection) -> None:
    wire.send("certainly not JSON")
    until(lambda: sandbox.socket_mode.connections == 0)
