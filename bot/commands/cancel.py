"""It was no incident after all."""

from bot.commands import Answer, Command, Request
from bot.commands.status import move
from incidents.rules.lifecycle import Status


def run(request: Request) -> Answer:
    """A move like any other; what is typed is the reason on the timeline."""
    return move(request, Status.CANCELLED, request.text.strip())


COMMAND = Command(
    name="cancel",
    aliases=("cancelled",),
    usage="cancel [why]",
    free_text=True,
    help="It was no incident after all; it ends without a postmortem.",
    run=run,
    group="Move it",
)
