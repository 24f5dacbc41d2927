"""No nudges and no timed updates for a while."""

from bot.commands import Answer, Command, Request
from bot.views.texts import coming
from incidents import updates
from incidents.rules.times import parse_until


def run(request: Request) -> Answer:
    """Until a moment, or until somebody resumes."""
    text = request.text.strip()
    until = parse_until(text, request.now, request.timezone) if text else None
    updates.pause(request.core, request.incident_number, until, by=request.by, key=request.key)
    end = f" until {coming(until, request.now)}" if until else "; `/incident resume` starts them again"
    return Answer(f"No nudges and no timed updates{end}.")


COMMAND = Command(
    name="pause",
    usage="pause [until]",
    help="No nudges and no timed updates for a while: `/incident pause 2h`, `/incident pause 15:00`.",
    run=run,
    group="Say what is known",
)
