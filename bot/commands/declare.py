"""Declaring: at once with a title, else by the form."""

import re
from dataclasses import replace

from bot import look
from bot.commands import Answer, Command, Needs, Request
from bot.commands.status import move
from bot.modals import declare as form
from bot.views import answers, forms
from incidents.core import find
from incidents.declare import Declaration, declare
from incidents.errors import Refused
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.rules.naming import incident_ref
from incidents.rules.severity import default_severity, split_leading_severity, split_unknown_severity
from incidents.texts import headline
from models import Event, Incident


def run(request: Request) -> Answer:
    """Whoever declares is the commander. Without a severity it counts as the second worst: in doubt, escalate. One that
    does not exist is asked for again by the form, which holds the title."""
    number = incident_ref(request.text) if request.text.strip()[:3].casefold() == "inc" else None
    if number is not None:
        return _out_of_triage(request, number)
    private, text = split_private(request.text, request.policy)
    severity, title = split_leading_severity(text, request.policy)
    unknown, rest = split_unknown_severity(text, request.policy)
    if unknown is not None or private is None or not title:
        title = rest if unknown is not None else title
        opened = form.view(
            request.policy,
            request.by,
            forms.carried(request.response_url),
            title=title,
            severity=severity,
            unknown=unknown,
            near=look.near(request.core, title),
            private=private is not False,
            maintained=look.under_maintenance(request.core),
            on_call=look.on_call_to_command(request.core),
        )
        request.forms.open(opened)
        return Answer()
    title, summary = headline(title)
    said = Declaration(
        title=title,
        summary=summary,
        severity=severity or default_severity(request.policy, request.policy.default_type),
        by=request.by,
        commander=request.by,
        private=private,
    )
    event = declare(request.core, said, request.key)
    scene = look.scene(request.core, event.incident_id)
    like, maintained = look.similar(request.core, scene.incident), look.under_maintenance(request.core, scene.incident)
    return answers.declared(scene, request.by, assumed=severity is None, like=like, maintained=maintained)


def _out_of_triage(request: Request, number: int) -> Answer:
    """`declare INC-42`: what an alert opened is real."""
    with request.core.view() as session:
        incident = find(session, number)
    if incident.status != Status.TRIAGE:
        raise Refused(f"{incident.key} is {incident.status}, so it is declared already. For another one say what is wrong.")
    if incident.private:
        raise Refused(f"{incident.key} is private. Say it in its room: `/incident status investigating`.")
    return move(replace(request, number=number), Status.INVESTIGATING, "")


_PRIVATE = re.compile(r"private(:)?(?=\s|$)\s*", re.IGNORECASE)


def split_private(text: str, policy: Policy) -> tuple[bool | None, str]:
    """Whether `declare private: …` or `declare private sev1 …` was said, and what is left of the text.

    None where that is not plain ("private keys leaked" may be either): the form asks, with "Private" ticked.
    """
    found = _PRIVATE.match(text.strip())
    if found is None:
        return False, text
    rest = text.strip()[found.end() :]
    if found[1] or not rest or any(split(rest, policy)[0] for split in (split_leading_severity, split_unknown_severity)):
        return True, rest
    return None, text


def again(request: Request, event: Event, incident: Incident) -> Answer:
    """The incident that was made the first time."""
    return answers.declared(look.scene(request.core, incident.number), request.by)


COMMAND = Command(
    name="declare",
    aliases=("new", "open"),
    usage="declare [sev] [title]",
    help="Declare an incident. With a title it is declared at once: `/incident declare sev1 Checkout is down`. "
    "`/incident declare private: …`: only who is invited to its room sees it. `/incident declare INC-42`: the alert is real.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Declare and find",
    repeat=again,
)
