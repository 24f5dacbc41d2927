"""Planned maintenance: a word where it matters, and what is planned for whoever asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import RUN, Answer
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import clip, cut, escape, moment, person, stamp
from incidents.maintenance import Silenced
from models import Maintenance

_SHOWN = 20
_WORDS = 3


def words(windows: Sequence[Maintenance]) -> list[str]:
    """One line for each of the first few: who says so, why, and for how long."""
    said = [
        f":hammer_and_wrench: {escape(row.service)} is under planned maintenance until {stamp(row.ends_at)}, "
        f"says {person(row.owner)}: {clip(row.reason, 300)}"
        for row in windows[:_WORDS]
    ]
    more = len(windows) - _WORDS
    return [*said, f"and {more} more: `/incident maintenance`"] if more > 0 else said


def planned(row: Maintenance) -> Answer:
    """It is set: what that does, and how to take it back."""
    begins = "from now" if row.starts_at <= row.set_at else f"from {stamp(row.starts_at)}"
    text = (
        f"*{escape(row.service)}* is under planned maintenance {begins} until {stamp(row.ends_at)}: {clip(row.reason, 300)}\n"
        "Its alerts page nobody and make no card meanwhile; what still fires at the end is handled then."
    )
    return Answer(text, [section(text), buttons(_end(row, row.set_at))])


def ended(row: Maintenance) -> Answer:
    """It is over, whoever ended it."""
    if row.over_at is None or row.ended_by is None:
        return Answer(f"The maintenance of {escape(row.service)} is over already.")
    if row.over_at < row.starts_at:
        return Answer(
            f"{person(row.ended_by)} took back the maintenance of *{escape(row.service)}* that was to begin "
            f"{stamp(row.starts_at)}. Its alerts go their usual way then."
        )
    text = f"{person(row.ended_by)} ended the maintenance of *{escape(row.service)}* at {moment(row.over_at)}."
    return Answer(f"{text} What fires there still is handled now.")


def ended_dm(row: Maintenance) -> Message:
    """For whoever planned it, when somebody else ended it: what that changes, and how to go on."""
    service, reason = escape(row.service), clip(row.reason, 300)
    who = person(row.ended_by) if row.ended_by else "Somebody"
    if (row.over_at or row.ends_at) < row.starts_at:
        text = f"{who} took back your maintenance of *{service}* that was to begin {stamp(row.starts_at)}: {reason}"
        after, when = f"The alerts of {service} go their usual way then.", "tomorrow 22:00"
    else:
        text = f"{who} ended your maintenance of *{service}*, planned until {stamp(row.ends_at)}: {reason}"
        after, when = f"The alerts of {service} go their usual way from now on.", "now"
    again = f"Still needed? Ask {who}, or plan it again: `/incident maintenance {service} {when} for 1h why`"
    return Message(f"{text}\n{after} {again}", [section(f":hammer_and_wrench: {text}\n{after}"), context(again)])


def listed(rows: Sequence[Maintenance], silenced: Mapping[int, Silenced], gone: Sequence[str], now: datetime) -> Answer:
    """What is open and what comes, each with the button that ends it. `gone`: services that are in the catalogue no more."""
    set_one = "Set one: `/incident maintenance checkout tomorrow 22:00 for 2h moving the database`"
    if not rows:
        return Answer(f"No maintenance is planned. {set_one}")
    blocks: list[Block] = []
    lines = []
    for row in rows[:_SHOWN]:
        is_open = row.starts_at <= now
        when = f"until {stamp(row.ends_at)}" if is_open else f"{stamp(row.starts_at)} to {stamp(row.ends_at)}"
        line = f"*{escape(row.service)}* {when}, says {person(row.owner)}: {clip(row.reason, 300)}"
        if (held := silenced.get(row.number)) is not None:
            line += f"\n{_silenced(held)}"
        if row.service in gone:
            line += "\n:warning: muster.yml has no service of this name any more, so no alert is silenced"
        lines.append(line)
        blocks.append(section(line, _end(row, now)))
    more = f"and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return Answer(cut("\n".join([*lines, *([more] if more else [])]), 3900), [*blocks, context(f"{more}  {set_one}".strip())])


def _silenced(held: Silenced) -> str:
    if held.total == 1:
        return "1 alert silenced" + (", which fires still" if held.firing else "")
    return f"{held.total} alerts silenced" + (f", {held.firing} of them firing still" if held.firing else "")


def _end(row: Maintenance, now: datetime) -> Block:
    if row.starts_at <= now:
        said, question = "End it now", f"From now on alerts of {row.service} page people and make cards again."
        sure = ("End the maintenance?", question, "End it")
    else:
        said, question = "Take back", f"Alerts of {row.service} will page people and make cards then, as ever."
        sure = ("Take the maintenance back?", question, "Take back")
    return button(said, f"{RUN}maintenance:{row.number}", f"- end {row.number}", confirm=sure)
