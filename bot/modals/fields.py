"""What the team asks about an incident, all at once: type, fields of its own, detection source, services, causes."""

from bot import look, own_fields
from bot.commands import Answer
from bot.modals import Modal, Submission
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block
from incidents import fields
from incidents.policy_fields import BUILT_IN_FIELDS
from incidents.rules import fields as rules


def view(scene: Scene, response_url: str = "") -> Block:
    """With what is known; what is left as it is changes nothing."""
    incident, policy = scene.incident, scene.policy
    blocks = [
        forms.standing_line(scene),
        *own_fields.type_input(policy, incident.type),
        *own_fields.inputs(policy, incident.type, incident.fields),
        own_fields.detected_input(incident.detected_by),
        *own_fields.services_input(policy, incident.services),
        *own_fields.causes_input(policy, incident.causes),
    ]
    shown = {key: fields.value(incident, key) for key in (*BUILT_IN_FIELDS, *policy.fields)}
    private = forms.carried(response_url, incident.number, own=own_fields.marks(shown))
    return frame(MODAL.name, f"Fields of {incident.key}", "Save", blocks, private)


def redraw(form: Submission) -> Block:
    """The fields of the type that was chosen, with what the incident has of them."""
    request = form.request
    scene = look.scene(request.core, request.incident_number)
    blocks = own_fields.inputs(scene.policy, form.option(own_fields.TYPE), scene.incident.fields)
    return own_fields.redrawn(form, blocks, before=own_fields.DETECTED)


def submit(form: Submission) -> Answer:
    """Sets what was changed in it, all of it or none."""
    request = form.request
    values = own_fields.filled(form)
    if not values:
        return Answer("Nothing was changed.")
    event = fields.set_fields(request.core, request.incident_number, values, by=request.by, key=request.key)
    return answers.fields_set(look.scene(request.core, request.incident_number), event)


MODAL = Modal("fields", submit, fallback=rules.block("detected_by"), redraw=redraw)
