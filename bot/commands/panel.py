"""`/incident` alone: in a room the control panel, elsewhere the declare form."""

from bot import drill, look
from bot.commands import Answer, Command, Needs, Request
from bot.modals import declare as form
from bot.views import forms
from bot.views.panel import panel


def run(request: Request) -> Answer:
    """How it stands and what can be done about it; nothing is changed."""
    if request.number is None:
        carried = forms.carried(request.response_url)
        near, maintained = look.near(request.core), look.under_maintenance(request.core)
        on_call = look.on_call_to_command(request.core)
        request.forms.open(form.view(request.policy, request.by, carried, near=near, maintained=maintained, on_call=on_call))
        return Answer()
    scene = look.scene(request.core, request.number)
    shown = panel(scene)
    return drill.answered(scene.incident, Answer(shown.text, shown.blocks))


COMMAND = Command(
    name="panel",
    usage="panel",
    help="The control panel of this room's incident.",
    run=run,
    needs=Needs.NOTHING,
    group="",
)
