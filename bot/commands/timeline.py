"""The timeline, newest page first."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.timeline import page
from incidents import timeline
from incidents.errors import Refused, quote


def run(request: Request) -> Answer:
    """The last entries; a button leads to the ones before."""
    skip = 0
    said = request.text.strip()
    if said:
        if not said.isdigit() or len(said) > 6:
            raise Refused(f"“{quote(said)}” means nothing here. `/incident timeline` shows the last entries.")
        skip = int(said)
    number = request.incident_number
    shown = page(look.scene(request.core, number), timeline.read(request.core, number, limit=10_000), skip)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="timeline",
    aliases=("log",),
    usage="timeline",
    help="What happened, and when.",
    run=run,
    group="Timeline and tasks",
)
