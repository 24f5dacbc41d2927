"""What an incident looks like that is over: when that was, what caused it, what helped, and where it is written up."""

from bot.views.texts import channel, clip, escape, stamp
from incidents.likeness import Alike
from models.runbook import RUN_SOLVED


def before(like: Alike, number: int) -> list[str]:
    """Line by line; nothing where there is none. `number` is the incident that looks like it."""
    past = like.before
    if past is None:
        return []
    resolved = f", resolved {stamp(past.resolved_at)}" if past.resolved_at else ""
    said = [f"Looks like {past.key}{resolved}: {clip(past.title, 300)}"]
    if past.theory or past.causes:
        tags = f"{clip(', '.join(past.causes), 200)}. " if past.causes else ""
        said.append(f">Cause then: {tags}{clip(past.theory.replace(chr(10), ' '), 300)}".rstrip())
    if like.runbook is not None:
        helped = "Runbook that solved it" if like.runbook.state == RUN_SOLVED else "Runbook that was followed"
        title = clip(like.runbook.title, 200)
        here = f"`/incident runbook {number} {escape(like.runbook.name)}`"
        said.append(f"{helped}: {_link(like.runbook.link, title)}; {here} opens it here")
    written = [f"Postmortem: {_link(like.draft, f'draft of {past.key}')}"] if like.draft else []
    written += [f"What was done: {channel(past.room_channel)}"] if past.room_channel else []
    return [*said, *([". ".join(written)] if written else [])]


def _link(address: str | None, words: str) -> str:
    """Addresses are ours; words of people's are escaped already."""
    return f"<{address.replace('&', '&amp;')}|{words.replace('|', '¦')}>" if address else words
