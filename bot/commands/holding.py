"""The answer to "still holding?" while a fix is being watched."""

from bot.commands import Answer, Command, Request
from incidents import status


def run(request: Request) -> Answer:
    """On the timeline, with who looked and when; the watch goes on."""
    status.holds(request.core, request.incident_number, by=request.by, key=request.key)
    return Answer("Noted: it is holding. The watch goes on.")


COMMAND = Command(
    name="holding",
    aliases=("holds",),
    usage="holding",
    help="During the watch: you looked, and the fix is holding.",
    run=run,
    group="",
)
