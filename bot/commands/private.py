"""Private incidents: making one private; in one, who is in it and who looked; its deadlines."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import access as views
from bot.views import answers
from incidents import access, private
from incidents.core import find
from incidents.edit import refuse_merged
from incidents.errors import Refused, quote
from incidents.events import DEADLINES


def run(request: Request) -> Answer:
    """Asks once; then it cannot be undone. `containment` and `regulator` say that a deadline is met, `… not needed` that
    there is none here."""
    number, said = request.incident_number, " ".join(request.text.casefold().split())
    deadline, _, rest = said.partition(" ")
    if deadline in DEADLINES and rest in ("", "done", "not needed"):
        private.meet(request.core, number, deadline, needed=rest != "not needed", by=request.by, key=request.key)
        return Answer("Noted. The room is told.")
    if said:
        can = "`/incident private`, `/incident private containment`, `/incident private regulator not needed`"
        new = f"`/incident {COMMAND.opens} <what is wrong>`"
        raise Refused(f"“{quote(request.text)}” means nothing here. You can say: {can}. To declare another one privately: {new}")
    incident = look.scene(request.core, number).incident
    if not incident.private and not request.confirmed:
        refuse_merged(incident)
        return answers.ask(Refused(_question(incident.key, incident.room_channel)), "Make it private", "private", number, "")
    if not incident.private:
        private.make_private(request.core, number, by=request.by, key=request.key)
        return views.made_private(look.scene(request.core, number))
    scene = look.scene(request.core, number)
    with request.core.view() as session:
        find(session, number)
        people = access.people(session, number)
    return views.who(scene, people, private.seen_by(request.core, number), private.held_off(request.core, number))


def _question(key: str, room: str | None) -> str:
    left = f" and archives <#{room}>" if room else ""
    return (
        f"Make {key} private? This cannot be undone. A new private room opens for you, its declarer and whoever has a role; "
        f"invite everybody else there. Muster takes back what it said in public{left}; what people wrote, and Slack's own "
        "lines, stay readable."
    )


COMMAND = Command(
    name="private",
    usage="private",
    help="Make it private: only who is invited to its room sees it. In a private one: who is in it, and who looked.",
    run=run,
    group="More",
    opens="declare private:",
)
