"""The open incidents for leaders, on one screen."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.views.blocks import Message, context, section
from bot.views.card import signal
from bot.views.texts import channel, clip, coming, escape, lasted, person
from incidents import updates
from incidents.policy import Policy
from models import Incident

SHOWN = 20


def digest(worst: Sequence[Incident], total: int, commanders: Mapping[int, str], policy: Policy, now: datetime) -> Message:
    """The worst first, in the order given; the rest is a number."""
    head = f"{total} incidents are open" if total != 1 else "1 incident is open"
    blocks = [section(f":sunrise: *{head}*")]
    blocks += [section(_line(row, commanders.get(row.number), policy, now)) for row in worst[:SHOWN]]
    if total > len(worst[:SHOWN]):
        blocks.append(context(f"and {total - len(worst[:SHOWN])} more: `/incident list`"))
    names = "; ".join(f"{row.key} {row.severity} {row.status}: {clip(row.title, 100)}" for row in worst[:SHOWN])
    return Message(f"{head}. {names}", blocks)


def _line(row: Incident, commander: str | None, policy: Policy, now: datetime) -> str:
    level = policy.severity(row.severity)
    due = updates.next_due(row, policy)
    facts = [
        f"{row.severity} {escape(level.name)}",
        row.status,
        f"for {lasted(max(now - row.declared_at, timedelta()))}",
        f"led by {person(commander)}" if commander else "nobody leads it",
        f"next update {coming(due, now)}" if due else "no update planned",
        *([channel(row.room_channel)] if row.room_channel else []),
    ]
    impact = f"\n{clip(row.impact.replace(chr(10), ' '), 300)}" if row.impact else ""
    return f"{signal(level.rank, row.status)} *{row.key}  {clip(row.title, 300)}*{impact}\n{'  ·  '.join(facts)}"
