"""The brief that goes with a hand-off, prefilled from the record."""

from dataclasses import asdict

from bot import look
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import forms, handoffs
from bot.views.blocks import Block, context
from bot.views.texts import coming, escape
from incidents import handoffs as verbs
from incidents.events import BRIEF
from incidents.handoffs import PART_LENGTH, Brief

_CURSOR = "questions"  # what no record knows


def view(scene: Scene, role: str, known: Brief, to: str | None = None, response_url: str = "") -> Block:
    """Who takes over, and what they have to know. When the next update is due goes with it by itself.

    The cursor stands where it is needed first, and a phone scrolls to it.
    """
    chosen = forms.person_input(to, placeholder="Who takes over?")
    blocks = [forms.standing_line(scene), field("person", f"Who takes over as {scene.policy.role_name(role)}?"[:75], chosen)]
    for name, text in asdict(known).items():
        element = forms.text_input(text, multiline=True, most=PART_LENGTH, focus=to is not None and name == _CURSOR)
        blocks.append(field(name, BRIEF[name], element, optional=True))
    due = f"Next update due {coming(scene.next_update_at, scene.now)}" if scene.next_update_at else "No update is due"
    small = f"{due}. You keep the role until they accept; the brief goes on the timeline."
    blocks.append(context(small))
    private = forms.carried(response_url, scene.incident.number, role=role)
    return frame(MODAL.name, "Hand over", "Ask them", blocks, private)


def submit(form: Submission) -> Answer:
    """Asks them; the role is still its holder's."""
    request, role = form.request, str(form.private.get("role", ""))
    number, to = request.incident_number, form.person("person")
    if to is None:
        raise FormError({"person": "Choose who takes over."})
    said = Brief(**{name: form.text(name) for name in BRIEF})
    verbs.offer(request.core, number, role, to, said, by=request.by, key=request.key)
    return handoffs.asked(look.scene(request.core, number), escape(request.policy.role_name(role)), role, to)


MODAL = Modal("handoff", submit, fallback="person")
