"""The open incidents, or those that fit a word."""

from sqlmodel import col

from bot import look
from bot.commands import Answer, Command, Needs, Request
from bot.views.lists import SHOWN, Found, incidents
from incidents import private
from incidents.errors import UnknownSeverity, quote
from incidents.rules.severity import parse_severity
from models import Incident


def run(request: Request) -> Answer:
    """Newest first. `all` has the ended ones too, and so has a word that is searched for."""
    said = request.text.strip()
    word = said.casefold()
    if word == "all":
        where, what = [], "incidents"
    elif word == "mine":
        where, what = [look.is_open(), look.is_of(request.by)], "open incidents of yours"
    elif not word or word == "open":
        where, what = [look.is_open()], "open incidents"
    else:
        level = _level(request, said)
        if level is not None:
            where, what = [look.is_open(), col(Incident.severity) == level], f"open {level} incidents"
        else:
            where, what = [look.mentions(said)], f"incidents with “{quote(said)}”"
    rows, total = look.incidents(request.core, *where, limit=SHOWN)
    private.viewed(request.core, [row.number for row in rows], request.by, "list")
    commanders = look.commanders(request.core, [row.number for row in rows])
    shown = incidents(Found(what, rows, total, commanders), request.policy, request.now)
    return Answer(shown.text, shown.blocks)


def _level(request: Request, said: str) -> str | None:
    try:
        return parse_severity(said, request.policy)
    except UnknownSeverity:
        return None


COMMAND = Command(
    name="list",
    aliases=("ls", "search"),
    usage="list [all|mine|sevN|text]",
    help="Open incidents, newest first. `/incident list checkout` finds earlier ones, too.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Declare and find",
)
