"""Asking the others to stand in."""

import re

from bot import spans
from bot.commands import Answer, Command, Needs, Request
from bot.views import on_call as views
from incidents import on_call


def run(request: Request) -> Answer:
    """`cover me`, `cover me for 4h`, `cover me tomorrow 9:00 until 12:00`; without an end until the shift's."""
    said = re.sub(r"^me(?=\s|$)", "", request.text.strip(), flags=re.IGNORECASE)
    starts_at, length = spans.read(said, request)
    row = on_call.ask(request.core, by=request.by, starts_at=starts_at, length=length, key=request.key)
    return views.asked(row)


COMMAND = Command(
    name="cover",
    usage="cover me [from] [for 4h]",
    help="Ask the others of your rotation to cover your shift; the first one who says so is on call: "
    "`/incident cover me fri 18:00 for 4h`.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Paging",
)
