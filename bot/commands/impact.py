"""Who is affected, and how."""

from bot.commands import Answer, Command, Request
from bot.commands.set import edited


def run(request: Request) -> Answer:
    """Replaces what was known before; the card shows both for a while."""
    return edited(request, "impact", request.text)


COMMAND = Command(
    name="impact",
    usage="impact <text>",
    help="Who is affected, and how: `/incident impact nobody can pay by card`.",
    run=run,
    free_text=True,
    group="Say what is known",
)
