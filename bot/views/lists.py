"""Lists that people ask for: incidents, roles, tasks, action items, open questions. Each fits one message."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.commands import RUN, value
from bot.scene import Scene
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.card import signal
from bot.views.forms import FORM
from bot.views.texts import channel, clip, cut, escape, lasted, moment, person
from incidents.errors import Refused, quote
from incidents.policy import Policy
from incidents.rules.lifecycle import ENDED, OPEN
from models import ActionItem, Incident, Task

SHOWN = 20  # what fits a phone without scrolling for long
WORK_SHOWN = 25


@dataclass(frozen=True)
class Found:
    """Incidents that were asked for: `what` they are, in the plural; those shown; how many there are in all; their ICs.

    `skipped` were on earlier pages; `over` more fit that are over. `more`, `back` and `everything` are what to ask for
    the next page, the one before, and those that are over, too. Where nothing fits, `instead` is what would find something: a
    button's words and what it asks for.
    """

    what: str
    rows: Sequence[Incident]
    total: int
    commanders: Mapping[int, str]
    skipped: int = 0
    over: int = 0
    is_filtered: bool = False
    more: str = ""
    back: str = ""
    everything: str = ""
    instead: Sequence[tuple[str, str]] = ()
    open_only: bool = False


def incidents(found: Found, policy: Policy, now: datetime) -> Message:
    """Newest first, each with a button that shows it; then what was left out, and how to see it."""
    what = escape(found.what)
    if not found.rows:
        return _none(found, what)
    head = f"{found.total} {what}" if found.total != 1 else f"1 {_singular(what)}"
    blocks = [section(f"*{head}*")]
    for row in found.rows[:SHOWN]:
        shown = button("Show", f"{RUN}show", value(row.number))
        blocks.append(section(_incident(row, found.commanders.get(row.number), policy, now), shown))
    last = found.skipped + len(found.rows[:SHOWN])
    left = found.total - last
    if left > 0 or found.skipped:
        narrow = ". A word, `sev1`, `mine` or a field such as `service:checkout` narrows it down" if left > SHOWN else ""
        blocks.append(context(f"{found.skipped + 1} to {last} of {found.total}{narrow}"))
    row_of_buttons = [
        *([button(f"More ({left})", f"{RUN}list:more", f"- {found.more}")] if left > 0 else []),
        *([button("Newer", f"{RUN}list:back", f"- {found.back}")] if found.skipped else []),
        *_over(found),
    ]
    names = ", ".join(f"{row.called} {row.severity}" for row in found.rows[:SHOWN])
    more = f"; {left} more" if left > 0 else ""
    return Message(f"{head}: {names}{more}", [*blocks, *([buttons(*row_of_buttons)] if row_of_buttons else [])])


def _none(found: Found, what: str) -> Message:
    """Nothing fits: what does, if one looks further."""
    if found.total:
        said = f"That page is empty; there are {found.total} {what}."
        return Message(said, [section(said), buttons(button("From the first", f"{RUN}list:back", f"- {found.back}"))])
    if found.over:
        said = f"There are no {what}; {found.over} past one{' fits' if found.over == 1 else 's fit'}."
        return Message(said, [section(said), buttons(*_over(found))])
    if found.is_filtered:
        said = f"There are no {what}{', nor any that are over' if found.open_only else ''}."
        if found.instead:
            row = [button(label, f"{RUN}list:instead{n}", f"- {text}") for n, (label, text) in enumerate(found.instead)]
            offered = ", ".join(escape(label) for label, _ in found.instead)
            return Message(f"{said} These would find something: {offered}", [section(f"{said} Try:"), buttons(*row)])
        where = "titles, summaries, impact, theory, services, causes and your team's own fields"
        return Message(f"{said} Words are looked for in {where}. `/incident list all` shows everything.")
    return Message(f"There are no {what}. `/incident declare what is wrong` declares one.")


def _over(found: Found) -> list[Block]:
    return [button(f"Show past ones too ({found.over})", f"{RUN}list:over", f"- {found.everything}")] if found.over else []


def _singular(what: str) -> str:
    return re.sub(r"^(.*?\b)incidents\b", r"\1incident", what, count=1)


def _incident(row: Incident, commander: str | None, policy: Policy, now: datetime) -> str:
    level = policy.severity(row.severity)
    end = row.resolved_at or row.closed_at or now
    facts = [row.severity, row.status, lasted(max(end - row.declared_at, timedelta()))]
    if row.status in OPEN:
        facts.append(f"IC {person(commander)}" if commander else "no IC yet")
    if row.room_channel:
        facts.append(channel(row.room_channel))
    return f"{signal(level.rank, row.status)} *{row.called}* {clip(row.title, 400)}\n{'  ·  '.join(facts)}"


def roles(scene: Scene, by: str) -> Message:
    """Every role with its holder; a free one with what it is for and a button that takes it. Whoever holds one was told."""
    incident, held = scene.incident, scene.standing.holders
    over = incident.status in ENDED
    blocks: list[Block] = []
    for role, rules in list(scene.policy.roles.items())[:20]:
        holder = held.get(role)
        text = f"*{escape(rules.name)}*: " + (person(holder) if holder else f"nobody yet\n{clip(rules.duties, 400)}")
        blocks.append(section(text, None if over else _take(incident.number, role, rules.name, holder, by)))
    if not over:
        assign = button("Assign…", f"{RUN}roles:form", value(incident.number, FORM))
        mine = [role for role in scene.policy.roles if held.get(role) == by][:5]
        handing = [
            button(
                f"Hand over {_short(role, scene.policy.role_name(role))}", f"{RUN}handoff:{role}", value(incident.number, role)
            )
            for role in mine
        ]
        blocks.append(buttons(assign, *handing))
    named = "; ".join(
        f"{escape(rules.name)}: {person(held[role]) if role in held else 'nobody yet'}"
        for role, rules in scene.policy.roles.items()
    )
    return Message(cut(f"Roles of {incident.key}. {named}", 2900), blocks)


def _take(number: int, role: str, name: str, holder: str | None, by: str) -> Block:
    if holder == by:
        return button("Leave", f"{RUN}leave:{role}", value(number, role))
    if holder is None:
        return button(
            f"Take {_short(role, name)}", f"{RUN}role:{role}", value(number, role), style="primary" if role == "ic" else None
        )
    return button("Take over", f"{RUN}role:{role}", value(number, role))


def _short(role: str, name: str) -> str:
    return "IC" if role == "ic" else name.lower()


def tasks(scene: Scene, rows: Sequence[Task]) -> Message:
    """Open ones, each with "Done"; finished ones as a count."""
    blocks = []
    waiting = [row for row in rows if row.done_at is None]
    for row in waiting[:WORK_SHOWN]:
        owner = person(row.owner) if row.owner else "nobody yet"
        text = f"{clip(row.text, 500)}\n{owner}  ·  since {moment(row.added_at)}"
        blocks.append(section(text, _done("tasks", scene, row.id)))
    return _work(scene, "task", blocks, len(waiting), len(rows) - len(waiting), "`/incident task what to do @who`")


def actions(scene: Scene, rows: Sequence[ActionItem], today: date) -> Message:
    """Open ones, each with "Done"; what is late, ownerless or dateless says so."""
    blocks = []
    waiting = [row for row in rows if row.done_at is None]
    for row in waiting[:WORK_SHOWN]:
        owner = person(row.owner) if row.owner else "no owner yet"
        late = row.due_on is not None and row.due_on < today
        due = f"{'*late*, was due' if late else 'due'} {row.due_on.isoformat()}" if row.due_on else "no date yet"
        blocks.append(section(f"{clip(row.text, 500)}\n{owner}  ·  {due}", _done("actions", scene, row.id)))
    example = "`/incident action what to do @who by friday`"
    return _work(scene, "action item", blocks, len(waiting), len(rows) - len(waiting), example)


def _done(command: str, scene: Scene, id: int | None) -> Block:
    return button("Done", f"{RUN}{command}:done{id}", value(scene.incident.number, f"done {id}"))


def _work(scene: Scene, what: str, blocks: list[Block], waiting: int, done: int, example: str) -> Message:
    key = scene.incident.key
    finished_ones = f" {done} finished." if done else ""
    if not waiting:
        return Message(f"No open {what}s in {key}.{finished_ones} Add one: {example}")
    head = f"{waiting} open {what}{'' if waiting == 1 else 's'} in {key}.{finished_ones}"
    more = waiting - len(blocks)
    tail = [context(f"and {more} more; finish some to see them")] if more > 0 else []
    return Message(head, [section(f"*{head}*"), *blocks, *tail])


def finished(text: str, what: str) -> int | None:
    """The id in `done 7`, what a "Done" button says; None where nothing was said."""
    said = text.strip()
    if not said:
        return None
    found = re.fullmatch(r"done\s+#?(\d{1,9})", said, re.IGNORECASE)
    if found is None:
        raise Refused(f"“{quote(said)}” means nothing here. `/incident {what.split()[0]}s` shows them; each has a button “Done”.")
    return int(found[1])


def lacks(said: str, questions: Sequence[str]) -> Message:
    """What the draft leaves to people, after the sentence `said`: which sections, and how often. The draft has the questions."""
    if not questions:
        return Message(f"{said} Nothing is left to fill in.")
    sections = Counter(question.partition(": ")[0] for question in questions)
    named = [f"{clip(name, 60)} ({times})" if times > 1 else clip(name, 60) for name, times in sections.items()]
    answers = f"{len(questions)} answer{'' if len(questions) == 1 else 's'}"
    text = cut(f"{said} It still lacks {answers} that only people know, marked TODO: {', '.join(named)}.", 2900)
    return Message(text, [section(text)])
