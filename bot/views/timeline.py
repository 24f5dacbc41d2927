"""The timeline and the catch-up, for one reader."""

from collections.abc import Sequence
from datetime import timedelta

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.card import line, signal
from bot.views.panel import state
from bot.views.texts import clip, escape, person, say, stamp
from incidents.events import Decided, Happened, read
from incidents.rules.lifecycle import OPEN
from models import Event, Task

PAGE = 25  # entries shown at once
LAST = 8  # what a catch-up tells of what happened
FULL = 2800  # characters of one section
_LATER = timedelta(minutes=1)  # what was put down so soon after it happened is not said to have been added later


def page(scene: Scene, events: Sequence[Event], skip: int = 0) -> Message:
    """The last 25 entries but `skip`, in the order in which they happened; what only the log needs is left out."""
    incident = scene.incident
    told = _told(events)
    end = max(0, len(told) - skip)
    shown = told[max(0, end - PAGE) : end]
    if not shown:
        return Message(f"There is nothing earlier on the timeline of {incident.key}.")
    first = max(0, end - PAGE) + 1
    head = f"Timeline of {incident.key}: entries {first} to {end} of {len(told)}"
    blocks = [
        section(f"*{head}*\n{clip(incident.title, 400)}"),
        *_paragraphs([_entry(*entry, incident.number) for entry in shown]),
    ]
    row = []
    if first > 1:
        row.append(button("Earlier", f"{RUN}timeline:earlier", value(incident.number, str(skip + PAGE))))
    if skip:
        row.append(button("Later", f"{RUN}timeline:later", value(incident.number, str(max(0, skip - PAGE)))))
    if row:
        blocks.append(buttons(*row))
    blocks.append(context("Add to it: `/incident note 14:05 what happened`, or react with :pushpin: to a message."))
    return Message(head, blocks)


def catch_up(scene: Scene, events: Sequence[Event], tasks: Sequence[Task]) -> Message:
    """What somebody needs who comes in late: how it stands, what was decided, what is being done, what happened last."""
    incident = scene.incident
    head = f"{signal(scene.severity.rank, incident.status)} *{incident.key}  {clip(incident.title, 700)}*"
    blocks = [section(f"{head}\n{state(scene)}")]
    known = (("Summary", incident.summary), ("Impact", incident.impact), ("Current theory", incident.theory))
    said = "\n".join(f"*{label}:* {clip(text, 800)}" for label, text in known if text)
    if said:
        blocks.append(section(said))
    told = _told(events)
    decided = [_entry(event, what, incident.number) for event, what in told if isinstance(what, Decided)][-5:]
    if decided:
        blocks += [section("*Decided*"), *_paragraphs(decided)]
    doing = [_task(task) for task in tasks if task.done_at is None]
    if doing and incident.status in OPEN:
        more = [f"and {len(doing) - 6} more"] if len(doing) > 6 else []
        blocks += [section("*Being done*"), *_paragraphs([*doing[:6], *more])]
    last = [_entry(event, what, incident.number) for event, what in told if not isinstance(what, Decided)][-LAST:]
    blocks += [section("*What happened last*"), *_paragraphs(last)]
    blocks.append(context(f"{len(told)} entries in all: `/incident timeline {incident.number}`"))
    return Message(f"Catch-up. {line(scene)}", blocks)


def _told(events: Sequence[Event]) -> list[tuple[Event, Happened]]:
    """The entries for people, in order."""
    read_all = ((event, read(event.kind, event.payload)) for event in events)
    return [(event, what) for event, what in read_all if what.headline]


def _entry(event: Event, what: Happened, number: int) -> str:
    late = " _(added later)_" if event.recorded_at - event.at >= _LATER else ""
    of = f"*INC-{event.incident_id}*  " if event.incident_id != number else ""  # merged into this one
    return f"{stamp(event.at)}  {of}{' '.join(say(what.sentence(event.actor), 400).split())}{late}"


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
