"""Following no longer."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.commands.subscribe import shown, whom
from incidents import subscriptions


def run(request: Request) -> Answer:
    """Whoever asks, or the channel that is named."""
    number, target = look.goes_on(request.core, request.incident_number), whom(request)
    subscriptions.unsubscribe(request.core, number, target, by=request.by, key=request.key)
    return Answer(f"{'You are' if target == request.by else f'{shown(target)} is'} sent no more of INC-{number}.")


COMMAND = Command(
    name="unsubscribe",
    aliases=("unfollow",),
    usage="unsubscribe [#channel|here]",
    help="No more updates for you, or for a channel.",
    run=run,
    group="Say what is known",
)
