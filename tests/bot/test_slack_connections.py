"""Calls to Slack go over connections that are kept; one that was closed meanwhile costs nothing, a broken one is doubt."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.slack import SlackAway, SlackBraked, SlackDoubt, SlackRefused, WebApi


class Answers(BaseHTTPRequestHandler):
    """Slack's side of a connection, as far as this is about connections."""

    protocol_version = "HTTP/1.1"
    server: "Far"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.callers.append(self.client_address)
        method = self.path.rpartition("/")[2]
        if method == "hangs.up":
            self.close_connection = True
            return
        body = json.dumps({"ok": True}).encode()
        self.send_response({"too.often": 429, "not.here": 404}.get(method, 200))
        if method == "too.often":
            self.send_header("Retry-After", "7")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.forgets

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Far(ThreadingHTTPServer):
    """Remembers where each call came from. `forgets`: it ends each connection after its answer, without a word."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.callers: list[object] = []
        self.forgets = False


@pytest.fixture
def far() -> Iterator[Far]:
    server = Far()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def api(far: Far) -> WebApi:
    return WebApi.at("xoxb-test", f"http://127.0.0.1:{far.server_port}/api")


def test_one_connection_for_one_call_after_the_other(far: Far, api: WebApi) -> None:
    for _ in range(5):
        assert api.call("auth.test", {})["ok"]
    assert len(far.callers) == 5 and len(set(far.callers)) == 1


def test_one_that_slack_closed_meanwhile_is_opened_again(far: Far, api: WebApi) -> None:
    far.forgets = True
    for _ in range(5):
        assert api.call("auth.test", {})["ok"]
        time.sleep(0.05)  # so that the end of the connection has arrived
    assert len(set(far.callers)) == 5


def test_who_may_not_call_so_often_learns_when_to(far: Far, api: WebApi) -> None:
    with pytest.raises(SlackBraked) as braked:
        api.call("too.often", {})
    assert braked.value.seconds == 7


@pytest.mark.parametrize(
    "call", [lambda api: api.call("hangs.up", {}), lambda api: api.upload(f"{api.client.base_url}hangs.up", b"x")]
)
def test_one_that_breaks_after_the_request_is_doubt(api: WebApi, call: Callable[[WebApi], object]) -> None:
    with pytest.raises(SlackDoubt):
        call(api)


def test_a_file_that_is_not_taken_is_refused_and_not_in_doubt(api: WebApi) -> None:
    with pytest.raises(SlackRefused, match="http_404"):
        api.upload(f"{api.client.base_url}not.here", b"x")
    with pytest.raises(SlackBraked):
        api.upload(f"{api.client.base_url}too.often", b"x")


def test_where_nobody_listens_nothing_has_happened(far: Far, api: WebApi) -> None:
    far.shutdown()
    far.server_close()
    with pytest.raises(SlackAway):
        api.call("auth.test", {})
