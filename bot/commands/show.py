"""One incident as its card shows it: named, or found by words."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.commands.list import run as listed
from bot.views.card import card


def run(request: Request) -> Answer:
    """The card, with its buttons, for whoever asked; of words that find none or several, the list that they give."""
    if request.number is None:
        return listed(request)
    shown = card(look.scene(request.core, request.number), whole=True)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="show",
    usage="show [INC|words]",
    help="Show one incident, by its number or by words: `/incident show 42`, `/incident show checkout`.",
    run=run,
    finds=True,
    group="Declare and find",
)
