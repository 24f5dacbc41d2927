"""A link that the responders need: on the timeline, and a bookmark of the room."""

from bot import look
from bot.commands import Answer, Command, Request
from incidents import rooms, timeline
from incidents.errors import Refused


def run(request: Request) -> Answer:
    """The address first, then what it is called."""
    url, _, title = request.text.strip().partition(" ")
    if not url:
        raise Refused("Which link? `/incident link https://grafana.example.com/d/1 Error rate`")
    number = request.incident_number
    timeline.add_link(request.core, number, url, title, by=request.by, key=request.key)
    incident = look.scene(request.core, number).incident
    in_room = incident.room_wanted_at is not None and not rooms.asleep(incident)
    return Answer("The link is on the timeline" + (" and among the room's bookmarks." if in_room else "."))


COMMAND = Command(
    name="link",
    usage="link <url> [title]",
    help="Keep a link: on the timeline and among the room's bookmarks: `/incident link https://grafana.example.com Error rate`.",
    run=run,
    group="Timeline and tasks",
)
