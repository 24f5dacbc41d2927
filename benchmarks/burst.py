"""Fifty people submit the declare form at once, with 50 ms per Slack call: how long until each is acknowledged.

The requests are built and signed, and the connections stand, before the clock starts: what is measured is the app, not
the fifty of Slack's machines that one process stands for here.
"""

import selectors
import socket
import statistics
import time
from collections.abc import Mapping

from benchmarks.installation import free_port, installation
from sandbox.people import Somebody
from sandbox.server import Sandbox
from sandbox.state import Person
from sandbox.transports import Direct, SignedHttp

PEOPLE = 50
PATIENCE = 20.0  # seconds; Slack's is three


def run() -> None:
    port = free_port()
    with installation("web", "worker", "clock", port=port) as sandbox:
        sandbox.workspace.faults.latency = 0.05
        filled = [_with_a_form(sandbox, number) for number in range(PEOPLE + 1)]
        first, *crowd = _requests(sandbox, filled, port)
        alone = _at_once([first], port)[0]
        time.sleep(2)
        took = _at_once(crowd, port)
    p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
    print(
        f"burst: {len(took)} at once: median {statistics.median(took):.0f} ms, p99 {p99:.0f} ms "
        f"({p99 / alone:.0f} times one alone, {alone:.0f} ms); goal: p99 under 250 ms, none over 3 s"
    )


def _with_a_form(sandbox: Sandbox, number: int) -> Somebody:
    """A new colleague who has filled in the form."""
    with sandbox.workspace.changing() as state:
        id = f"U0CROWD{number:03d}"
        state.people[id] = Person(id, f"crowd{number}", f"Crowd {number}", color="666666")
        state.channels["C0GENERAL"].members.append(id)
    somebody = sandbox.people.person(f"crowd{number}")
    somebody.runs("/incident declare")
    somebody.fills("What is wrong?", f"Burst {number}")
    somebody.chooses("Severity", "SEV1")
    return somebody


def _requests(sandbox: Sandbox, crowd: list[Somebody], port: int) -> list[bytes]:
    """What Slack would send when they submit, whole and signed."""
    made: list[bytes] = []

    def keep(body: str, headers: Mapping[str, str]) -> tuple[int, str, dict[str, object]]:
        lines = {"host": f"127.0.0.1:{port}", "content-length": str(len(body.encode())), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        made.append(f"POST /slack/events HTTP/1.1\r\n{head}\r\n{body}".encode())
        return 200, "", {}

    sandbox.connect(Direct(keep, sandbox.workspace.signing_secret))
    for somebody in crowd:
        assert somebody.submits() == {}
    sandbox.connect(SignedHttp(f"http://127.0.0.1:{port}/slack/events", sandbox.workspace.signing_secret))
    return made


def _at_once(requests: list[bytes], port: int) -> list[float]:
    """The milliseconds from sending them all until each is acknowledged, the shortest first."""
    took: list[float] = []
    with selectors.DefaultSelector() as waiting:
        for request in requests:
            waiting.register(socket.create_connection(("127.0.0.1", port)), selectors.EVENT_READ, request)
        started = time.monotonic()
        for key in waiting.get_map().values():
            _socket(key).sendall(key.data)
        while waiting.get_map():
            assert time.monotonic() - started < PATIENCE, "not every form was taken"
            for key, _ in waiting.select(1):
                answer = _socket(key).recv(65536)
                took.append((time.monotonic() - started) * 1000)
                assert answer.startswith(b"HTTP/1.1 200 ") and b"errors" not in answer, answer
                waiting.unregister(key.fileobj)
                _socket(key).close()
    return sorted(took)


def _socket(key: selectors.SelectorKey) -> socket.socket:
    assert isinstance(key.fileobj, socket.socket)
    return key.fileobj
