"""The clock: fires what is owed, rings for what is due, and does the work itself where nobody else can."""

import logging
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, bindparam, delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from bot import process
from bot.bell import Bell
from bot.redis import ensure, revive
from bot.settings import Settings
from bot.slack import CallFailed, SlackRefused
from bot.wiring import Muster, build, make_bell
from bot.workspace import remember
from incidents import digest, wakes
from incidents.core import Core
from incidents.policy import Policy
from incidents.policy_file import PolicyError
from incidents.rules.on_call import by_email
from models import Brake, Delivery, Fact, Wake
from models.migrate import migrate
from models.spine import DONE, OPEN
from models.workspace import HEARTBEAT
from workers import leases
from workers.deliver import Courier

log = logging.getLogger("muster.clock")

TICK_SECONDS = 0.25
_REDIS_SECONDS = 1.0
_PEOPLE_SECONDS = 5.0  # until Slack is asked again who somebody is
FRESH = timedelta(seconds=0.5)  # whoever left it has rung for it, or waits until a rush of requests is over
UNANSWERED = timedelta(seconds=8)  # a bell that nobody has answered for so long: the workers are away
_KEEP_FINISHED = timedelta(days=30)
_FIRINGS = 100  # one incident's, in one transaction; more would mean that nothing moves its watermark
_ALL_HAVE_LOOKED = timedelta(seconds=3)  # every process looks at muster.yml once a second while it works
_WAKES = 500  # one sweep's; the rest comes a quarter of a second later


_DUE = select(Wake.subject, Wake.incident_id).where(Wake.due_at <= bindparam("now")).order_by(col(Wake.due_at)).limit(_WAKES)


class Stuck(Exception):
    """A timer fired and is still owed: a bug, which must not fire for ever."""


def fire_due(core: Core) -> tuple[int, bool]:
    """Fire what is owed now, one subject in each transaction; how many, and whether all went well."""
    fired, clean = 0, True
    for subject, number in _due_wakes(core):
        try:
            fired += wakes.fire(core, subject) if number is None else _fire(core, number)
        except Exception as error:
            clean = False
            log.exception("the wake of %s could not be fired", subject)
            _back_off(core, subject, error)
    return fired, clean


def _due_wakes(core: Core) -> list[tuple[str, int | None]]:
    with core.view() as session:
        found: list[tuple[str, int | None]] = list(session.exec(_DUE, params={"now": core.clock.now(session)}))
        return [(subject, number) for subject, number in found if number is not None or wakes.is_known(subject)]


def _fire(core: Core, number: int) -> int:
    """Everything owed to one incident; a unit rewrites the wake as it ends, also of one that was woken for nothing."""
    fired: set[str] = set()
    with core.unit(number) as unit:
        unit.rethinks = True
        while True:
            owed = [(due, timer) for due, timer in core.owed(unit.standing()) if due.at <= unit.now]
            if not owed:
                return len(fired)
            due, timer = owed[0]
            if due.key in fired or len(fired) >= _FIRINGS:
                raise Stuck(f"{timer.name} {due.key} is still owed after it fired")
            timer.fire(unit, due)
            fired.add(due.key)


def _back_off(core: Core, subject: str, error: Exception) -> None:
    """1 s, 2 s, 4 s … 5 min."""
    with core.transaction() as session:
        wake = session.get(Wake, subject)
        if wake is not None:
            wake.failures += 1
            wake.trouble = repr(error)[:300]
            wake.due_at = core.clock.now(session) + timedelta(seconds=min(300, 2 ** (wake.failures - 1)))


def wake_all(core: Core) -> None:
    """At the start and after a change of the policy every deadline is thought over."""
    with core.transaction() as session:
        session.execute(update(Wake).values(due_at=core.clock.now(session)))
    digest.schedule(core)


def tidy(core: Core) -> None:
    """Forget finished deliveries after 30 days, and brakes that are over."""
    with core.transaction() as session:
        now = core.clock.now(session)
        session.execute(
            delete(Delivery).where(
                col(Delivery.state) == DONE,
                col(Delivery.settled_at) < now - _KEEP_FINISHED,
                col(Delivery.wanted).is_(None),
            )
        )
        session.execute(delete(Brake).where(col(Brake.until) < now))


class ClockWork:
    """Sweeps until it is told to stop."""

    def __init__(self, muster: Muster, bell: Bell) -> None:
        self._muster, self._core, self._bell = muster, muster.core, bell
        self._courier = Courier(muster.core, muster.slack, muster.table)
        self._policy: Policy | None = None
        self._again_at: datetime | None = None
        self._problem: PolicyError | None = None
        self._stop = process.Told()
        self._standing_in: threading.Thread | None = None
        self._beaten = self._tidied = 0.0

    @property
    def engine(self) -> Engine:
        return self._core.engine

    def stop(self, *_: object) -> None:
        self._stop.set()
        self._courier.stopping.set()

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self.sweep()
            except SQLAlchemyError as error:  # the database is away: nothing is lost, and there is nothing else to do
                log.warning("the database does not answer: %s", str(error).splitlines()[0][:200])
                self._stop.wait(1.0)
            self._stop.wait(TICK_SECONDS)
        if self._standing_in is not None:
            self._standing_in.join(timeout=10)

    def sweep(self) -> None:
        """One tick: fire what is owed, ring for what is due."""
        self._follow_policy()
        self._report_config()
        _, clean = fire_due(self._core)
        self._ring()
        if clean:
            self._beat()
        if time.monotonic() - self._tidied > 3600:
            self._tidied = time.monotonic()
            tidy(self._core)

    def _follow_policy(self) -> None:
        """A new policy moves every deadline at once; and once more when all processes have looked at the file, since one
        that had not may have reckoned a deadline by the policy before, and nobody would wake for it."""
        policy, now = self._core.policy, self._core.clock.now()
        if policy is not self._policy:
            wake_all(self._core)  # first: when it fails, the next sweep has to do it
            self._again_at = now + _ALL_HAVE_LOOKED if self._policy is not None else None
            self._policy = policy
            threading.Thread(target=self._learn_people, args=(policy,), name="people", daemon=True).start()
        elif self._again_at is not None and now >= self._again_at:
            wake_all(self._core)
            self._again_at = None

    def _report_config(self) -> None:
        """Whoever edits muster.yml while Muster runs finds in the log what is wrong with it, and that it is not in force."""
        problem = self._muster.policy_file.problem
        if problem is self._problem:
            return
        self._problem = problem
        if problem is None:
            log.info("the settings are read again and in force")
        else:
            log.error("the last good settings stay in force: %s", problem)

    def _learn_people(self, policy: Policy) -> None:
        """Ask Slack who is behind the e-mail addresses of muster.yml, before anybody is paged and has to be named."""
        for email in by_email(policy):
            while not self._stop.is_set() and policy is self._core.policy:
                try:
                    self._courier.workspace.user_id(email)
                except SlackRefused as refused:
                    log.warning("muster.yml names %s, whom Slack does not know: %s", email, refused)
                except (CallFailed, SQLAlchemyError):
                    self._stop.wait(_PEOPLE_SECONDS)
                    continue
                break

    def _ring(self) -> None:
        with self._core.view() as session:
            now = self._core.clock.now(session)
            since = leases.oldest_due(session, now)
            late = (col(Delivery.check_at) <= now, Delivery.state != OPEN)  # what is open is looked at when it is done
            checks = session.exec(select(Delivery.id).where(*late).limit(1)).first()
        if checks is None and (since is None or now - since < FRESH):
            return
        answered = since is None or now - since < UNANSWERED
        if not self._bell.ring_now(0) or not answered:
            self._stand_in()

    def _stand_in(self) -> None:
        """Deliver in the background, pages first, so that the sweeps go on."""
        if self._standing_in is None or not self._standing_in.is_alive():
            self._standing_in = threading.Thread(target=self._drain, name="stand-in", daemon=True)
            self._standing_in.start()

    def _drain(self) -> None:
        try:
            self._courier.drain(threads=4, seconds=5)
        except SQLAlchemyError as error:
            log.warning("standing in for the workers: %s", str(error).splitlines()[0][:200])

    def _beat(self) -> None:
        """Say at most once a second that a sweep was clean."""
        if time.monotonic() - self._beaten < 1.0:
            return
        with self._core.transaction() as session:
            remember(session, HEARTBEAT, self._core.clock.now(session).isoformat())
        self._beaten = time.monotonic()


def last_sweep(core: Core) -> datetime | None:
    """When the clock last swept cleanly; None if never."""
    with core.view() as session:
        row = session.get(Fact, HEARTBEAT)
        return datetime.fromisoformat(row.value).astimezone(UTC) if row is not None else None


def main() -> int:
    """Run until SIGTERM; the exit status."""
    return process.run(_run)


def _run(settings: Settings) -> None:
    folder = settings.muster_var / "redis"
    bell = make_bell(settings, ensure(settings.redis_url, folder))
    work = ClockWork(build(settings, bell=bell.ring), bell)
    migrate(work.engine)
    signal.signal(signal.SIGTERM, work.stop)
    signal.signal(signal.SIGINT, work.stop)
    threading.Thread(target=_watch_redis, args=(settings.redis_url, folder), daemon=True, name="redis watch").start()
    process.settle_in()
    log.info("the clock is running")
    work.run()


def _watch_redis(url: str, folder: Path) -> None:
    """Nobody else starts the embedded Redis again when it dies; meanwhile the clock delivers."""
    while True:
        time.sleep(_REDIS_SECONDS)
        try:
            revive(url, folder)
        except OSError as error:
            log.warning("the embedded Redis cannot be started: %s", error)
