"""What the stories of killed processes have in common: one bad incident, whoever dies, and what must be true at the end."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import update
from sqlmodel import SQLModel, col

from models import Delivery, Event, Incident, Page
from models.database import WRITES
from tests.processes.harness import Installation, until
from tests.stories.telling import pages

LATENCY = 0.4  # seconds per Slack call, so that processes die in the middle of one
LATE = 30.0  # seconds that a page or an update may take, from when it was due or its process was there again
WAIT, EVERY = 1.5, 2.5  # between two levels, and between two updates
CONFIG = f"""
severities:
  SEV1: {{update_every: {EVERY}s, nudge_before: 1s, escalation: critical, watch_for: none}}
rotations:
  primary: {{people: [U0BOB]}}
escalations:
  critical:
    levels:
      - {{page: [rotation:primary], wait: {WAIT}s}}
      - {{page: [person:U0CAROL], wait: {WAIT}s}}
      - {{page: [person:U0DAVE], wait: {WAIT}s}}
    repeat: 0
    last_resort: [person:U0ERIN, channel:engineering]
"""
PAGED = ("bob", "carol", "dave", "erin")


def declare(muster: Installation) -> None:
    """Alice's SEV1, which is in the database when this returns."""
    answer = muster.person("alice").runs("/incident declare sev1 Checkout is down")
    assert answer.ok and "INC-1" in answer, (answer.error, answer.reads, muster.said())


def victims(muster: Installation) -> dict[str, Callable[[], None]]:
    """Everything of an installation that can be killed, by name; what nobody else starts again is started again."""

    dice = random.Random(0)

    def one(find: Callable[[], list[int]]) -> None:
        """Whichever is found within a second: a work horse lives only while there is something to deliver."""
        deadline = time.monotonic() + 1
        while not (pids := find()) and time.monotonic() < deadline:
            time.sleep(0.01)
        if pids:
            os.kill(dice.choice(pids), signal.SIGKILL)

    return {
        "web": lambda: muster.restart("web"),
        "worker": lambda: muster.restart("worker"),
        "clock": lambda: muster.restart("clock"),
        "a queue worker": lambda: one(muster.lines["worker"].children),
        "redis": lambda: one(lambda: [pid for pid in [muster.redis_pid()] if pid]),
    }


def pages_sent(muster: Installation) -> Counter[str]:
    """How many pages each person has, also those that are over."""
    return Counter({name: len(pages(muster.person(name))) for name in PAGED})


def all_paged(muster: Installation) -> bool:
    pages = muster.rows(Page)
    told = pages_sent(muster)
    return bool(pages) and all(p.state == "exhausted" for p in pages) and all(told[name] >= len(pages) for name in PAGED)


def a_minute_later(muster: Installation) -> None:
    """What is to be looked for a minute after a repost is looked for now; what is being looked for is left alone."""
    now = datetime.now(UTC)
    later = update(Delivery).where(col(Delivery.check_at) > now + timedelta(seconds=20)).values(check_at=now)
    with muster.engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(later)


def end(muster: Installation, seconds: float = 40) -> None:
    """Resolve it, and wait until everything is out and no copy is left."""
    until(lambda: muster.person("alice").runs("/incident resolve 1").ok, 10, muster.said)
    if muster.person("alice").has_form:
        assert muster.person("alice").submits() == {}
    until(lambda: muster.incident().status == "resolved", 10, muster.said)
    quiet(muster, seconds)


def quiet(muster: Installation, seconds: float) -> None:
    """Wait until everything is out, also what is looked for once more a minute later."""
    deadline = time.monotonic() + seconds
    while not muster.is_quiet():
        a_minute_later(muster)
        assert time.monotonic() < deadline, f"{muster.waiting()}\n{muster.said()}"
        time.sleep(0.2)


def nothing_twice(muster: Installation) -> None:
    """No message of the bot stands anywhere twice."""
    keys = Counter((post.message.channel, post.metadata["event_payload"]["key"]) for post in muster.posts() if post.metadata)
    assert keys
    doubled = [key for key, count in keys.items() if count > 1]
    assert not doubled, [
        post.text for post in muster.posts() if post.metadata and post.metadata["event_payload"]["key"] in str(doubled)
    ]
    same = Counter(
        (post.message.channel, post.message.thread_ts, post.text) for post in muster.posts() if "tatus update" not in post.text
    )
    assert not [post for post, count in same.items() if count > 1], same.most_common(3)


def room_complete(muster: Installation) -> None:
    room = muster.room()
    assert [pin for pin in room.pins if "Checkout is down" in pin] and len(room.pins) == 1, room.pins
    assert set(room.members) >= {"alice", "bob"}, room.members
    assert len(muster.sandbox.people.channels_starting("inc-")) == 1


def pages_and_updates_in_time(muster: Installation, restarts: list[float]) -> None:
    """Every level and every update came, each within LATE of when it was due or of the last restart before it.

    Of timed updates that could not be posted until there was a newer one, only the latest is said.
    """
    assert pages_sent(muster) == Counter(dict.fromkeys(PAGED, 1)), pages_sent(muster)
    levels, updates = muster.events("page.level"), muster.events("update.posted")
    assert len(levels) == 4 and updates
    for wait, fired in ((WAIT, levels), (EVERY, updates)):
        for before, event in pairwise(fired):
            assert (event.at - before.at).total_seconds() - wait < LATE, event
    for number, event in enumerate(updates):
        said = next((newer.ts for newer in updates[number:] if newer.ts is not None), None)
        assert said is not None, "neither this update was posted nor a newer one in its place"
        posted, due = float(said), event.at.timestamp()
        assert posted - max([due, *(moment for moment in restarts if due < moment < posted)]) < LATE, event


def redelivery_changes_nothing(muster: Installation) -> None:
    """Everything that ever went to the app, once more."""

    def state() -> list[int]:
        tables: list[type[SQLModel]] = [Event, Incident, Page, Delivery]
        return [len(muster.rows(table)) for table in tables] + [len(list(muster.posts()))]

    before = state()
    assert muster.sandbox.workspace.delivery.redeliver(1000)
    muster.sandbox.workspace.settle(20)
    until(muster.is_quiet, 10, lambda: str(muster.waiting()))
    assert state() == before


def siege(
    muster: Installation, seed: int, *, kills: int, within: float, also: dict[str, Callable[[], None]] | None = None
) -> list[float]:
    """Kill at random moments, and start again what a host would start again; when that was."""
    dice = random.Random(seed)
    ways = victims(muster) | (also or {})
    moments = sorted(dice.uniform(0, within) for _ in range(kills))
    chosen = [*dice.sample(sorted(ways), min(kills, len(ways))), *dice.choices(sorted(ways), k=max(0, kills - len(ways)))]
    began, restarts = time.monotonic(), []
    for moment, name in zip(moments, chosen, strict=True):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        ways[name]()
        restarts.append(time.time())
    return restarts
