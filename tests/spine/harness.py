"""A Muster whose processes die at any step, the Slack that outlives them, and what must be true of both at the end."""

import heapq
import json
import pickle
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event
from sqlmodel import Session, col, func, select

from bot.app import make_app
from bot.requests import Background
from bot.settings import Settings
from bot.slack import CallFailed, SlackDoubt, SlackRefused
from bot.wiring import build
from incidents.core import Core
from incidents.standing import standing
from models import Delivery, Event, Incident, Notice, Page, Postmortem, RoleAssignment, Task, Wake
from models.database import WriteTurn, make_engine
from sandbox.delivery import Ack, Request, Waiting
from sandbox.people import Slack
from sandbox.state import Channel, Message
from sandbox.transports import Direct
from sandbox.workspace import Workspace
from tests.databases import contents, furnish, migrated
from tests.world import HandClock, InProcessApi, World, manifest
from workers.deliver import Courier

ACME = """
workspace: {leadership_channel: engineering}
severities: {SEV1: {bridge: "https://meet.example.com/{key}"}}
rotations:
  primary: {people: [U0BOB], handover: "Mon 09:00", timezone: Europe/Berlin}
escalations:
  critical:
    levels:
      - {page: [rotation:primary], wait: 5m}
      - {page: [person:U0CAROL], wait: 5m}
    repeat: 0
    last_resort: [person:U0DAVE, channel:engineering]
"""


class Crash(BaseException):
    """SIGKILL: nothing of the process goes on, no handler sees it."""


class Steps:
    """Counts the places where a process may die: before and after each commit, before and after each call."""

    def __init__(self) -> None:
        self.count = 0
        self.crash_at: set[int] = set()
        self.watch: Callable[[str], None] | None = None

    def at(self, label: str) -> None:
        self.count += 1
        if self.watch is not None:
            self.watch(label)
        if self.count in self.crash_at:
            raise Crash(f"step {self.count}: {label}")


class Network(InProcessApi):
    """The way to Slack. A call may be answered by a timeout and take effect later, whether or not anybody still lives."""

    def __init__(self, house: "House") -> None:
        super().__init__(house.workspace)
        self._house = house

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        house = self._house
        house.steps.at(f"before {method}")
        error = house.refuses(method, args) if house.refuses else None
        if error == "no_answer":
            raise SlackDoubt(method, error)
        if error:
            raise SlackRefused(method, error)
        delay = house.lateness(method) if house.lateness else None
        if delay:
            heapq.heappush(house.late, (house.clock.at + timedelta(seconds=delay), house.steps.count, method, args))
            raise SlackDoubt(method, "no_answer")
        answer = super().call(method, args)
        house.steps.at(f"after {method}")
        return answer

    def upload(self, url: str, content: bytes) -> None:
        self._house.steps.at("before upload")
        super().upload(url, content)
        self._house.steps.at("after upload")

    def takes_effect(self, method: str, args: dict[str, Any]) -> None:
        """What was on its way arrives."""
        try:
            super().call(method, args)
        except CallFailed:
            pass


class Line(Direct):
    """Slack's way to the app. An app that dies over a request has not answered it, and answers nothing until it is back."""

    def __init__(self, house: "House") -> None:
        super().__init__(house._receive, house.workspace.signing_secret)
        self._house = house
        self.at_work: list[Request] = []
        self.heard: list[tuple[Request, Ack]] = []

    def _call(self, request: Request) -> Ack:
        if self._house.crashed:
            return Ack(0, error="dispatch_failed", reason="connection_failed")
        self.at_work.append(request)
        try:
            ack = super()._call(request)
        except Crash as crash:
            self._house.crashed = crash
            ack = Ack(0, error="dispatch_failed", reason="connection_failed")
        finally:
            self.at_work.pop()
        if request.kind != "events":
            self.heard.append((request, replace(ack, body=json.dumps(ack.body))))  # Slack goes on writing into it
        return ack


class InTurn(Background):
    """The background work, done when the test says so; a process that dies takes it along."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__(http)
        self._waiting: list[Callable[[], Any]] = []

    def run(self, work: Callable[[], Any], *, slow: bool = False) -> None:
        self._waiting.append(work)

    def finish(self, seconds: float = 5.0) -> None:
        while self._waiting:
            try:
                self._waiting.pop(0)()
            except (CallFailed, httpx.HTTPError):
                pass


@dataclass(frozen=True)
class Picture:
    """All that is left when everything is killed at one moment: the database, Slack, the time, and what was asked."""

    step: int
    label: str
    act: int
    until: datetime
    asked: Request | None
    at: datetime
    database: bytes
    slack: bytes

    def same(self, other: "Picture | None") -> bool:
        """Nothing happened between them, so that a crash at either leaves the same."""
        return other is not None and (self.act, self.asked is None, self.database, self.slack) == (
            other.act, other.asked is None, other.database, other.slack,
        )  # fmt: skip


Act = Callable[["House"], Any] | float  # a request, or seconds that pass


class House(World):
    """Everything of one installation, which may be killed and started again; Slack and the time go on meanwhile."""

    def __init__(self, folder: Path, policy: str = ACME, database_url: str = "") -> None:
        self.folder, self.clock, self.steps = folder, HandClock(), Steps()
        self.lateness: Callable[[str], float | None] | None = None
        self.refuses: Callable[[str, dict[str, Any]], str | None] | None = None
        self.late: list[tuple[datetime, int, str, dict[str, Any]]] = []
        self.weather: dict[str, Any] = {}
        self.crashed: Crash | None = None
        self.act, self.until = 0, self.clock.at
        self.path = folder / "muster.db"
        config = folder / "muster.yml"
        config.write_text(policy)
        self.workspace = Workspace(manifest(), now=self.clock.seconds, sleep=self._sleep)
        self.settings = Settings(
            slack_bot_token=self.workspace.bot_token,
            slack_signing_secret=self.workspace.signing_secret,
            slack_api_url="http://in-process.invalid/api/",
            database_url=database_url or f"sqlite:///{self.path}",
            muster_config=config,
            _env_file=None,
        )
        if database_url:
            self.engine = make_engine(database_url)
            furnish(database_url)
            _count_commits(self.engine, lambda: self.steps)
        else:
            self.engine = shared_engine()
            self.path.write_bytes(migrated())
        self._connect()
        self.start()

    def _sleep(self, seconds: float) -> None:
        """A slow answer takes its time by our clock."""
        self.clock.at += timedelta(seconds=seconds)

    def _connect(self) -> None:
        self.slack = Slack(self.workspace)
        self.workspace.faults.change(self.weather)
        self.line = Line(self)
        self.workspace.connect(self.line)

    def start(self) -> None:
        """Web, worker and clock as they come up: they know nothing but what the database says."""
        self.api = Network(self)
        self.muster = build(self.settings, bell=lambda priority: None, clock=self.clock, slack=self.api)
        self.core = self.muster.core
        if _inhabited != [self]:
            self.engine.dispose()
            _inhabited[:] = [self]
        self.core.engine, self.core._turn = self.engine, WriteTurn(self.engine)  # its compiled statements are kept
        self.background = InTurn(httpx.Client(transport=httpx.MockTransport(self._respond)))
        self.app = make_app(self.muster, self.background, forms=self.api)
        self.courier = Courier(self.core, self.api, self.muster.table)
        self.crashed = None

    def restart(self) -> None:
        self.engine.dispose()
        self.start()

    # --- killed at one moment

    def picture(self, label: str) -> Picture:
        asked = [request for request in self.line.at_work if request.kind != "events"]
        undelivered = [*self.workspace.delivery._queue]
        undelivered += [Waiting(self.clock.seconds(), -1, r) for r in self.line.at_work if r.kind == "events"]
        slack = pickle.dumps((
            self.workspace.state, self.workspace._last_ts, self.workspace._last_id, self.workspace.random.getstate(),
            undelivered,
        ))  # fmt: skip
        return Picture(
            self.steps.count, label, self.act, self.until, asked[-1] if asked else None, self.clock.at,
            contents(self.path), slack,
        )  # fmt: skip

    def restore(self, picture: Picture) -> None:
        """As if everything had been killed at that moment, and started again at once."""
        self.engine.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)
        self.path.write_bytes(picture.database)
        self.clock.at, self.act, self.until = picture.at, picture.act, picture.until
        self.workspace = Workspace(manifest(), now=self.clock.seconds, sleep=self._sleep)
        state, ts, id, dice, undelivered = pickle.loads(picture.slack)
        self.workspace.state, self.workspace._last_ts, self.workspace._last_id = state, ts, id
        self.workspace.random.setstate(dice)
        self._connect()
        for waiting in undelivered:
            self.workspace.delivery._put(waiting.request, max(0.0, waiting.due - self.clock.seconds()))
        self.late.clear()
        self.steps.count, self.steps.crash_at, self.steps.watch = 0, set(), None
        self.start()

    # --- what people do and time does

    def play(self, acts: list[Act], start: int = 0) -> list[Ack]:
        """Do it all; whenever everything is killed it is started again, and Slack sends what was not answered again."""
        for self.act in range(start, len(acts)):
            act = acts[self.act]
            if callable(act):
                act(self)
                self._answered()
            else:
                self.passes(act)
        return [ack for _, ack in self.line.heard]

    def resume(self, picture: Picture, acts: list[Act], crash_at: set[int] | None = None) -> None:
        """Killed at that moment and started again; killed once more after so many further steps."""
        self.restore(picture)
        self.steps.crash_at = crash_at or set()
        if picture.asked is not None:
            self.line.heard.append((picture.asked, Ack(0, error="dispatch_failed")))
            self._answered()
        elif not callable(acts[picture.act]):
            self.go_on()
        self.play(acts, picture.act + 1)

    def _answered(self) -> None:
        while not self.line.heard[-1][1].ok:
            assert self.crashed or self.line.heard[-1][1].status == 0, self.line.heard[-1]
            if self.crashed:
                self.restart()
            request, _ = self.line.heard.pop()
            self.line.send(request)

    def passes(self, seconds: float) -> None:
        """Time passes, whatever is killed meanwhile."""
        self.until = self.clock.at + timedelta(seconds=seconds)
        self.go_on()

    def go_on(self) -> None:
        """Time passes until `until`."""
        while True:
            try:
                self.advance(seconds=(self.until - self.clock.at).total_seconds())
                if self.crashed is None:
                    return
            except Crash:
                pass
            self.restart()

    def settle(self, *, limit: int = 2000) -> None:
        while self.late and self.late[0][0] <= self.clock.at:
            _, _, method, args = heapq.heappop(self.late)
            self.api.takes_effect(method, args)
        super().settle(limit=limit)
        if self.crashed is not None:
            raise self.crashed

    def _next(self) -> datetime | None:
        moments = [super()._next(), self.late[0][0] if self.late else None]
        queue = self.workspace.delivery._queue
        if queue and not self.crashed:
            moments.append(self.clock.at + timedelta(seconds=queue[0].due - self.clock.seconds() + 0.000_1))
        return min((moment for moment in moments if moment and moment > self.clock.at), default=None)

    def rows(self) -> Counter[str]:
        """How many rows there are of what a request may leave behind."""
        with self.core.view() as session:
            tables = (Incident, Event, Delivery, RoleAssignment, Page, Notice, Task, Postmortem)
            return Counter({table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in tables})


_inhabited: list[House] = []  # the one whose database the shared engine connects to


@cache
def shared_engine() -> Engine:
    """One for all houses on SQLite, one after the other: what it has compiled is half of a short test's time."""
    engine = make_engine("sqlite:///muster.db")

    @event.listens_for(engine, "do_connect")
    def at_home(_dialect: Any, _record: Any, args: list[Any], _options: dict[str, Any]) -> None:
        args[0] = str(_inhabited[0].path)

    # What is killed here is processes, never the machine's power.
    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous=OFF"))
    _count_commits(engine, lambda: _inhabited[0].steps)
    return engine


def _count_commits(engine: Engine, steps: Callable[[], Steps]) -> None:
    """The driver's commit, with a step on either side of it."""
    commit = engine.dialect.do_commit

    def counted(connection: Any) -> None:
        steps().at("before commit")
        commit(connection)
        steps().at("after commit")

    engine.dialect.do_commit = counted  # type: ignore[method-assign]


def pictures(house: House, acts: list[Act]) -> tuple[list[Picture], int, list[Ack]]:
    """Play it once, undisturbed: every different moment at which it could be killed, how many steps, and the answers."""
    taken: list[Picture] = []

    def take(label: str) -> None:
        now = house.picture(label)
        if not now.same(taken[-1] if taken else None):
            taken.append(now)

    before = house.steps.count
    house.line.heard.clear()
    house.steps.watch = take
    answers = house.play(acts)
    house.steps.watch = None
    return taken, house.steps.count - before, answers


# --- what must be true at the end


@dataclass
class Seen:
    """Our messages in Slack by the delivery whose key they carry, and everything else that our bot has said."""

    by_delivery: dict[int, list[Message]] = field(default_factory=dict)
    unmarked: list[Message] = field(default_factory=list)


def look_around(house: House) -> Seen:
    seen = Seen()
    for channel in house.workspace.state.channels.values():
        for message in channel.messages.values():
            if message.user != house.workspace.bot_user or message.subtype not in (None, "bot_message"):
                continue
            key = ((message.metadata or {}).get("event_payload") or {}).get("key")
            if key is not None:
                seen.by_delivery.setdefault(int(key.partition(":")[2]), []).append(message)
            elif not message.files:
                seen.unmarked.append(message)
    return seen


def assert_kept(house: House) -> None:
    """Everything promised is there exactly once, in order and as it is now; nothing is left over, nothing is owed."""
    with house.core.view() as session:
        _assert_delivered(house, session)
        for incident in session.exec(select(Incident)).all():
            _assert_home(house, session, incident)
            _assert_wake(house, session, incident)
        _assert_links(house, session)
        _assert_notices(house, session)
        _assert_drafts(house, session)
        _assert_no_orphans(house, session)


def _assert_delivered(house: House, session: Session) -> None:
    waiting = session.exec(select(Delivery).where(Delivery.state != "done")).all()
    assert not waiting, [f"{r.id} {r.reaction}/{r.target} {r.state} {r.trouble} next {r.next_at}" for r in waiting]
    seen = look_around(house)
    assert not seen.unmarked, [message.text for message in seen.unmarked]
    last: dict[tuple[str, str], tuple[float, int]] = {}
    for row in session.exec(select(Delivery).order_by(col(Delivery.id))):
        found = seen.by_delivery.pop(row.id or 0, [])
        if "ts" not in row.result:
            assert not found, f"{row.reaction} left a message: {found}"
            continue
        texts = [f"{m.channel} {m.ts} {m.text[:80]}" for m in found]
        assert len(found) == 1, f"{row.reaction}/{row.target} of event {row.event_id} is there {len(found)} times: {texts}"
        assert (found[0].channel, found[0].ts) == (row.result["channel"], row.result["ts"]), f"{row.reaction}: {texts}"
        if row.wanted is None:
            lane = (row.lane, found[0].channel)
            before = last.get(lane, (0.0, 0))
            assert float(found[0].ts) > before[0], f"delivery {row.id} stands before {before[1]} in its lane {row.lane}"
            last[lane] = (float(found[0].ts), row.id or 0)
        else:
            assert row.shown == row.wanted, f"{row.reaction} shows event {row.shown}, not {row.wanted}"
    assert not seen.by_delivery, seen.by_delivery


def _assert_home(house: House, session: Session, incident: Incident) -> None:
    channels = house.workspace.state.channels
    assert incident.announce_channel and incident.announce_ts
    announcement = channels[incident.announce_channel].messages[incident.announce_ts]
    _assert_shows(announcement, incident, whole=incident.room_channel is None)
    assert (incident.room_wanted_at is None) == (incident.room_channel is None), "a room is wanted and not there"
    if incident.room_channel is None:
        return
    room = channels[incident.room_channel]
    assert room.name == incident.room_name and room.creator == house.workspace.bot_user
    assert incident.card_ts is not None
    _assert_shows(room.messages[incident.card_ts], incident, whole=True)
    pinned = [pin.ts for pin in room.pins if pin.user == house.workspace.bot_user]
    assert pinned == [incident.card_ts], "the card, and nothing else, is pinned"
    assert incident.declared_by in room.members
    for holder in session.exec(select(RoleAssignment).where(RoleAssignment.incident_id == incident.number)):
        assert holder.person in room.members
    assert incident.severity in room.topic.value and incident.status in room.topic.value, room.topic.value
    assert len(room.bookmarks) <= 1


def _assert_shows(message: Message, incident: Incident, *, whole: bool) -> None:
    for part in (incident.key, incident.severity, incident.status, incident.title):
        assert part in message.text, f"{part} is not in {message.text}"
    shown = json.dumps(message.blocks)
    for text in (incident.impact, incident.theory, incident.summary) if whole else ():
        assert text[:40] in shown


def _assert_wake(house: House, session: Session, incident: Incident) -> None:
    owed = house.core.owed(standing(session, incident))
    wake = session.get(Wake, f"incident:{incident.number}")
    if not owed:
        assert wake is None, wake
        return
    assert wake is not None and wake.due_at == owed[0][0].at, (wake, owed[0])
    assert wake.due_at > house.clock.at and wake.failures == 0


def _assert_links(house: House, session: Session) -> None:
    """A line of the timeline that names a message names one that is there."""
    for entry in session.exec(select(Event).where(col(Event.ts).is_not(None))):
        assert entry.channel and entry.ts
        assert entry.ts in house.workspace.state.channels[entry.channel].messages, f"{entry.kind} links to nothing"


def _assert_notices(house: House, session: Session) -> None:
    for notice in session.exec(select(Notice)):
        assert notice.state == "sent", notice
        told = [
            row for row in session.exec(select(Delivery).where(col(Delivery.reaction).startswith("page")))
            if row.target == notice.target and _is_level(session, row, notice)
        ]  # fmt: skip
        assert len(told) == 1, (notice, told)


def _is_level(session: Session, row: Delivery, notice: Notice) -> bool:
    paged = session.get_one(Event, row.event_id).payload
    return (paged["page_id"], paged["round"], paged["level"]) == (notice.page_id, notice.round, notice.level)


def _assert_drafts(house: House, session: Session) -> None:
    """One draft is shown, whole, in one message; those before it are gone."""
    files = [file for file in house.workspace.state.files.values() if file.shares and not file.deleted]
    drafts = session.exec(select(Postmortem)).all()
    assert sorted(file.id for file in files) == sorted(str(draft.file_id) for draft in drafts), (files, drafts)
    for file in files:
        assert file.complete and file.content
        [(channel, ts)] = file.shares.items()
        shown = [m for m in house.workspace.state.channels[channel].messages.values() if file.id in m.files]
        assert [m.ts for m in shown] == [ts]
    for channel in house.workspace.state.channels.values():
        left = [m for m in channel.messages.values() if m.files and all(house.workspace.state.files[f].deleted for f in m.files)]
        assert not [m for m in left if m.user == house.workspace.bot_user], f"a draft that is gone left {left}"


def _assert_no_orphans(house: House, session: Session) -> None:
    rooms = {incident.room_channel for incident in session.exec(select(Incident))} - {None}
    made = [
        channel for channel in house.workspace.state.channels.values()
        if channel.creator == house.workspace.bot_user and not channel.is_direct and channel.name != "incidents"
    ]  # fmt: skip
    assert {channel.id for channel in made} == rooms, [channel.name for channel in made]
    named = [channel.name for channel in house.workspace.state.channels.values() if not channel.is_direct]
    assert len(named) == len(set(named))


def account(house: House) -> dict[str, Any]:
    """What came of it, without moments and ids: equal for any two runs of the same story."""
    with house.core.view() as session:
        events = session.exec(select(Event).order_by(col(Event.id))).all()
        kinds = {event.id: event.kind for event in events}
        incidents = session.exec(select(Incident).order_by(col(Incident.id))).all()
        return {
            "timeline": [
                (e.kind, e.actor, _timeless(e.payload)) for e in events if e.kind not in ("room.opened", "page.level")
            ],
            "levels": [(e.payload["round"], e.payload["level"], e.payload["people"]) for e in events if e.kind == "page.level"],
            "rooms": [(i.room_name, i.status, i.severity, i.acknowledged_at is not None) for i in incidents],
            "deliveries": sorted(
                (d.reaction, d.target, kinds[d.event_id], d.state) for d in session.exec(select(Delivery))
            ),
            "channels": sorted(
                (c.name, sorted(c.members), c.topic.value, len(c.pins), [b.link for b in c.bookmarks], _counted(c))
                for c in house.workspace.state.channels.values() if not c.is_direct
            ),
            "inboxes": sorted(
                (sorted(c.members), _counted(c)) for c in house.workspace.state.channels.values() if c.is_direct
            ),
        }  # fmt: skip


def _timeless(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if not name.endswith(("_at", "_id", "until", "since"))}


def _counted(channel: Channel) -> int:
    return len([m for m in channel.messages.values() if m.subtype in (None, "bot_message", "file_share")])


def dice(*what: Any) -> random.Random:
    return random.Random(":".join(map(str, what)))


def each(items: list[Any], part: int, parts: int) -> Iterator[Any]:
    """Every `parts`-th, from `part` on."""
    yield from items[part::parts]


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do it all in threads that start together; what each gave, or the exception that it raised."""
    ready = threading.Barrier(len(work))
    came: list[Any] = [None] * len(work)

    def run(place: int) -> None:
        ready.wait()
        try:
            came[place] = work[place]()
        except Exception as error:
            came[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def process(house: House) -> Core:
    """The core of one more process on the same database: with connections, locks and memory of its own."""
    return build(house.settings, bell=lambda priority: None, clock=house.clock, slack=house.api).core
