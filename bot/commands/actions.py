"""Follow-ups."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.lists import actions, finished
from incidents import work


def run(request: Request) -> Answer:
    """Open ones first, each with "Done"; `done <id>` is what that button says."""
    number = request.incident_number
    done = finished(request.text, "action item")
    if done is not None:
        work.finish_action(request.core, number, done, by=request.by, key=request.key)
    scene = look.scene(request.core, number)
    today = request.now.astimezone(request.timezone).date()
    shown = actions(scene, work.actions(request.core, number), today)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="actions",
    usage="actions",
    help="Follow-ups, and finish them.",
    run=run,
    group="Afterwards",
)
