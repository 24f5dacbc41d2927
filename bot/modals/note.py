"""A note for the timeline, with the moment it is about."""

from datetime import UTC, datetime

from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block
from incidents import timeline


def view(scene: Scene, response_url: str = "", *, text: str = "") -> Block:
    """An empty note; "now" where no moment is chosen."""
    blocks = [
        forms.standing_line(scene),
        field("note", "What happened?", forms.text_input(text, multiline=True, focus=True)),
        field("at", "When", forms.moment_input(), optional=True, hint="Left empty it is now."),
    ]
    private = forms.carried(response_url, scene.incident.number)
    return frame(MODAL.name, "Add to the timeline", "Add", blocks, private)


def submit(form: Submission) -> Answer:
    """Adds it as `/incident note` does."""
    request = form.request
    picked = form.moment("at")
    at = datetime.fromtimestamp(picked, UTC) if picked is not None else None
    if at is not None and at > request.now:
        raise FormError({"at": "That is still to come. A note is about now or earlier."})
    event = timeline.note(request.core, request.incident_number, form.text("note"), by=request.by, at=at, key=request.key)
    return answers.noted(event, "note")


MODAL = Modal("note", submit, fallback="note")
