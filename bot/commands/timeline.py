"""The timeline, newest page first; what comes next; and its curation."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.views import timeline as view
from incidents import entries, timeline
from incidents.errors import Refused, quote
from incidents.rules.times import parse_moment

_LIMIT = 10_000
_CHANGES: dict[str, dict[str, bool]] = {
    "star": {"star": True},
    "unstar": {"star": False},
    "hide": {"hide": True},
    "unhide": {"hide": False},
}


def run(request: Request) -> Answer:
    """The last entries; a button leads to the ones before. `edit` shows them with what can be done to each."""
    number = request.incident_number
    word, _, rest = request.text.strip().partition(" ")
    word, rest = word.casefold(), rest.strip()
    if word in _CHANGES:
        return _changed(request, rest, **_CHANGES[word])
    if word == "time":
        which, _, when = rest.partition(" ")
        at = parse_moment(when, request.now, request.timezone)
        entries.curate(request.core, number, _entry(which), by=request.by, at=at, key=request.key)
        return Answer("It is at its true time now; the log keeps when it was written down.")
    editing = word in ("edit", "curate")
    said = rest if editing else request.text.strip()
    if said and (not said.isdecimal() or len(said) > 6):
        raise Refused(f"“{quote(said)}” means nothing here. `/incident timeline` shows the last entries.")
    return _shown(request, int(said or 0), editing=editing)


def _shown(request: Request, skip: int, *, editing: bool) -> Answer:
    number = request.incident_number
    scene, events = look.scene(request.core, number), timeline.read(request.core, number, limit=_LIMIT)
    if editing:
        shown = view.curating(scene, events, skip)
    else:
        coming = [(due.at, timer.name) for due, timer in request.core.owed(scene.standing)]
        shown = view.page(scene, events, skip, coming)
    return Answer(shown.text, shown.blocks)


def _changed(request: Request, which: str, *, star: bool | None = None, hide: bool | None = None) -> Answer:
    entries.curate(request.core, request.incident_number, _entry(which), by=request.by, star=star, hide=hide, key=request.key)
    if star is not None:
        return Answer("Starred: it is marked here and in the draft." if star else "No longer starred.")
    return Answer("Hidden: the draft leaves it out; the log keeps it." if hide else "Back: the draft has it again.")


def _entry(said: str) -> int:
    if not said.lstrip("#").isdecimal() or len(said) > 10:
        raise Refused(f"Which entry? “{quote(said)}” is no entry's number. `/incident timeline edit` shows them.")
    return int(said.lstrip("#"))


COMMAND = Command(
    name="timeline",
    aliases=("log",),
    usage="timeline [edit]",
    help="What happened, when, and what comes next; star, hide and put entries to their true time: `/incident timeline edit`.",
    run=run,
    group="Timeline and tasks",
)
