"""One incident as its card shows it."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.card import card


def run(request: Request) -> Answer:
    """The card, with its buttons, for whoever asked."""
    shown = card(look.scene(request.core, request.incident_number), whole=True)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="show",
    usage="show [INC]",
    help="Show one incident: `/incident show 42`.",
    run=run,
    group="Declare and find",
)
