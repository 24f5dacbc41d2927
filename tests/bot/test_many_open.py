"""Five hundred open incidents slow nobody: each request asks the database as often as with five, and reads few rows. Nor do
thousands that are over: what is asked often looks through no table that keeps them."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import Engine, event

from bot import homes, look
from bot.acts import Desk as ActDesk
from bot.acts.post import Place, Post
from bot.commands import Answer
from bot.requests import BROKEN, Background, Dispatcher
from bot.scene import load
from bot.views import posts
from bot.views.digest import SHOWN
from bot.workspace import Workspace
from incidents.timeline import at_home
from models import ActionItem, Delivery, Event, Incident, RoleAssignment, Task
from tests.bot.desk import ALICE, BOB, COMMANDS, MODALS, START, Desk
from tests.databases import contents

FEW, MANY = 5, 500
SHOP = {"services": {"checkout": {}}, "rotations": {"primary": {"people": [BOB]}}}
GROWING = "incident|event|delivery|role_assignment|task|action_item|page|notice|alert"
SCAN = re.compile(rf"SCAN ({GROWING})\b|SEARCH ({GROWING}) .*\(rowid<\?\)")
READ = 260  # rows: what is compared with a new title is the most, 200
TYPED = (
    "",
    "list",
    "list all",
    "list mine",
    "list sev1",
    "list checkout",
    "show",
    "merge 3",
    "declare",
    "declare sev2 Search is slow",
    "help",
    "ack",
    "INC-3",
    *(f"{name} INC-3" for name in COMMANDS if name not in ("declare", "list", "help")),
    *(f"{name} INC-4 some words to say" for name in COMMANDS if name not in ("declare", "list", "help")),
)


@dataclass
class Asked:
    """What a request asked the database."""

    statements: list[str] = field(default_factory=list)
    rows: int = 0
    scans: list[str] = field(default_factory=list)


@contextmanager
def counting(engine: Engine) -> Iterator[Asked]:
    """Every statement, the rows that each reading one gives, and what it has to read through for them: it is asked once more
    for that."""
    asked = Asked()
    selects: list[tuple[str, Any]] = []

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        asked.statements.append(statement)
        if statement.startswith("SELECT"):
            selects.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", before)
    with engine.connect() as connection:
        for statement, parameters in selects:
            asked.rows += len(connection.exec_driver_sql(statement, parameters).fetchall())
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            asked.scans += [step.detail for step in plan if SCAN.match(step.detail)]


def fill(desk: Desk, count: int) -> None:
    """So many that are open, with people in roles and with work to do; hers are the fewest."""
    with desk.core.transaction() as session:
        for number in range(1, count + 1):
            its = {"title": f"Checkout of shop {number} fails", "severity": "SEV1", "status": "investigating", "impact": "x"}
            session.add(Incident(**its, services=["checkout"], declared_at=START, update_anchor_at=START))
        session.flush()
        for number in range(1, count + 1):
            row = Event(incident_id=number, kind="incident.declared", at=START, recorded_at=START)
            row.payload = {"title": "x", "severity": "SEV1", "status": "investigating"}
            session.add(row)
            holder = ALICE if number <= FEW else BOB
            session.add(RoleAssignment(incident_id=number, role="ic", person=holder, since=START))
            session.add(Task(incident_id=number, text="Roll back", owner=holder, added_at=START))
            session.add(ActionItem(incident_id=number, text="Test it", owner=holder, added_at=START))
        session.flush()
        for incident in session.query(Incident):
            incident.last_event = incident.id


@cache
def filled(count: int) -> bytes:
    """A database with so many."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), SHOP)
        fill(desk, count)
        desk.core.engine.dispose()
        return contents(Path(folder) / "muster.db")


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[dict[int, Desk]]:
    """The same installation with few and with many open incidents."""
    made = {}
    for count in (FEW, MANY):
        folder = tmp_path / str(count)
        folder.mkdir()
        made[count] = Desk(folder, SHOP)
        (folder / "muster.db").write_bytes(filled(count))
    yield made
    for desk in made.values():
        desk.core.engine.dispose()


def test_every_command(crowded: dict[int, Desk]) -> None:
    nobody, background = cast(Any, None), Background(httpx.Client())
    dispatchers = {count: Dispatcher(desk.core, nobody, nobody, COMMANDS, MODALS, background) for count, desk in crowded.items()}
    slow = []
    for typed in TYPED:
        asked: dict[int, Asked] = {}
        for count, desk in crowded.items():
            with counting(desk.core.engine) as asked[count]:
                answer = dispatchers[count].typed(replace(desk.request(), channel="C0ELSEWHERE"), typed)
                assert answer != Answer(BROKEN), typed
        few, many = asked[FEW], asked[MANY]
        if len(many.statements) > len(few.statements) or many.rows > READ:
            slow.append(f"{typed!r}: {len(few.statements)} statements become {len(many.statements)}, {many.rows} rows")
    assert not slow, "\n".join(slow)


class NoSlack:
    """Takes every call and says nothing: what Slack makes of it is tested elsewhere."""

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        return {}

    def upload(self, url: str, content: bytes) -> None: ...


def opens_home(desk: Desk) -> None:
    homes.opened(desk.core, ALICE)
    homes.publish(desk.core, NoSlack(), ALICE, again=True)


LOOKS: dict[str, Callable[[Desk], object]] = {
    "an App Home": opens_home,
    "the form to declare": lambda desk: look.near(desk.core),
    "the form to declare from a message": lambda desk: look.near(desk.core, "Checkout of shop 2 fails"),
    "what a new one looks like": lambda desk: look.similar(desk.core, look.scene(desk.core, 1).incident),
    "the morning's digest": lambda desk: look.commanders(
        desk.core, [row.number for row in look.worst(desk.core, limit=SHOWN)[0]]
    ),
    "whose room it is": lambda desk: at_home(desk.core, "C0ELSEWHERE"),
    "a timer that fires": lambda desk: fires(desk),
    "a post in doubt": lambda desk: is_looked_for(desk),
}


def is_looked_for(desk: Desk) -> None:
    slack = NoSlack()
    row = Delivery(id=9, incident_id=3, reaction="post", target="", lane="3:home", priority=2, next_at=START)
    at = ActDesk(desk.core, slack, Workspace(desk.core, slack), row, load(desk.core, row))
    assert Post(lambda desk: Place("C0ELSEWHERE"), posts.post).look(at) is None


def fires(desk: Desk) -> None:
    with desk.core.unit(3) as unit:
        desk.core.owed(unit.standing())


@pytest.mark.parametrize("what", LOOKS)
def test_everything_else(crowded: dict[int, Desk], what: str) -> None:
    asked: dict[int, Asked] = {}
    for count, desk in crowded.items():
        with counting(desk.core.engine) as asked[count]:
            LOOKS[what](desk)
    assert len(asked[MANY].statements) <= len(asked[FEW].statements)
    assert 0 < asked[MANY].rows <= READ or what == "whose room it is"
    assert not asked[MANY].scans
