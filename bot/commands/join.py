"""Coming to help: into the room of an incident, if need be in place of one's own."""

import re
from contextlib import suppress

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import merge, rooms
from incidents.core import Repeated
from incidents.errors import Refused, quote
from incidents.rules.lifecycle import OPEN
from incidents.rules.naming import incident_ref

_INSTEAD = re.compile(r"instead of (\S{1,40})", re.IGNORECASE)


def run(request: Request) -> Answer:
    """Invites whoever asks. `instead of INC-40` merges that one into it, as the same thing."""
    number = look.goes_on(request.core, request.incident_number)
    said = request.text.strip()
    found = _INSTEAD.fullmatch(said)
    other = incident_ref(found[1]) if found else None
    if said and (other is None or other == number):
        raise Refused(f"“{quote(said)}” means nothing here. Join an incident by its name: `/incident join INC-42`.")
    merged = _merged(request, other, number) if other is not None else ""
    rooms.join(request.core, number, by=request.by, key=request.key)
    return answers.joined(look.scene(request.core, number), merged)


def _merged(request: Request, other: int, into: int) -> str:
    """Its name; what is over already stays as it is. A request that comes again goes on where it stopped."""
    mine = look.scene(request.core, other).incident
    if mine.status in OPEN:
        with suppress(Repeated):
            merge.merge(request.core, other, into, by=request.by, key=f"{request.key}:instead")
    return mine.key


COMMAND = Command(
    name="join",
    usage="join [INC]",
    help="Come into the room of an incident.",
    run=run,
    group="Declare and find",
)
