"""Running a drill: beginning it, the next inject, a pause, its end."""

from incidents import drills, status, update_times
from incidents.core import Core, Unit
from incidents.declare import Declaration, declare
from incidents.drill_files import Scenario
from incidents.errors import Refused
from incidents.events import DrillPaused, DrillResumed
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.severity import parse_severity
from models import Drill, Event


def begin(core: Core, scenario: Scenario, *, by: str, key: str | None = None) -> Event:
    """Declare what the scenario is about, as a drill. Who begins it runs it and leads nothing: taking IC is practised, too."""
    script = scenario.script
    said = Declaration(
        title=script.title,
        severity=parse_severity(script.severity, core.policy),
        by=by,
        services=tuple(script.services),
        drill=scenario.name,
        script=script,
    )
    return declare(core, said, key)


def next_inject(core: Core, number: int, *, by: str, expected: int | None = None, key: str | None = None) -> Event:
    """Say now what the script says next. `expected`: which that was when the button was shown; pressed twice it says one."""
    with core.unit(number, key) as unit:
        drill = _running(unit, by)
        script = drills.script_of(drill)
        left = script.moments[drill.said :] if script else []
        if not left:
            raise Refused("The script has nothing left to say. End the drill when you like: `/incident drill end`.")
        if expected is not None and expected != drill.said:
            raise Refused("That has been said already. The buttons show what comes next.")
        return drills.say_next(unit, drill, by=by)


def pause(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Injects and timed updates wait, and no time counts. Whoever is being paged goes on being paged."""
    with core.unit(number, key) as unit:
        drill = _running(unit, by)
        if drill.paused_at is not None:
            raise Refused("The drill is paused already. Go on: `/incident drill resume`.")
        drill.paused_at = unit.now
        unit.session.add(drill)
        unit.incident.updates_paused, unit.incident.updates_paused_until = True, None
        return unit.record(DrillPaused(), by=by)


def resume(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """It goes on where it stopped; the next update is due a whole cadence from now."""
    with core.unit(number, key) as unit:
        drill = _running(unit, by)
        if drill.paused_at is None:
            raise Refused("The drill is not paused; nothing was changed.")
        drill.zero_at += unit.now - drill.paused_at
        drill.paused_at = None
        unit.session.add(drill)
        event = unit.record(DrillResumed(), by=by)
        update_times.begin_anew(unit, event)
        return event


def end(core: Core, number: int, *, by: str, key: str | None = None) -> Event:
    """Over for everybody, with its score. Anybody may: whoever runs it may have gone to something real."""
    with core.unit(number, key) as unit:
        _running(unit, None)
        return over(unit, by=by)


def over(unit: Unit, *, by: str | None) -> Event:
    """The score as it stands, and the incident resolved: that itself is no step that anybody took."""
    event = drills.finish(unit, by=by, solved=False)
    assert event is not None, "the caller knows that it goes on"
    status.carry_out(unit, Status(unit.incident.status), Status.RESOLVED, by=by, why="the drill was ended", by_drill=True)
    return event


def _running(unit: Unit, by: str | None) -> Drill:
    """The drill that goes on; with `by`, one that this person runs."""
    incident, drill = unit.incident, drills.of(unit)
    if drill is None:
        raise Refused(f"{incident.key} is no drill. `/incident drill` begins one.")
    if drill.ended_at is not None or incident.status not in OPEN:
        raise Refused(f"The drill {incident.key} is over. `/incident drill` begins another one.")
    if by is not None and by != incident.declared_by:
        runs = f"<@{incident.declared_by}>"
        raise Refused(f"{runs} runs this drill, and only they do that. Ending it is for anybody: `/incident drill end`.")
    return drill
