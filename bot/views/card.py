"""The living card: one message per incident that always shows how it stands, with the buttons that fit."""

from datetime import datetime, timedelta

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views import alerts, bookmarks, checklists, maintenance, runbooks
from bot.views.blocks import Block, Message, button, buttons, context, fields, option, section
from bot.views.texts import ago, channel, clip, coming, cut, escape, lasted, linked, moment, person
from incidents.fields import lacking
from incidents.phrase import Link
from incidents.policy import Target
from incidents.rules import fields as rules
from incidents.rules.lifecycle import OPEN, Status
from models import Incident

FRESH = timedelta(minutes=10)  # how long an old value stays on the card, struck through

EMOJI = {1: ":rotating_light:", 2: ":large_orange_circle:", 3: ":large_yellow_circle:", 4: ":white_circle:"}


def signal(rank: int, status: str) -> str:
    """The coloured sign of an incident: by severity while it is open, a tick afterwards."""
    if status not in OPEN:
        return ":white_check_mark:" if status in (Status.RESOLVED, Status.CLOSED) else ":heavy_minus_sign:"
    return EMOJI.get(max(rank, 1), ":white_circle:")


def line(scene: Scene) -> str:
    """The whole state in one line: the notification of the card."""
    incident, held = scene.incident, scene.standing.holders
    if incident.status == Status.TRIAGE:
        return alerts.line(scene)
    commander = f"IC {person(held['ic'])}" if "ic" in held else "no IC yet"
    due = f", next update {coming(scene.next_update_at, scene.now)}" if scene.next_update_at else ""
    return (
        f"{incident.key} {incident.severity} {incident.status}: {clip(incident.title, 400)} ({commander}"
        f", {lasted(_end(scene) - incident.declared_at)}{due})"
    )


def card(scene: Scene, *, whole: bool = False) -> Message:
    """The card of an incident in its room, or in the announce channel while it has none; `whole` for somebody who asked
    for everything that is known."""
    incident = scene.incident
    head = f"{signal(scene.severity.rank, incident.status)} *{incident.key}  {clip(incident.title, 700)}*"
    old_title = _old(scene, "title")
    facts = [*_facts(scene)[:10], *_own_fields(scene, whole=whole)]
    blocks = [section(f"{head}\n{old_title}" if old_title else head)]
    blocks += [fields(facts[at : at + 10]) for at in range(0, len(facts), 10)]
    blocks += [section(f"*{label}*\n{text}") for label, text in _knowledge(scene)]
    blocks += alerts.shown(scene)
    blocks.append(context(*_small_print(scene), *([_owned(scene)] if whole and _owned(scene) else [])))
    blocks += alerts.like(scene)
    controls = _controls(scene)
    if controls:
        blocks.append(controls)
    return Message(line(scene), blocks)


def _facts(scene: Scene) -> list[tuple[str, str]]:
    incident, held = scene.incident, scene.standing.holders
    facts = [
        ("Severity", _changed(scene, "severity", f"{incident.severity} {escape(scene.severity.name)}")),
        ("Status", _changed(scene, "status", incident.status)),
    ]
    for holding in scene.standing.holdings:
        asked = f" (asked {person(holding.offered_to)})" if holding.offered_to else ""
        facts.append((escape(scene.policy.role_name(holding.role)), person(holding.person) + asked))
    if "ic" not in held and incident.status in OPEN and incident.status != Status.TRIAGE:
        facts.insert(2, ("Incident commander", "_nobody yet_"))
    started = incident.impact_started_at or incident.declared_at
    took = lasted(_end(scene) - started)
    facts.append(("Started", f"{_day(started)} ({ago(started, took) if incident.status in OPEN else took})"))
    if incident.status in OPEN and incident.status != Status.TRIAGE:
        due = coming(scene.next_update_at, scene.now) if scene.next_update_at else "paused" if _paused(scene) else "none planned"
        facts.append(("Next update", due))
    return facts


def _own_fields(scene: Scene, *, whole: bool) -> list[tuple[str, str]]:
    """The type, and what the team asked for: a value that was taken back is shown struck through for a while."""
    incident, policy = scene.incident, scene.policy
    shown = [("Type", _changed(scene, rules.block("type"), escape(policy.type_name(incident.type))))] if incident.type else []
    for key, field in policy.fields.items():
        if field.card or whole:
            text = _changed(scene, rules.block(key), clip(incident.fields.get(key, ""), 400)).strip()
            shown += [(escape(field.name), text)] if text else []
    return shown


def origin(scene: Scene) -> str:
    """Who noticed it and what its causes were tagged with, as far as that was said."""
    incident = scene.incident
    said = []
    if incident.detected_by:
        said.append(f"Detected by {escape(rules.reads('detected_by', incident.detected_by, scene.policy))}")
    if incident.causes:
        said.append(f"Cause: {clip(', '.join(incident.causes), 290)}")
    return "  ·  ".join(said)


def _knowledge(scene: Scene) -> list[tuple[str, str]]:
    incident = scene.incident
    shown = []
    for label, name in (("Summary", "summary"), ("Impact", "impact"), ("Current theory", "theory")):
        text = getattr(incident, name)
        if text:
            shown.append((label, _changed(scene, name, clip(text, 1200))))
    return shown


def _small_print(scene: Scene) -> list[str]:
    incident = scene.incident
    small = [_declared(incident)]
    if origin(scene) and incident.status != Status.TRIAGE:
        small.append(origin(scene))
    call = bookmarks.bridge(scene)
    if call and incident.status in OPEN and incident.status != Status.TRIAGE:
        small.append(f":telephone_receiver: {linked(Link('Bridge call', call))}")
    if incident.services:
        told = " (owner told)" if incident.owners and incident.status in OPEN else ""
        small.append("Services: " + clip(", ".join(incident.services), 300) + told)
    small += maintenance.words(scene.maintained)[:1]
    if scene.standing.pages:
        small.append(":pager: paging: " + clip(", ".join(page.name for page in scene.standing.pages), 300))
    elif incident.acknowledged_at:
        small.append(f"Acknowledged after {lasted(incident.acknowledged_at - incident.declared_at)}")
    if scene.open_tasks:
        small.append(f"{scene.open_tasks} open task{'s' if scene.open_tasks > 1 else ''}")
    if scene.open_actions:
        small.append(f"{scene.open_actions} open action item{'s' if scene.open_actions > 1 else ''}")
    checked = checklists.standing(scene)
    if checked:
        small.append(checked)
    if followed := runbooks.line(scene):
        small.append(followed)
    if _wanted(scene):
        small.append(_wanted(scene))
    if incident.room_channel is None and incident.room_wanted_at:
        small.append("The war room is being opened")
    if incident.room_shut and incident.room_channel is not None:
        small.insert(0, f"The room {channel(incident.room_channel)} is archived or gone: this goes on in the thread")
    if incident.private:
        small.insert(0, ":lock: Private: nobody outside this room knows of it")
    if incident.merged_into:
        small.insert(0, f"Merged: it goes on in *INC-{incident.merged_into}*")
    return small


def _owned(scene: Scene) -> str:
    """Who owns what of the services, as the config names them."""
    catalogue = scene.policy.services
    owned = {name: catalogue[name].owner for name in scene.incident.services if name in catalogue and catalogue[name].owner}
    said = [f"{escape(name)}: {', '.join(map(_owner, each[:5]))}" for name, each in list(owned.items())[:10]]
    return cut(f"Owned by: {'; '.join(said)}", 1000) if said else ""


def _owner(owner: Target | str) -> str:
    if isinstance(owner, str):
        return clip(owner, 100)
    if owner.kind in ("person", "group"):
        return person(owner.name if owner.kind == "person" else str(owner))
    return f"#{escape(owner.name)}" if owner.kind == "channel" else f"whoever is on call in {escape(owner.name)}"


def _declared(incident: Incident) -> str:
    by = "an alert" if incident.declared_by is None else person(incident.declared_by)
    at = moment(incident.declared_at)
    return f"Came by an alert at {at}" if incident.status == Status.TRIAGE else f"Declared by {by} at {at}"


def _wanted(scene: Scene) -> str:
    """From the mitigation on: what the team wants to know before it is resolved."""
    if scene.incident.status not in (Status.MITIGATING, Status.MONITORING):
        return ""
    keys = lacking(scene.incident, scene.policy, Status.RESOLVED)
    return f"To fill in before resolving: {', '.join(escape(scene.policy.field_name(key)) for key in keys)}" if keys else ""


def _controls(scene: Scene) -> Block | None:
    """What fits the state, the likeliest first; the rest is in the overflow."""
    incident, number = scene.incident, scene.incident.number
    target = value(number)
    if incident.status == Status.TRIAGE:
        return buttons(*alerts.triage(scene), block_id="card")
    if incident.status in OPEN:
        row = []
        if incident.acknowledged_at is None or scene.standing.pages:
            row.append(button("Acknowledge", f"{RUN}ack", target, style="primary"))
        row += [
            button("Update", f"{RUN}update", target),
            button("Status", f"{RUN}status", target),
            button("Roles", f"{RUN}roles", target),
            button("Escalate", f"{RUN}escalate", target, confirm=("Escalate", "Page the next level now?", "Page them")),
            button("Resolve", f"{RUN}resolve", target),
        ]
        more = [("Timeline", "timeline"), ("Tasks", "tasks"), ("Severity", "sev"), ("Page somebody", "page")]
        if incident.room_shut:
            more.append(("Bring the room back", "room"))
        elif incident.room_wanted_at is None:
            more.append(("Open a war room", "room"))
        else:
            more.append(("Action items", "actions"))
        return buttons(*row, _overflow(number, more), block_id="card")
    if incident.status == Status.RESOLVED:
        return buttons(
            button("Postmortem", f"{RUN}postmortem", target, style="primary"),
            button("Action items", f"{RUN}actions", target),
            button("Reopen", f"{RUN}reopen", target),
            button("Close", f"{RUN}close", target),
        )
    if incident.status == Status.CLOSED:
        return buttons(button("Postmortem", f"{RUN}postmortem", target), button("Action items", f"{RUN}actions", target))
    if incident.merged_into:
        return buttons(button(f"Show INC-{incident.merged_into}", f"{RUN}show", value(incident.merged_into), style="primary"))
    return None


def _overflow(number: int, entries: list[tuple[str, str]]) -> Block:
    options = [option(label, f"{command} {value(number)}") for label, command in entries[:5]]
    return {"type": "overflow", "action_id": "more", "options": options}


def _old(scene: Scene, field: str) -> str | None:
    old, at = scene.incident.changed.get(field, (None, None))
    if not old or not at or scene.now - datetime.fromisoformat(at) > FRESH:
        return None
    return f"~{clip(old.replace(chr(10), ' ').replace('~', ' '), 150)}~"


def _changed(scene: Scene, field: str, now: str) -> str:
    old = _old(scene, field)
    return f"{old} {now}" if old else now


def _paused(scene: Scene) -> bool:
    return scene.incident.updates_paused


def _end(scene: Scene) -> datetime:
    return scene.incident.resolved_at or scene.incident.closed_at or scene.now


def _day(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def announcement(scene: Scene) -> Message:
    """What the announce channel shows: the whole card while that is the incident's home, else a line, the room, and what
    somebody wants to know who only reads there: whom it hits, and when they hear of it again."""
    incident = scene.incident
    if incident.room_wanted_at is None or incident.room_shut:
        return card(scene)
    where = channel(incident.room_channel) if incident.room_channel else "the room is being opened"
    head = f"{signal(scene.severity.rank, incident.status)} *{incident.key}  {clip(incident.title, 700)}*"
    held = scene.standing.holders
    small = [
        f"{incident.severity} {escape(scene.severity.name)}",
        incident.status,
        f"IC {person(held['ic'])}" if "ic" in held else "no IC yet",
        _declared(incident).replace("D", "d", 1),
        f"next update {coming(scene.next_update_at, scene.now)}" if incident.status in OPEN and scene.next_update_at else "",
        f"lasted {lasted(_end(scene) - incident.declared_at)}" if incident.resolved_at else "",
        f"goes on in INC-{incident.merged_into}" if incident.merged_into else "",
    ]
    hits = f"\nImpact: {clip(incident.impact, 300)}" if incident.impact and incident.status in OPEN else ""
    return Message(line(scene), [section(f"{head}{hits}\nRoom: {where}"), context("  ·  ".join(part for part in small if part))])


def topic(scene: Scene) -> str:
    """The room's topic, at most 250 characters; plain, so nothing in it can be a mention."""
    incident, held = scene.incident, scene.standing.holders
    commander = f"IC {person(held['ic'])}" if "ic" in held else "no IC yet"
    drill = "DRILL | " if incident.drill is not None else ""
    head = f"{drill}{incident.severity} {incident.status} | {commander} | "
    return head + clip(incident.title, 250 - len(head))
