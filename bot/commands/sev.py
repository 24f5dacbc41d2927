"""Raising and lowering the severity."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import severity as form
from bot.severities import severity_and_reason
from bot.views import answers
from incidents import edit


def run(request: Request) -> Answer:
    """Lowering needs a reason; with no level the form opens."""
    number = request.incident_number
    if not request.text.strip():
        request.forms.open(form.view(look.scene(request.core, number), request.response_url))
        return Answer()
    level, why = severity_and_reason(request.text, request.policy)
    event = edit.change_severity(request.core, number, level, by=request.by, why=why, key=request.key)
    return answers.severity_changed(look.scene(request.core, number), event, request.channel)


COMMAND = Command(
    name="sev",
    aliases=("severity",),
    usage="sev <n> [why]",
    help="Raise or lower the severity: `/incident sev 1`. Lowering needs a reason: `/incident sev 3 cache only`.",
    run=run,
    free_text=True,
    group="Say what is known",
)
