"""Whether requests come faster than they are answered; then what can wait does, so that acknowledgements come first."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

CALM = 0.05  # seconds without a request at hand: in a rush the next one is on its way already
_LOOKS = 0.01  # seconds between two looks


class Rush:
    """Counts what people ask of this process and wait for, from its arrival; not events, which nobody waits for.

    An acknowledgement is due within three seconds; what it leads to is not, and took half of the processor while fifty forms
    came at once (measured).
    """

    def __init__(self) -> None:
        self._at_hand = 0
        self._rush_until = 0.0
        self._counting = threading.Lock()

    @contextmanager
    def request(self) -> Iterator[None]:
        """For as long as one is at hand."""
        with self._counting:
            self._at_hand += 1
            if self._at_hand > 1:
                self._rush_until = time.monotonic() + CALM
        try:
            yield
        finally:
            with self._counting:
                self._at_hand -= 1
                if self._at_hand or self.is_on:
                    self._rush_until = time.monotonic() + CALM

    @property
    def is_on(self) -> bool:
        """Several requests were at hand at once, a moment ago at most."""
        return self._at_hand > 1 or time.monotonic() < self._rush_until

    def wait_for_calm(self, seconds: float) -> None:
        """Until a rush, if there is one, is over; at most so long."""
        latest = time.monotonic() + seconds
        while self.is_on and (left := latest - time.monotonic()) > 0:
            time.sleep(min(left, _LOOKS))
