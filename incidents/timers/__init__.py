"""What is owed to an incident as time passes; one file per timer, each with a `TIMER`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from incidents.policy import Policy
from incidents.standing import Standing

if TYPE_CHECKING:
    from incidents.core import Unit


@dataclass(frozen=True)
class Due:
    """Something owed at a moment. `key` names what it runs from, never the moment, so it is owed once."""

    at: datetime
    key: str
    subject: int = 0


@dataclass(frozen=True)
class Timer:
    """`owed` is pure; `fire` records what happened and moves the watermark, so that the same thing is no longer owed."""

    name: str
    owed: Callable[[Standing, Policy], Iterable[Due]]
    fire: Callable[["Unit", Due], None]
