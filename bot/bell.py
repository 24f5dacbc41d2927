"""The doorbell: tells the workers, through RQ, that something is due. It carries nothing and may get lost."""

import logging
import threading
import time

from redis.exceptions import RedisError
from rq import Queue

from bot.redis import connect
from bot.rush import Rush

log = logging.getLogger(__name__)

PAGES = "pages"  # the queue of the worker that takes pages only
DELIVERIES = "deliveries"
JOB = "workers.job.deliver"  # by name: nothing here imports the workers
_JOB_SECONDS = 60
_APART = 0.012  # seconds that the first worker has to itself: together they would hold up the most pressing delivery
_WAITS = 0.5  # seconds at most, until a rush of requests is over


class Bell:
    """Rung at every commit that left something; a ring that fails is no error, since the clock rings again."""

    def __init__(self, redis_url: str, *, workers: int, rush: Rush | None = None) -> None:
        self._workers, self._rush = workers, rush or Rush()
        self._queues = {name: Queue(name, connection=connect(redis_url)) for name in (PAGES, DELIVERIES)}
        self._wanted: set[str] = set()
        self._something = threading.Condition()
        self._thread: threading.Thread | None = None

    def ring(self, priority: int) -> None:
        """Return at once; a background thread does it, so that Redis can never delay an answer to Slack."""
        with self._something:
            self._wanted |= {DELIVERIES, PAGES} if priority == 0 else {DELIVERIES}
            if self._thread is None:
                self._thread = threading.Thread(target=self._ring_on, name="bell", daemon=True)
                self._thread.start()
            self._something.notify()

    def _ring_on(self) -> None:
        while True:
            with self._something:
                while not self._wanted:
                    self._something.wait()
            self._rush.wait_for_calm(_WAITS)  # workers woken in a rush would take the processor from the acknowledgements
            with self._something:
                wanted, self._wanted = self._wanted, set()
            for name in wanted:
                self._ring(name)

    def ring_now(self, priority: int) -> bool:
        """Ring and say whether Redis took it."""
        names = (PAGES, DELIVERIES) if priority == 0 else (DELIVERIES,)
        return all([self._ring(name) for name in names])

    def _ring(self, name: str) -> bool:
        """Fewer bells than workers: more would only find nothing to do."""
        queue, workers = self._queues[name], 1 if name == PAGES else self._workers
        try:
            for nth in range(workers - queue.count):
                if nth == 1:
                    time.sleep(_APART)
                queue.enqueue_call(JOB, args=(name,), timeout=_JOB_SECONDS, result_ttl=0, failure_ttl=86400)
            return True
        except (RedisError, OSError) as error:
            log.debug("the bell could not be rung: %s", error)
            return False
