"""The status update, prefilled with what is known and with the next one's time."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2s

from bot import look, own_fields
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.scene import Scene
from bot.views import answers, forms
from bot.views.blocks import Block, option
from incidents import updates
from incidents.errors import NeedsConfirmation
from incidents.rules.lifecycle import ACTIVE, Status
from incidents.updates import Report
from models import Incident

WORDS = {"impact": "Impact", "theory": "Current theory", "actions": "Actions in progress"}


def view(scene: Scene, response_url: str = "", *, actions: str = "") -> Block:
    """The form for an open incident. It carries what it showed, so that only what was changed in it changes anything."""
    incident, now = scene.incident, Status(scene.incident.status)
    states = [now, *(state for state in (*ACTIVE, Status.RESOLVED) if state is not now)]
    promised = _promised(scene)
    blocks = [
        forms.standing_line(scene),
        field("status", "Status", forms.select(forms.status_options(states), str(now))),
        field("severity", "Severity", forms.select(forms.severity_options(scene.policy), incident.severity)),
    ]
    for name, label in WORDS.items():
        known = actions if name == "actions" else str(getattr(incident, name))
        focus = name == "actions"
        blocks.append(field(name, label, forms.text_input(known, multiline=True, focus=focus), optional=True))
    if not incident.services and not scene.policy.permissions.edit.get("services"):
        blocks += own_fields.services_input(scene.policy, ())  # who is paged may hang on it; once known, `set` has it
    blocks.append(
        field(
            "next_update",
            "Next update",
            forms.moment_input(promised),
            optional=True,
            hint="Unless you change it, it counts from when you post." if promised else None,
        )
    )
    told = _audiences(scene)
    if told:
        blocks.append(field("tells", "Also tell", forms.ticks(told, ticked=_by_default(scene)), optional=True))
    if now is Status.MONITORING and forms.watching(scene):
        blocks.append(field("confirm", "Resolving early", forms.early_tick(), optional=True))
    private = forms.carried(
        response_url,
        incident.number,
        was={"status": incident.status, "severity": incident.severity},
        shown={name: _mark(getattr(incident, name)) for name in ("impact", "theory")},
        next=int(promised.timestamp()) if promised else None,
    )
    return frame(MODAL.name, "Status update", "Post", blocks, private)


def _audiences(scene: Scene) -> list[Block]:
    """Who can be told besides the incident's home."""
    incident, leaders = scene.incident, scene.policy.workspace.leaders
    found = []
    if incident.private:
        return [option(f"Whoever follows it ({len(incident.subscribers)})", "subscribers")] if incident.subscribers else []
    if incident.room_wanted_at is not None:
        found.append(option("The announcement thread", "thread"))
    if incident.subscribers:
        found.append(option(f"Whoever follows it ({len(incident.subscribers)})", "subscribers"))
    if leaders:
        found.append(option(f"Leadership (#{leaders}), as a summary", "leadership"))
    return found


def _by_default(scene: Scene) -> list[str]:
    """Leaders hear of the worst."""
    return ["thread", "subscribers", *(["leadership"] if scene.policy.is_worst(scene.incident.severity) else [])]


def _promised(scene: Scene) -> datetime | None:
    """A whole minute, which is all that a client shows and sends back; the next one, so that it lies ahead."""
    due = updates.after_this(scene.incident, scene.severity.update_every, scene.now)
    if due is None:
        return None
    return due if not due.second and not due.microsecond else due.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _mark(text: str) -> str:
    return blake2s(" ".join(text.split()).encode(), digest_size=6).hexdigest()


def submit(form: Submission) -> Answer:
    """Posts it. What the form showed and nobody touched follows the incident, which may have changed meanwhile."""
    request = form.request
    number = request.incident_number
    filled = own_fields.filled(form)
    named = form.options(own_fields.SERVICES) if filled.pop("services", "") else ()  # others may have named some, too
    try:
        event = updates.post_update(
            request.core,
            number,
            lambda incident: _report(form, incident),
            by=request.by,
            confirmed=forms.EARLY in form.options("confirm"),
            filled=filled,
            services=named,
            key=request.key,
        )
    except NeedsConfirmation as refused:
        way = "Tick the box below" if "confirm" in form.values else "Close this form and say `/incident resolve`"
        raise FormError({"status": f"{refused.sentence.split('.')[0]}. {way} to resolve anyway."}) from None
    return answers.update_posted(look.scene(request.core, number), event)


def _report(form: Submission, incident: Incident) -> Report:
    was, shown = form.private.get("was", {}), form.private.get("shown", {})

    def choice(name: str) -> str:
        picked = form.option(name)
        current = str(getattr(incident, name))
        return current if picked is None or picked == was.get(name) else picked

    def words(name: str) -> str:
        written = form.text(name)
        return str(getattr(incident, name)) if _mark(written) == shown.get(name) else written

    picked = form.moment("next_update")
    untouched = picked is None or picked == form.private.get("next")
    return Report(
        status=Status(choice("status")),
        severity=choice("severity"),
        impact=words("impact"),
        theory=words("theory"),
        actions=form.text("actions"),
        tells=("home", *(form.options("tells") if "tells" in form.values else ("thread", "subscribers"))),
        next_update_at=None if untouched or picked is None else datetime.fromtimestamp(picked, UTC),
    )


MODAL = Modal("update", submit, fallback="status")
