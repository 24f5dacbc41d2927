"""Paging somebody: who, and why."""

from bot import look
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block, option
from incidents import paging
from incidents.policy import Policy


def view(scene: Scene, response_url: str = "") -> Block:
    """A person, or one of the rotations, services and escalations that are configured."""
    blocks = [
        forms.standing_line(scene),
        field("who", "Person", forms.person_input(placeholder="Choose a person"), optional=True),
    ]
    groups = _groups(scene.policy)
    if groups:
        choice = forms.select(groups, placeholder="Whoever is on call")
        blocks.append(field("group", "Or a rotation or service", choice, optional=True))
    blocks.append(
        field("why", "Why", forms.text_input(most=300), optional=True, hint="The first thing they read when it wakes them.")
    )
    private = forms.carried(response_url, scene.incident.number)
    return frame(MODAL.name, "Page somebody", "Page", blocks, private)


def _groups(policy: Policy) -> list[Block]:
    paged = [name for name, service in policy.services.items() if service.escalation or service.rotation]
    kinds = (("rotation", list(policy.rotations)), ("service", paged), ("escalation", list(policy.escalations)))
    options: dict[str, Block] = {}
    for kind, names in kinds:
        for name in names:
            options.setdefault(name, option(f"{name} ({kind})", name))
    return list(options.values())


def submit(form: Submission) -> Answer:
    """Pages them as `/incident page` does."""
    request = form.request
    ref = form.person("who") or form.option("group")
    if ref is None:
        raise FormError({"who": "Choose whom to page."})
    number = look.goes_on(request.core, request.incident_number)
    event = paging.page(request.core, number, ref, by=request.by, why=form.text("why"), key=request.key)
    return answers.paged(look.followed(request.core, event))


MODAL = Modal("page", submit, fallback="who")
