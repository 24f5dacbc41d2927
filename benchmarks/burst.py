"""Fifty people submit the declare form at once, with 50 ms per Slack call: how long until each is acknowledged."""

import statistics
import threading
import time

from benchmarks.installation import installation
from sandbox.people import Somebody
from sandbox.server import Sandbox
from sandbox.state import Person

PEOPLE = 50


def run() -> None:
    with installation("web", "worker", "clock") as sandbox:
        sandbox.workspace.faults.latency = 0.05
        first, *crowd = [_with_a_form(sandbox, number) for number in range(PEOPLE + 1)]
        alone = _submit([first])[0]
        time.sleep(2)
        took = _submit(crowd)
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


def _submit(crowd: list[Somebody]) -> list[float]:
    """The milliseconds until each acknowledgement, the shortest first."""
    took: list[float] = []
    ready = threading.Barrier(len(crowd))

    def submit(somebody: Somebody) -> None:
        ready.wait()
        started = time.monotonic()
        errors = somebody.submits()
        took.append((time.monotonic() - started) * 1000)
        assert errors == {}, errors

    threads = [threading.Thread(target=submit, args=(somebody,)) for somebody in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == len(crowd), "not every form was taken"
    return sorted(took)
