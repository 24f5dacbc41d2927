"""Fifty people declare at the same moment."""

import threading
from collections.abc import Callable

import pytest

from models import Event, Incident
from sandbox.client import Outcome
from sandbox.people import Somebody
from tests.processes.harness import Installation, until

pytestmark = pytest.mark.processes

PEOPLE = 50
CONFIG = "workspace: {same_title_within: 1s}\nseverities:\n  SEV3: {update_every: none}\n"


@pytest.mark.timeout(120)
def test_fifty_forms_at_once(install: Callable[..., Installation], capsys: pytest.CaptureFixture[str]) -> None:
    """With 50 ms per Slack call no acknowledgement takes three seconds, and redelivery changes nothing."""
    muster = install(config=CONFIG)
    muster.start()
    muster.wait_until_well()
    people = [muster.sandbox.people.person(muster.sandbox.workspace.hire(f"person{number}").id) for number in range(PEOPLE)]
    for number, person in enumerate(people):
        person.runs("/incident declare")
        person.fills("What is wrong?", f"Service {number} is down")
        person.chooses("Severity", "SEV3")
    muster.sandbox.workspace.faults.change({"latency": 0.05})
    outcomes = _all_at_once(people)
    acks = sorted(outcome.ms for outcome in outcomes)
    assert all(outcome.ok for outcome in outcomes), [outcome for outcome in outcomes if not outcome.ok]
    with capsys.disabled():
        print(f"\n50 forms at once: median {acks[PEOPLE // 2]:.0f} ms, p99 {acks[-1]:.0f} ms")
    assert acks[-1] < 3000
    assert {row.title for row in muster.rows(Incident)} == {f"Service {number} is down" for number in range(PEOPLE)}

    before = len(muster.rows(Event))
    assert muster.sandbox.workspace.delivery.redeliver(PEOPLE) == PEOPLE
    muster.sandbox.workspace.settle(20)
    assert len(muster.rows(Incident)) == PEOPLE and len(muster.rows(Event)) == before
    until(lambda: all(row.announce_ts for row in muster.rows(Incident)), 30, lambda: f"{len(muster.waiting())} wait")


def _all_at_once(people: list[Somebody]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    together = threading.Barrier(len(people))

    def submit(person: Somebody) -> None:
        together.wait(10)
        outcomes.append(person.client.submit(person.form.view))

    threads = [threading.Thread(target=submit, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
