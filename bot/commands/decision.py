"""Decisions, for the record."""

from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import timeline
from incidents.errors import Refused


def run(request: Request) -> Answer:
    """Stands on the timeline as a decision."""
    if not request.text.strip():
        raise Refused("Say what was decided: `/incident decision we fail over to eu-west`.")
    event = timeline.decide(request.core, request.incident_number, request.text, by=request.by, key=request.key)
    return answers.noted(event, "decision")


COMMAND = Command(
    name="decision",
    aliases=("decide", "decided"),
    usage="decision <text>",
    help="Write a decision down: `/incident decision fail over to eu-west`.",
    run=run,
    free_text=True,
    group="Timeline and tasks",
)
