"""Breaking the glass: coming into a private incident without having been invited, loudly."""

from bot import look
from bot.commands import Answer, Command, Needs, Request
from bot.views import access as views
from incidents import private
from incidents.errors import Refused
from incidents.rules.naming import incident_ref


def run(request: Request) -> Answer:
    """For whom `private.break_glass` in muster.yml names; to everybody else there is no such incident."""
    word, _, why = request.text.strip().partition(" ")
    number = incident_ref(word)
    if number is None:
        raise Refused("Say which, and why: `/incident access INC-42 the on-call lead is away`. Everybody in it reads that.")
    private.break_glass(request.core, number, why.strip(), by=request.by, key=request.key)
    return views.glass_broken(look.scene(request.core, number))


COMMAND = Command(
    name="access",
    usage="access <INC> <why>",
    help="Break the glass: whom muster.yml lets do so comes into a private incident; everybody in it is told, with the reason.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="More",
)
