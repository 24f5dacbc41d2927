"""A better title."""

from bot.commands import Answer, Command, Request
from bot.commands.set import edited


def run(request: Request) -> Answer:
    """The room keeps its name; card, topic and announcement follow."""
    return edited(request, "title", request.text)


COMMAND = Command(
    name="rename",
    aliases=("title",),
    usage="rename <title>",
    help="Change the title: `/incident rename Checkout rejects cards`.",
    run=run,
    free_text=True,
    group="Say what is known",
)
