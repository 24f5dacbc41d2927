"""What the team's config does by itself in an incident: what has fired, and what else would."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import automations as view
from incidents import automations


def run(request: Request) -> Answer:
    """A dry run of today's rules over its timeline; nothing is changed."""
    number = request.incident_number
    shown = view.rules(look.scene(request.core, number), automations.outlook(request.core, number))
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="automations",
    aliases=("rules",),
    usage="automations",
    help="What your team's rules did here by themselves, and what the others wait to do. It changes nothing.",
    run=run,
    group="Timeline and tasks",
)
