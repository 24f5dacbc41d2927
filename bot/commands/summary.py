"""What the incident is, in a few sentences."""

from bot.commands import Answer, Command, Request
from bot.commands.set import edited


def run(request: Request) -> Answer:
    """Replaces what was known before; the card shows both for a while."""
    return edited(request, "summary", request.text)


COMMAND = Command(
    name="summary",
    usage="summary <text>",
    help="What this incident is, for somebody who comes in late.",
    run=run,
    free_text=True,
    group="Say what is known",
)
