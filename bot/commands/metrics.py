"""How incidents went over a while."""

from datetime import timedelta

from bot.commands import Answer, Command, Needs, Request
from bot.views import metrics as view
from incidents import metrics
from incidents.errors import BadDuration, Refused, quote
from incidents.policy_values import parse_duration

_LEAST, _MOST = timedelta(days=1), timedelta(days=731)


def run(request: Request) -> Answer:
    """Of the last 30 days (config), or of as long as is said."""
    span = _span(request.text.strip(), request.policy.metrics.since)
    shown = view.shown(metrics.over(request.core, span), span, request.policy)
    return Answer(shown.text, shown.blocks)


def _span(said: str, usual: timedelta) -> timedelta:
    if not said:
        return usual
    try:
        span = parse_duration(said)
    except BadDuration:
        raise Refused(f"“{quote(said)}” is not a length of time. Say `/incident metrics 30d`, `2w` or `90d`.") from None
    if not _LEAST <= span <= _MOST:
        raise Refused("Between a day and two years: `/incident metrics 30d`, `12w` or `365d`.")
    return span


COMMAND = Command(
    name="metrics",
    usage="metrics [30d]",
    help="How incidents went: times against their targets, causes, updates, postmortems, follow-ups: `/incident metrics 90d`.",
    run=run,
    needs=Needs.NOTHING,
    group="Afterwards",
)
