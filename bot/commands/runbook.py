"""Runbooks: which there are, opening one in an incident, and following it by buttons."""

import re
from dataclasses import replace

from bot import look
from bot.commands import Answer, Command, Needs, Request, value
from bot.scene import Scene
from bot.views import runbooks as view
from bot.views.blocks import button, buttons, section
from bot.views.texts import clip
from incidents import runbooks
from incidents.errors import Refused
from incidents.rules.naming import incident_ref
from incidents.runbook_runs import content
from models.runbook import RUN_OFFERED, RUN_OPEN

_PRESSED = re.compile(r"(do|skip|stuck|call|back|solved|unsolved|whole) (\d{1,9})(?: (\d{1,9}))?(?: (\d{1,9}))?")


def run(request: Request) -> Answer:
    """In a room: the one that is followed, or those to choose from; with a name it is opened. Elsewhere: all there are."""
    text = request.text.strip()
    word, _, rest = text.partition(" ")
    named = incident_ref(word) if word and not (word.isdigit() and request.number is not None) else None
    if named is not None:
        request, text = replace(request, number=look.scene(request.core, named).incident.number), rest.strip()
    pressed = _PRESSED.fullmatch(text)
    if pressed is not None and request.number is not None:
        return _pressed(request, pressed[1], *(int(number or 0) for number in pressed.groups()[1:]))
    if text in ("", "list"):
        return _shelf(request) if request.number is None else _here(request, all_of_them=text == "list")
    return _open(request, text.removeprefix("open "))


def _shelf(request: Request) -> Answer:
    catalogue, today = request.core.runbooks(), request.now.astimezone(request.timezone).date()
    flawed = [str(problem) for problem in catalogue.problems]
    old, missing = catalogue.stale(request.policy, today), catalogue.missing(request.policy)
    shown = view.shelf(catalogue.runbooks, old, missing, flawed, today)
    return Answer(shown.text, shown.blocks)


def _here(request: Request, *, all_of_them: bool) -> Answer:
    scene = look.scene(request.core, request.incident_number)
    followed = [each for each in scene.runbooks if each.state in (RUN_OFFERED, RUN_OPEN)]
    if followed and not all_of_them:
        begun = [each for each in followed if each.state == RUN_OPEN]
        shown = view.running(scene, (begun or followed)[-1])
        return Answer(shown.text, shown.blocks)
    catalogue = request.core.runbooks()
    fitting = catalogue.of(scene.incident.services)
    shown = view.choose(scene, fitting, [book for book in catalogue.runbooks if book not in fitting])
    return Answer(shown.text, shown.blocks)


def _open(request: Request, name: str) -> Answer:
    if request.number is None:
        found = request.core.runbooks().find(name)
        where = f"`/incident runbook INC-42 {found.name}`" if found else runbooks.known(request.core, name)
        raise Refused(f"A runbook is followed in an incident: run this in its room, or name it. {where}")
    number = request.number
    runbooks.open_book(request.core, number, name, by=request.by, key=request.key)
    scene = look.scene(request.core, number)
    return Answer(f"The runbook {clip(scene.runbooks[-1].title, 200)} is in {view.place(scene)}, with its first step.")


def _pressed(request: Request, what: str, run_id: int, step: int, to: int) -> Answer:
    core, number, by, key = request.core, request.incident_number, request.by, request.key
    if what == "whole":
        return _whole(request, run_id)
    if what in ("do", "skip"):
        runbooks.step_done(core, number, run_id, step, to=to or None, skip=what == "skip", by=by, key=key)
    elif what == "stuck":
        runbooks.stuck(core, number, run_id, step, by=by, key=key)
    elif what == "back":
        runbooks.back(core, number, run_id, by=by, key=key)
    elif what == "call" and not request.confirmed:
        return _sure(look.scene(core, number), run_id, step)
    elif what == "call":
        runbooks.call_webhook(core, number, run_id, step, by=by, key=key)
    else:
        runbooks.end(core, number, run_id, what == "solved", by=by, key=key)
    return Answer()


def _sure(scene: Scene, run_id: int, step: int) -> Answer:
    """For whoever typed it: a button asks by itself."""
    found = next((content(each).step(step) for each in scene.runbooks if each.id == run_id), None)
    if found is None or found.webhook is None:
        raise Refused("That step calls nothing.")
    said = f"Call it? `{found.webhook.method} {clip(found.webhook.url, 900)}`"
    row = buttons(
        button("Call it", "run:runbook:call", value(scene.incident.number, f"call {run_id} {step} confirmed"), style="danger")
    )
    return Answer(said, [section(said), row])


def _whole(request: Request, run_id: int) -> Answer:
    scene = look.scene(request.core, request.incident_number)
    found = next((each for each in scene.runbooks if each.id == run_id), None)
    if found is None:
        raise Refused("There is no such runbook here. `/incident runbook` shows those that there are.")
    shown = view.whole(scene, found)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="runbook",
    usage="runbook [name]",
    help="Open a runbook and follow it step by step; outside of a room: which there are, and which need care.",
    run=run,
    aliases=("runbooks",),
    needs=Needs.NOTHING,
    group="Timeline and tasks",
)
