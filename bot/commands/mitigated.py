"""The fix is in, and is watched from here."""

from bot.commands import Answer, Command, Request
from bot.commands.status import move
from incidents.rules.lifecycle import Status


def run(request: Request) -> Answer:
    """A move like any other; what is typed is the reason on the timeline."""
    return move(request, Status.MONITORING, request.text.strip())


COMMAND = Command(
    name="mitigated",
    aliases=("fixed", "monitor"),
    usage="mitigated [how]",
    free_text=True,
    help="The fix is in; watch it from here.",
    run=run,
    group="Move it",
)
