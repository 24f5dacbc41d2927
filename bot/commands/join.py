"""Coming to help: into the room of an incident, if need be in place of one's own."""

import re

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import rooms, status
from incidents.errors import Refused, quote
from incidents.rules.lifecycle import ENDED, Status
from incidents.rules.naming import incident_ref

_INSTEAD = re.compile(r"instead of (\S{1,40})", re.IGNORECASE)


def run(request: Request) -> Answer:
    """Invites whoever asks. `instead of INC-40` cancels that one as the same thing."""
    number = request.incident_number
    said = request.text.strip()
    found = _INSTEAD.fullmatch(said)
    other = incident_ref(found[1]) if found else None
    if said and (other is None or other == number):
        raise Refused(f"“{quote(said)}” means nothing here. Join an incident by its name: `/incident join INC-42`.")
    scene = look.scene(request.core, number)
    cancelled = ""
    if other is not None:
        mine = look.scene(request.core, other).incident
        if mine.status not in ENDED:
            why = f"same as {scene.incident.key}"
            status.move(request.core, other, Status.CANCELLED, by=request.by, why=why, key=f"{request.key}:instead")
        cancelled = mine.key
    rooms.join(request.core, number, by=request.by, key=request.key)
    return answers.joined(look.scene(request.core, number), cancelled)


COMMAND = Command(
    name="join",
    usage="join [INC]",
    help="Come into the room of an incident.",
    run=run,
    group="Declare and find",
)
