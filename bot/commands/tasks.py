"""What is being done now."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.lists import finished, tasks
from incidents import work


def run(request: Request) -> Answer:
    """Open ones first, each with "Done"; `done <id>` is what that button says."""
    number = request.incident_number
    done = finished(request.text, "task")
    if done is not None:
        work.finish_task(request.core, number, done, by=request.by, key=request.key)
    shown = tasks(look.scene(request.core, number), work.tasks(request.core, number))
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="tasks",
    usage="tasks",
    help="Open tasks, and finish them.",
    run=run,
    group="Timeline and tasks",
)
