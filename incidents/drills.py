"""A drill under way: what its script says next, and what is reckoned when it is over."""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import col, select

from incidents.core import Unit
from incidents.drill_script import Script
from incidents.errors import UnknownSeverity
from incidents.events import DrillEnded, DrillHintSpared, DrillInjected, DrillMark, read
from incidents.policy import Policy
from incidents.rules.drill_score import Expected, Score, score
from incidents.rules.drill_steps import Did, Kind, Step, done_at, parse_step
from incidents.rules.severity import parse_severity
from models import Drill, Event

IN_TIME = timedelta(minutes=1)
"""What comes later than this after its moment puts the rest off, so that nothing comes all at once after an outage."""


def opened(unit: Unit, script: Script | None) -> None:
    """The drill begins with the incident that it is."""
    stored = script.stored() if script is not None else {}
    unit.session.add(Drill(incident_id=unit.incident.number, script=stored, zero_at=unit.now))
    unit.session.flush()


def of(unit: Unit) -> Drill | None:
    """How far it is; None where the incident is none."""
    return unit.session.get(Drill, unit.incident.number) if unit.incident.drill is not None else None


def script_of(drill: Drill) -> Script | None:
    """Its script; None where it follows none."""
    return Script.model_validate(drill.script) if drill.script else None


def say_next(unit: Unit, drill: Drill, *, by: str | None = None, late: timedelta = timedelta(), key: str | None = None) -> Event:
    """What the script says next, once; a hint only where it is needed, or somebody (`by`) thinks so. The caller knows that
    something is left."""
    script = script_of(drill)
    assert script is not None, "without a script nothing is owed"
    moment, number = script.moments[drill.said], drill.said
    late = late if late > IN_TIME else timedelta()
    drill.said += 1
    drill.zero_at += late
    unit.session.add(drill)
    if by is None and moment.unless is not None and _is_done(unit, moment.unless):
        return unit.record(DrillHintSpared(number=number, late=late), by=by, key=key)
    injected = DrillInjected(number=number, says=moment.says, speaker=moment.speaker, hint=moment.hint, late=late)
    return unit.record(injected, by=by, key=key)


def finish(unit: Unit, *, by: str | None, solved: bool = True) -> Event | None:
    """Reckon the score, once; nothing where the incident is no drill, or its drill is over."""
    drill = of(unit)
    if drill is None or drill.ended_at is not None:
        return None
    reckoned = _score(unit, script_of(drill))
    if drill.paused_at is not None:
        unit.incident.updates_paused = False
    drill.ended_at, drill.paused_at = unit.now, None
    unit.session.add(drill)
    marks = [DrillMark(label=each.label, took=each.took, target=each.target, met=each.met) for each in reckoned.marks]
    ended = DrillEnded(
        solved=solved,
        marks=marks,
        updates_due=reckoned.updates_due,
        updates_on_time=reckoned.updates_on_time,
        practise=list(reckoned.practise),
    )
    return unit.record(ended, by=by)


def _timeline(unit: Unit) -> list[Did]:
    rows = unit.session.exec(select(Event).where(Event.incident_id == unit.incident.number).order_by(col(Event.id)))
    return [Did(event.recorded_at, read(event.kind, event.payload)) for event in rows]


def _is_done(unit: Unit, words: str) -> bool:
    step = parse_step(words)
    return step is not None and done_at(_meant(step, unit.policy), _timeline(unit)) is not None


def _score(unit: Unit, script: Script | None) -> Score:
    return score(
        _timeline(unit),
        list(_expected(unit, script)),
        began=unit.incident.declared_at,
        ended=unit.now,
        role_names={key: role.name for key, role in unit.policy.roles.items()},
    )


def _expected(unit: Unit, script: Script | None) -> Iterator[Expected]:
    """The script's steps, and the three that every incident is measured by, where it does not name them itself."""
    policy = unit.policy
    steps = [(_step(each.do, policy), each) for each in (script.expect if script else [])]
    written = [Expected(step, each.within, each.practise or "") for step, each in steps if step is not None]
    yield from written
    level, commander = policy.severity(unit.incident.severity), policy.roles.get("ic")
    usual = {
        Step(Kind.ACKNOWLEDGE): level.first_response,
        Step(Kind.TAKE, ("ic",)): commander.ask_if_empty_after if commander else None,
        Step(Kind.UPDATE): level.update_every,
    }
    for step, within in usual.items():
        if step not in [each.step for each in written]:
            yield Expected(step, within)


def strangers(script: Script, policy: Policy) -> Iterator[str]:
    """What a script names that this policy does not have: its severity, services, roles and levels of its steps."""
    if not _is_level(script.severity, policy):
        yield f"the severity {script.severity}"
    yield from (f"the service {name}" for name in script.services if name not in policy.services)
    words = [each.do for each in script.expect] + [each.unless for each in script.hints if each.unless]
    for step in dict.fromkeys(step for each in words if (step := parse_step(each)) is not None):
        if step.kind is Kind.TAKE and policy.role_called(step.of[0]) is None:
            yield f"the role {step.of[0]}"
        if step.kind is Kind.RAISE and step.of and not _is_level(step.of[0], policy):
            yield f"the severity {step.of[0]}"


def _is_level(name: str, policy: Policy) -> bool:
    try:
        parse_severity(name, policy)
    except UnknownSeverity:
        return False
    return True


def _step(words: str, policy: Policy) -> Step | None:
    step = parse_step(words)
    return _meant(step, policy) if step is not None else None


def _meant(step: Step, policy: Policy) -> Step:
    """Roles and levels by their keys; raised to a level is whoever raised it to that or to a worse one."""
    if step.kind is Kind.TAKE:
        return Step(step.kind, (policy.role_called(step.of[0]) or step.of[0],))
    if step.kind is not Kind.RAISE or not step.of:
        return step
    try:
        level = parse_severity(step.of[0], policy)
    except UnknownSeverity:
        return step
    worse = [name for name in policy.levels() if policy.severities[name].rank < policy.severities[level].rank]
    return Step(step.kind, (level, *worse))
