"""Deploys, declarations and the clock at once, on both databases: each incident is told of each deploy once."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from incidents import wakes
from incidents.core import Core
from incidents.declare import Declaration, declare
from incidents.deploys import SUBJECT, Said, record
from models import Deploy, Event
from tests.spine.harness import House, at_once, process
from tests.spine.test_alert_races import incidents
from workers.clock import fire_due

SHOP = "services: {checkout: {depends_on: [postgres]}, postgres: {}}\n"


@pytest.fixture(params=["sqlite", "postgres"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    made = House(tmp_path, SHOP, "" if request.param == "sqlite" else request.getfixturevalue("postgres_url"))
    yield made
    made.close()


def told(core: Core, number: int) -> list[int]:
    with core.view() as session:
        query = select(Event.payload).where(Event.incident_id == number, Event.kind == "deploys.listed")
        return [id for payload in session.exec(query.order_by(col(Event.id))) for id in payload["ids"]]


def test_everything_at_once(house: House) -> None:
    cores = [process(house), process(house)]
    same, turned = (Said("generic", "42", ("checkout", "search")[::turn], id="a") for turn in (1, -1))
    others = [Said("generic", f"v{one}", ("postgres",), id=f"b{one}") for one in range(3)]
    sent = [partial(record, cores[one % 2], said) for one, said in enumerate([same, turned, same, turned, *others])]
    opened = [
        partial(declare, cores[one % 2], Declaration(f"Payments fail {one}", "SEV3", f"U0P{one}", services=("checkout",)))
        for one in range(3)
    ]
    assert not [one for one in at_once(*opened, *sent) if isinstance(one, Exception)]
    for _ in range(3):
        house.clock.at += timedelta(minutes=3)
        came = at_once(*(partial(fire_due, core) for core in cores), partial(wakes.fire, cores[0], SUBJECT))
        assert not [one for one in came if isinstance(one, Exception)]
    house.clock.at += timedelta(minutes=6)
    fire_due(cores[0])
    with cores[0].view() as session:
        stored = session.exec(select(Deploy).where(Deploy.service != "search").order_by(col(Deploy.id))).all()
    assert sorted(row.version for row in stored) == ["42", "v0", "v1", "v2"] and all(row.looked_at for row in stored)
    for row in incidents(cores[0]):
        assert sorted(told(cores[0], row.number)) == sorted(one.number for one in stored), row.title
