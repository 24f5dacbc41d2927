"""A drill that is over is closed by itself some time after it was resolved: nobody owes it what a real incident is owed."""

from collections.abc import Iterable

from incidents import status
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """Until then people can go through the draft and the score, or take it up again."""
    drill, incident, after = now.drill, now.incident, policy.drills.close_after
    if after is None or drill is None or drill.ended_at is None or incident.status != Status.RESOLVED:
        return
    if incident.resolved_at is not None:
        yield Due(incident.resolved_at + after, f"drill-close:{incident.number}:{int(incident.resolved_at.timestamp())}")


def fire(unit: Unit, due: Due) -> None:
    status.carry_out(unit, Status.RESOLVED, Status.CLOSED, by=None, why="the drill is over", by_drill=True)


TIMER = Timer("drill close", owed, fire)
