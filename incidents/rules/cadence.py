"""When the next status update is due, and when to nudge for it (PRODUCT §6). All moments are aware."""

from datetime import datetime, timedelta
from typing import overload


def due(
    anchor: datetime,
    promised: datetime | None,
    every: timedelta | None,
    paused_until: datetime | None,
) -> datetime | None:
    """When the next update is due; in the past if it is overdue. None: none is, because there is no cadence.

    `anchor` is when the last update went out, or the declaration. `promised` is the next update's time where a person
    set one, or put it off; it counts if it is later than `anchor`, also where the severity has no cadence. `every` is
    the severity's cadence. While paused nothing falls due before `paused_until`; what fell due meanwhile is due then.
    No clock is asked, so that a wake computed early stays true.
    """
    if promised is not None and promised > anchor:
        moment = promised
    elif every is not None:
        moment = anchor + every
    else:
        return None
    return moment if paused_until is None else max(moment, paused_until)


@overload
def nudge_at(due: datetime, every: timedelta, nudge_before: timedelta) -> datetime: ...
@overload
def nudge_at(due: datetime | None, every: timedelta | None, nudge_before: timedelta) -> datetime | None: ...


def nudge_at(due: datetime | None, every: timedelta | None, nudge_before: timedelta) -> datetime | None:
    """When to ask for the update that is due then: `nudge_before` ahead, never more than half the cadence.

    Without a cadence (an update that was promised all the same) it is simply `nudge_before`. With `nudge_before` zero
    it is the due moment itself, at which nobody is asked any more. None when nothing is due.
    """
    if due is None:
        return None
    return due - (nudge_before if every is None else min(nudge_before, every / 2))
