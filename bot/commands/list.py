"""The open incidents, or all that fit what is looked for."""

import re

from bot import look, search
from bot.commands import Answer, Command, Needs, Request
from bot.views.lists import SHOWN, Found, incidents
from incidents import private
from incidents.rules.likeness import words


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
        open_only=asked.open_only,
        instead=[] if rows or over or asked.page > 1 else _instead(request, asked),
    )
    shown = incidents(found, request.policy, request.now)
    return Answer(shown.text, shown.blocks)


_OFFERED = 5


def _instead(request: Request, asked: search.Query) -> list[tuple[str, str]]:
    """What would find something: a word as others write it, or everything but one of the filters, the fewest first."""
    rows, _ = look.incidents(request.core, limit=200)
    known = {word for row in rows for text in (row.title, *row.services) for word in words(text) if len(word) > 3}
    near = [(f"“{word}”", text, _count(request, text)) for word, text in asked.nearer(known)]
    looser = [
        (f"Without {_typed(word)}", query.again(everything=True), look.count(request.core, *query.filters))
        for word, query in asked.looser()
    ]
    offered = [*near, *sorted(looser, key=lambda each: each[2])]
    return [(f"{label} ({count})", text) for label, text, count in offered if count][:_OFFERED]


def _count(request: Request, text: str) -> int:
    query = search.read(text, request.policy, by=request.by, now=request.now, zone=lambda: request.timezone)
    return look.count(request.core, *query.filters)


def _typed(word: str) -> str:
    """A filter as a button shows it, which makes nobody's name of a mention."""
    return re.sub(r"<@[^>]*>", "@who", word) if word[:1] in '"“' or ":" in word or "<@" in word else f"“{word}”"


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
