"""Dismissing what is still in triage."""

from bot.commands import Answer, Command, Request
from bot.commands.status import move
from incidents.rules.lifecycle import Status


def run(request: Request) -> Answer:
    """A move like any other; what is typed is the reason on the timeline."""
    return move(request, Status.DECLINED, request.text.strip())


COMMAND = Command(
    name="decline",
    aliases=("declined",),
    usage="decline [why]",
    free_text=True,
    help="Dismiss what is still in triage.",
    run=run,
    group="Move it",
)
