"""The RQ job: one call drains what is due."""

import threading

from bot.bell import PAGES
from bot.wiring import Muster
from workers.deliver import Courier

_DRAIN_SECONDS = 10.0  # then the bell is rung again if anything is left
_THREADS = 2  # for each worker: they wait on the network, but not only

_muster: Muster | None = None
_stopping = threading.Event()


def prepare(muster: Muster) -> None:
    """Give the job its parts before the worker forks: they are made once, and connect only after the fork."""
    global _muster
    _muster = muster


def stop() -> None:
    """End the drain under way after the call at hand: what is left is in the database."""
    _stopping.set()


def deliver(queue: str) -> int:
    """Drain; the pages' worker takes pages only."""
    assert _muster is not None, "the worker prepares the job before it starts"
    courier = Courier(_muster.core, _muster.slack, _muster.table, _stopping)
    return courier.drain(threads=_THREADS, up_to_priority=0 if queue == PAGES else 99, seconds=_DRAIN_SECONDS)
