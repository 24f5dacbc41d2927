"""The unit of work: one transaction that locks its incident, changes it, and leaves behind what must follow."""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, bindparam, case, insert, inspect, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel, col, select

from incidents import access
from incidents.clock import Clock
from incidents.drill_files import Scenarios
from incidents.errors import Refused
from incidents.events import Happened
from incidents.overrides import overrides
from incidents.policy import Policy, Target
from incidents.rules.on_call import Override
from incidents.runbook_files import Catalogue
from incidents.standing import Standing, standing
from incidents.timers import Due, Timer
from models import Delivery, Drill, Event, Incident, Notice, Page, RoleAssignment, Wake
from models.database import WRITES, WriteTurn
from models.spine import OPEN


class NoSuchIncident(Refused):
    """The number names no incident."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no INC-{number}. `/incident list` shows the open ones.")


class Repeated(Exception):
    """The request was carried out before; `event` is what it led to then. Nothing has changed now."""

    def __init__(self, event: Event) -> None:
        super().__init__(f"already done as event {event.id}")
        self.event = event


Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class Route:
    """One thing that must reach Slack because of an event.

    `lane` orders it among the incident's others, `priority` (0 first) among everybody's. A mirror is one row for each
    (incident, reaction, target), shown again when something changed. `needed` is asked at the end of the transaction:
    what nobody is there to see does not leave. A mirror that is shown `after` a while shows a burst of changes at once.
    """

    reaction: str
    target: str
    lane: str
    priority: int
    mirror: bool = False
    needed: "Needed | None" = None
    after: timedelta = timedelta(0)


Router = Callable[[Happened, Event, Incident], Iterable[Route]]
Needed = Callable[["Unit"], bool]


@dataclass
class Unit:
    """One transaction under way. `now` is read after the lock, so moments are in the order of the changes.

    `is_new`: it makes the incident. `declares`: in it the incident is declared, there and then or out of triage.
    `rethinks`: the wake is rewritten at the end also if nothing has changed. `pages`: an escalation was started in it.
    `others`: units of further incidents in the same transaction. `given`: the roles that it gave.
    """

    session: Session
    policy: Policy
    now: datetime
    router: Router
    key: str | None = None
    is_new: bool = False
    declares: bool = False
    rethinks: bool = False
    pages: bool = False
    runbooks: Callable[[], Catalogue] = Catalogue
    others: "list[Unit]" = field(default_factory=list)
    given: list[RoleAssignment] = field(default_factory=list)
    _overrides: tuple[Override, ...] | None = None
    _incident: Incident | None = None
    _recorded: bool = False
    _begun: dict[str, Any] = field(default_factory=dict)
    _leaving: list[tuple[Route, int]] = field(default_factory=list)

    @cached_property
    def connection(self) -> Connection:
        """What the statements go through that are not about the session's rows. Asking the session for it took a
        twentieth of a declaration (measured)."""
        return self.session.connection()

    @property
    def incident(self) -> Incident:
        """The locked incident."""
        assert self._incident is not None, "declare sets it first"
        return self._incident

    @incident.setter
    def incident(self, incident: Incident) -> None:
        self._incident = incident

    @property
    def overrides(self) -> tuple[Override, ...]:
        """Those of the on-call rotations, from now on. Asked for once, and only by who needs them."""
        if self._overrides is None:
            self._overrides = overrides(self.session, self.now)
        return self._overrides

    def record(
        self,
        happened: Happened,
        *,
        by: str | None = None,
        at: datetime | None = None,
        channel: str | None = None,
        ts: str | None = None,
        thread_ts: str | None = None,
        key: str | None = None,
    ) -> Event:
        """Add to the timeline, and with it everything that must reach Slack because of it.

        The unit's key stands on the first event, so that the request is known when it comes again.
        """
        first, self.key = self.key, None
        row: dict[str, Any] = {
            "incident_id": self.incident.number,
            "key": key or first,
            "kind": happened.kind,
            "actor": by,
            "at": at or self.now,
            "recorded_at": self.now,
            "payload": happened.model_dump(mode="json", exclude_defaults=True),
            "channel": channel,
            "ts": ts,
            "thread_ts": thread_ts,
        }
        # Past the session: a flush would also write the half-changed rows, once for each event.
        event_id = int(self.connection.execute(_INSERT_EVENT, row).scalar_one() or 0)
        event = as_read(Event, {**row, "id": event_id})
        self._recorded = True
        if self.incident.private:
            access.let_in(self.session, self.incident, access.brought(happened, by), self.now)
        for route in self.router(happened, event, self.incident):
            self._leaving.append((route, event_id))
        self.incident.last_event = event_id
        self._leave_to_rules(event_id)
        if by is not None:
            self.incident.heard_at, self.incident.heard_event, self.incident.quiet_asked = self.now, event_id, False
        return event

    def _leave_to_rules(self, event_id: int) -> None:
        """The clock looks at it at once where the config has rules; where it has none, none that comes later does."""
        if not self.policy.automations:
            self.incident.automated_event, self.incident.automate_at = event_id, None
        elif self.incident.automate_at is None:
            self.incident.automate_at = self.now

    def begin(self, columns: Mapping[str, Any]) -> None:
        """Store the incident that this unit makes; what is not given is as the model says."""
        row = {**_BLANK(), **columns}
        row["id"] = self.connection.execute(_INSERT_INCIDENT, row).scalar_one()
        self._incident, self._begun = as_read(Incident, row), row
        make_transient_to_detached(self._incident)
        self.session.add(self._incident)

    def _save_new(self) -> None:
        """What has changed since it was begun, past the session, which takes three times as long for it (measured)."""
        if self._begun:
            now = vars(self.incident)
            changed = {name: now[name] for name, value in self._begun.items() if now[name] != value}
            if changed:
                self.connection.execute(_SAVE_INCIDENT, {"number": self.incident.number, **changed})
            self.session.expunge(self.incident)

    def redo(self, reaction: str, *, of: int | None = None) -> None:
        """Have a mirror of the unit's incident, or of another one, shown again although nothing happened to it; the clock
        rings for it."""
        its = {"number": of or self.incident.number, "name": reaction, "now": self.now}
        self.connection.execute(_REDO, its)

    def standing(self) -> Standing:
        """How the incident stands, this unit's changes included."""
        self.session.flush()
        return standing(self.session, self.incident)

    def _leave(self) -> int | None:
        """Write the deliveries in the order they were caused; the priority of the most pressing one, None for none.

        Of a mirror only the newest state is wanted, in the place of its first mention.
        """
        self._spare_what_nobody_sees()
        newest = {(r.reaction, r.target): event_id for r, event_id in self._leaving if r.mirror}
        rows: list[dict[str, Any]] = []
        for route, event_id in self._leaving:
            if not route.mirror:
                rows.append(self._row(route, event_id))
                continue
            wanted = newest.pop((route.reaction, route.target), None)
            if wanted is not None and (self.is_new or not self._reopen(route, wanted)):
                rows.append(self._row(route, wanted))
        if rows:
            self.connection.execute(_INSERT_DELIVERY, rows)
        return min((route.priority for route, _ in self._leaving), default=None)

    def _spare_what_nobody_sees(self) -> None:
        asks = {route.reaction: route.needed for route, _ in self._leaving if route.needed is not None}
        spared = {reaction for reaction, needed in asks.items() if not needed(self)}
        self._leaving = [(route, event_id) for route, event_id in self._leaving if route.reaction not in spared]

    def _row(self, route: Route, event_id: int) -> dict[str, Any]:
        return {
            "event_id": event_id,
            "incident_id": self.incident.number,
            "reaction": route.reaction,
            "target": route.target,
            "lane": f"{self.incident.number}:{route.lane}",
            "priority": route.priority,
            "state": OPEN,
            "attempt": 0,
            "refusals": 0,
            "doubt": False,
            "next_at": self.now + route.after,
            "wanted": event_id if route.mirror else None,
            "result": {},
        }

    def _reopen(self, route: Route, event_id: int) -> bool:
        """Want the newest state of a mirror that exists; a claimed one keeps its lease and is redone after it."""
        due = self.now + route.after
        its = {"number": self.incident.number, "name": route.reaction, "whom": route.target, "newest": event_id, "due": due}
        return bool(self.connection.execute(_REOPEN, its).rowcount)


class Core:
    """What verbs work with: the database, the time, the policy, the routes and the bell.

    `router` says what must leave because of an event; `bell` is rung, with the most pressing priority, after a commit
    that left something. `members` says who is behind a person or a user group of the policy, None where that is not
    known; `unreachable` why somebody could not read what they are given, None where nothing is known against it. Both may
    ask Slack, and the composition root sets them. So it does `runbooks`, which gives those of the team, and
    `scenarios`, which looks up what drills there are and what is wrong with their files.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        policy: Callable[[], Policy],
        router: Router,
        timers: Mapping[str, Timer],
        bell: Callable[[int], None],
    ) -> None:
        self.engine = engine
        self.clock = clock
        self._policy = policy
        self._router = router
        self._timers = tuple(timers.values())
        self._bell = bell
        self.members: Callable[[Target], frozenset[str] | None] = named
        self.unreachable: Callable[[str], str | None] = lambda person: None
        self.runbooks: Callable[[], Catalogue] = Catalogue
        self.scenarios: Callable[[], Scenarios] = Scenarios
        self.viewer: str | None = None
        self._turn = WriteTurn(engine)

    @property
    def policy(self) -> Policy:
        """The policy as it is now."""
        return self._policy()

    def as_seen_by(self, viewer: str | None) -> "Core":
        """The same, as far as this person may see: to them a private incident that they are not in does not exist.

        Whatever a person asks for goes through such a core. None is Muster itself, which does what is owed to every
        incident; lists that it makes hold no private ones (`access.visible`).
        """
        seen = copy.copy(self)
        seen.viewer = viewer
        return seen

    @contextmanager
    def view(self) -> Iterator[Session]:
        """Read-only, one moment's picture of the database."""
        with Session(self.engine, expire_on_commit=False, info={access.VIEWER: self.viewer}) as session:
            yield session  # closing ends the transaction; a rollback here would expire what was read

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A short writing transaction of the spine itself, which belongs to no incident."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={WRITES: True})
            yield session
            session.commit()

    @contextmanager
    def turn(self, what: str) -> Iterator[Session]:
        """The same, one after the other among those who change `what`: the second sees what the first has done."""
        with self.transaction() as session:
            self._wait_for_turn(session, what)
            yield session

    def _wait_for_turn(self, session: Session, what: str) -> None:
        if self.engine.dialect.name == "postgresql":  # SQLite has one writer anyway
            session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})

    @contextmanager
    def unit(self, number: int, key: str | None = None) -> Iterator[Unit]:
        """Change one incident: locked first, then `now`; at the end its wake is rewritten and the bell is rung.

        Raises Repeated if `key` was used before, NoSuchIncident if there is none. Any error undoes everything.
        """
        with self._unit(key) as unit:
            unit.incident = self._lock(unit.session, number)
            self._refuse_repeat(unit.session, key)
            unit.now = self.clock.now(unit.session)
            yield unit

    @contextmanager
    def pair(self, number: int, other: int, key: str | None = None) -> Iterator[tuple[Unit, Unit]]:
        """Change two different incidents in one transaction: both changes happen or neither does.

        Locked in the order of their numbers, so that two requests for the same pair cannot wait for each other. `key`
        stands on the first event of the first one.
        """
        with self._unit(key) as unit:
            locked = {each: self._lock(unit.session, each) for each in sorted((number, other))}
            unit.incident = locked[number]
            self._refuse_repeat(unit.session, key)
            unit.now = self.clock.now(unit.session)
            yield unit, self._beside(unit, locked[other])

    def also(self, unit: Unit, number: int) -> Unit:
        """One more incident in the same transaction, locked after the first. For what was merged into that one, which
        nobody changes but together with it."""
        return self._beside(unit, self._lock(unit.session, number))

    def _beside(self, unit: Unit, incident: Incident) -> Unit:
        beside = Unit(unit.session, unit.policy, unit.now, self._router, runbooks=self.runbooks)
        beside.incident = incident
        unit.others.append(beside)
        return beside

    def _lock(self, session: Session, number: int) -> Incident:
        incident = session.exec(_LOCK, params={"number": number}).one_or_none()
        if incident is None or not access.may_see(session, incident, self.viewer):
            raise NoSuchIncident(number)
        return incident

    @contextmanager
    def new(self, declarer: str | None, key: str | None = None) -> Iterator[Unit]:
        """Make an incident; the caller sets `unit.incident`. One declarer's requests come one after the other.

        A repeated key is found by its being unique, not by looking first: nearly every declaration is a new one.
        """
        with self._unit(key) as unit:
            self._wait_for_turn(unit.session, declarer or "")
            unit.now, unit.is_new, unit.declares = self.clock.now(unit.session), True, True
            yield unit

    @contextmanager
    def _unit(self, key: str | None) -> Iterator[Unit]:
        info = {access.VIEWER: self.viewer}
        with self._turn, Session(self.engine, expire_on_commit=False, autoflush=False, info=info) as session:
            session.connection(execution_options={WRITES: True})
            unit = Unit(session, self.policy, self.clock.now(), self._router, key, runbooks=self.runbooks)
            try:
                yield unit
                left = self._finish(unit)
            except IntegrityError:
                session.rollback()
                self._refuse_repeat(session, key)  # two of the same at once: the other one was first
                raise
        if left is not None:
            self._bell(left)

    def _finish(self, unit: Unit) -> int | None:
        timers_may_move = unit.rethinks or unit._recorded or any(map(unit.session.is_modified, _timed(unit.session.dirty)))
        unit._save_new()
        unit.session.flush()
        units = (unit, *unit.others)
        left = [priority for each in units if (priority := each._leave()) is not None]
        for each in units:
            if each._incident is not None and timers_may_move:
                self._rewrite_wake(each)
        unit.session.commit()
        return min(left, default=None)

    def _refuse_repeat(self, session: Session, key: str | None) -> None:
        if key is None:
            return
        event = session.exec(_KNOWN, params={"key": key}).one_or_none()
        if event is not None:
            raise Repeated(event)

    def owed(self, now: Standing) -> Sequence[tuple[Due, Timer]]:
        """Everything owed to an incident, soonest first."""
        dues = [(due, timer) for timer in self._timers for due in timer.owed(now, self.policy)]
        return sorted(dues, key=lambda pair: (pair[0].at, pair[0].key))

    def _rewrite_wake(self, unit: Unit) -> None:
        if unit.is_new and not unit.pages and unit.incident.drill is None:
            stands = Standing(unit.incident, unit.given, [], [])
        else:
            stands = standing(unit.session, unit.incident)
        owed = self.owed(stands)
        subject = f"incident:{unit.incident.number}"
        wake = None if unit.is_new else unit.session.get(Wake, subject)
        if not owed:
            if wake is not None:
                unit.session.delete(wake)
        elif wake is None:
            row = {"subject": subject, "incident_id": unit.incident.number, "due_at": owed[0][0].at, "failures": 0}
            unit.connection.execute(_INSERT_WAKE, row)
        else:
            wake.due_at, wake.failures, wake.trouble = owed[0][0].at, 0, None


# Built once: putting a statement together takes longer than running it.
_LOCK = select(Incident).where(Incident.id == bindparam("number")).with_for_update()
_KNOWN = select(Event).where(Event.key == bindparam("key"))
_IS_OVER = col(Delivery.state) != OPEN
_REOPEN = (
    update(Delivery)
    .where(
        col(Delivery.incident_id) == bindparam("number"),
        col(Delivery.reaction) == bindparam("name"),
        col(Delivery.target) == bindparam("whom"),
        col(Delivery.wanted).is_not(None),
    )
    .values(
        wanted=bindparam("newest"),
        state=OPEN,
        next_at=case((_IS_OVER, bindparam("due")), else_=col(Delivery.next_at)),
        refusals=case((_IS_OVER, 0), else_=col(Delivery.refusals)),
        lease_until=case((_IS_OVER, None), else_=col(Delivery.lease_until)),
        doubt=case((_IS_OVER, False), else_=col(Delivery.doubt)),
    )
)
_REDO = (
    update(Delivery)
    .where(
        col(Delivery.incident_id) == bindparam("number"),
        col(Delivery.reaction) == bindparam("name"),
        col(Delivery.wanted).is_not(None),
        _IS_OVER,
    )
    .values(state=OPEN, next_at=bindparam("now"), refusals=0, lease_until=None, doubt=False)
)
_INSERT_INCIDENT = insert(Incident).returning(col(Incident.id))
_SAVE_INCIDENT = update(Incident).where(col(Incident.id) == bindparam("number"))
_INSERT_EVENT = insert(Event).returning(col(Event.id))
_INSERT_DELIVERY = insert(Delivery)
_INSERT_WAKE = insert(Wake)
_TIMED = (Incident, Notice, Page, RoleAssignment, Drill)  # what a Standing is made of


def _timed(rows: Iterable[object]) -> Iterator[object]:
    return (row for row in rows if isinstance(row, _TIMED))


def blank(model: type[SQLModel]) -> Callable[[], dict[str, Any]]:
    """What makes the columns of a row that the model has a default for, but its id."""
    fields = {name: field for name, field in model.model_fields.items() if name != "id" and not field.is_required()}
    fixed = {name: field.default for name, field in fields.items() if not field.default_factory}
    made = {name: cast(Callable[[], Any], field.default_factory) for name, field in fields.items() if field.default_factory}
    return lambda: {**fixed, **{name: make() for name, make in made.items()}}


_BLANK = blank(Incident)


def as_read(model: type[Row], columns: Mapping[str, Any]) -> Row:
    """A row that a statement has written, made as the session makes those that it reads: pydantic's way, field by field,
    took a sixth of a declaration (measured)."""
    row: Row = inspect(model).class_manager.new_instance()
    vars(row).update(columns)
    return row


def named(target: Target) -> frozenset[str] | None:
    """Whoever is named by id; a group takes asking Slack."""
    return frozenset({target.name}) if target.kind == "person" else None


def find(session: Session, number: int) -> Incident:
    """The incident with this number, or a refusal that says where to look: the same one for what may not be seen."""
    incident = session.get(Incident, number)
    if incident is None or not access.may_see(session, incident, session.info.get(access.VIEWER)):
        raise NoSuchIncident(number)
    return incident
