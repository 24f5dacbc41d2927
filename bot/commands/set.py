"""Setting any one thing that is known of an incident."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.commands.moment import correct
from bot.severities import severity_and_reason
from bot.views import answers
from incidents import edit, rooms
from incidents.errors import Refused, quote
from incidents.moments import MOMENTS

FIELDS = {"title": "title", "name": "title", "summary": "summary", "impact": "impact", "theory": "theory"}
FLAGS = {
    "several_teams": "several_teams",
    "teams": "several_teams",
    "cause_unclear": "cause_unclear",
    "unclear": "cause_unclear",
}
EXAMPLES = {
    "title": "rename Checkout rejects cards",
    "summary": "summary card payments fail since the 14:00 deploy",
    "impact": "impact nobody can pay by card",
    "theory": "theory the pool is exhausted",
}
_YES = {"yes", "y", "true", "on", "1"}
_NO = {"no", "n", "false", "off", "0"}


def run(request: Request) -> Answer:
    """`set impact …`, `set severity …`, `set several_teams yes`."""
    name, _, text = request.text.strip().partition(" ")
    field = name.casefold().replace("-", "_").strip(":")
    if field in FIELDS:
        return edited(request, FIELDS[field], text)
    if field in FLAGS:
        return _flag(request, FLAGS[field], text.strip().casefold())
    if field in ("sev", "severity"):
        return _severity(request, text)
    if field in MOMENTS or field in ("started", "impact_started"):
        return correct(request, f"{field} {text}")
    what = f"“{quote(name)}” cannot be set." if name else "Set what?"
    known = f"severity, {', '.join(EXAMPLES)}, several_teams, cause_unclear, {', '.join(MOMENTS)}"
    raise Refused(f"{what} These can: {known}. Like this: `/incident set several_teams yes`.")


def edited(request: Request, field: str, text: str) -> Answer:
    """One field changed by its verb; refused with an example where there is no text."""
    if not text.strip():
        raise Refused(f"Say the {field} after the command: `/incident {EXAMPLES[field]}`.")
    edit.edit(request.core, request.incident_number, field, text, by=request.by, key=request.key)
    return Answer(f"The {field} is changed. The card shows it.")


def _flag(request: Request, flag: str, said: str) -> Answer:
    if said not in _YES | _NO | {""}:
        raise Refused(f"Say yes or no: `/incident set {flag} yes`.")
    on = said not in _NO
    number = request.incident_number
    before = look.scene(request.core, number).incident.room_wanted_at
    rooms.set_flag(request.core, number, flag, on, by=request.by, key=request.key)
    words = flag.replace("_", " ")
    opens = " A war room opens within seconds." if on and before is None else ""
    return Answer(f"Noted: {words}.{opens}" if on else f"Withdrawn: {words}.")


def _severity(request: Request, text: str) -> Answer:
    level, why = severity_and_reason(text, request.policy)
    number = request.incident_number
    event = edit.change_severity(request.core, number, level, by=request.by, why=why, key=request.key)
    return answers.severity_changed(look.scene(request.core, number), event)


COMMAND = Command(
    name="set",
    usage="set <field> <value>",
    free_text=True,
    help="Set severity, title, summary, impact, theory, several_teams or cause_unclear: `/incident set several_teams yes`.",
    run=run,
    group="Say what is known",
)
