"""Whether requests come faster than they are answered; then what can wait does, so that acknowledgements come first."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

CALM = 0.05  # seconds without a request at hand: in a rush the next one is on its way already


class Rush:
    """Counts the requests that are worked on in this process. An acknowledgement is due within three seconds; what it leads
    to is not, and took half of the processor while fifty forms came at once (measured)."""

    def __init__(self) -> None:
        self._at_hand = 0
        self._calm_at = 0.0
        self._rush_until = 0.0
        self._counting = threading.Lock()

    @contextmanager
    def request(self) -> Iterator[None]:
        """For as long as one is worked on."""
        with self._counting:
            self._at_hand += 1
            if self._at_hand > 1:
                self._rush_until = time.monotonic() + CALM
        try:
            yield
        finally:
            with self._counting:
                self._at_hand -= 1
                self._calm_at = time.monotonic() + CALM
                if self._at_hand:
                    self._rush_until = self._calm_at

    @property
    def is_on(self) -> bool:
        """Several requests were at hand at once, a moment ago at most."""
        return self._at_hand > 1 or time.monotonic() < self._rush_until

    def wait_for_calm(self, seconds: float) -> None:
        """Until no request has been at hand for a moment, or so long."""
        latest = time.monotonic() + seconds
        while (left := latest - time.monotonic()) > 0 and (self._at_hand or time.monotonic() < self._calm_at):
            time.sleep(min(left, CALM))
