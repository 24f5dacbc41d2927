"""The open incidents, or all that fit what is looked for."""

from bot import look, search
from bot.commands import Answer, Command, Needs, Request
from bot.views.lists import SHOWN, Found, incidents
from incidents import private


def run(request: Request) -> Answer:
    """Newest first, in pages; `all` has those that are over, too."""
    asked = search.read(request.text, request.policy, by=request.by, now=request.now, zone=lambda: request.timezone)
    rows, total = look.incidents(request.core, *asked.filters, limit=SHOWN, skip=SHOWN * (asked.page - 1))
    over = look.count(request.core, *asked.over) if asked.open_only else 0
    numbers = [row.number for row in rows]
    private.viewed(request.core, numbers, request.by, "list")
    found = Found(
        what=asked.what,
        rows=rows,
        total=total,
        commanders=look.commanders(request.core, numbers),
        skipped=SHOWN * (asked.page - 1),
        over=over,
        is_filtered=asked.is_filtered,
        more=asked.again(page=asked.page + 1),
        back=asked.again(page=asked.page - 1 if rows else 1),
        everything=asked.again(everything=True),
    )
    shown = incidents(found, request.policy, request.now)
    return Answer(shown.text, shown.blocks)


COMMAND = Command(
    name="list",
    aliases=("ls", "search"),
    usage="list [all|mine|sevN|<field>:<value>|words]",
    help="Open incidents, newest first; filters combine, and `all` has those that are over: "
    "`/incident list all sev1 type:outage cause:deploy ic:me checkout`.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Declare and find",
)
