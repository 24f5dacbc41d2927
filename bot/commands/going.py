"""The answer to "is it still going on?"; a button of the question."""

from bot.commands import Answer, Command, Request
from incidents import updates


def run(request: Request) -> Answer:
    """Heard; it is asked again after the next silence."""
    updates.still_going(request.core, request.incident_number, by=request.by, key=request.key)
    return Answer("Noted: it goes on. The room is told.")


COMMAND = Command(name="going", usage="going", help="It is still going on.", run=run, group="")
