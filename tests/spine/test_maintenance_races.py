"""Alerts that arrive while a maintenance ends, on both databases: each of them comes to people once, and none is lost."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from incidents import maintenance, wakes
from incidents.alerts import Signal, receive
from models import Maintenance, Wake
from tests.spine.harness import House, at_once, process
from tests.spine.test_alert_races import alerts, incidents, kinds

SHOP = "services: {checkout: {}}\n"


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
@pytest.mark.parametrize("turn", range(2))
def test_it_ends_while_they_arrive(tmp_path: Path, request: pytest.FixtureRequest, database: str, turn: int) -> None:
    house = House(tmp_path, SHOP, "" if database == "sqlite" else request.getfixturevalue("postgres_url"))
    cores = [process(house), process(house)]
    at = house.clock.at
    row = maintenance.plan(cores[0], "checkout", at, at + timedelta(hours=1), "disks", by="U0BOB")
    subject = f"maintenance:{row.number}"
    house.clock.at += timedelta(seconds=1)
    coming = [Signal("generic", f"a{one}", True, f"a{one}", house.clock.at, services=("checkout",)) for one in range(6)]
    receive(cores[0], coming[:2])
    assert incidents(cores[0]) == []
    acts = [partial(receive, cores[one % 2], [signal]) for one, signal in enumerate(coming)]
    ending = [partial(maintenance.end, cores[1], row.number, by="U0CAROL"), partial(wakes.fire, cores[0], subject)]
    acts[turn:turn] = ending
    assert not [one for one in at_once(*acts) if isinstance(one, Exception)]
    for core in cores:  # what the wake is for, should nobody have been in time
        with core.view() as session:
            left = session.get(Wake, subject)
        if left is not None:
            wakes.fire(core, subject)
    found = incidents(cores[0])
    assert sorted(alert.title for alert in alerts(cores[0])) == sorted(signal.title for signal in coming)
    assert len(found) == 6 and {alert.incident_id for alert in alerts(cores[0])} == {one.number for one in found}
    assert all(kinds(cores[0], one.number).count("alert.fired") == 1 for one in found)
    house.close()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_end_waits_for_what_is_being_held_back(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> None:
    """Otherwise it would look for what is held before that is stored, and nobody would look again."""
    house = House(tmp_path, SHOP, "" if database == "sqlite" else request.getfixturevalue("postgres_url"))
    cores = [process(house), process(house)]
    at = house.clock.at
    plan = partial(maintenance.plan, service="checkout", starts_at=at, ends_at=at + timedelta(hours=1), why="disks", by="U0BOB")
    row, same = at_once(*(partial(plan, core, key="the same") for core in cores))
    assert isinstance(row, Maintenance) and isinstance(same, Maintenance) and row.id == same.id
    with ThreadPoolExecutor(1) as pool:
        with cores[0].new("alert:generic:a") as unit:
            assert maintenance.active(unit.session, at, kept=True)
            house.clock.at += timedelta(hours=2)
            ending = pool.submit(maintenance.close, cores[1], f"maintenance:{row.number}")
            assert wait([ending], timeout=0.2).not_done
        assert ending.result(timeout=5)
    with cores[0].new("alert:generic:a") as unit:
        assert maintenance.active(unit.session, at, kept=True) == []
    house.close()
