"""Who is on call, and who stands in."""

import re

from bot import people, spans
from bot.commands import Answer, Command, Needs, Request
from bot.views import on_call as views
from incidents import on_call
from incidents.errors import Refused

_WHOM = re.compile(r"\s(?=<[@!]|@|me(?:\s|$))", re.IGNORECASE)
_EXAMPLE = "`/incident oncall override primary @who for 4h`"


def run(request: Request) -> Answer:
    """`oncall` shows all rotations, `oncall primary` one with its stand-ins; the rest is what its buttons say, too."""
    said = request.text.strip().removeprefix("- ")  # as its buttons say it
    word, _, rest = said.partition(" ")
    step = _STEPS.get(word.lower())
    if step is not None and word.lower() not in {name.lower() for name in request.policy.rotations}:
        return step(request, rest.strip())
    only = on_call.rotation_called(request.policy, said) if said else None
    return views.now(on_call.rotas(request.core, only))


def _override(request: Request, text: str) -> Answer:
    """`primary @who [tomorrow 9:00] for 4h`."""
    parts = _WHOM.split(f" {text}", maxsplit=1)
    person, when = people.first(parts[1], request.by) if len(parts) == 2 else (None, "")
    if person is None:
        raise Refused(f"Who stands in? Name the rotation, then the person: {_EXAMPLE}.")
    rotation = on_call.rotation_called(request.policy, parts[0].strip())
    starts_at, length = spans.read(when, request)
    if length is None:
        raise Refused(f"Until when? Say {_EXAMPLE}, or `… @who fri 18:00 until mon 9:00`.")
    begins = starts_at or request.now
    row = on_call.override(request.core, rotation, person, begins, begins + length, by=request.by, key=request.key)
    return views.overridden(row, request.by)


def _undo(request: Request, text: str) -> Answer:
    row = on_call.undo(request.core, _id(text), by=request.by)
    found = on_call.rotas(request.core, row.rotation) if row.rotation in request.policy.rotations else []
    return views.undone(row, found[0] if found else None)


def _cover(request: Request, text: str) -> Answer:
    rows = on_call.take(request.core, _id(text), by=request.by)
    return views.covered(rows, rows[0].set_by)


def _id(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused("Which one? Press its button: `/incident oncall` shows who stands in.")
    return int(text)


_STEPS = {"override": _override, "undo": _undo, "cover": _cover}


COMMAND = Command(
    name="oncall",
    aliases=("on-call",),
    usage="oncall [rotation|override <rotation> @who for 4h]",
    help="Who is on call, until when, and who comes then; or put somebody else on call for a while: "
    "`/incident oncall override primary @who for 4h`, `… @who fri 18:00 until mon 9:00`.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Paging",
)
