"""The resolution checklist, for those who want to tick it off before resolving."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import resolve as form


def run(request: Request) -> Answer:
    """Opens the form; submitting it resolves."""
    request.forms.open(form.view(look.scene(request.core, request.incident_number), request.response_url))
    return Answer()


COMMAND = Command(
    name="checklist",
    usage="checklist",
    help="Tick off the resolution checklist, then resolve.",
    run=run,
    group="",
)
