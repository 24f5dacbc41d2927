"""Several people at one runbook, several clocks at one rule, on both databases: one of them is first, nothing is doubled."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from incidents import runbooks
from incidents.core import Core
from incidents.declare import Declaration, declare
from incidents.errors import Refused
from incidents.rules.runbook_text import read
from incidents.runbook_files import Catalogue
from incidents.runbook_runs import content
from models import Delivery, Event, RunbookRun, Task
from tests.spine.harness import House, at_once, process
from workers.clock import fire_due

BOOK = """## Fix
1. Look.
   - Yes: go to step 3
   - No: go to step 2
2. Call it. If not solved in 5 minutes, page the primary.
   ```webhook
   POST https://deploy.example.com/rollback
   ```
3. Watch.
"""
POLICY = """
rotations: {primary: {people: [U0BOB]}}
automations: [{when: {severity: SEV3}, then: [{task: look}, {page: [rotation:primary]}]}]
"""
CROWD = 8


@pytest.fixture(params=["sqlite", "postgres"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    made = House(tmp_path, POLICY, "" if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield made
    made.close()


@pytest.fixture
def cores(house: House) -> Iterator[list[Core]]:
    book, flaws = read("restart", BOOK)
    assert not flaws
    both = [house.core, process(house)]
    for core in both:
        core.runbooks = lambda: Catalogue([book])
    yield both
    both[1].engine.dispose()


def kinds(core: Core, *of: str) -> list[str]:
    with core.view() as session:
        return [event.kind for event in session.exec(select(Event).order_by(col(Event.id))) if event.kind.startswith(of)]


def followed(core: Core, severity: str = "SEV4") -> tuple[int, int]:
    number = declare(core, Declaration("Trouble", severity, by="U0ALICE")).incident_id
    runbooks.open_book(core, number, "restart", by="U0ALICE")
    with core.view() as session:
        return number, session.exec(select(RunbookRun.id).where(RunbookRun.incident_id == number)).one() or 0


def only_refused(came: list[object]) -> list[object]:
    assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, Refused)], came
    return [one for one in came if not isinstance(one, Exception)]


def test_one_answer_to_a_step(cores: list[Core]) -> None:
    number, run = followed(cores[0])
    answers = [partial(runbooks.step_done, cores[n % 2], number, run, 1, to=2 + n % 2, by=f"U0P{n}") for n in range(CROWD)]
    assert len(only_refused(at_once(*answers))) == 1
    with cores[0].view() as session:
        row = session.get_one(RunbookRun, run)
        [event] = session.exec(select(Event).where(Event.kind == "runbook.step")).all()
        assert (len(row.path), row.path[0][1], row.at) == (1, event.actor, event.payload["to"])


def test_opened_once_and_called_once(cores: list[Core]) -> None:
    number = declare(cores[0], Declaration("Trouble", "SEV4", by="U0ALICE")).incident_id
    opening = [partial(runbooks.open_book, cores[n % 2], number, "restart", by=f"U0P{n}") for n in range(CROWD)]
    assert len(only_refused(at_once(*opening))) == 1
    runbooks.step_done(cores[0], number, 1, 1, to=2, by="U0ALICE")
    calling = [partial(runbooks.call_webhook, cores[n % 2], number, 1, 2, by=f"U0P{n}") for n in range(CROWD)]
    assert len(only_refused(at_once(*calling))) == 1
    with cores[0].view() as session:
        assert len(session.exec(select(Delivery).where(Delivery.reaction == "webhook")).all()) == 1


def test_a_deadline_and_the_end_at_once(house: House, cores: list[Core]) -> None:
    for _ in range(4):
        number, run = followed(cores[0])
        runbooks.step_done(cores[0], number, run, 1, to=2, by="U0ALICE")
        house.clock.at += content(_row(cores[0], run)).deadlines[0].after
        before = kinds(cores[0], "runbook.overdue", "page.started")
        came = at_once(partial(fire_due, cores[1]), partial(runbooks.end, cores[0], number, run, True, by="U0ALICE"))
        assert not [one for one in came if isinstance(one, Exception)], came
        fire_due(cores[0])
        new = kinds(cores[0], "runbook.overdue", "page.started")[len(before) :]
        assert new in ([], ["runbook.overdue", "page.started"])
        with cores[0].view() as session:
            assert session.get_one(RunbookRun, run).state == "solved"


def _row(core: Core, run: int) -> RunbookRun:
    with core.view() as session:
        return session.get_one(RunbookRun, run)


def test_several_clocks_fire_a_rule_once(cores: list[Core]) -> None:
    for _ in range(4):
        declare(cores[0], Declaration(f"Trouble {_}", "SEV3", by="U0ALICE"))
    at_once(*[partial(fire_due, cores[n % 2]) for n in range(4)])
    fire_due(cores[0])
    assert kinds(cores[0], "automation.", "task.", "page.started").count("automation.fired") == 4
    with cores[0].view() as session:
        assert len(session.exec(select(Task)).all()) == 4
