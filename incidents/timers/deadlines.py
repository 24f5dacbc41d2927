"""The deadlines that private incidents have: containment and the regulator. Its room is reminded before and after."""

from collections.abc import Iterable

from incidents.core import Unit
from incidents.events import DEADLINES, DeadlineNear
from incidents.policy import Policy
from incidents.private import MET, NEAR, NOT_NEEDED, OVER
from incidents.rules.lifecycle import Status
from incidents.standing import Standing
from incidents.timers import Due, Timer

_NO_MORE = (Status.DECLINED, Status.CANCELLED, Status.MERGED)


def owed(now: Standing, policy: Policy) -> Iterable[Due]:
    """Also after it is resolved: a regulator waits for nobody's fix."""
    incident = now.incident
    if not incident.private or incident.status in _NO_MORE:
        return
    for name in DEADLINES:
        length, stage = policy.private.deadline(name), incident.deadlines.get(name)
        if length is None or stage in (MET, NOT_NEEDED, OVER):
            continue
        end = incident.declared_at + length
        if stage != NEAR and policy.private.remind_before < length:
            yield Due(end - policy.private.remind_before, f"deadline-near:{incident.number}:{name}")
        yield Due(end, f"deadline:{incident.number}:{name}")


def fire(unit: Unit, due: Due) -> None:
    """After an outage that outlasted both only the second is said."""
    kind, _, name = due.key.split(":")
    length = unit.policy.private.deadline(name)
    assert length is not None
    end = unit.incident.declared_at + length
    over = kind == "deadline"
    unit.incident.deadlines = {**unit.incident.deadlines, name: OVER if over else NEAR}
    if over or end > unit.now:
        unit.record(DeadlineNear(deadline=name, at=end, over=over), key=due.key)


TIMER = Timer("deadline", owed, fire)
