"""Two incidents are one: the room's goes on in the one that is named."""

from dataclasses import replace

from sqlmodel import col

from bot import drill, look
from bot.commands import RUN, Answer, Command, Needs, Request, value
from bot.views import answers
from bot.views.blocks import button, buttons, section
from bot.views.texts import clip
from incidents import merge, private
from incidents.core import find
from incidents.errors import Refused, quote
from incidents.rules.lifecycle import Status
from incidents.rules.naming import incident_ref
from incidents.standing import is_open
from models import Incident

USAGE = "Say both: `/incident merge 42 31` merges INC-42 into INC-31."
_SHOWN = 10


def run(request: Request) -> Answer:
    """`merge INC-31` in a room; `merge 42 31` anywhere. What is missing is picked; nothing happens unasked."""
    named = _named(request.text)
    where_to = len(named) == 1 and request.text.strip().casefold().endswith(" into")
    if not where_to and request.number is not None and len(named) == 1 and named != [request.number]:
        named = [request.number, *named]
    private.viewed(request.core, named, request.by, "merge")
    if where_to:  # `merge 42 into`
        request, named = replace(request, number=named[0]), []
    with request.core.view() as session:
        if len(named) == 2:
            return _merge(request, find(session, named[0]), find(session, named[1]))
        if not named and request.number is None:
            raise Refused(USAGE)
        mine = find(session, named[0] if request.number is None else request.number)
        is_like = look.is_real() if mine.drill is None else ~look.is_real()  # what can be merged with it at all
        fitting = (is_open(), is_like, col(Incident.private).is_(mine.private))
        rows, total = look.incidents(request.core, *fitting, limit=_SHOWN + 2)
        others = [each for each in rows if each.number not in (*named, mine.number)]
        if request.number is None:
            return _pick(f"Which one goes on in {mine.key}?", others, total, into=mine.number)
        others = [each for each in others if each.status != Status.TRIAGE or mine.status == Status.TRIAGE]
        like = look.similar(request.core, mine).now
        others.sort(key=lambda each: (like is None or each.number != like.number, each.status == Status.TRIAGE))
        return _pick(f"Where does {mine.key} go on?", others, total, of=mine.number)


def _named(text: str) -> list[int]:
    words = [word for word in text.split() if word.casefold() not in ("into", "with", "and", "in", "to", "is")]
    found = [incident_ref(word.strip(",.;")) for word in words]
    if None in found or len(found) > 2:
        raise Refused(f"“{quote(text)}” names no two incidents. {USAGE}")
    return [number for number in found if number is not None]


def _merge(request: Request, incident: Incident, into: Incident) -> Answer:
    if not request.confirmed and incident.number != into.number:
        merge.check(incident, into)
        question = Refused(
            f"Merge {incident.key} ({quote(incident.title, 200)}) into {into.key} ({quote(into.title, 200)})? "
            f"{incident.key} ends and its timeline, tasks, alerts and pages go on in {into.key}. This cannot be undone."
        )
        return drill.answered(into, answers.ask(question, f"Merge into {into.key}", "merge", incident.number, into.key))
    merge.merge(request.core, incident.number, into.number, by=request.by, key=request.key)
    return drill.answered(into, answers.merged(look.scene(request.core, into.number), incident))


def _pick(question: str, others: list[Incident], opened: int, *, of: int | None = None, into: int | None = None) -> Answer:
    if not others:
        raise Refused("No other incident is open that it could be merged with.")
    rows = [
        button(f"{each.called} {each.title}", f"{RUN}merge:{each.number}", value(of or each.number, f"INC-{into or each.number}"))
        for each in others[:_SHOWN]
    ]
    more = f" {opened} are open; name another one: `INC-42`." if len(others) > _SHOWN else ""
    text = clip(question, 300) + more
    return Answer(text, [section(text), *[buttons(*rows[at : at + 5]) for at in range(0, len(rows), 5)]])


COMMAND = Command(
    name="merge",
    usage="merge <INC>",
    help="It is the same as another incident: go on there, with this timeline. `/incident merge 31`; elsewhere `merge 42 31`.",
    run=run,
    needs=Needs.NOTHING,
    group="Move it",
)
