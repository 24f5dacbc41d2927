"""Giving a role up."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.commands.role import split
from bot.views import answers
from incidents import roles
from incidents.errors import Refused


def run(request: Request) -> Answer:
    """Only its holder can. With no role named it is the one that whoever asks holds."""
    number = request.incident_number
    role = split(request.text, request.policy)[0] if request.text.strip() else _own(request)
    roles.leave(request.core, number, role, by=request.by, key=request.key)
    return answers.role_left(look.scene(request.core, number), role)


def _own(request: Request) -> str:
    held = look.scene(request.core, request.incident_number).standing.holders
    mine = [role for role, holder in held.items() if holder == request.by]
    if len(mine) == 1:
        return mine[0]
    if not mine:
        raise Refused("You hold no role in this incident; nothing was changed.")
    raise Refused(f"You hold {' and '.join(mine)}. Say which: `/incident leave {mine[0]}`.")


COMMAND = Command(
    name="leave",
    usage="leave <role>",
    help="Give up a role that you hold: `/incident leave scribe`.",
    run=run,
    group="People",
)
