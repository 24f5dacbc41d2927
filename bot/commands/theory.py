"""What is thought to be the cause."""

from bot.commands import Answer, Command, Request
from bot.commands.set import edited


def run(request: Request) -> Answer:
    """Replaces what was known before; the card shows both for a while."""
    return edited(request, "theory", request.text)


COMMAND = Command(
    name="theory",
    usage="theory <text>",
    help="What you think the cause is.",
    run=run,
    free_text=True,
    group="Say what is known",
)
