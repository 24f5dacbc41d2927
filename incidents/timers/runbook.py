"""The deadlines of the runbooks that are followed: "not solved in 30 minutes, page the tech lead"."""

from collections.abc import Iterable
from datetime import datetime

from incidents import runbook_deadlines
from incidents.core import Unit
from incidents.policy import Policy
from incidents.standing import Standing
from incidents.timers import Due, Timer

_KEY = "runbook:"


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """Each by its own name, which tells the run, the deadline and from which step it was counted."""
    if now.incident.status in runbook_deadlines.WORKING:
        for timer, at in now.incident.runbook_timers.items():
            yield Due(datetime.fromisoformat(at), f"{_KEY}{timer}")


def fire(unit: Unit, due: Due) -> None:
    runbook_deadlines.overdue(unit, due.key.removeprefix(_KEY), due.key)


TIMER = Timer("runbook deadline", owed, fire)
