"""Resolving: service is back and stays back."""

from bot.commands import Answer, Command, Request
from bot.commands.status import move
from incidents.rules.lifecycle import Status


def run(request: Request) -> Answer:
    """At once; where the fix is still being watched, a button asks once."""
    return move(request, Status.RESOLVED, request.text.strip())


COMMAND = Command(
    name="resolve",
    aliases=("resolved", "end"),
    usage="resolve [what fixed it]",
    free_text=True,
    help="It is over. Stops paging and updates, and builds the postmortem draft where one is owed.",
    run=run,
    group="Move it",
)
