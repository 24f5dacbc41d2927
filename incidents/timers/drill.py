"""What a drill's script says at its times, and its end."""

from collections.abc import Iterable

from incidents import drills, moderate
from incidents.core import Unit
from incidents.policy import Policy
from incidents.rules.lifecycle import OPEN
from incidents.standing import Standing
from incidents.timers import Due, Timer


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """One at a time; nothing while it is paused, nor once it is over."""
    drill, incident = now.drill, now.incident
    if drill is None or drill.ended_at is not None or drill.paused_at is not None or incident.status not in OPEN:
        return
    script = drills.script_of(drill)
    if script is None:
        return
    moments = script.moments
    if drill.said < len(moments):
        yield Due(drill.zero_at + moments[drill.said].at, f"inject:{incident.number}:{drill.said}")
    elif script.end is not None:
        yield Due(drill.zero_at + script.end, f"drill-end:{incident.number}")


def fire(unit: Unit, due: Due) -> None:
    """Fired again it does nothing: what is owed by then is something else."""
    drill = drills.of(unit)
    assert drill is not None, "only a drill owes this"
    if due.key not in [each.key for each in owed(unit.standing(), unit.policy)]:
        return
    if due.key.startswith("inject:"):
        drills.say_next(unit, drill, late=unit.now - due.at, key=due.key)
    else:
        moderate.over(unit, by=None)


TIMER = Timer("drill", owed, fire)
