"""What happened while one was away."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.timeline import catch_up
from incidents import timeline, work


def run(request: Request) -> Answer:
    """How it stands, what is being done, and what happened last; from the record."""
    number = request.incident_number
    scene = look.scene(request.core, number)
    shown = catch_up(scene, timeline.read(request.core, number), work.tasks(request.core, number), at=request.channel)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="catchup",
    aliases=("catch-up", "missed"),
    usage="catchup",
    help="What you missed: how it stands, decisions, tasks and what happened last.",
    run=run,
    group="Declare and find",
)
