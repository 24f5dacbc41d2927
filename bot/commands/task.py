"""Something to do now."""

from bot import people
from bot.commands import Answer, Command, Request
from bot.views.texts import person
from incidents import work
from incidents.errors import Refused


def run(request: Request) -> Answer:
    """For whoever is named first or last, else for anybody."""
    owner, text = people.mentioned(request.text, request.by)
    if not text:
        raise Refused("Say what to do: `/incident task restart the workers @who`.")
    work.add_task(request.core, request.incident_number, text, owner=owner, by=request.by, key=request.key)
    return Answer(f"Task added for {person(owner)}." if owner else "Task added; nobody has it yet. `/incident tasks` shows all.")


COMMAND = Command(
    name="task",
    usage="task <text> [@who]",
    help="Something to do now: `/incident task restart the workers @who`.",
    run=run,
    free_text=True,
    group="Timeline and tasks",
)
