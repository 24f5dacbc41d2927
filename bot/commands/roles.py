"""Who does what."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import roles as form
from bot.views import forms
from bot.views.lists import roles


def run(request: Request) -> Answer:
    """Every role with its holder; a free one can be taken by its button. The button "Assign" opens the form."""
    scene = look.scene(request.core, request.incident_number)
    if request.text.strip() == forms.FORM:
        request.forms.open(form.view(scene, request.response_url))
        return Answer()
    shown = roles(scene, request.by)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="roles",
    aliases=("people",),
    usage="roles",
    help="Who holds which role, and take one.",
    run=run,
    group="People",
)
