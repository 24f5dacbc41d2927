"""Several clocks at nine in the morning, while the incident that carries the digest ends: it is due once."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from incidents import digest, status
from incidents.declare import Declaration, declare
from incidents.errors import Refused
from incidents.rules.lifecycle import Status
from models import Delivery, Event, Wake
from tests.spine.harness import House, at_once, process

POLICY = "workspace: {leadership_channel: leadership}\nseverities: {SEV1: {watch_for: none}}\n"


@pytest.fixture(params=["sqlite", "postgres"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = House(tmp_path, POLICY, url)
    yield made
    made.close()


def test_it_is_due_once(house: House) -> None:
    cores = [house.core, process(house), process(house)]
    worst = declare(house.core, Declaration("Checkout is down", "SEV1", by="U0ALICE")).incident_id
    declare(house.core, Declaration("Search is slow", "SEV3", by="U0ALICE"))
    house.clock.at = digest.following(house.core.policy, house.clock.at) + timedelta(seconds=1)
    resolve = partial(status.move, house.core, worst, Status.RESOLVED, by="U0BOB", confirmed=True)
    came = at_once(resolve, *[partial(digest.fire, core) for core in (*cores, *cores)])
    assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, Refused)], came
    with house.core.view() as session:
        due = session.exec(select(Event).where(Event.kind == "digest.due")).all()
        told = session.exec(select(Delivery).where(Delivery.reaction == "digest")).all()
        wake = session.exec(select(Wake).where(col(Wake.subject) == digest.SUBJECT)).one()
    assert len(due) == len(told) == 1
    assert wake.due_at == digest.following(house.core.policy, house.clock.at)
    for core in cores[1:]:
        core.engine.dispose()
