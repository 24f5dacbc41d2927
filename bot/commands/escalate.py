"""Not waiting for the next level."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import paging


def run(request: Request) -> Answer:
    """The next level of every running escalation is paged at once; with none running, the incident's own begins."""
    number = look.goes_on(request.core, request.incident_number)
    event = paging.escalate(request.core, number, by=request.by, why=request.text.strip(), key=request.key)
    return answers.paged(look.followed(request.core, event))


COMMAND = Command(
    name="escalate",
    usage="escalate [why]",
    free_text=True,
    help="Page the next level now instead of waiting.",
    run=run,
    group="Paging",
)
