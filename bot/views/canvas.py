"""The room's living document: how it stands, what is known, what is being done, and what happened, for the channel's canvas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.scene import Scene
from incidents.events import LinkAdded
from incidents.fields import value
from incidents.phrase import TOKEN
from incidents.rules import fields as rules
from incidents.rules.postmortem.document import Document, Items, Line, Paragraph, Section, Text, Timeline
from models import Task

_ENTRIES = 60  # of the timeline, the last ones; `/incident timeline` has them all
_TASKS = 30


@dataclass(frozen=True)
class Kept:
    """What the document is made of besides the scene. `record` is the postmortem as it would be now, for its timeline."""

    record: Document
    tasks: Sequence[Task]
    links: Sequence[LinkAdded]
    names: Mapping[str, str]


def document(scene: Scene, kept: Kept) -> Document:
    """The whole of it. No length of time is in it, so that it changes only when something has happened."""
    notice = (
        "Muster keeps this page current and replaces what is written into it by hand. "
        "To add something: /incident note, or :pushpin: on a message."
    )
    sections = (_known(scene, kept), _tasks(kept), _links(kept), _timeline(kept))
    return Document(
        key=scene.incident.called,
        title=_said(scene.incident.title, kept),
        notice=(Text(notice),),
        header=Items(tuple(_facts(scene, kept))),
        sections=tuple(section for section in sections if section is not None),
    )


def _facts(scene: Scene, kept: Kept) -> Iterable[Line]:
    incident, held = scene.incident, scene.standing.holders
    yield _fact("Severity", f"{incident.severity} {scene.severity.name}".strip())
    yield _fact("Status", incident.status)
    if incident.type:
        yield _fact("Type", scene.policy.type_name(incident.type))
    for key, field in scene.policy.fields.items():
        if incident.fields.get(key):
            yield _fact(field.name, _said(incident.fields[key], kept))
    for key in ("detected_by", "causes"):
        if value(incident, key):
            yield _fact(rules.NAMES[key], rules.reads(key, value(incident, key), scene.policy))
    yield _fact("Started", _utc(incident.impact_started_at or incident.declared_at))
    for role, holder in held.items():
        yield _fact(scene.policy.role_name(role), _name(holder, kept))
    if "ic" not in held:
        yield _fact(scene.policy.role_name("ic"), "nobody yet")
    if scene.next_update_at:
        yield _fact("Next update", _utc(scene.next_update_at))
    for label, at in (("Mitigated", incident.mitigated_at), ("Resolved", incident.resolved_at)):
        if at is not None:
            yield _fact(label, _utc(at))


def _known(scene: Scene, kept: Kept) -> Section | None:
    pairs = (("Summary", "summary"), ("Impact", "impact"), ("Current theory", "theory"))
    said = [(label, getattr(scene.incident, name)) for label, name in pairs]
    lines = tuple(_fact(label, _said(text, kept)) for label, text in said if text)
    return Section("known", "What is known", (Items(lines),)) if lines else None


def _tasks(kept: Kept) -> Section | None:
    waiting = [task for task in kept.tasks if task.done_at is None]
    lines = [(Text(f"{_said(task.text, kept)} ({_name(task.owner, kept) if task.owner else 'nobody yet'})"),) for task in waiting]
    more = [(Text(f"and {len(lines) - _TASKS} more"),)] if len(lines) > _TASKS else []
    return Section("tasks", "Being done", (Items((*lines[:_TASKS], *more)),)) if lines else None


def _links(kept: Kept) -> Section | None:
    lines = tuple((Text(link.title or link.url, link=link.url),) for link in kept.links)
    return Section("links", "Links", (Items(lines),)) if lines else None


def _timeline(kept: Kept) -> Section | None:
    """That of the record, its last entries."""
    for section in kept.record.sections:
        for block in section.blocks:
            if isinstance(block, Timeline):
                earlier = len(block.entries) - _ENTRIES
                blocks = (replace(block, entries=block.entries[-_ENTRIES:]),)
                head = (Paragraph((Text(f"{earlier} earlier entries: /incident timeline"),)),) if earlier > 0 else ()
                return Section("timeline", "Timeline (UTC)", (*head, *blocks))
    return None


def _fact(label: str, value: str) -> Line:
    return (Text(label, bold=True), Text(f": {value}"))


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _name(id: str, kept: Kept) -> str:
    return kept.names.get(id, id)


def _said(text: str, kept: Kept) -> str:
    """People's words with people by name: a mention in a canvas would notify them with every change."""
    return TOKEN.sub(lambda found: f"@{_name(found.group()[2:-1], kept)}" if found.group()[1] == "@" else found.group(), text)
