"""The timeline and the catch-up, for one reader."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, option, section
from bot.views.card import line, signal
from bot.views.panel import state
from bot.views.texts import clip, escape, moment, person, say, stamp
from bot.views.texts import coming as soon
from incidents.entries import Entry, told
from incidents.events import Decided
from incidents.rules.lifecycle import OPEN
from models import Event, Task

PAGE = 25  # entries shown at once
EDITED = 15  # entries shown at once with a menu each
LAST = 8  # what a catch-up tells of what happened
FULL = 2800  # characters of one section
_CLEAR = timedelta(hours=12)  # after a day that was named; then it is named again
_LATER = timedelta(minutes=1)  # what was put down so soon after it happened is not said to have been added later


def page(scene: Scene, events: Sequence[Event], skip: int = 0, coming: Sequence[tuple[datetime, str]] = ()) -> Message:
    """The last 25 entries but `skip`, in the order in which they happened; what only the log needs is left out.

    `coming` is what is owed next, by its timer's name; it stands under the newest entries.
    """
    incident = scene.incident
    entries = _told(events)
    end = max(0, len(entries) - skip)
    shown = entries[max(0, end - PAGE) : end]
    if not shown:
        return Message(f"There is nothing earlier on the timeline of {incident.key}.")
    first = max(0, end - PAGE) + 1
    head = f"Timeline of {incident.key}: entries {first} to {end} of {len(entries)}"
    blocks = [
        section(f"*{head}*\n{clip(incident.title, 400)}"),
        *_paragraphs(_lines(shown, incident.number)),
    ]
    ahead = _ahead(scene, coming) if not skip else []
    if ahead:
        blocks.append(section("*What comes next*\n" + "\n".join(ahead)))
    row = []
    if first > 1:
        row.append(button("Earlier", f"{RUN}timeline:earlier", value(incident.number, str(skip + PAGE))))
    if skip:
        row.append(button("Later", f"{RUN}timeline:later", value(incident.number, str(max(0, skip - PAGE)))))
    if row:
        blocks.append(buttons(*row))
    add = "Add to it: `/incident note 14:05 what happened`, or react with :pushpin: to a message."
    blocks.append(context(f"{add} Star or hide entries: `/incident timeline edit`."))
    return Message(head, blocks)


_COMING = {
    "status update": "Muster posts a status update, unless somebody writes one",
    "update nudge": "a status update is asked for",
    "escalation": "the next level is paged, unless somebody acknowledges",
    "room": "the war room opens, unless it is resolved",
    "watch": "the room is asked: still holding?",
    "commander missing": "the room is asked for an incident commander",
    "role empty": "the room is asked who takes an empty role",
    "hand-off unanswered": "an unanswered hand-off is withdrawn",
    "role held for long": "whoever has held a role this long is reminded to hand it over",
    "quiet room": "the room is asked whether it is still going on",
    "alerts over": "the room is asked whether the fix is in, as all alerts are over",
    "alert in triage": "whether it is real is asked again",
    "archive": "the room is archived",
    "drill close": "the drill is closed",
    "runbook deadline": "a runbook's deadline passes and somebody is paged, unless it is solved",
}
"""What people read of a timer; those without words are Muster's own affair."""


def _ahead(scene: Scene, coming: Sequence[tuple[datetime, str]]) -> list[str]:
    """The next of each kind, soonest first."""
    soonest: dict[str, datetime] = {}
    for at, name in sorted(coming):
        if name in _COMING:
            soonest.setdefault(name, at)
    return [f"{soon(max(at, scene.now), scene.now)}  {_COMING[name]}" for name, at in soonest.items()]


def curating(scene: Scene, events: Sequence[Event], skip: int = 0) -> Message:
    """The entries with their numbers, each with a menu: star, hide, and the opposite."""
    incident = scene.incident
    entries = _told(events)
    end = max(0, len(entries) - skip)
    shown = entries[max(0, end - EDITED) : end]
    if not shown:
        return Message(f"There is nothing earlier on the timeline of {incident.key}.")
    head = f"Timeline of {incident.key}, to be edited: entries {max(0, end - EDITED) + 1} to {end} of {len(entries)}"
    blocks = [section(f"*{head}*")]
    for entry in shown:
        blocks.append(section(f"`#{entry.event.id}`  {_entry(entry, incident.number)}", _menu(entry, incident.number)))
    row = []
    if end > EDITED:
        row.append(button("Earlier", f"{RUN}timeline:earlier", value(incident.number, f"edit {skip + EDITED}")))
    if skip:
        row.append(button("Later", f"{RUN}timeline:later", value(incident.number, f"edit {max(0, skip - EDITED)}")))
    if row:
        blocks.append(buttons(*row))
    last = shown[-1].event.id
    how = f"`/incident timeline star {last}`, `hide {last}`, or its true time: `/incident timeline time {last} 14:05`"
    blocks.append(context(f"Hidden entries stay in the log and are left out of the draft. By typing: {how}"))
    return Message(f"{head}. {how}", blocks)


def _menu(entry: Entry, number: int) -> Block:
    """Star and hide, or what takes them back."""
    id = entry.event.id
    choices = [("Unstar", "unstar") if entry.starred else ("Star", "star")]
    choices.append(("Back into the draft", "unhide") if entry.hidden else ("Hide from the draft", "hide"))
    options = [option(label, f"timeline {value(number, f'{word} {id}')}") for label, word in choices]
    return {"type": "overflow", "action_id": f"more:{id}", "options": options}


def catch_up(scene: Scene, events: Sequence[Event], tasks: Sequence[Task], *, at: str | None = None) -> Message:
    """What somebody needs who comes in late: how it stands, what was decided, what is being done, what happened last.

    `at` is the channel that it is read in.
    """
    incident = scene.incident
    head = f"{signal(scene.severity.rank, incident.status)} *{incident.key}  {clip(incident.title, 700)}*"
    blocks = [section(f"{head}\n{state(scene, at=at)}")]
    known = (("Summary", incident.summary), ("Impact", incident.impact), ("Current theory", incident.theory))
    said = "\n".join(f"*{label}:* {clip(text, 800)}" for label, text in known if text)
    if said:
        blocks.append(section(said))
    entries = _told(events)
    seen = [entry for entry in entries if not entry.hidden]
    decided = _lines([entry for entry in seen if isinstance(entry.what, Decided)][-5:], incident.number)
    if decided:
        blocks += [section("*Decided*"), *_paragraphs(decided)]
    doing = [_task(task) for task in tasks if task.done_at is None]
    if doing and incident.status in OPEN:
        more = [f"and {len(doing) - 6} more"] if len(doing) > 6 else []
        blocks += [section("*Being done*"), *_paragraphs([*doing[:6], *more])]
    last = _lines([entry for entry in seen if not isinstance(entry.what, Decided)][-LAST:], incident.number)
    blocks += [section("*What happened last*"), *_paragraphs(last)]
    blocks.append(context(f"{len(entries)} entries in all: `/incident timeline {incident.number}`"))
    return Message(f"Catch-up. {line(scene)}", blocks)


def _told(events: Sequence[Event]) -> list[Entry]:
    """The entries for people, in order; of edits and curating only what came of it."""
    return [entry for entry in told(events) if entry.what.headline]


def _lines(entries: Sequence[Entry], number: int) -> list[str]:
    """In order; the day stands where the hour alone could be read as one of the day that was named last."""
    lines: list[str] = []
    named: datetime | None = None
    for entry in entries:
        is_clear = named is not None and timedelta(0) <= entry.at - named < _CLEAR
        named = named if is_clear else entry.at
        lines.append(_entry(entry, number, moment if is_clear else stamp))
    return lines


def _entry(entry: Entry, number: int, when: Callable[[datetime], str] = stamp) -> str:
    event = entry.event
    late = " _(added later)_" if event.recorded_at - entry.at >= _LATER else ""
    star = ":star: " if entry.starred else ""
    hidden = " _(not in the draft)_" if entry.hidden else ""
    of = f"*INC-{event.incident_id}*  " if event.incident_id != number else ""  # merged into this one
    said = " ".join(say(entry.what.sentence(event.actor), 400).split())
    return f"{when(entry.at)}  {star}{of}{said}{late}{hidden}"


def _task(task: Task) -> str:
    return f"•  {clip(task.text, 300)} ({person(task.owner) if task.owner else escape('nobody yet')})"


def _paragraphs(lines: Sequence[str]) -> list[Block]:
    """As few sections as hold the lines."""
    blocks: list[Block] = []
    held: list[str] = []
    size = 0
    for each in lines:
        if held and size + len(each) + 1 > FULL:
            blocks.append(section("\n".join(held)))
            held, size = [], 0
        held.append(each)
        size += len(each) + 1
    return [*blocks, *([section("\n".join(held))] if held else [])]
