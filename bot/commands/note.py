"""Notes for the timeline."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import note as form
from bot.views import answers, forms
from incidents import timeline
from incidents.errors import Refused
from incidents.rules.times import split_leading_moment


def run(request: Request) -> Answer:
    """A time at the front is when it happened. A button opens the form."""
    number = request.incident_number
    if request.text.strip() == forms.FORM:
        request.forms.open(form.view(look.scene(request.core, number), request.response_url))
        return Answer()
    at, text = split_leading_moment(request.text, request.now, request.timezone)
    if not text.strip():
        raise Refused("Say what happened: `/incident note error rate is falling`, or `/incident note 14:05 rolled back`.")
    event = timeline.note(request.core, number, text, by=request.by, at=at, key=request.key)
    return answers.noted(event, "note")


COMMAND = Command(
    name="note",
    usage="note [HH:MM] <text>",
    help="Add to the timeline, with the time it happened: `/incident note 14:05 rolled back`.",
    run=run,
    free_text=True,
    group="Timeline and tasks",
)
