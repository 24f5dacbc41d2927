"""Whatever is killed, whenever: nothing is lost, and nothing stands twice at the end."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from models import Delivery
from tests.processes import scenes
from tests.processes.harness import LINES, PATIENCE, Installation, free_port, until
from tests.stories.telling import pages

pytestmark = pytest.mark.processes
Install = Callable[..., Installation]


def declared(muster: Installation, *, latency: float = scenes.LATENCY) -> None:
    muster.start()
    until(lambda: muster.get("/livez")[0] == 200, PATIENCE, muster.said)
    if "REDIS_URL" not in muster.environment:
        muster.wait_until_well()
    muster.sandbox.workspace.faults.change({"latency": latency})
    scenes.declare(muster)


def as_it_should_be(muster: Installation, restarts: list[float]) -> None:
    """All levels paged, all updates posted, the room complete, nothing twice, and redelivery changes nothing."""
    until(
        lambda: scenes.all_paged(muster), scenes.LATE, lambda: f"{scenes.pages_sent(muster)} {muster.waiting()}\n{muster.said()}"
    )
    scenes.end(muster)
    scenes.room_complete(muster)
    scenes.pages_and_updates_in_time(muster, restarts)
    scenes.nothing_twice(muster)
    scenes.redelivery_changes_nothing(muster)
    asked_twice = ["already_pinned", "already_in_channel", "name_taken", "channel_canvas_already_exists"]
    muster.sandbox.people.assert_nothing_refused(allow=asked_twice)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("seed", "socket_mode"), [(13, False), (103, True)], ids=["sqlite, http", "postgres, socket"])
def test_kills_at_random_moments(install: Install, request: pytest.FixtureRequest, seed: int, socket_mode: bool) -> None:
    """web, worker, one of its children, clock, the embedded Redis; and Redis wiped on the way."""
    url = str(request.getfixturevalue("postgres_url")) if socket_mode else ""
    muster = install(config=scenes.CONFIG, database_url=url, socket_mode=socket_mode)
    declared(muster)
    wipe = {"wipe redis": lambda: muster.redis_pid() and muster.redis().flushall()}
    restarts = scenes.siege(muster, seed, kills=7, within=6, also=wipe)
    assert all(muster.lines[name].lives for name in LINES)
    as_it_should_be(muster, restarts)
    assert any(row.attempt > 1 for row in muster.rows(Delivery)), "nothing died in the middle of a call"
    muster.wait_until_well()


@pytest.mark.timeout(120)
def test_without_redis_the_clock_delivers_pages_first(install: Install) -> None:
    muster = install(config=scenes.CONFIG, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    declared(muster, latency=0)
    until(lambda: muster.health()["clock"] == "ok", 20, muster.said)
    assert muster.get("/healthz")[0] == 503
    as_it_should_be(muster, [])
    tried = {row.first_try_at: row.reaction for row in muster.rows(Delivery) if row.first_try_at is not None}
    assert tried[min(tried)] == "page", "what goes on beside it may be quicker, and was begun later all the same"
    [page] = pages(muster.person("bob"))
    assert float(page.ts) - muster.incident().declared_at.timestamp() < 10


@pytest.mark.timeout(120)
def test_redis_that_hangs_delays_no_answer_and_no_page(install: Install) -> None:
    muster = install(config=scenes.CONFIG)
    muster.start()
    muster.wait_until_well()
    pid = muster.redis_pid()
    assert pid
    os.kill(pid, signal.SIGSTOP)
    answer = muster.person("alice").runs("/incident declare sev1 Checkout is down")
    assert answer.ok and answer.ms < 1000, answer.ms
    until(lambda: scenes.pages_sent(muster)["bob"], 10, muster.said)
    until(lambda: muster.incident().room_channel and muster.room().pins, 10, lambda: str(muster.waiting()))
    os.kill(pid, signal.SIGCONT)
    muster.wait_until_well()
    assert muster.redis_pid() == pid


@pytest.mark.timeout(120)
def test_slack_is_away_for_a_while(install: Install) -> None:
    """What still arrives is stored and answered; everything is posted afterwards."""
    muster = install(config=scenes.CONFIG)
    muster.start()
    muster.wait_until_well()
    muster.sandbox.workspace.faults.change({"outage": "drop"})
    answer = muster.person("alice").runs("/incident declare sev1 Checkout is down")
    assert answer.ok and answer.ms < 2500 and "INC-1" in answer, (answer.error, answer.ms)
    time.sleep(8)
    assert muster.incident().title == "Checkout is down" and not list(muster.posts())
    muster.sandbox.workspace.faults.clear()
    back = time.time()
    until(lambda: muster.incident().room_channel and muster.room().pins, scenes.LATE, lambda: f"{muster.waiting()}")
    as_it_should_be(muster, [back])


@pytest.mark.timeout(240)
def test_one_call_in_five_is_429_and_one_in_twenty_a_500_after_its_effect(install: Install) -> None:
    muster = install(config=scenes.CONFIG)
    muster.start()
    muster.wait_until_well()
    muster.sandbox.workspace.faults.change({"ratelimited": 0.2, "error_after": 0.05, "seed": 5})
    for title in ("Checkout is down", "Search is slow"):
        assert muster.person("alice").runs(f"/incident declare sev1 {title}").ok
    for number in (1, 2):
        until(
            lambda number=number: muster.incident(number).room_channel and muster.room(number).pins,
            scenes.LATE,
            lambda: f"{muster.waiting()}\n{muster.said()}",
        )
    until(lambda: scenes.all_paged(muster), 60, lambda: f"{scenes.pages_sent(muster)} {muster.waiting()}")
    for number in (1, 2):
        assert muster.person("alice").runs(f"/incident resolve {number}").ok
    scenes.quiet(muster, 60)
    for number in (1, 2):
        room = muster.room(number)
        assert len(room.pins) == 1 and {"alice", "bob"} <= set(room.members)
    scenes.nothing_twice(muster)
    assert dict(scenes.pages_sent(muster)) == dict.fromkeys(scenes.PAGED, 2)
