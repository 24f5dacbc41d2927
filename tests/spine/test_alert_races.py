"""Monitoring and people at once, on both databases: every alert is in one incident, none is lost and none is there twice."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from incidents import merge, status
from incidents.alerts import Signal, receive
from incidents.core import Core
from incidents.declare import Declaration, declare
from incidents.errors import Refused
from incidents.rules.lifecycle import OPEN, Status
from models import Alert, Event, Incident
from tests.spine.harness import ACME, House, at_once, process
from tests.spine.test_fold import check

CROWD = 8


@pytest.fixture(params=["sqlite", "postgres"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    url = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = House(tmp_path, ACME, url)
    yield made
    made.close()


def signal(house: House, name: str, *, after: float = 0, firing: bool = True, bundle: str = "") -> Signal:
    began = house.clock.at + timedelta(seconds=after)
    return Signal("generic", name, firing, name, began, bundle)


def alerts(core: Core) -> list[Alert]:
    with core.view() as session:
        return list(session.exec(select(Alert).order_by(col(Alert.id))))


def incidents(core: Core) -> list[Incident]:
    with core.view() as session:
        return list(session.exec(select(Incident).order_by(col(Incident.id))))


def kinds(core: Core, number: int) -> list[str]:
    with core.view() as session:
        return list(session.exec(select(Event.kind).where(Event.incident_id == number).order_by(col(Event.id))))


def test_one_alert_that_everybody_brings(house: House) -> None:
    cores = [process(house), process(house)]
    same = [signal(house, "Checkout is down")]
    came = at_once(*(partial(receive, cores[one % 2], same) for one in range(CROWD)))
    assert came == [None] * CROWD
    [row], [alert] = incidents(cores[0]), alerts(cores[0])
    assert (row.alerts, alert.incident_id, alert.times) == (1, row.number, 1)
    assert kinds(cores[0], row.number).count("alert.fired") == 1


def test_a_bundle_that_comes_in_pieces_is_one_incident(house: House) -> None:
    cores = [process(house), process(house)]
    pieces = [[signal(house, f"Node {one} is down", bundle="nodes")] for one in range(CROWD)]
    assert at_once(*(partial(receive, cores[one % 2], piece) for one, piece in enumerate(pieces))) == [None] * CROWD
    [row] = incidents(cores[0])
    assert row.alerts == CROWD == len({alert.fingerprint for alert in alerts(cores[0])})
    check(cores[0], row.number)


@pytest.mark.parametrize("turn", range(4))
def test_it_begins_anew_while_somebody_dismisses_it(house: House, turn: int) -> None:
    cores = [process(house), process(house)]
    receive(cores[0], [signal(house, "Checkout is down")])
    acts = [
        partial(status.move, cores[0], 1, Status.DECLINED, by="U0BOB"),
        partial(receive, cores[1], [signal(house, "Checkout is down", after=1)]),
    ]
    assert not [one for one in at_once(*(acts if turn % 2 else acts[::-1])) if isinstance(one, Exception)]
    rows, found = incidents(cores[0]), alerts(cores[0])
    assert rows[0].status == "declined" and [row.status for row in rows[1:]] in ([], ["triage"])
    counted = "alert.again" in kinds(cores[0], 1)
    assert counted == (len(rows) == 1) and len(found) == len(rows), "it was before that, or it is a new one"


@pytest.mark.parametrize("turn", range(4))
def test_it_ends_and_begins_while_somebody_attaches_it(house: House, turn: int) -> None:
    cores = [process(house), process(house)]
    declare(cores[0], Declaration("Checkout is down", "SEV2", by="U0ALICE"))
    receive(cores[0], [signal(house, "Checkout errors")])
    acts = [
        partial(merge.merge, cores[0], 2, 1, by="U0BOB"),
        partial(receive, cores[1], [signal(house, "Checkout errors", firing=False)]),
        partial(receive, cores[0], [signal(house, "Checkout errors", after=2)]),
    ]
    came = at_once(*(acts[turn % 3 :] + acts[: turn % 3]))
    assert not [one for one in came if isinstance(one, Exception)]
    [alert] = alerts(cores[0])
    assert (alert.incident_id, alert.state, alert.times) == (1, "firing", 2)
    row = incidents(cores[0])[0]
    assert (row.alerts, row.alerts_over_event) == (1, None)
    both = kinds(cores[0], 1) + kinds(cores[0], 2)
    assert both.count("alert.fired") == both.count("alert.again") == 1


@pytest.mark.parametrize("turn", range(4))
def test_one_declares_it_and_another_dismisses_it(house: House, turn: int) -> None:
    cores = [process(house), process(house)]
    receive(cores[0], [signal(house, "Checkout is down")])
    acts = [
        partial(status.move, cores[0], 1, Status.INVESTIGATING, by="U0ALICE"),
        partial(status.move, cores[1], 1, Status.DECLINED, by="U0BOB"),
    ]
    came = at_once(*(acts if turn % 2 else acts[::-1]))
    assert len([one for one in came if isinstance(one, Refused)]) == 1
    [row] = incidents(cores[0])
    assert (row.status in OPEN) == (row.declared_by == "U0ALICE") == ("role.assigned" in kinds(cores[0], 1))
