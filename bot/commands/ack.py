"""Acknowledging: whoever answers stops the paging."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import paging


def run(request: Request) -> Answer:
    """Anyone may. It stops every page of the incident; a page from before a merge is the survivor's."""
    number = look.goes_on(request.core, request.incident_number)
    event = paging.acknowledge(request.core, number, by=request.by, key=request.key)
    return answers.acknowledged(look.scene(request.core, number), event)


COMMAND = Command(
    name="ack",
    aliases=("acknowledge",),
    usage="ack",
    help="Acknowledge: you have seen it, and paging stops. Anyone may.",
    run=run,
    group="Paging",
)
