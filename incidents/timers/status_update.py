"""The timed status update: posted when one falls due that nobody wrote."""

from collections.abc import Iterable

from incidents import updates
from incidents.core import Unit
from incidents.policy import Policy
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    due = updates.next_due(now.incident, policy)
    if due is not None:
        yield Due(due, f"update:{now.incident.number}:{now.incident.update_anchor_event}")


def fire(unit: Unit, due: Due) -> None:
    updates.post_timed(unit)


TIMER = Timer("status update", owed, fire)
