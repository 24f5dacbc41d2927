"""All roles at once."""

from bot import look
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block, context, option
from incidents import roles

REPLACE = "replace"


def view(scene: Scene, response_url: str = "") -> Block:
    """A field for each role, with its holder; what is left as it is changes nothing."""
    held = scene.standing.holders
    blocks = [forms.standing_line(scene)]
    for role, rules in scene.policy.roles.items():
        chosen = forms.person_input(held.get(role), placeholder="Nobody yet")
        blocks.append(field(role, rules.name, chosen, optional=True))
    if held:
        box = forms.ticks([option("Replace whoever holds it; they and the room are told", REPLACE)])
        blocks.append(field("confirm", "Taking a role from somebody", box, optional=True))
    blocks.append(context("A role is given up by its holder only: clear your own field."))
    private = forms.carried(response_url, scene.incident.number, held=dict(held))
    return frame(MODAL.name, f"Roles of {scene.incident.key}", "Save", blocks, private)


def submit(form: Submission) -> Answer:
    """Gives and leaves what was changed in the form, all of it or none."""
    request = form.request
    number = request.incident_number
    shown: dict[str, str] = form.private.get("held", {})
    changes = {
        role: form.person(role) for role in request.policy.roles if role in form.values and form.person(role) != shown.get(role)
    }
    if not changes:
        return Answer("Nothing was changed.")
    replaces = shown if REPLACE in form.options("confirm") else {}
    try:
        roles.assign_all(request.core, number, changes, by=request.by, replaces=replaces, key=request.key)
    except roles.NotHolder as refused:  # a form shows no mentions, so the holder is not named in its errors
        raise FormError({refused.role: "Only its holder can give it up. Choose somebody to replace them."}) from None
    except roles.RoleHeld as held:
        if held.holder != shown.get(held.role):
            raise FormError({held.role: "Somebody took it while this form was open. Close the form and look again."}) from None
        way = "Tick the box below" if "confirm" in form.values else f"Close this form and say `/incident {held.role} @who`"
        raise FormError({held.role: f"Somebody else holds it. {way} to replace them."}) from None
    return answers.roles_given(look.scene(request.core, number), changes, request.by)


MODAL = Modal("roles", submit, fallback="ic")
