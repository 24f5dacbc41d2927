"""The workspace's time: the machine's, or one that stands still and is moved by hand."""

import time


class Clock:
    """Epoch seconds. Standing, it is moved forward only: what was said later must not seem to be said earlier."""

    def __init__(self, at: float | None = None) -> None:
        self._at = at

    def __call__(self) -> float:
        return time.time() if self._at is None else self._at

    @property
    def stands(self) -> bool:
        return self._at is not None

    def stand(self, at: float) -> None:
        """Stand still at that moment. Raises ValueError where it is past already."""
        if at < self():
            raise ValueError(f"It is {self():.3f} already; time does not go back to {at:.3f}.")
        self._at = at

    def run(self) -> None:
        """Be the machine's time from now on. Raises ValueError where it stands ahead of that."""
        if self._at is not None and self._at > time.time():
            raise ValueError(f"It stands at {self._at:.3f}, which is still to come.")
        self._at = None
