"""A tick of the clock when nothing is due: with 10 000 open incidents as cheap as with ten."""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bot.bell import Bell
from bot.settings import Settings
from bot.wiring import build
from models import Event, Incident, Wake
from models.migrate import migrate
from workers.clock import ClockWork


def run() -> None:
    few, many = _tick(10), _tick(10_000)
    print(
        f"idle: a tick takes {many * 1000:.2f} ms with 10 000 open incidents, "
        f"{many / few:.1f} times the {few * 1000:.2f} ms with ten"
    )


def _tick(incidents: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/x.db", muster_config=Path("none.yml"), _env_file=None)
        muster = build(settings, bell=lambda priority: None)
        migrate(muster.core.engine)
        _fill(muster.core, incidents)
        work = ClockWork(muster, Bell("redis://127.0.0.1:1", workers=1))
        work._policy = muster.core.policy  # a change of policy would think every deadline over, as it should
        work.sweep()
        took = []
        for _ in range(200):
            started = time.perf_counter()
            work.sweep()
            took.append(time.perf_counter() - started)
        return statistics.median(took)


def _fill(core, incidents: int) -> None:  # type: ignore[no-untyped-def]
    with core.transaction() as session:
        now = core.clock.now(session)
        for number in range(1, incidents + 1):
            row = Incident(
                title=f"Incident {number}", severity="SEV1", status="investigating", declared_at=now,
                update_anchor_at=now,
            )  # fmt: skip
            session.add(row)
        session.flush()
        for number in range(1, incidents + 1):
            event = Event(incident_id=number, kind="incident.declared", at=now, recorded_at=now, payload={"title": "x"})
            session.add(event)
            session.add(Wake(subject=f"incident:{number}", incident_id=number, due_at=now + timedelta(minutes=25)))
