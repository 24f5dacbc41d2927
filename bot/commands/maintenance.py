"""Planned maintenance of a service: set, listed and ended."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from bot.commands import Answer, Command, Needs, Request
from bot.views import maintenance as shown
from incidents import maintenance
from incidents.errors import BadMoment, Refused, quote
from incidents.policy import Policy
from incidents.policy_values import folded
from incidents.rules.windows import split_window
from incidents.texts import one_line
from models import Maintenance

_END = re.compile(r"(?:- )?end ([0-9]{1,9})", re.IGNORECASE)
_ENDS = ("end", "stop", "cancel")
_LONGEST_NAME = 40


def run(request: Request) -> Answer:
    """Alone it lists what is planned; `end <number>` is what its buttons say, `end <service>` what people do."""
    said = " ".join(request.text.split())
    if not said:
        return _listed(request)
    if found := _END.fullmatch(said):
        return shown.ended(maintenance.end(request.core, int(found[1]), by=request.by))
    word, _, rest = said.partition(" ")
    if word.lower() in (*_ENDS, "list") and folded(word) not in map(folded, request.policy.services):
        return _ended(request, rest) if word.lower() in _ENDS else _listed(request)
    if not request.policy.services and _begins_with_its_time(said, request):
        raise Refused(f"Say first of what: `/incident maintenance checkout {quote(said, 120)}`.")
    service, rest = split_service(said, request.policy)
    starts_at, ends_at, why = split_window(rest, request.now, request.timezone)
    if not why:
        raise Refused(f"Say why, for whoever is awake then: `/incident maintenance {quote(said, 120)} moving the database`.")
    row = maintenance.plan(request.core, service, starts_at, ends_at, why, by=request.by, key=request.key)
    return shown.planned(row)


def _ended(request: Request, service: str) -> Answer:
    """That of the service; what is planned, to choose from, where it is not the only one or none is named."""
    with request.core.view() as session:
        rows = maintenance.coming(session, request.core.clock.now(session))
    found = [row.number for row in rows if folded(row.service) == folded(service)]
    return shown.ended(maintenance.end(request.core, found[0], by=request.by)) if len(found) == 1 else _listed(request)


def _begins_with_its_time(said: str, request: Request) -> bool:
    """Where there is no catalogue any word is a service, so `now for 2h` would be one called “now”."""
    try:
        split_window(said, request.now, request.timezone)
    except BadMoment:
        return False
    return True


def _listed(request: Request) -> Answer:
    with request.core.view() as session:
        now = request.core.clock.now(session)
        rows = maintenance.coming(session, now)
        return shown.listed(rows, maintenance.silenced(session, rows), _gone(rows, request.policy), now)


def _gone(rows: Sequence[Maintenance], policy: Policy) -> list[str]:
    """The services that the catalogue has no more; where there is none any word is one."""
    known = {folded(name) for name in policy.services}
    return [row.service for row in rows if known and folded(row.service) not in known]


def split_service(text: str, policy: Policy) -> tuple[str, str]:
    """The service that the text begins with, as the catalogue writes it, and what is left; any word where there is no
    catalogue."""
    for name in sorted(policy.services, key=len, reverse=True):
        if text[: len(name)].casefold() == name.casefold() and text[len(name) :][:1] in ("", " "):
            return name, text[len(name) :].strip()
    word, _, rest = text.partition(" ")
    if not policy.services:
        return one_line(word, "service", _LONGEST_NAME), rest
    known = {folded(name): name for name in policy.services}
    if folded(word) in known:
        return known[folded(word)], rest
    near = get_close_matches(folded(word), known, n=1, cutoff=0.5)
    if near:
        again = f"`/incident maintenance {known[near[0]]} {quote(rest, 80)}`" if rest else f"`{known[near[0]]}`"
        raise Refused(f"There is no service “{quote(word, 40)}”. Did you mean {again}?")
    there = ", ".join(list(policy.services)[:20])
    raise Refused(f"There is no service “{quote(word, 40)}”. There are: {there}.")


COMMAND = Command(
    name="maintenance",
    usage="maintenance [<service> <when> for <how long> <why>]",
    help="A service is worked on as planned, so its alerts wake nobody meanwhile: "
    "`/incident maintenance checkout tomorrow 22:00 for 2h moving the database`. Alone: what is planned, and end it.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Paging",
)
