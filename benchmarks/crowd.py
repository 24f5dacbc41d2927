"""What people ask for with five hundred open incidents, as ratios to the same with five."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import httpx

import bot.commands
import bot.modals
from bot import homes
from bot.commands import Answer, Command
from bot.modals import Modal
from bot.requests import BROKEN, Background, Dispatcher
from bot.settings import Settings
from bot.wiring import Muster, build
from incidents.registry import collect
from models import Event, Incident, RoleAssignment
from models.migrate import migrate

FEW, MANY, RUNS = 5, 500, 30
ALICE, BOB = "U0ALICE", "U0BOB"
TYPED = {
    "list": "list",
    "search": "list checkout",
    "show": "show INC-3",
    "panel": "",
    "picker": "ack",
    "declare": "declare sev2 Search is slow {}",
}


class NoSlack:
    """Takes every call: what Slack takes for it is not measured."""

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        return {}

    def upload(self, url: str, content: bytes) -> None: ...


def run() -> None:
    few, many = _measured(FEW), _measured(MANY)
    told = ", ".join(f"{what} {many[what] / few[what]:.1f}" for what in few)
    slowest = max(many, key=lambda what: many[what])
    print(
        f"crowd: with {MANY} open incidents instead of {FEW} it takes so many times as long: {told}; "
        f"the slowest is {slowest}, {many[slowest] * 1000:.0f} ms; goal: none over 4 (lists show 20 instead of 5)"
    )


def _measured(count: int) -> dict[str, float]:
    """Seconds for each, the median."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/x.db", muster_config=Path("none.yml"), _env_file=None)
        muster = build(settings, bell=lambda priority: None)
        migrate(muster.core.engine)
        _fill(muster, count)
        background = Background(httpx.Client())
        commands, forms = collect(bot.commands, "COMMAND", Command), collect(bot.modals, "MODAL", Modal)
        asks = Dispatcher(muster.core, NoSlack(), cast(Any, None), commands, forms, background)
        took = {what: _median(lambda at, text=text: _typed(asks, text, at)) for what, text in TYPED.items()}
        homes.opened(muster.core, ALICE)
        took["home"] = _median(lambda at: homes.publish(muster.core, NoSlack(), ALICE, again=True))
        muster.core.engine.dispose()
        return took


def _typed(asks: Dispatcher, text: str, at: int) -> Answer:
    request = asks.request(by=BOB, key=f"{text}:{at}", channel="C0ELSEWHERE" if text else "C0ROOM3", trigger_id="x")
    answer = asks.typed(request, text.format(at))
    assert answer.text not in ("", BROKEN)
    return answer


def _median(ask: Callable[[int], object]) -> float:
    took = []
    for at in range(RUNS):
        started = time.perf_counter()
        ask(at)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def _fill(muster: Muster, count: int) -> None:
    with muster.core.transaction() as session:
        now = muster.core.clock.now(session)
        for number in range(1, count + 1):
            row = Incident(
                title=f"Checkout of shop {number} fails", severity="SEV1", status="investigating", declared_at=now,
                update_anchor_at=now, last_event=number, room_channel=f"C0ROOM{number}",
            )  # fmt: skip
            session.add(row)
        session.flush()
        for number in range(1, count + 1):
            payload = {"title": "x", "severity": "SEV1", "status": "investigating"}
            session.add(Event(incident_id=number, kind="incident.declared", at=now, recorded_at=now, payload=payload))
            session.add(RoleAssignment(incident_id=number, role="ic", person=ALICE, since=now))
