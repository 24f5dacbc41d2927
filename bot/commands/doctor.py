"""What is wrong with this installation, and how it is mended: what `make doctor` says, for whoever has no shell there."""

from bot.commands import Answer, Command, Needs, Request
from bot.findings import gathered
from bot.views.findings import report

_SECONDS = 12.0  # a process that is told to end waits for it, and has fifteen


def run(request: Request) -> Answer:
    """Looking takes longer than an acknowledgement may: what was found comes after it, to whoever asked."""
    request.later(lambda: _looked_over(request))
    return Answer(f"Looking over everything: what is found comes within {_SECONDS:.0f} seconds.")


def _looked_over(request: Request) -> Answer:
    findings, finished = gathered(request.examine, _SECONDS)
    shown = report(findings, finished=finished)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="doctor",
    usage="doctor",
    help="What is wrong with this installation, and how to mend it.",
    run=run,
    needs=Needs.NOTHING,
    group="More",
)
