"""Following a runbook in an incident: step by step, with its branches and its webhooks."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import col, select

from incidents import paging
from incidents import runbook_deadlines as deadlines
from incidents.core import Core, Unit
from incidents.errors import Refused
from incidents.events import (
    RunbookBack,
    RunbookBrought,
    RunbookEnded,
    RunbookOffered,
    RunbookOpened,
    RunbookStep,
    RunbookStuck,
    WebhookAnswered,
    WebhookCalled,
)
from incidents.rules.lifecycle import OPEN, way_on
from incidents.rules.runbook import Runbook, Step
from incidents.runbook_runs import content, runs
from incidents.standing import holders
from models import Event, Incident, RunbookRun
from models.runbook import RUN_OFFERED, RUN_OPEN, RUN_SOLVED, RUN_UNSOLVED

_OFFERED_AT_ONCE = 2  # more would be a wall of text; `/incident runbook` has the others
_MOST = 10  # in one incident
_SHORT = 200  # characters of a step in a sentence
_LONGEST_PATH = 500  # steps that were done, loops included

CALLING, CALLED, CALL_FAILED, CALL_IN_DOUBT = "calling", "called", "failed", "doubt"


def offer(unit: Unit, services: Sequence[str]) -> None:
    """Show the runbooks of these services, once each in an incident; nobody has begun them. Where the incident has no
    home yet they come with it."""
    if not services or unit.incident.status not in OPEN or not _has_home(unit.incident):
        return
    there = {run.name for run in runs(unit.session, unit.incident)}
    fresh = [book for book in unit.runbooks().of(services) if book.name not in there and book.steps]
    for book in fresh[:_OFFERED_AT_ONCE]:
        if len(unit.incident.runbooks) < _MOST:
            run = _add(unit, book, by=None)
            unit.record(RunbookOffered(run_id=run.id or 0, name=book.name, title=book.title))


def _has_home(incident: Incident) -> bool:
    """Its room is there; or none is wanted, and the thread of its announcement is."""
    lives_in_thread = incident.room_wanted_at is None and incident.announce_ts is not None and not incident.private
    return incident.room_channel is not None or lives_in_thread


def open_book(core: Core, number: int, name: str, *, by: str, key: str | None = None) -> Event:
    """Begin a runbook here; one that was offered is begun where it stands."""
    book = core.runbooks().find(name)
    with core.unit(number, key) as unit:
        _refuse_over(unit.incident)
        found = [run for run in runs(unit.session, unit.incident) if run.name == (book.name if book else name)]
        if found and found[0].state != RUN_OFFERED:
            raise Refused(f"{found[0].title} is here already; `/incident runbook` shows where it stands.")
        if found:
            return _begin(unit, found[0], by=by)
        if book is None:
            raise Refused(f"There is no such runbook. {known(core, name)}")
        if not book.steps:
            raise Refused(f"The runbook {book.title} has no steps to follow. `make doctor` says what its file lacks.")
        if len(unit.incident.runbooks) >= _MOST:
            raise Refused(f"{unit.incident.key} has {_MOST} runbooks; end one first, and follow the one that helps.")
        return _begin(unit, _add(unit, book, by=by), by=by)


def known(core: Core, name: str) -> str:
    """What somebody who asked for a runbook that is not there may have meant."""
    catalogue = core.runbooks()
    near = catalogue.near(name)
    names = near or [book.name for book in catalogue.runbooks[:20]]
    if not names:
        return "The team has written none yet: docs/runbooks.md says how."
    return f"Did you mean {', '.join(f'`{each}`' for each in near)}?" if near else f"There are: {', '.join(names)}."


def _add(unit: Unit, book: Runbook, *, by: str | None) -> RunbookRun:
    at = book.first() or book.first(rollback=True)
    run = RunbookRun(
        incident_id=unit.incident.number,
        name=book.name,
        title=book.title,
        content=book.model_dump(mode="json", exclude_defaults=True),
        at=at,
        opened_by=by,
        opened_at=unit.now,
    )
    unit.session.add(run)
    unit.session.flush()
    assert run.id is not None
    unit.incident.runbooks = [*unit.incident.runbooks, run.id]
    return run


def _begin(unit: Unit, run: RunbookRun, *, by: str) -> Event:
    """From here on its deadlines run; those of its first step, too."""
    run.state, run.opened_by, run.opened_at = RUN_OPEN, by, unit.now
    begun = deadlines.start(unit, run, 0) | deadlines.start(unit, run, run.at)
    return unit.record(
        RunbookOpened(run_id=run.id or 0, name=run.name, title=run.title, deadlines=begun),
        by=by,
        **_shown(unit, run),
    )


def _shown(unit: Unit, run: RunbookRun) -> dict[str, Any]:
    """The message that shows the run, which is what the timeline links its steps to."""
    if run.ts is None:
        return {}
    in_thread = run.channel == unit.incident.announce_channel
    return {"channel": run.channel, "ts": run.ts, "thread_ts": unit.incident.announce_ts if in_thread else None}


def shown(unit: Unit, run: RunbookRun, channel: str, ts: str, thread_ts: str | None) -> None:
    """Its message is out: what was done of it until then is told there, and linked to it."""
    query = select(Event).where(Event.incident_id == run.incident_id, col(Event.kind).in_(_TOLD_BY_THE_RUN))
    for event in unit.session.exec(query.where(col(Event.ts).is_(None))):
        if event.payload.get("run_id") == run.id:
            event.channel, event.ts, event.thread_ts = channel, ts, thread_ts


_TOLD_BY_THE_RUN = (RunbookBrought.kind, RunbookOffered.kind, RunbookOpened.kind, RunbookStep.kind, RunbookBack.kind)


def _run(unit: Unit, run_id: int) -> RunbookRun:
    run = unit.session.get(RunbookRun, run_id) if 0 < run_id < 2**31 else None
    if run is None or run.incident_id != unit.incident.number:
        raise Refused(f"{unit.incident.key} has no such runbook. `/incident runbook` shows those that it has.")
    return run


def _at_step(unit: Unit, run_id: int, step: int) -> tuple[RunbookRun, Step]:
    """The run, begun if it was only offered so far, at the step that the button was about; a refusal where it went on."""
    _refuse_over(unit.incident)
    run = _run(unit, run_id)
    if run.state not in (RUN_OFFERED, RUN_OPEN):
        raise Refused(f"{run.title} has ended. `/incident runbook` shows what else there is.")
    found = content(run).step(step)
    if found is None or run.at != step:
        done = next((by for number, by, *_ in reversed(run.path) if number == step), None)
        before = f"Step {step} was done already, by <@{done}>. " if done else ""
        now = f"it is at step {run.at} now" if run.at is not None else "all of its steps are done"
        raise Refused(f"{before}{run.title}: {now}.")
    return run, found


def _refuse_over(incident: Incident) -> None:
    if incident.status not in OPEN:
        said = f"{incident.key} is {incident.status}; no runbook is followed any more."
        raise Refused(f"{said} {way_on(incident.status, incident.merged_into)}")


def step_done(
    core: Core, number: int, run_id: int, step: int, *, to: int | None = None, skip: bool = False, by: str, key: str | None = None
) -> Event:
    """Tick the step that is to be done now and go on: to the step that a branch leads to (`to`), else to the next one."""
    with core.unit(number, key) as unit:
        run, found = _at_step(unit, run_id, step)
        book, chose = content(run), ""
        if to is None:
            following = book.after(step)
        elif to == book.first(rollback=True):
            following, chose = to, "roll back"
        else:
            branch = next((each for each in found.branches if each.to == to), None)
            if branch is None:
                raise Refused(f"Step {step} does not lead to step {to}.")
            following, chose = to, branch.label or f"go to step {to}"
        if len(run.path) >= _LONGEST_PATH:
            raise Refused(f"{run.title} goes round in circles. Escalate: `/incident escalate`.")
        first = _begin(unit, run, by=by) if run.state == RUN_OFFERED else None
        run.path = [*run.path, [step, by, unit.now.isoformat(), chose, skip]]
        run.at, run.stuck = following, None
        ticked = RunbookStep(
            run_id=run_id,
            title=run.title,
            step=step,
            text=_short(found.text),
            to=following,
            chose=chose,
            skipped=skip,
            off=deadlines.stop(unit, run, of_step=step),
            deadlines=deadlines.start(unit, run, following) if following is not None else {},
        )
        event = unit.record(ticked, by=by, **_shown(unit, run))
        return first or event


def _short(text: str) -> str:
    line = text.split("\n")[0]
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"


def back(core: Core, number: int, run_id: int, *, by: str, key: str | None = None) -> Event:
    """To the step that was done last."""
    with core.unit(number, key) as unit:
        _refuse_over(unit.incident)
        run = _run(unit, run_id)
        if run.state != RUN_OPEN or not run.path:
            raise Refused(f"{run.title} has no step to go back to.")
        *before, (step, *_) = run.path
        run.path, run.at, run.stuck = before, step, None
        return unit.record(RunbookBack(run_id=run_id, title=run.title, step=step), by=by, **_shown(unit, run))


def stuck(core: Core, number: int, run_id: int, step: int, *, by: str, key: str | None = None) -> Event:
    """Say that one does not get on: the technical lead, else the incident commander, is asked to help, or paged (config)."""
    with core.unit(number, key) as unit:
        run, found = _at_step(unit, run_id, step)
        if run.stuck is not None:
            raise Refused(f"That is known: <@{run.stuck}> is stuck there. Page somebody: `/incident page @who`.")
        begun = _begin(unit, run, by=by) if run.state == RUN_OFFERED else None
        run.stuck = by
        role, helper = _helper(unit, by)
        book = content(run)
        event = unit.record(
            RunbookStuck(
                run_id=run_id,
                title=run.title,
                step=step,
                text=_short(found.text),
                asked=helper,
                role=unit.policy.role_name(role) if helper else "",
                criteria=book.part("escalation")[:600],
            ),
            by=by,
        )
        if unit.policy.runbooks.stuck == "page":
            why = f"<@{by}> is stuck at step {step} of {run.title}"
            paging.call(unit, helper, by=by, why=why) if helper else paging.call_next(unit, by=by, why=why)
        return begun or event


def _helper(unit: Unit, by: str) -> tuple[str, str | None]:
    held = holders(unit.session, unit.incident.number)
    for role in ("tech", "ic"):
        if held.get(role) not in (None, by):
            return role, held[role]
    return "", None


def end(core: Core, number: int, run_id: int, solved: bool, *, by: str, key: str | None = None) -> Event:
    """It solved the incident, or it did not; its deadlines are off."""
    with core.unit(number, key) as unit:
        run = _run(unit, run_id)
        if run.state not in (RUN_OFFERED, RUN_OPEN):
            raise Refused(f"{run.title} has ended already.")
        run.state, run.ended_at, run.stuck = RUN_SOLVED if solved else RUN_UNSOLVED, unit.now, None
        deadlines.stop(unit, run)
        return unit.record(RunbookEnded(run_id=run_id, title=run.title, solved=solved), by=by)


def carry_over(unit: Unit, into: Unit, *, by: str) -> None:
    """What is followed here goes on in the incident that this one is merged into, with the deadlines that run; not where
    the same is followed there."""
    there = {run.name for run in runs(into.session, into.incident)}
    for run in runs(unit.session, unit.incident):
        if run.state == RUN_OPEN and run.name not in there and len(into.incident.runbooks) < _MOST:
            _bring(unit, into, run, by=by)
    deadlines.forget(unit)


def _bring(unit: Unit, into: Unit, run: RunbookRun, *, by: str) -> None:
    calls = {step: CALL_IN_DOUBT if state == CALLING else state for step, state in run.calls.items()}
    same = RunbookRun(
        incident_id=into.incident.number,
        **{name: getattr(run, name) for name in ("name", "title", "content", "state", "at", "path", "stuck")},
        calls=calls,
        opened_by=run.opened_by,
        opened_at=run.opened_at,
    )
    into.session.add(same)
    into.session.flush()
    assert same.id is not None
    into.incident.runbooks = [*into.incident.runbooks, same.id]
    brought = RunbookBrought(
        run_id=same.id,
        name=run.name,
        title=run.title,
        number=unit.incident.number,
        at=run.at,
        path=run.path,
        stuck=run.stuck,
        calls=calls,
        deadlines=deadlines.carry_over(unit, into, run, same),
    )
    into.record(brought, by=by)


# --- webhooks


def call_webhook(core: Core, number: int, run_id: int, step: int, *, by: str, key: str | None = None) -> Event:
    """Have a step's webhook called, once; whoever asks has confirmed it. Not again where it was carried out."""
    with core.unit(number, key) as unit:
        run, found = _at_step(unit, run_id, step)
        if found.webhook is None:
            raise Refused(f"Step {step} of {run.title} calls nothing.")
        state = run.calls.get(str(step))
        if state == CALLING:
            raise Refused("It is being called at this moment. The answer comes here.")
        if state == CALLED:
            raise Refused("It was carried out already, so it is not called again. Go on with Done.")
        if run.state == RUN_OFFERED:
            _begin(unit, run, by=by)
        run.calls = {**run.calls, str(step): CALLING}
        hook = found.webhook
        called = WebhookCalled(run_id=run_id, title=run.title, step=step, method=hook.method, host=host(hook.url))
        return unit.record(called, by=by)


def host(url: str) -> str:
    """The part of an address that people know it by."""
    return urlsplit(url).netloc


def webhook_answered(
    unit: Unit, run_id: int, step: int, *, status: int = 0, text: str = "", trouble: str = "", doubt: bool = False
) -> None:
    """What became of a call. Says nothing twice."""
    run = unit.session.get(RunbookRun, run_id)
    if run is None or run.calls.get(str(step)) != CALLING:
        return
    found = content(run).step(step)
    answered = WebhookAnswered(
        run_id=run_id,
        title=run.title,
        step=step,
        host=host(found.webhook.url) if found is not None and found.webhook is not None else "",
        status=status,
        text=text[:1000],
        trouble=trouble[:200],
        doubt=doubt,
    )
    state = CALL_IN_DOUBT if doubt else CALLED if answered.is_fine else CALL_FAILED
    run.calls = {**run.calls, str(step): state}
    unit.record(answered)
