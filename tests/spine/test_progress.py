"""An act of several calls keeps what it has done: however often it is braked, every attempt goes on where the last one stood."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from models import Delivery
from tests.spine.harness import House, assert_kept

SHARE = 0.2  # of all calls that are answered 429
DRAFTS = 12


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.person("alice").runs("/incident declare sev1 Checkout is down")
    made.passes(30)
    yield made
    made.close()


def braked_now_and_then(house: House, seed: int = 5) -> None:
    house.workspace.faults.change({"ratelimited": SHARE, "retry_after": 1, "seed": seed})


def done(house: House, reaction: str) -> list[Delivery]:
    with house.core.view() as session:
        rows = session.exec(select(Delivery).where(Delivery.reaction == reaction).order_by(col(Delivery.id))).all()
    assert {row.state for row in rows} == {"done"}
    return list(rows)


def answered(house: House) -> Counter[str]:
    """How often each method was answered, but for 429."""
    return Counter(e.kind for e in house.workspace.log.entries if e.direction == "from_app" and e.status != 429)


def test_a_draft(house: House) -> None:
    """One upload and one share for each, and one attempt more for each refusal: two to three of five calls."""
    room, before = house.room(), answered(house)
    for seed in range(DRAFTS):
        braked_now_and_then(house, seed)
        house.person("alice").runs("/incident postmortem", in_=room)
        house.passes(60)
    house.workspace.faults.clear()
    calls = answered(house) - before
    assert calls["files.getUploadURLExternal"] == calls["files.completeUploadExternal"] == DRAFTS
    attempts = [row.attempt for row in done(house, "draft")]
    assert sum(attempts) <= DRAFTS * (1 + 1.3 * 5 * SHARE / (1 - SHARE)), attempts
    assert max(attempts) <= 5 / (1 - SHARE) + 3, attempts
    assert_kept(house)


EVERYBODY = """
escalations:
  critical:
    levels: [{page: [%s], wait: 5m}]
"""


def test_invitations_one_by_one_and_pages_that_are_over(tmp_path: Path) -> None:
    """Slack objects to one of many, and all their pages are edited: each attempt has fewer left to do."""
    people = [f"U0{name}" for name in ("BOB", "CAROL", "DAVE", "ERIN")]
    house = House(tmp_path, EVERYBODY % ", ".join(f"person:{id}" for id in people))
    everybody = len(people) + 1
    house.refuses = lambda method, args: "cant_invite" if "," in args.get("users", "") else None
    braked_now_and_then(house, 9)
    house.person("alice").runs("/incident declare sev1 Checkout is down")
    house.passes(100)
    house.person("carol").runs("/incident ack 1")
    house.passes(100)
    house.workspace.faults.clear()
    calls = answered(house)
    assert calls["conversations.invite"] == everybody, "nobody is asked twice"
    assert len(house.room().members) == everybody
    [over] = done(house, "page.over")
    assert over.attempt <= everybody / (1 - SHARE)
    house.close()
