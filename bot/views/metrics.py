"""The metrics as text, with bars drawn of letters.

No picture file: it would take a plotting library with all that it brings, leave a file in Slack each time that somebody asks,
and could be neither read aloud nor searched. Lines are short: a phone breaks longer ones.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.views.blocks import Block, Message, context, section
from bot.views.texts import clip, escape, lasted
from incidents.policy import Policy
from incidents.rules.metrics import Metrics, Share, Spread

_SHORT = {"detect": "detect", "acknowledge": "ack", "mitigate": "mitigate", "resolve": "resolve"}
_BAR = 12  # letters of the longest
_MOST = 8  # of each count, and severities
_WEEKS = 13


def shown(found: Metrics, span: timedelta, policy: Policy) -> Message:
    """What it was about, how it went, and what was missed."""
    title = f"The last {lasted(span)}: {_counted(found.total, 'incident')}"
    if not found.total and not found.actions.of:
        return Message(f"{title}. Drills and private incidents are not counted.")
    missed = _missed(found, policy)
    head = f"{title}. {'Missed: ' + ', '.join(missed) if missed else 'No target was missed'}"
    blocks = [section(f"*{escape(title)}*"), *_weeks(found.weeks)]
    for level, spreads in list(found.times.items())[:_MOST]:
        blocks.append(section(_level(level, found.severities[level], spreads, policy)))
    blocks.append(section("\n".join([*_counts(found), *_manners(found, policy)])))
    small = "Median and 90th percentile of n; a target is met where the median is within it. "
    blocks.append(context(f"{small}Drills and private incidents are not counted. Another period: `/incident metrics 90d`."))
    return Message(". ".join([escape(head), *_in_words(found)]), blocks)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _weeks(weeks: Sequence[tuple[date, int]]) -> list[Block]:
    """One bar for each week, the newest at the bottom; nothing for less than two."""
    drawn = weeks[-_WEEKS:]
    most = max((count for _, count in drawn), default=0)
    if len(drawn) < 2 or not most:
        return []
    lines = [f"{day:%d %b} {'█' * max(1 if count else 0, round(_BAR * count / most)):<{_BAR}} {count}" for day, count in drawn]
    return [section("Incidents by week\n```" + "\n".join(lines) + "```")]


def _level(level: str, count: int, spreads: Mapping[str, Spread], policy: Policy) -> str:
    name = policy.severities[level].name if level in policy.severities else ""
    head = f"*{escape(level)} {escape(name)}*  {_counted(count, 'incident')}"
    if not spreads:
        return head
    lines = [f"{'':<8} {'med':>5} {'p90':>5} {'n':>3} target"]
    lines += [_row(name, each) for name, each in spreads.items()]
    return f"{head}\n```" + "\n".join(lines) + "```"


def _row(name: str, its: Spread) -> str:
    return f"{_SHORT[name]:<8} {_short(its.median):>5} {_short(its.p90):>5} {its.n:>3}{_target(its)}"


def _target(spread: Spread) -> str:
    return "" if spread.target is None else f" {_short(spread.target)} {'✓' if spread.met else '✗'}"


def _short(length: timedelta) -> str:
    """In five letters: `40s`, `42m`, `1h05`, `26h`, `3d`."""
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < 36_000:
        return f"{seconds // 3600}h{seconds // 60 % 60:02}"
    return f"{seconds // 3600}h" if seconds < 172_800 else f"{seconds // 86_400}d"


def _counts(found: Metrics) -> list[str]:
    lines = []
    for label, counted in (("Services", found.services), ("Causes", found.causes), ("Detected by", found.sources)):
        if counted:
            named = [f"{clip(name, 60)} {count}" for name, count in list(counted.items())[:_MOST]]
            more = f", and {len(counted) - _MOST} more" if len(counted) > _MOST else ""
            lines.append(f"*{label}:* {', '.join(named)}{more}")
    known = sum(found.sources.values())
    if known and "customer" in found.sources:
        lines[-1] += f" ({found.sources['customer'] * 100 // known} % found by customers)"
    return lines


def _manners(found: Metrics, policy: Policy) -> list[str]:
    lines = [
        _share("Updates on time", found.updates),
        _share("Postmortems drafted", found.postmortems),
        _share("Action items done by their date", found.actions),
    ]
    named = ", ".join(f"INC-{number} like INC-{before}" for number, before in found.repeats[-5:])
    met = len(found.repeats) <= policy.metrics.repeats
    said = f"*Repeats:* {len(found.repeats)}, target {policy.metrics.repeats} {':white_check_mark:' if met else ':x:'}"
    lines.append(f"{said}  {named}".rstrip())
    return [line for line in lines if line]


def _share(label: str, share: Share) -> str:
    if not share.of:
        return ""
    target = "" if share.target is None else f", target {share.target} % {':white_check_mark:' if share.met else ':x:'}"
    return f"*{label}:* {share.done} of {share.of} ({share.percent} %){target}"


def _missed(found: Metrics, policy: Policy) -> list[str]:
    late = [f"{name} at {level}" for level, spreads in found.times.items() for name, each in spreads.items() if each.met is False]
    late += ["postmortems"] if found.postmortems.met is False else []
    late += ["action items"] if found.actions.met is False else []
    return [*late, *(["repeats"] if len(found.repeats) > policy.metrics.repeats else [])]


def _in_words(found: Metrics) -> list[str]:
    """For who has no pictures: what matters first of each level."""
    told = []
    for level, spreads in list(found.times.items())[:_MOST]:
        each = spreads.get("mitigate")
        if each is not None:
            told.append(f"{escape(level)} mitigated in {lasted(each.median)} (median), {lasted(each.p90)} (90 %), n {each.n}")
    return told
