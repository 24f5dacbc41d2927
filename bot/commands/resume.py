"""Updates fall due again."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.texts import coming
from incidents import updates


def run(request: Request) -> Answer:
    """The first one a whole cadence from now."""
    number = request.incident_number
    updates.resume(request.core, number, by=request.by, key=request.key)
    due = look.scene(request.core, number).next_update_at
    return Answer("Updates fall due again" + (f", the next {coming(due, request.now)}." if due else "."))


COMMAND = Command(
    name="resume",
    aliases=("unpause",),
    usage="resume",
    help="Timed updates and nudges again.",
    run=run,
    group="Say what is known",
)
