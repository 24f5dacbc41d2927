"""The deadlines of the runbooks that are followed: when they begin and end, and who is paged when one has passed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from incidents import paging
from incidents.core import Unit
from incidents.events import RunbookOverdue
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.rules.runbook import Deadline
from incidents.runbook_runs import content
from incidents.standing import holders
from models import Incident, RunbookRun

WORKING = (Status.TRIAGE, Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATING)
"""The states in which a runbook's deadlines run."""


def start(unit: Unit, run: RunbookRun, step: int | None) -> dict[str, datetime]:
    """Those that count from the run's beginning (0), or from reaching a step.

    A timer is named by its run, its deadline and the event before it: whoever goes back begins another one.
    """
    if unit.incident.status not in WORKING:
        return {}
    begun = {
        f"{run.id}:{number}:{unit.incident.last_event}": unit.now + deadline.after
        for number, deadline in enumerate(content(run).deadlines)
        if deadline.step == step and not _is_running(unit.incident, run, number)
    }
    _add(unit, begun)
    return begun


def _add(unit: Unit, begun: Mapping[str, datetime]) -> None:
    unit.incident.runbook_timers = {**unit.incident.runbook_timers, **{timer: at.isoformat() for timer, at in begun.items()}}


def _is_running(incident: Incident, run: RunbookRun, number: int) -> bool:
    return any(timer.startswith(f"{run.id}:{number}:") for timer in incident.runbook_timers)


def stop(unit: Unit, run: RunbookRun, *, of_step: int | None = None) -> list[str]:
    """All of a run's, or those that end with a step."""
    deadlines = content(run).deadlines
    off = []
    for timer in unit.incident.runbook_timers:
        run_id, number, _ = timer.split(":")
        if run_id != str(run.id):
            continue
        deadline = deadlines[int(number)]
        if of_step is None or (deadline.step == of_step and deadline.by_step):
            off.append(timer)
    unit.incident.runbook_timers = {name: at for name, at in unit.incident.runbook_timers.items() if name not in off}
    return off


def carry_over(unit: Unit, into: Unit, run: RunbookRun, same: RunbookRun) -> dict[str, datetime]:
    """Those that run go on, at the same moments, in the incident that this one is merged into, where the run is `same`."""
    if into.incident.status not in WORKING:
        return {}
    begun = {}
    for timer, at in unit.incident.runbook_timers.items():
        run_id, number, _ = timer.split(":")
        if run_id == str(run.id):
            begun[f"{same.id}:{number}:{into.incident.last_event}"] = datetime.fromisoformat(at)
    _add(into, begun)
    return begun


def forget(unit: Unit) -> None:
    """It is mitigated, or over: nobody is paged any more because a runbook takes long."""
    unit.incident.runbook_timers = {}


def overdue(unit: Unit, timer: str, key: str) -> None:
    """A deadline has passed: whoever the runbook names is paged; where that is nobody, whoever is next in line."""
    run_id, number, _ = timer.split(":")
    unit.incident.runbook_timers = {name: at for name, at in unit.incident.runbook_timers.items() if name != timer}
    run = unit.session.get_one(RunbookRun, int(run_id))
    deadline = content(run).deadlines[int(number)]
    ref, instead = _whom(unit, deadline.who)
    if ref is not None and not paging.reaches(unit, ref):
        ref, instead = None, f"Nobody is on call for {ref}, so whoever is on call for this incident is paged instead"
    why = _why(run, deadline)
    already = ref is not None and paging.is_called(unit, ref)
    unit.record(
        RunbookOverdue(
            run_id=int(run_id),
            timer=timer,
            title=run.title,
            step=deadline.step if deadline.by_step else 0,
            minutes=int(deadline.after / timedelta(minutes=1)),
            who=deadline.who,
            paged=ref if ref is not None and paging.is_person(ref) else None,
            instead=instead,
            already=already,
        ),
        key=key,
    )
    if ref is None:
        paging.call_next(unit, by=None, why=why)
    elif not already:
        paging.call(unit, ref, by=None, why=why)


def _why(run: RunbookRun, deadline: Deadline) -> str:
    what = f"step {deadline.step} is not done" if deadline.by_step else "it is not solved"
    return f"{what} after {int(deadline.after / timedelta(minutes=1))} minutes of the runbook {run.title}"


def _whom(unit: Unit, who: str) -> tuple[str | None, str]:
    """What `paging.call` takes, None where whoever is on call is to be paged; and why it is not the one who was named."""
    named = target(unit.policy, who)
    held = holders(unit.session, unit.incident.number)
    if named is None:
        return held.get("ic"), f"Nobody is called {who} in muster.yml, so " + _fallback(held)
    kind, name = named
    if kind != "role":
        return name, ""
    if name in held:
        return held[name], ""
    return held.get("ic"), f"Nobody is {unit.policy.role_name(name)}, so " + _fallback(held)


def _fallback(held: Any) -> str:
    return "the incident commander is paged instead" if "ic" in held else "whoever is on call is paged instead"


def target(policy: Policy, who: str) -> tuple[str, str] | None:
    """Whom a runbook means by `who`: a role, a rotation, a service, an escalation or a person; None where nobody."""
    said = " ".join(who.casefold().split())
    for prefix in ("the ", "on-call ", "on call "):
        said = said.removeprefix(prefix)
    for suffix in (" on-call", " on call", " rotation", " escalation", " team"):
        said = said.removesuffix(suffix)
    kind, _, name = who.strip().partition(":")
    if kind == "person" or "@" in who:
        return "person", policy.person_id(name.strip() if kind == "person" else who.strip().strip("<>@"))
    if kind in ("rotation", "service", "escalation"):
        said = name.strip().casefold()
    role = policy.role_called(said) or policy.role_called(said.removesuffix(" lead"))
    if role is not None and kind not in ("rotation", "service", "escalation"):
        return "role", role
    for what, names in (("rotation", policy.rotations), ("service", policy.services), ("escalation", policy.escalations)):
        for known_name in names:
            if known_name.casefold() == said:
                return what, known_name
    return None
