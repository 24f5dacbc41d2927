"""The RQ job: one call drains what is due."""

import threading

from bot.bell import PAGES
from bot.wiring import Muster
from workers.deliver import Courier

_DRAIN_SECONDS = 10.0  # then the bell is rung again if anything is left
_THREADS = 2  # for each worker: they wait on the network, but not only

_courier: Courier | None = None
_stopping = threading.Event()


def prepare(muster: Muster) -> None:
    """Make the job's parts before the worker forks: they connect only after the fork. They are kept from job to job, so that
    what Slack was asked once is known."""
    global _courier
    _courier = Courier(muster.core, muster.slack, muster.table, _stopping)


def stop() -> None:
    """End the drain under way after the call at hand: what is left is in the database."""
    _stopping.set()


def deliver(queue: str) -> int:
    """Drain; the pages' worker takes pages only."""
    assert _courier is not None, "the worker prepares the job before it starts"
    return _courier.drain(threads=_THREADS, up_to_priority=0 if queue == PAGES else 99, seconds=_DRAIN_SECONDS)
