"""The App Home: what is open, what is mine, who is on call, a button to declare, and a field to look for any incident."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.commands import RUN, value
from bot.views.blocks import Block, button, buttons, context, divider, plain, section
from bot.views.card import signal
from bot.views.forms import text_input
from bot.views.texts import channel, clip, escape, person, stamp
from incidents.policy import Policy
from models import ActionItem, Incident, Task

SEARCH_MOST = 300  # characters
INCIDENTS, MINE = 15, 10  # shown of each; the rest is a number


@dataclass(frozen=True)
class Mine:
    """What one person sees. `total` counts the open incidents, of which `opened` are the newest; `on_call` is by rotation.
    `drills` are those of the tasks' and action items' incidents that are none."""

    opened: Sequence[Incident]
    total: int
    commanders: Mapping[int, str]
    roles: Sequence[tuple[str, Incident]]
    tasks: Sequence[Task]
    actions: Sequence[ActionItem]
    on_call: Sequence[tuple[str, str | None]]
    drills: Collection[int] = ()


def home(mine: Mine, policy: Policy) -> Block:
    """The whole view. Nothing in it depends on the moment, so that it changes only when something has happened."""
    declare = button("Declare an incident", f"{RUN}panel", "-", style="danger")
    blocks = [
        buttons(declare, button("All incidents", f"{RUN}list:all", "- all")),
        _search(),
        *_opened(mine, policy),
        *_roles(mine, policy),
        *_work("Your tasks", "tasks", mine.tasks, mine.drills),
        *_work("Your action items", "actions", mine.actions, mine.drills),
        *_on_call(mine),
    ]
    return {"type": "home", "blocks": blocks[:100]}


def _search() -> Block:
    """Answered as `/incident list` with the same words; Enter sends it."""
    words = text_input(placeholder="checkout, mine, sev1, all type:outage", most=SEARCH_MOST)
    return {
        "type": "input",
        "block_id": "search",
        "label": plain("Find an incident", 2000),
        "element": {
            **words,
            "action_id": f"{RUN}list:search",
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
        "dispatch_action": True,
    }


def _head(text: str) -> Block:
    return section(f"*{text}*")


def _more(count: int, shown: int) -> list[Block]:
    return [context(f"and {count - shown} more")] if count > shown else []


def _opened(mine: Mine, policy: Policy) -> list[Block]:
    if not mine.opened:
        return [section(":white_check_mark: No incident is open.")]
    blocks = [_head(f"Open: {mine.total}")]
    for row in mine.opened[:INCIDENTS]:
        commander = mine.commanders.get(row.number)
        facts = [row.severity, row.status, f"IC {person(commander)}" if commander else "no IC yet", stamp(row.declared_at)]
        if row.room_channel:
            facts.append(channel(row.room_channel))
        sign = signal(policy.severity(row.severity).rank, row.status)
        text = f"{sign} *{row.called}* {clip(row.title, 400)}\n{'  ·  '.join(facts)}"
        blocks.append(section(text, button("Show", f"{RUN}show:{row.number}", value(row.number))))
    return [*blocks, *_more(mine.total, len(mine.opened[:INCIDENTS]))]


def _roles(mine: Mine, policy: Policy) -> list[Block]:
    if not mine.roles:
        return []
    lines = [f"{escape(policy.role_name(role))} of *{row.called}* {clip(row.title, 150)}" for role, row in mine.roles[:MINE]]
    return [divider(), _head("Your roles"), section("\n".join(lines)), *_more(len(mine.roles), len(lines))]


def _work(head: str, command: str, rows: Sequence[Task | ActionItem], drills: Collection[int]) -> list[Block]:
    """What is still to be done, each with the button that finishes it."""
    if not rows:
        return []
    shown = [
        section(
            f"{'DRILL ' if row.incident_id in drills else ''}INC-{row.incident_id}: {clip(row.text, 300)}{_due(row)}",
            button("Done", f"{RUN}{command}:done{row.id}", value(row.incident_id, f"done {row.id}")),
        )
        for row in rows[:MINE]
    ]
    return [divider(), _head(head), *shown, *_more(len(rows), len(shown))]


def _due(row: Task | ActionItem) -> str:
    if isinstance(row, Task):
        return ""
    return f"\ndue {row.due_on.isoformat()}" if row.due_on else "\nno date yet"


def _on_call(mine: Mine) -> list[Block]:
    if not mine.on_call:
        return [divider(), context("Nobody is on call: `muster.yml` names no rotation.")]
    lines = [f"{escape(name)}: {person(who) if who else '_nobody_'}" for name, who in mine.on_call[:20]]
    return [divider(), _head("On call now"), section("\n".join(lines)), *_more(len(mine.on_call), len(lines))]
