"""A drill's injects and its end: each once, whatever dies, however many clocks there are, and however long they were away."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from incidents import drills, moderate
from incidents.errors import Refused
from incidents.events import DrillInjected
from incidents.standing import standing
from incidents.timers.drill import TIMER
from models import Event
from tests.spine.harness import House, account, assert_kept, at_once, pictures, process
from workers.clock import fire_due

SCRIPT = """
title: Checkout is down
severity: SEV1
injects:
- {at: 1m, say: first}
- {at: 2m, say: second}
- {at: 3m, say: third}
hints: [{at: 150s, say: a hint, unless: acknowledge}]
end: 4m
"""
ALICE = "U0ALICE"


@pytest.fixture
def make_house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(database: str = "sqlite") -> House:
        url = "" if database == "sqlite" else request.getfixturevalue("postgres_url")
        write_script(tmp_path)
        made.append(House(tmp_path, database_url=url))
        return made[-1]

    yield make
    for house in made:
        house.close()


def write_script(folder: Path) -> None:
    (folder / "drills").mkdir(exist_ok=True)
    (folder / "drills" / "outage.yml").write_text(SCRIPT)


def begun(house: House) -> int:
    scenario = house.core.scenarios().named("outage")
    assert scenario is not None
    return moderate.begin(house.core, scenario, by=ALICE).incident_id


def said(house: House, number: int = 1) -> list[str]:
    with house.core.view() as session:
        query = select(Event).where(Event.incident_id == number, Event.kind == DrillInjected.kind).order_by(col(Event.id))
        return [event.payload["says"] for event in session.exec(query)]


def test_fired_twice_it_is_said_once(make_house: Callable[..., House]) -> None:
    house = make_house()
    number = begun(house)
    house.clock.at += timedelta(minutes=1)
    with house.core.view() as session:
        [due] = TIMER.owed(standing(session, house.incident(number)), house.core.policy)
    assert due.key == f"inject:{number}:0"
    for _ in range(2):
        with house.core.unit(number) as unit:
            TIMER.fire(unit, due)
    assert said(house) == ["first"]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_several_clocks_and_an_impatient_hand(make_house: Callable[..., House], database: str) -> None:
    """Everything at the same moment: each is said once, in its order."""
    house = make_house(database)
    number = begun(house)
    cores = [house.core, process(house), process(house)]
    house.clock.at += timedelta(minutes=1)
    presses = [partial(moderate.next_inject, core, number, by=ALICE, expected=0) for core in cores]
    came = at_once(*[partial(fire_due, core) for core in cores], *presses)
    assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, Refused)], came
    assert said(house) == ["first"]
    house.clock.at += timedelta(minutes=1)
    came = at_once(
        *[partial(fire_due, core) for core in cores],
        partial(moderate.pause, cores[1], number, by=ALICE),
        partial(moderate.end, cores[2], number, by="U0BOB"),
    )
    assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, Refused)], came
    told = said(house)
    assert told in (["first"], ["first", "second"]) and house.incident(number).status == "resolved"
    house.clock.at += timedelta(hours=1)
    fire_due(house.core)
    assert said(house) == told, "nothing after its end"
    with house.core.unit(number) as unit:
        drill = drills.of(unit)
        assert drill is not None and drill.ended_at is not None and drill.paused_at is None
    for core in cores[1:]:
        core.engine.dispose()


def test_after_hours_away_it_does_not_all_come_at_once(make_house: Callable[..., House]) -> None:
    house = make_house()
    number = begun(house)
    house.clock.at += timedelta(hours=3)
    fire_due(house.core)
    assert said(house) == ["first"] and house.incident(number).status == "investigating"
    house.clock.at += timedelta(seconds=59)
    fire_due(house.core)
    assert said(house) == ["first"]
    house.clock.at += timedelta(seconds=1)
    fire_due(house.core)
    assert said(house) == ["first", "second"], "the rest keeps its distance"
    for _ in range(4):
        house.clock.at += timedelta(seconds=30)
        fire_due(house.core)
    assert said(house) == ["first", "second", "a hint", "third"] and house.incident(number).status == "resolved"


def test_killed_between_any_two_steps(make_house: Callable[..., House]) -> None:
    """The briefing, the buttons, every inject, the end and its score: there once, as if nothing had happened."""

    def before(house: House) -> None:
        write_script(house.folder)
        house.person("alice").runs("/incident drill")

    acts = [lambda house: house.person("alice").submits(), 245.0]
    with tempfile.TemporaryDirectory() as folder:
        calm = House(Path(folder))
        before(calm)
        taken, steps, _ = pictures(calm, acts)
        assert_kept(calm)
        undisturbed = account(calm)
        calm.close()
    assert steps > 100
    house = make_house()
    for picture in taken[3::23]:
        house.resume(picture, acts)
        house.passes(200)
        try:
            assert_kept(house)
            assert said(house) == ["first", "second", "a hint", "third"]
            now = account(house)
            kinds = [[kind for kind, _, _ in each["timeline"] if kind.startswith("drill")] for each in (now, undisturbed)]
            assert kinds[0] == kinds[1]
        except AssertionError as error:
            raise AssertionError(f"killed at step {picture.step}, {picture.label}: {error}") from error
