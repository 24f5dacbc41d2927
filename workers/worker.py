"""The worker process: keeps its RQ workers running, one of them for pages only."""

import logging
import os
import signal
import threading
import time
from types import FrameType

from redis.exceptions import RedisError
from rq import SimpleWorker

from bot import process
from bot.bell import DELIVERIES, PAGES
from bot.redis import connect, ensure, revive
from bot.settings import Settings
from bot.wiring import build
from models.migrate import migrate
from workers import job

log = logging.getLogger("muster.worker")

_STOP_SECONDS = 14.0  # the calls at hand take up to 5, and one that is looked up first twice that
_RESTART_SECONDS = 1.0


def main() -> int:
    """Run until SIGTERM; the exit status. An RQ worker that dies (it does when Redis goes away) is started again."""
    return process.run(_run)


def _run(settings: Settings) -> None:
    muster = build(settings, bell=lambda priority: None)
    redis_url = ensure(settings.redis_url, settings.muster_var / "redis")
    migrate(muster.core.engine)
    muster.core.engine.dispose()  # nothing is connected when it forks
    job.prepare(muster)
    process.settle_in()
    Crew(settings, redis_url).run()


class Crew:
    """The RQ workers as child processes. They are forked, so that they share what is loaded."""

    def __init__(self, settings: Settings, redis_url: str) -> None:
        self._settings, self._redis_url = settings, redis_url
        self._posts = [DELIVERIES] * settings.muster_workers + [PAGES]
        self._children: dict[int, str] = {}
        self._stopping = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for queue in self._posts:
            self._start(queue)
        log.info("%d workers are ready", len(self._posts))
        while not self._stopping:
            self._replace_the_dead()
            time.sleep(0.1)
        self._wait()

    def _start(self, queue: str) -> None:
        parent = os.getpid()
        child = os.fork()
        if child:
            self._children[child] = queue
            return
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if not self._stopping:  # told to stop between the fork and the line above
                _work(queue, self._redis_url, parent)
        finally:
            os._exit(0)

    def _replace_the_dead(self) -> None:
        for queue in self._reap():
            log.warning("a worker for %s ended; starting another", queue)
            time.sleep(_RESTART_SECONDS)
            revive(self._settings.redis_url, self._settings.muster_var / "redis")
            if not self._stopping:
                self._start(queue)

    def _reap(self) -> list[str]:
        ended = []
        for child in list(self._children):
            if os.waitpid(child, os.WNOHANG)[0]:
                ended.append(self._children.pop(child))
        return ended

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _wait(self) -> None:
        """Let them finish what they are at; what would take longer is in the database and safe."""
        for child in self._children:
            os.kill(child, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while self._children and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.05)
        for child in self._children:
            os.kill(child, signal.SIGKILL)


class _Worker(SimpleWorker):
    """Told to stop, it need not finish the drain."""

    def handle_warm_shutdown_request(self) -> None:
        job.stop()


def _work(queue: str, redis_url: str, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent says when to stop
    if queue != PAGES:
        os.nice(5)  # where processors are few, acknowledgements come first: Slack waits three seconds for them
    threading.Thread(target=_leave_with, args=(parent,), daemon=True, name="orphan watch").start()
    try:  # making one asks Redis, too
        worker = _Worker(  # no fork for each job: ours is short, and a warm engine answers in a third of the time
            [queue], connection=connect(redis_url, patient=True), worker_ttl=25, maintenance_interval=10,
            log_job_description=False,
        )  # fmt: skip
        worker.work(logging_level="WARNING", with_scheduler=False)
    except (RedisError, OSError) as error:
        log.warning("Redis cannot be used (%s); the clock delivers meanwhile", error)
    except Exception:  # the process ends without a word otherwise
        log.exception("a worker for %s broke", queue)


def _leave_with(parent: int) -> None:
    """End when the parent was killed, so that its successor does not find twice as many."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
