"""Closing by hand, with a reason."""

from bot.commands import Answer, Command, Request
from bot.commands.status import move
from incidents.rules.lifecycle import Status


def run(request: Request) -> Answer:
    """A move like any other; what is typed is the reason on the timeline."""
    return move(request, Status.CLOSED, request.text.strip())


COMMAND = Command(
    name="close",
    aliases=("closed",),
    usage="close <why>",
    free_text=True,
    help="Close a resolved incident by hand, with a reason.",
    run=run,
    group="Move it",
)
