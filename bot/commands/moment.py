"""When it really began, was noticed, was mitigated …: the kept moments, corrected."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import moments
from incidents.errors import BadMoment
from incidents.rules.times import parse_moment, split_leading_moment


def run(request: Request) -> Answer:
    """`started 13:40 [why]`, in the person's time zone; alone it shows what is on record."""
    number = request.incident_number
    if not request.text.strip():
        return answers.moments(look.scene(request.core, number))
    return correct(request, request.text)


def correct(request: Request, text: str) -> Answer:
    """`text` is the moment's name, the time, and why."""
    name, rest = moments.name_at_front(text)
    try:
        at, why = parse_moment(rest, request.now, request.timezone), ""
    except BadMoment:
        leading, why = split_leading_moment(rest, request.now, request.timezone)
        if leading is None:
            raise
        at = leading
    event = moments.correct(request.core, request.incident_number, name, at, by=request.by, why=why, key=request.key)
    return answers.moment_corrected(event)


COMMAND = Command(
    name="moment",
    aliases=("moments",),
    usage="moment <name> <time> [why]",
    help="Correct when it started, was detected, acknowledged, mitigated, resolved: `/incident moment started 13:40`.",
    run=run,
    group="Say what is known",
)
