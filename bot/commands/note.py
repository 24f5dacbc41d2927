"""Notes for the timeline."""

import re

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
    return answers.noted(event, "note", _kept_as_text(text) if at is None else "")


def _kept_as_text(text: str) -> str:
    """What looks like a time but is none stays in the note, and that is said."""
    word = text.split(maxsplit=1)[0]
    if not _LIKE_A_TIME.fullmatch(word):
        return ""
    return f" “{word}” is no time that has passed, so it stays in the text; a time is written like 14:05."


_LIKE_A_TIME = re.compile(r"[0-9]{1,2}[:.][0-9]{2}(?::[0-9]{2})?(?:[ap]m)?", re.IGNORECASE)

COMMAND = Command(
    name="note",
    usage="note [HH:MM] <text>",
    help="Add to the timeline, with the time it happened: `/incident note 14:05 rolled back`.",
    run=run,
    free_text=True,
    group="Timeline and tasks",
)
