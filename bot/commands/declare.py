"""Declaring: at once with a title, else by the form."""

from bot import look
from bot.commands import Answer, Command, Needs, Request
from bot.modals import declare as form
from bot.severities import default_severity
from bot.views import answers, forms
from incidents.declare import Declaration, declare
from incidents.rules.severity import split_leading_severity, split_unknown_severity
from models import Event, Incident


def run(request: Request) -> Answer:
    """Whoever declares is the commander. Without a severity it counts as the second worst: in doubt, escalate. One that
    does not exist is asked for again by the form, which holds the title."""
    severity, title = split_leading_severity(request.text, request.policy)
    unknown, rest = split_unknown_severity(request.text, request.policy)
    if unknown is not None or not title:
        private = forms.carried(request.response_url)
        title = rest if unknown is not None else title
        near = look.near(request.core, title)
        request.forms.open(
            form.view(request.policy, request.by, private, title=title, severity=severity, unknown=unknown, near=near)
        )
        return Answer()
    said = Declaration(
        title=title,
        severity=severity or default_severity(request.policy, request.policy.default_type),
        by=request.by,
        commander=request.by,
    )
    event = declare(request.core, said, request.key)
    scene = look.scene(request.core, event.incident_id)
    return answers.declared(scene, request.by, assumed=severity is None, like=look.similar(request.core, scene.incident))


def again(request: Request, event: Event, incident: Incident) -> Answer:
    """The incident that was made the first time."""
    return answers.declared(look.scene(request.core, incident.number), request.by)


COMMAND = Command(
    name="declare",
    aliases=("new", "open"),
    usage="declare [sev] [title]",
    help="Declare an incident. With a title it is declared at once: `/incident declare sev1 Checkout is down`.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Declare and find",
    repeat=again,
)
