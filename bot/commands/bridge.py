"""The call of an incident: its severity's own, or on request the one that worse ones have."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers, bookmarks
from bot.views.texts import linked
from incidents import timeline
from incidents.errors import Refused
from incidents.events import LinkAdded
from incidents.phrase import Link
from incidents.rules.lifecycle import OPEN

NAME = "Bridge call"


def run(request: Request) -> Answer:
    """Where to talk. What the severity does not bring by itself is kept for everybody, once."""
    number = request.incident_number
    scene = look.scene(request.core, number)
    own, url = bookmarks.bridge(scene), bookmarks.bridge_on_request(scene)
    if url is None:
        raise Refused("No call is set up. Start one and share it here: `/incident link https://… Bridge call`.")
    known = any(link.url == url for link in _added(request))
    said = f"{linked(Link(NAME, url))} of {scene.incident.key}: {url}"
    if own or known or scene.incident.status not in OPEN:
        return Answer(said)
    timeline.add_link(request.core, number, url, NAME, by=request.by, key=request.key)
    return Answer(f"{said}\n{answers.told(scene)}")


def _added(request: Request) -> list[LinkAdded]:
    with request.core.view() as session:
        return timeline.links(session, request.incident_number)


COMMAND = Command(
    name="bridge",
    aliases=("call",),
    usage="bridge",
    help="The call to talk in. An incident whose severity brings none gets one now.",
    run=run,
    group="People",
)
