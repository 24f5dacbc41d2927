"""A runbook that is followed: the step at hand with its buttons; what there is to choose from; what needs care."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views import answers
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import clip, escape, moment, person
from incidents import runbooks
from incidents.events import RunbookEnded, RunbookOverdue, RunbookStuck, WebhookAnswered
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.runbook import Runbook, Step, stale
from incidents.runbook_runs import content
from models import RunbookRun
from models.runbook import RUN_OFFERED, RUN_OPEN, RUN_SOLVED

_DONE_SHOWN = 6
SHOWN = 15


def running(scene: Scene, run: RunbookRun) -> Message:
    """The message of one run: what was done, the step at hand, and what can be done about it."""
    book, incident = content(run), scene.incident
    is_on = run.state in (RUN_OFFERED, RUN_OPEN) and incident.status in OPEN
    head = f":blue_book: *Runbook: {clip(book.title, 200)}*"
    step = book.step(run.at) if run.at is not None and is_on else None
    blocks = [section(head)]
    if run.state == RUN_OFFERED:
        blocks += _beginning(book, scene)
    blocks += _done(run)
    if step is not None:
        blocks += _step(scene, run, book, step)
    elif is_on:
        blocks += _at_its_end(scene, run)
    else:
        blocks.append(context(_ended(scene, run)))
    if step is None:
        text = _ended(scene, run) if not is_on else "all steps are done. Did it solve it?"
    else:
        text = f"step {step.number}: {clip(step.text, 600)}"
    return Message(f"{incident.key}: runbook {clip(book.title, 200)}, {text}", blocks)


def moved(scene: Scene, run: RunbookRun) -> Message:
    """What stays of it in the thread when the incident gets a room: what was done there, and where it goes on."""
    title, where = clip(run.title, 200), answers.home(scene)
    blocks = [section(f":blue_book: *Runbook: {title}*"), *_done(run), context(f"It goes on in {where}")]
    return Message(f"{scene.incident.key}: runbook {title} goes on in {where}", blocks)


def _beginning(book: Runbook, scene: Scene) -> list[Block]:
    """What somebody has to know who has not begun it."""
    small = [f"{sum(not step.rollback for step in book.steps)} steps"]
    if book.owner:
        small.append(f"kept by {clip(book.owner, 100)}")
    small.append(_tested(book, scene.now.date()))
    if stale(book, scene.now.date(), scene.policy.runbooks.stale_after):
        small[-1] = f":warning: {small[-1]}"
    known = [context("  ·  ".join(small))]
    if book.part("context"):
        known.insert(0, section(clip(book.part("context"), 500)))
    if book.permissions:
        known.append(context(f"You need: {clip(book.permissions, 500)}"))
    return known


def _tested(book: Runbook, today: date) -> str:
    if book.last_tested is None:
        return "never tested"
    days = (today - book.last_tested).days
    return f"last tested {book.last_tested.isoformat()}" + (f", {days} days ago" if days > 1 else "")


def _done(run: RunbookRun) -> list[Block]:
    """The steps that were done last, one line each."""
    book, lines = content(run), []
    for number, by, at, chose, skipped in run.path[-_DONE_SHOWN:]:
        step = book.step(number)
        sign = ":heavy_minus_sign:" if skipped else ":white_check_mark:"
        answer = f" *{clip(chose, 60)}*" if chose else ""
        said = clip(step.text.split("\n")[0], 80) if step else ""
        lines.append(f"{sign} {number}. {said}{answer}  {person(by)} {moment(datetime.fromisoformat(at))}")
    earlier = len(run.path) - len(lines)
    if earlier > 0:
        lines.insert(0, f"{earlier} steps before these")
    return [section("\n".join(lines))] if lines else []


def _step(scene: Scene, run: RunbookRun, book: Runbook, step: Step) -> list[Block]:
    where = (
        "Way back" if step.rollback else f"Step {step.number} of {max(each.number for each in book.steps if not each.rollback)}"
    )
    title = f"*{where}*" + (f"  ·  {clip(step.section, 100)}" if step.section else "")
    blocks = [section(f"{title}\n{clip(_without_answers(step), 1700)}"), *_code(step)]
    if run.stuck is not None:
        blocks.append(context(f":raised_hand: {person(run.stuck)} is stuck here"))
    blocks += _called(run, step)
    blocks.append(buttons(*_controls(scene, run, step), block_id=f"runbook:{run.id}:{step.number}"))
    blocks.append(buttons(*_others(scene, run, book), block_id=f"runbook:{run.id}:more"))
    limits = _deadlines(scene, run)
    return [*blocks, *([context(*limits)] if limits else [])]


def _without_answers(step: Step) -> str:
    """Its text; the answers that its buttons give are not said twice."""
    lines = step.text.split("\n")
    answers_ = [branch.label for branch in step.branches if branch.label]
    kept = [line for line in lines if not (line.startswith("•") and any(label in line for label in answers_))]
    return "\n".join(kept) or step.text


def _code(step: Step) -> list[Block]:
    """What is to be copied. A row of backticks in it would end it early."""
    return [section(f"```{clip(code.replace('```', chr(39) * 3), 1300)}```") for code in step.code]


def _called(run: RunbookRun, step: Step) -> list[Block]:
    state = run.calls.get(str(step.number))
    said = {
        runbooks.CALLING: ":hourglass: It is being called now; the answer comes here.",
        runbooks.CALLED: ":white_check_mark: It was called.",
        runbooks.CALL_FAILED: ":warning: It was not carried out.",
        runbooks.CALL_IN_DOUBT: ":warning: Nobody knows whether it was carried out. Look there first.",
    }
    return [context(said[state])] if state in said else []


def _controls(scene: Scene, run: RunbookRun, step: Step) -> list[Block]:
    number, state = scene.incident.number, run.calls.get(str(step.number))
    row: list[Block] = []
    if step.webhook is not None and state not in (runbooks.CALLING, runbooks.CALLED):
        where = runbooks.host(step.webhook.url)
        real = "This is a drill, but the call is real: " if scene.incident.drill is not None else ""
        sure = ("Call it?", f"{real}{step.webhook.method} {step.webhook.url}"[:290], "Call it")
        again = "Call again" if state else "Call"
        said = value(number, f"call {run.id} {step.number} confirmed")
        row.append(button(f"{again} {where}", f"{RUN}runbook:call", said, style="danger", confirm=sure))
    answers_it = [branch for branch in step.branches if branch.label]
    for place, branch in enumerate(answers_it):
        label = f"{branch.label} → {branch.to}"
        row.append(button(label, f"{RUN}runbook:to{place}", value(number, f"do {run.id} {step.number} {branch.to}")))
    if len(answers_it) < 2:  # else one of them is how it goes on
        style = "primary" if not row else None
        row.append(button("Done", f"{RUN}runbook:do", value(number, f"do {run.id} {step.number}"), style=style))
    if run.stuck is None:
        row.append(button("Stuck", f"{RUN}runbook:stuck", value(number, f"stuck {run.id} {step.number}")))
    return row


def _others(scene: Scene, run: RunbookRun, book: Runbook) -> list[Block]:
    number, step = scene.incident.number, run.at
    row = [button("It is solved", f"{RUN}runbook:solved", value(number, f"solved {run.id}"))]
    row.append(button("Skip", f"{RUN}runbook:skip", value(number, f"skip {run.id} {step}")))
    if run.path:
        row.append(button("Back", f"{RUN}runbook:back", value(number, f"back {run.id}")))
    way_back, here = book.first(rollback=True), book.step(step) if step is not None else None
    if way_back is not None and here is not None and not here.rollback:
        row.append(button("Roll back", f"{RUN}runbook:undo", value(number, f"do {run.id} {step} {way_back}")))
    row.append(button("All steps", f"{RUN}runbook:whole", value(number, f"whole {run.id}")))
    return row


def _deadlines(scene: Scene, run: RunbookRun) -> list[str]:
    """What happens by itself, the soonest first."""
    book, said = content(run), []
    for timer, at in sorted(scene.incident.runbook_timers.items(), key=lambda pair: pair[1]):
        run_id, number, _ = timer.split(":")
        if run_id == str(run.id):
            deadline = book.deadlines[int(number)]
            what = f"step {deadline.step} is not done" if deadline.by_step else "it is not solved"
            said.append(f":alarm_clock: If {what} by {moment(datetime.fromisoformat(at))}: {clip(deadline.who, 100)} is paged")
    return said[:5]


def _at_its_end(scene: Scene, run: RunbookRun) -> list[Block]:
    number = scene.incident.number
    row = [
        button("Yes, solved", f"{RUN}runbook:solved", value(number, f"solved {run.id}"), style="primary"),
        button("No", f"{RUN}runbook:unsolved", value(number, f"unsolved {run.id}")),
        button("Back", f"{RUN}runbook:back", value(number, f"back {run.id}")),
    ]
    limits = _deadlines(scene, run)
    return [section("*All steps are done. Did it solve it?*"), buttons(*row), *([context(*limits)] if limits else [])]


def _ended(scene: Scene, run: RunbookRun) -> str:
    if run.state == RUN_SOLVED:
        return "it solved the incident"
    if run.state in (RUN_OFFERED, RUN_OPEN):
        return f"not followed any more: {scene.incident.key} is {scene.incident.status}"
    return "it did not solve the incident"


def line(scene: Scene) -> str:
    """For the card: which runbooks are followed, and how far; the one to begin with where its thread shows it."""
    said = []
    for run in scene.runbooks:
        if run.state == RUN_OPEN:
            at = f"step {run.at}" if run.at is not None else "all steps done"
            said.append(f"{clip(run.title, 60)}, {at}{' (stuck)' if run.stuck else ''}")
    incident = scene.incident
    if not said and incident.status in OPEN and incident.room_wanted_at is None and not incident.private:
        offered = [run.title for run in scene.runbooks if run.state == RUN_OFFERED] if scene.runbooks else scene.fitting
        said = [f"{clip(title, 60)}, in the thread" for title in offered]
    return f"Runbook: {'; '.join(said[:3])}" if said else ""


def place(scene: Scene) -> str:
    """Where it stands, for whoever has opened it."""
    return answers.home(scene)


def whole(scene: Scene, run: RunbookRun) -> Message:
    """Everything that is written in it, in short."""
    book = content(run)
    blocks = [section(f":blue_book: *{clip(book.title, 200)}*  ({_tested(book, scene.now.date())})")]
    for part in book.parts[:8]:
        blocks.append(section(f"*{clip(part.title or 'What it is about', 100)}*\n{clip(part.text, 1200)}"))
    lines = [
        f"*{step.number}.* {clip(step.text.split(chr(10))[0], 150)}{' _(way back)_' if step.rollback else ''}"
        for step in book.steps
    ]
    for at in range(0, min(len(lines), 60), 15):
        blocks.append(section("\n".join(lines[at : at + 15])))
    more = len(lines) - 60
    if more > 0:
        blocks.append(context(f"and {more} more steps"))
    return Message(f"Runbook {clip(book.title, 200)}: {len(book.steps)} steps", blocks)


def choose(scene: Scene, fitting: Sequence[Runbook], others: Sequence[Runbook]) -> Message:
    """What can be opened here, the services' own first."""
    number, there = scene.incident.number, {run.name for run in scene.runbooks}
    blocks: list[Block] = []
    for book in [*fitting, *others][:SHOWN]:
        open_it = button(
            "Open",
            f"{RUN}runbook:{book.name[:40]}",
            value(number, f"open {book.name}"),
            style="primary" if book in fitting else None,
        )
        today, services = scene.now.date(), clip(", ".join(book.services), 200) or "no service"
        old = ":warning: " if stale(book, today, scene.policy.runbooks.stale_after) else ""
        small = f"{services}  ·  {old}{_tested(book, today)}{'  ·  open here' if book.name in there else ''}"
        blocks.append(section(f"*{clip(book.title, 200)}*\n{small}", None if book.name in there else open_it))
    total = len(fitting) + len(others)
    if not blocks:
        return Message("The team has no runbooks yet. Whoever keeps muster.yml finds in docs/runbooks.md how to write one.")
    if total > SHOWN:
        blocks.append(context(f"and {total - SHOWN} more: `/incident runbook checkout` opens one by its name"))
    head = (
        f"Runbooks for {scene.incident.key}"
        if fitting
        else f"No runbook is about the services of {scene.incident.key}. All of them"
    )
    return Message(
        f"{head}: {', '.join(clip(book.title, 60) for book in [*fitting, *others][:SHOWN])}", [section(f"*{head}*"), *blocks]
    )


def shelf(
    books: Sequence[Runbook], old: Sequence[Runbook], missing: Sequence[str], flawed: Sequence[str], today: date
) -> Message:
    """Outside of an incident: what there is, what is stale, what is missing."""
    head = f"{len(books)} runbook{'' if len(books) == 1 else 's'}"
    lines = [f"*{clip(book.title, 100)}*  `{escape(book.name)}`  ·  {_tested(book, today)}" for book in books]
    blocks = [section(f"*{head}*"), *_paragraphs(lines[:40])]
    if len(lines) > 40:
        blocks.append(context(f"and {len(lines) - 40} more"))
    care = []
    if old:
        care.append(f":warning: *Not tested for long:* {_listed(book.title for book in old)}")
    if missing:
        care.append(f":warning: *Services without one:* {_listed(missing)}")
    if flawed:
        care.append(f":warning: *Wrong in the files:* {_listed(flawed)}")
    if care:
        blocks.append(section("\n".join(care)))
    blocks.append(
        context(
            "In a room `/incident runbook checkout` opens one; elsewhere name the incident: `/incident runbook INC-42 checkout`."
        )
    )
    return Message(". ".join([head, *(part.replace(":warning: ", "").replace("*", "") for part in care)]), blocks)


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 8} more" if len(listed) > 8 else ""
    return ", ".join(clip(name, 150) for name in listed[:8]) + more


def _paragraphs(lines: Sequence[str]) -> list[Block]:
    return [section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]


def next_steps(scene: Scene) -> tuple[list[Block], list[Block]]:
    """What a post about a runbook carries besides its sentence: small print, and the buttons that come next."""
    happened, number = scene.happened, scene.incident.number
    is_open = scene.incident.status in OPEN
    if isinstance(happened, RunbookStuck):
        criteria = [context(f"*When to escalate:* {clip(happened.criteria, 700)}")] if happened.criteria else []
        return criteria, _help(scene, happened) if is_open else []
    if isinstance(happened, WebhookAnswered) and happened.text:
        shown = clip(happened.text.replace("```", "'''").strip(), 1000)
        return [section(f"```{shown}```")] if shown else [], []
    if isinstance(happened, RunbookEnded) and is_open:
        if happened.solved and scene.incident.status != Status.MONITORING:
            return [], [button("Mitigated", f"{RUN}mitigated", value(number), style="primary")]
        if not happened.solved:
            return [], [
                button("Escalate", f"{RUN}escalate", value(number, f"the runbook {happened.title[:80]} did not solve it")),
                button("Other runbooks", f"{RUN}runbook:list", value(number, "list")),
            ]
    if isinstance(happened, RunbookOverdue) and is_open and scene.standing.pages:
        return [], [button("Acknowledge", f"{RUN}ack", value(number), style="primary")]
    return [], []


def _help(scene: Scene, happened: RunbookStuck) -> list[Block]:
    """Whom to page, one tap each; nobody who is paged already."""
    number, why = scene.incident.number, f"stuck at step {happened.step} of {happened.title[:80]}"
    row: list[Block] = []
    if scene.policy.runbooks.stuck == "ask" and happened.asked:
        said = value(number, f"<@{happened.asked}> {why}")
        row.append(button(f"Page {happened.role or 'them'}"[:70], f"{RUN}page:asked", said, style="primary"))
    row.append(button("Escalate", f"{RUN}escalate:stuck", value(number, why)))
    row.append(button("Page somebody else" if happened.asked else "Page somebody", f"{RUN}page:else", value(number)))
    return row
