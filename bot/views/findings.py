"""What the doctor found, in Slack: what keeps Muster from working first, each with what to do about it."""

from collections.abc import Sequence

from bot.findings import Finding, Grade
from bot.views.blocks import Message, context, section
from bot.views.texts import clip

_SHOWN = 20
_SIGNS = {Grade.WRONG: ":x:", Grade.MIND: ":warning:"}


def report(findings: Sequence[Finding], *, finished: bool) -> Message:
    """At most twenty that need somebody; what is fine in one line."""
    wrong = [each for each in findings if each.grade is Grade.WRONG]
    trouble = [*wrong, *(each for each in findings if each.grade is Grade.MIND)]
    head = _head(len(wrong), len(trouble) - len(wrong), finished)
    lines = [_line(each) for each in trouble[:_SHOWN]]
    small = []
    if len(trouble) > _SHOWN:
        small.append(f"and {len(trouble) - _SHOWN} more: `make doctor` shows all of them")
    if not finished:
        small.append("Something did not answer in time; `make doctor` waits longer.")
    fine = dict.fromkeys(each.about for each in findings if each.grade is Grade.OK)
    if fine:
        small.append(clip(f"Fine: {', '.join(fine)}", 800))
    text = "\n".join([head, *(clip(f"{each.about}: {each.seen} {each.fix}", 300) for each in trouble[:8])])
    return Message(text, [section(f"*{head}*"), *map(section, lines), *([context(*small)] if small else [])])


def _head(wrong: int, mind: int, finished: bool) -> str:
    if wrong:
        also = f", and {mind} to mind" if mind else ""
        return f"{wrong} {'thing keeps' if wrong == 1 else 'things keep'} Muster from doing its work{also}"
    if mind:
        return f"Muster works; {mind} {'thing' if mind == 1 else 'things'} to mind"
    return "Muster is well" if finished else "Nothing wrong was found as far as was looked"


def _line(finding: Finding) -> str:
    fix = f"\n→ {clip(finding.fix, 600)}" if finding.fix else ""
    return f"{_SIGNS[finding.grade]} *{clip(finding.about, 80)}*: {clip(finding.seen, 900)}{fix}"
