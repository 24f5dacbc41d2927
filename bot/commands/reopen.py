"""It came back."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import status as form
from bot.views import answers
from incidents import status
from incidents.rules.lifecycle import Status, reopens_to


def run(request: Request) -> Answer:
    """Resolved goes back to investigating, closed to resolved. Without a reason the form asks for it."""
    number, why = request.incident_number, request.text.strip()
    if not why:
        scene = look.scene(request.core, number)
        to = reopens_to(Status(scene.incident.status))
        request.forms.open(form.view(scene, request.response_url, to=to))
        return Answer()
    event = status.reopen(request.core, number, by=request.by, why=why, key=request.key)
    return answers.moved(look.scene(request.core, number), event, at=request.channel)


COMMAND = Command(
    name="reopen",
    usage="reopen <why>",
    free_text=True,
    help="It came back: a resolved incident is worked on again, and pages as its severity does; a closed one is resolved again.",
    run=run,
    group="Move it",
)
