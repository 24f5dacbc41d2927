"""How bad it is now, and why it changed."""

from bot import look
from bot.commands import Answer
from bot.modals import Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block
from incidents import edit


def view(scene: Scene, response_url: str = "", *, to: str | None = None) -> Block:
    """All levels; the present one is chosen unless another is asked for."""
    blocks = [
        forms.standing_line(scene),
        field("severity", "Severity", forms.select(forms.severity_options(scene.policy), to or scene.incident.severity)),
        field(
            "why",
            "Reason",
            forms.text_input(multiline=True),
            optional=True,
            hint="Needed when you lower it. Raising pages people and opens the room as the new level says.",
        ),
    ]
    private = forms.carried(response_url, scene.incident.number)
    return frame(MODAL.name, f"Severity of {scene.incident.key}", "Change", blocks, private)


def submit(form: Submission) -> Answer:
    """Changes it as `/incident sev` does."""
    request = form.request
    number = request.incident_number
    level = form.option("severity") or ""
    event = edit.change_severity(request.core, number, level, by=request.by, why=form.text("why"), key=request.key)
    return answers.severity_changed(look.scene(request.core, number), event, request.channel)


MODAL = Modal("severity", submit, fallback="severity")
