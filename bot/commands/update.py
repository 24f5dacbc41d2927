"""The status update's form."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import update as form
from incidents.errors import Refused
from incidents.rules.lifecycle import OPEN, way_on


def run(request: Request) -> Answer:
    """Opens it prefilled; what was typed stands in "Actions in progress"."""
    scene = look.scene(request.core, request.incident_number)
    incident = scene.incident
    if incident.status not in OPEN:
        said = f"{incident.key} is {incident.status}; nothing more is due."
        raise Refused(f"{said} {way_on(incident.status, incident.merged_into)}")
    request.forms.open(form.view(scene, request.response_url, actions=request.text.strip()))
    return Answer()


COMMAND = Command(
    name="update",
    usage="update [what you are doing]",
    free_text=True,
    help="Write a status update, prefilled with what is known.",
    run=run,
    group="Say what is known",
)
