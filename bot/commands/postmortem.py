"""The postmortem draft."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views.answers import home
from bot.views.lists import lacks
from incidents import postmortems


def run(request: Request) -> Answer:
    """Built, or built again, from the timeline; the answer says what only people can fill in."""
    number = request.incident_number
    event = postmortems.draft(request.core, number, by=request.by, key=request.key)
    scene = look.scene(request.core, number)
    again = "" if event.payload.get("number") == 1 else ", in place of the one before"
    said = f"The draft comes to {home(scene)} within seconds{again}."
    shown = lacks(said, look.questions(request.core, number))
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="postmortem",
    aliases=("pm", "retro"),
    usage="postmortem",
    help="Build the postmortem draft from the timeline, and show what it still lacks.",
    run=run,
    group="Afterwards",
)
