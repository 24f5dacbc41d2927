"""The control panel: how the incident stands in a few lines, and everything that can be done about it."""

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views import checklists
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.card import line, signal
from bot.views.forms import FORM
from bot.views.texts import channel, clip, coming, escape, lasted, person
from incidents.rules.checklists import open_items
from incidents.rules.lifecycle import OPEN, Status


def panel(scene: Scene) -> Message:
    """Only for whoever asked; the card in the room is for everybody."""
    incident = scene.incident
    head = f"{signal(scene.severity.rank, incident.status)} *{incident.key}  {clip(incident.title, 700)}*"
    blocks = [section(f"{head}\n{state(scene, at=incident.room_channel)}"), *_known(scene)]
    blocks += _open(scene) if incident.status in OPEN else _over(scene)
    return Message(line(scene), blocks)


def state(scene: Scene, *, at: str | None) -> str:
    """Severity, state, age, people and the next update, on two lines; and its room, unless it is read there."""
    incident = scene.incident
    end = incident.resolved_at or incident.closed_at or scene.now
    name = f"{incident.severity} {escape(scene.severity.name)}"
    first = [name, f"*{incident.status}*", lasted(end - incident.declared_at)]
    if scene.next_update_at and incident.status in OPEN:
        first.append(f"next update {coming(scene.next_update_at, scene.now)}")
    if scene.standing.pages:
        first.append(":pager: paging")
    return "  ·  ".join(first) + "\n" + "  ·  ".join(_people(scene, at))


def _people(scene: Scene, at: str | None) -> list[str]:
    held, incident = scene.standing.holders, scene.incident
    named = [f"{escape(role.upper() if role == 'ic' else role)} {person(who)}" for role, who in held.items()]
    if "ic" not in held:
        named.insert(0, "no IC yet")
    if incident.room_channel and incident.room_channel != at:
        named.append(channel(incident.room_channel))
    return named


def _known(scene: Scene) -> list[Block]:
    """Impact and theory, in short."""
    incident = scene.incident
    pairs = (("Impact", incident.impact), ("Theory", incident.theory))
    said = "\n".join(f"*{label}:* {clip(text, 700)}" for label, text in pairs if text)
    work = [
        f"{count} open {what}{'' if count == 1 else 's'}"
        for count, what in ((scene.open_tasks, "task"), (scene.open_actions, "action item"))
        if count
    ]
    if (checked := checklists.standing(scene)) and incident.status in OPEN:
        work.append(checked)
    return [*([section(said)] if said else []), *([context("  ·  ".join(work))] if work else [])]


def _open(scene: Scene) -> list[Block]:
    """The likeliest first; the second row is what one keeps beside it."""
    incident, target = scene.incident, value(scene.incident.number)
    row = []
    if incident.acknowledged_at is None or scene.standing.pages:
        row.append(button("Acknowledge", f"{RUN}ack", target, style="primary"))
    if "ic" not in scene.standing.holders:
        row.append(button("Take IC", f"{RUN}role:ic", value(incident.number, "ic")))
    row += [
        button("Update", f"{RUN}update", target),
        button("Status", f"{RUN}status", target),
        button("Severity", f"{RUN}sev", target),
        button("Roles", f"{RUN}roles", target),
        button("Page somebody", f"{RUN}page", target),
        button("Escalate", f"{RUN}escalate", target, confirm=("Escalate", "Page the next level now?", "Page them")),
        button("Resolve", f"{RUN}resolve", target, confirm=_sure(scene)),
    ]
    more = [
        button("Note", f"{RUN}note", value(incident.number, FORM)),
        button("Fields…", f"{RUN}set:form", value(incident.number, FORM)),
        button("Timeline", f"{RUN}timeline", target),
        button("Tasks", f"{RUN}tasks", target),
        button("Action items", f"{RUN}actions", target),
        button("Runbook", f"{RUN}runbook", target),
        button(checklists.label(scene), f"{RUN}checklist:now", target),
        button("Resolution checklist", f"{RUN}checklist", value(incident.number, "form")),
        _pausing(scene),
    ]
    if incident.room_wanted_at is None:
        more.append(button("Open a war room", f"{RUN}room", target))
    for flag, label in (("several_teams", "Several teams"), ("cause_unclear", "Cause unclear")):
        if not getattr(incident, flag):
            more.append(button(label, f"{RUN}set:{flag}", value(incident.number, f"{flag} yes")))
    return [buttons(*row), buttons(*more)]


def _sure(scene: Scene) -> tuple[str, str, str]:
    left = open_items(scene.incident.ticked, "resolution")
    said = f"Before you do: {', '.join(left)}." if left else "Everything on the checklist is done."
    return ("Resolve it?", said[:300], "Resolve")


def _pausing(scene: Scene) -> Block:
    incident, target = scene.incident, value(scene.incident.number)
    until = incident.updates_paused_until
    if incident.updates_paused or (until is not None and until > scene.now):
        return button("Resume updates", f"{RUN}resume", target)
    return button("Pause updates", f"{RUN}pause", target)


def _over(scene: Scene) -> list[Block]:
    """After it: what is still owed, and the way back."""
    incident, target = scene.incident, value(scene.incident.number)
    look_back = button("Timeline", f"{RUN}timeline", target)
    if incident.status not in (Status.RESOLVED, Status.CLOSED):
        return [buttons(look_back)]
    row = [
        button("Postmortem", f"{RUN}postmortem", target, style="primary"),
        button("Action items", f"{RUN}actions", target),
        look_back,
        button("Fields…", f"{RUN}set:form", value(incident.number, FORM)),
    ]
    if incident.status == Status.RESOLVED:
        row.append(button("Close", f"{RUN}close", target))
    return [buttons(*row, button("Reopen", f"{RUN}reopen", target))]
