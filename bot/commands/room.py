"""The war room, asked for."""

from bot.commands import Answer, Command, Request
from incidents import rooms
from incidents.events import RoomCalledBack


def run(request: Request) -> Answer:
    """Opens it where there is none, the card moves there; brings it back where somebody archived it."""
    event = rooms.open_room(request.core, request.incident_number, by=request.by, key=request.key)
    if event.kind == RoomCalledBack.kind:
        return Answer("The war room is brought back within seconds; it goes on there then.")
    return Answer("The war room opens within seconds; you are invited, and the card moves there.")


COMMAND = Command(
    name="room",
    usage="room",
    help="Open a war room for an incident that has none; bring it back where somebody archived it.",
    run=run,
    group="More",
)
