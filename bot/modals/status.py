"""Where the incident stands now: the new state, and a word about it."""

from bot import look, own_fields
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block, context
from incidents import fields, status
from incidents.errors import MoveRefused, NeedsConfirmation
from incidents.rules.lifecycle import Status, moves, parse_status


def view(scene: Scene, response_url: str = "", *, to: Status | None = None, why: str = "") -> Block:
    """The moves that are open from here, and what has to be filled in for the one `to`. MoveRefused where there are none."""
    now = Status(scene.incident.status)
    states = moves(now)
    if not states:
        raise MoveRefused(f"{scene.incident.key} was {now}; nothing more can happen to it. Declare a new incident.")
    lacks = fields.lacking(scene.incident, scene.policy, to) if to is not None else []
    blocks = [
        forms.standing_line(scene),
        *(own_fields.one(key, scene.policy.fields[key], "", needed=True) for key in lacks),
        field("status", "New state", forms.select(forms.status_options(states), str(to) if to else None)),
        field(
            "why",
            "Reason",
            forms.text_input(why, multiline=True),
            optional=now not in (Status.RESOLVED, Status.CLOSED),
            hint="One line for the timeline: what you found, did or saw.",
        ),
        *forms.reminders(states),
    ]
    if Status.RESOLVED in states and forms.watching(scene):
        blocks.append(field("confirm", "Resolving early", forms.early_tick(), optional=True))
    if Status.CLOSED in states:
        blocks.append(context("Any state but *closed* reopens the incident."))
    private = forms.carried(response_url, scene.incident.number)
    return frame(MODAL.name, f"Status of {scene.incident.key}", "Move", blocks, private)


def submit(form: Submission) -> Answer:
    """Moves it as `/incident status` does."""
    request = form.request
    number = request.incident_number
    to = parse_status(form.option("status") or "")
    try:
        event = status.move(
            request.core,
            number,
            to,
            by=request.by,
            why=form.text("why"),
            confirmed=forms.EARLY in form.options("confirm"),
            filled=own_fields.filled(form),
            key=request.key,
        )
    except NeedsConfirmation as refused:
        way = "Tick the box below" if "confirm" in form.values else "Close this form and say `/incident resolve`"
        raise FormError({"status": f"{refused.sentence.split('.')[0]}. {way} to resolve anyway."}) from None
    scene = look.scene(request.core, number)
    return answers.moved(scene, event, look.repeated(request.core, scene), at=request.channel)


MODAL = Modal("status", submit, fallback="status")
