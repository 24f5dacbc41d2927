"""Acknowledging: whoever answers stops the paging."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import paging


def run(request: Request) -> Answer:
    """Anyone may. It stops every page of the incident."""
    event = paging.acknowledge(request.core, request.incident_number, by=request.by, key=request.key)
    return answers.acknowledged(look.scene(request.core, request.incident_number), event)


COMMAND = Command(
    name="ack",
    aliases=("acknowledge",),
    usage="ack",
    help="Acknowledge: you have seen it, and paging stops. Anyone may.",
    run=run,
    group="Paging",
)
