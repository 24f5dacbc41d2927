"""Setting any one thing that is known of an incident."""

from difflib import get_close_matches

from bot import look
from bot.commands import Answer, Command, Request
from bot.commands.moment import correct
from bot.modals import fields as form
from bot.severities import severity_and_reason
from bot.views import answers
from bot.views.forms import FORM
from incidents import edit, fields, rooms
from incidents.errors import Refused, quote
from incidents.moments import MOMENTS
from incidents.policy import Policy
from incidents.rules import fields as rules

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
_LONGEST_NAME = 5  # words of a field's name


def run(request: Request) -> Answer:
    """`set impact …`, `set severity …`, `set several_teams yes`, `set region eu`; alone it opens the form of the fields."""
    said = request.text.strip()
    if said in ("", FORM):
        request.forms.open(form.view(look.scene(request.core, request.incident_number), request.response_url))
        return Answer()
    name, _, text = said.partition(" ")
    field = name.casefold().replace("-", "_").strip(":")
    if field in FIELDS:
        return edited(request, FIELDS[field], text)
    if field in FLAGS:
        return _flag(request, FLAGS[field], text.strip().casefold())
    if field in ("sev", "severity"):
        return _severity(request, text)
    if field == "detected" and _is_source(text):
        return _own(request, "detected_by", text.removeprefix("by "))
    if field in MOMENTS or field in ("started", "impact_started"):
        return correct(request, f"{field} {text}")
    key, rest = _named(said, request.policy)
    if key is not None:
        return _own(request, key, rest)
    raise Refused(_unknown(name, request.policy))


def _is_source(text: str) -> bool:
    """`set detected customer` is who noticed it; `set detected 13:40` is when."""
    said = rules.folded(text)
    known = {rules.folded(word) for pair in rules.SOURCES.items() for word in pair}
    return said.removeprefix("by") in known | {"none"}


def _named(said: str, policy: Policy) -> tuple[str | None, str]:
    """The field that the text begins with, by the longest name that fits, and its value."""
    words = said.split()
    for count in range(min(_LONGEST_NAME, len(words)), 0, -1):
        key = rules.called(" ".join(words[:count]), policy)
        if key is not None:
            return key, said.split(None, count)[count] if len(words) > count else ""
    return None, said


def _own(request: Request, key: str, text: str) -> Answer:
    """One field as the team's config says; `none` empties it."""
    number, policy = request.incident_number, request.policy
    if not text.strip():
        known = fields.value(look.scene(request.core, number).incident, key)
        is_now = f"{rules.name(key, policy)} is {rules.reads(key, known, policy)}." if known else "Nothing is set yet."
        raise Refused(f"{is_now} Say the new value: `/incident set {key} …`; `none` empties it.")
    value = rules.read(key, text, policy, by=request.by, now=request.now, zone=lambda: request.timezone)
    event = fields.set_fields(request.core, number, {key: value}, by=request.by, key=request.key)
    return answers.fields_set(look.scene(request.core, number), event)


def _unknown(name: str, policy: Policy) -> str:
    own = [
        *(["type"] if policy.types else []),
        "detected_by",
        "cause",
        *(["services"] if policy.services else []),
        *policy.fields,
    ]
    known = ["severity", *EXAMPLES, *FLAGS, *own, *MOMENTS]
    near = get_close_matches(name.casefold()[:40], known, n=1, cutoff=0.6)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    listed = ", ".join(("severity", *EXAMPLES, "several_teams", "cause_unclear", *own, *MOMENTS))
    return f"“{quote(name)}” cannot be set. {hint}These can: {listed}. `/incident set` alone opens a form."


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
    return answers.severity_changed(look.scene(request.core, number), event, request.channel)


COMMAND = Command(
    name="set",
    usage="set <field> <value>",
    free_text=True,
    help="Set any one thing: type, services, cause, detected_by, your team's own fields, severity, summary, several_teams: "
    "`/incident set cause deploy, capacity`. `none` empties; alone it opens a form.",
    run=run,
    group="Say what is known",
)
