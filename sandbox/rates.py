"""Slack's rate limits: a bucket of calls per method and minute, and one message a second per channel."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_PER_SECOND = 1.0
POSTS_PER_MINUTE = 300  # in the whole workspace: "several hundred"
POST_BURST = 5  # Slack tolerates short bursts and does not say how long they may be


@dataclass
class Bucket:
    size: float
    per_second: float
    left: float
    at: float

    def take(self, now: float) -> float:
        """Take one; 0.0 when there was one, else the seconds until there will be."""
        self.left = min(self.size, self.left + max(0.0, now - self.at) * self.per_second)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.per_second


class Rates:
    """Counts calls per method; `wait` gives 0 or the whole seconds that a 429 would carry."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def wait(self, method: str, tier: int, channel: str = "") -> int:
        if method == "chat.postMessage":
            in_channel = self._take(f"{method} {channel}", POST_BURST, POSTS_PER_SECOND)
            return in_channel or self._take(method, POSTS_PER_MINUTE, POSTS_PER_MINUTE / 60)
        if tier not in PER_MINUTE:
            return 0
        most = PER_MINUTE[tier]
        return self._take(method, most, most / 60)

    def _take(self, key: str, size: float, per_second: float) -> int:
        with self._lock:
            now = self._now()
            bucket = self._buckets.setdefault(key, Bucket(size, per_second, size, now))
            short = bucket.take(now)
        return 0 if not short else max(1, -int(-short // 1))
