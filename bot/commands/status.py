"""Moving an incident to another state."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import resolve as resolve_form
from bot.modals import status as form
from bot.views import answers
from incidents import status
from incidents.errors import NeedsConfirmation, NeedsReason
from incidents.fields import FieldsMissing
from incidents.rules.lifecycle import OPEN, Status, parse_status


def run(request: Request) -> Answer:
    """With no state the form opens."""
    state, _, why = request.text.strip().partition(" ")
    if not state:
        request.forms.open(form.view(look.scene(request.core, request.incident_number), request.response_url))
        return Answer()
    return move(request, parse_status(state), why)


def move(request: Request, to: Status, why: str) -> Answer:
    """Moves it, and asks what the move still needs: a confirmation by a button, a reason or a field by the form."""
    number = request.incident_number
    if to is Status.CANCELLED and not why and not request.confirmed:
        scene = look.scene(request.core, number)
        if scene.incident.status in OPEN:
            return answers.cancels(scene)
    try:
        event = status.move(request.core, number, to, by=request.by, why=why, confirmed=request.confirmed, key=request.key)
    except NeedsConfirmation as question:
        return answers.resolve_early(question, look.scene(request.core, number), why)
    except FieldsMissing:
        scene = look.scene(request.core, number)
        if to is Status.RESOLVED and scene.incident.status in OPEN:
            request.forms.open(resolve_form.view(scene, request.response_url, why=why))
        else:
            request.forms.open(form.view(scene, request.response_url, to=to, why=why))
        return Answer()
    except NeedsReason:
        request.forms.open(form.view(look.scene(request.core, number), request.response_url, to=to))
        return Answer()
    scene = look.scene(request.core, number)
    return answers.moved(scene, event, look.repeated(request.core, scene), at=request.channel)


COMMAND = Command(
    name="status",
    usage="status <state> [why]",
    help="Move it to investigating, identified, mitigating, monitoring, resolved: `/incident status mitigating`.",
    run=run,
    group="Move it",
)
