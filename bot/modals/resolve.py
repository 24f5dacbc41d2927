"""Resolving with the checklist in hand."""

from contextlib import suppress

from bot import look, own_fields
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block, option
from incidents import checklists, fields, status
from incidents.core import Repeated
from incidents.errors import NeedsConfirmation, Refused
from incidents.rules.checklists import RESOLUTION
from incidents.rules.lifecycle import OPEN, Status


def view(scene: Scene, response_url: str = "", *, why: str = "") -> Block:
    """For an open incident; nothing has to be ticked, and what is not is named in the answer. What the team wants to know
    before has to be filled in."""
    incident = scene.incident
    if incident.status not in OPEN:
        raise Refused(f"{incident.key} is {incident.status} already.")
    boxes = [option(item[:1].upper() + item[1:], str(index)) for index, item in enumerate(RESOLUTION)]
    done = [str(index) for index, item in enumerate(RESOLUTION) if item in incident.ticked.get("resolution", {})]
    lacks = fields.lacking(incident, scene.policy, Status.RESOLVED)
    blocks = [
        forms.standing_line(scene),
        *(own_fields.one(key, scene.policy.fields[key], "", needed=True) for key in lacks),
        *own_fields.causes_input(scene.policy, incident.causes),
        field("done", "Resolution checklist", forms.ticks(boxes, done), optional=True),
        field("why", "What fixed it?", forms.text_input(why, multiline=True), optional=True, hint="One line for the timeline."),
    ]
    if forms.watching(scene):
        blocks.append(field("confirm", "Resolving early", forms.early_tick(), optional=True))
    shown = own_fields.marks({"causes": fields.value(incident, "causes")})
    private = forms.carried(response_url, incident.number, own=shown)
    return frame(MODAL.name, f"Resolve {incident.key}", "Resolve", blocks, private)


def submit(form: Submission) -> Answer:
    """What is ticked goes on the timeline; then it resolves, and what is still open is named."""
    request = form.request
    number = request.incident_number
    filled = own_fields.filled(form)
    done = {RESOLUTION[int(index)] for index in form.options("done")}
    if "causes" in filled:
        done.discard(fields.CAUSE_ITEM)  # it is ticked, or no longer, by what was chosen
    elif form.options(own_fields.CAUSES):
        done.add(fields.CAUSE_ITEM)
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
            filled=filled,
            key=request.key,
        )
    except NeedsConfirmation as refused:
        if "confirm" not in form.values:
            return answers.resolve_early(refused, look.scene(request.core, number), form.text("why"))
        raise FormError({"confirm": "Tick this to resolve before the watch is over, or keep watching."}) from None
    scene = look.scene(request.core, number)
    return answers.resolved(scene, event, look.repeated(request.core, scene))


MODAL = Modal("resolve", submit, fallback="done")
