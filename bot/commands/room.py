"""The war room, asked for."""

from bot.commands import Answer, Command, Request
from incidents import rooms


def run(request: Request) -> Answer:
    """Opens it where there is none; the card moves there."""
    rooms.open_room(request.core, request.incident_number, by=request.by, key=request.key)
    return Answer("The war room opens within seconds; you are invited, and the card moves there.")


COMMAND = Command(
    name="room",
    usage="room",
    help="Open a war room for an incident that has none.",
    run=run,
    group="More",
)
