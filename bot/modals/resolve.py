"""Resolving with the checklist in hand."""

from contextlib import suppress

from bot import look
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block, option
from incidents import checklists, status
from incidents.core import Repeated
from incidents.errors import NeedsConfirmation, Refused
from incidents.rules.checklists import RESOLUTION
from incidents.rules.lifecycle import OPEN, Status


def view(scene: Scene, response_url: str = "") -> Block:
    """For an open incident; nothing has to be ticked, and what is not is named in the answer."""
    incident = scene.incident
    if incident.status not in OPEN:
        raise Refused(f"{incident.key} is {incident.status} already.")
    boxes = [option(item[:1].upper() + item[1:], str(index)) for index, item in enumerate(RESOLUTION)]
    done = [str(index) for index, item in enumerate(RESOLUTION) if item in incident.ticked.get("resolution", {})]
    blocks = [
        forms.standing_line(scene),
        field("done", "Resolution checklist", forms.ticks(boxes, done), optional=True),
        field("why", "What fixed it?", forms.text_input(multiline=True), optional=True, hint="One line for the timeline."),
    ]
    if forms.watching(scene):
        blocks.append(field("confirm", "Resolving early", forms.early_tick(), optional=True))
    private = forms.carried(response_url, incident.number)
    return frame(MODAL.name, f"Resolve {incident.key}", "Resolve", blocks, private)


def submit(form: Submission) -> Answer:
    """What is ticked goes on the timeline; then it resolves, and what is still open is named."""
    request = form.request
    number = request.incident_number
    done = {RESOLUTION[int(index)] for index in form.options("done")}
    with suppress(Repeated):
        checklists.tick_all(request.core, number, "resolution", done, by=request.by, key=f"{request.key}:ticks")
    try:
        event = status.move(
            request.core,
            number,
            Status.RESOLVED,
            by=request.by,
            why=form.text("why"),
            confirmed=forms.EARLY in form.options("confirm"),
            key=request.key,
        )
    except NeedsConfirmation as refused:
        if "confirm" not in form.values:
            return answers.ask(refused, "Resolve anyway", "status", number, f"resolved {form.text('why')}".strip())
        raise FormError({"confirm": "Tick this to resolve before the watch is over, or keep watching."}) from None
    return answers.resolved(look.scene(request.core, number), event)


MODAL = Modal("resolve", submit, fallback="done")
