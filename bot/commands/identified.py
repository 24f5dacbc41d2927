"""The cause is known."""

from bot.commands import Answer, Command, Request
from bot.commands.status import move
from incidents.rules.lifecycle import Status


def run(request: Request) -> Answer:
    """A move like any other; what is typed is the reason on the timeline."""
    return move(request, Status.IDENTIFIED, request.text.strip())


COMMAND = Command(
    name="identified",
    aliases=("found",),
    usage="identified [what it is]",
    free_text=True,
    help="The cause is known.",
    run=run,
    group="Move it",
)
