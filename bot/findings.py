"""What the doctor found: how bad it is, and what to do about it."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

log = logging.getLogger("muster.doctor")


class Grade(StrEnum):
    """How bad it is: `wrong` keeps Muster from doing its work, `mind` does not."""

    OK = "ok"
    MIND = "mind"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was seen, and what to do about it (nothing where it is fine)."""

    grade: Grade
    about: str
    seen: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.grade:5}  {self.about}: {self.seen}" + (f"\n       → {self.fix}" if self.fix else "")


Examine = Callable[[], Iterable[Finding]]


def gathered(examine: Examine, seconds: float) -> tuple[list[Finding], bool]:
    """What was found within so long, and whether that is everything. What hangs is left to its own timeout."""
    found: list[Finding] = []
    over = threading.Event()

    def look() -> None:
        try:
            for finding in examine():
                found.append(finding)
        except Exception:  # whoever asks is told of what was found so far, and that it is not all
            log.exception("the doctor broke")
            found.append(Finding(Grade.WRONG, "doctor", "could not look at everything", "The log of the `web` process says why."))
        over.set()

    threading.Thread(target=look, name="doctor", daemon=True).start()
    finished = over.wait(seconds)
    return list(found), finished
