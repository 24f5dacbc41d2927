"""The built-in checklists: from "is it one?" and the first five minutes to what is checked before and after resolving."""

from bot import look
from bot.commands import Answer, Command, Request
from bot.modals import resolve as form
from bot.views import checklists as view
from incidents import checklists
from incidents.errors import Refused
from incidents.rules.checklists import CHECKLISTS


def run(request: Request) -> Answer:
    """Shows the one that fits the state, or the named one; `resolution 3` ticks, `resolution undo 3` takes it back.

    `form` is the resolution checklist as a form that resolves.
    """
    number, words = request.incident_number, request.text.casefold().split()
    scene = look.scene(request.core, number)
    if words == ["form"]:
        request.forms.open(form.view(scene, request.response_url))
        return Answer()
    name = words.pop(0) if words and words[0] in CHECKLISTS else view.fitting(scene)
    if words:
        item, on = _item(name, words)
        checklists.tick(request.core, number, name, item, on=on, by=request.by, key=request.key)
        scene = look.scene(request.core, number)
    shown = view.checklist(scene, name)
    return Answer(shown.text, shown.blocks)


def _item(name: str, words: list[str]) -> tuple[str, bool]:
    on = words[0] != "undo"
    said = words[-1].strip(".#")
    items = CHECKLISTS[name]
    if len(words) != (1 if on else 2) or not said.isdecimal() or not 1 <= int(said[:4]) <= len(items):
        raise Refused(f"Which item? `/incident checklist {name} 1` ticks the first; there are {len(items)}.")
    return items[int(said) - 1], on


COMMAND = Command(
    name="checklist",
    usage="checklist [detection|first|investigation|mitigation|resolution] [item]",
    help="What to think of now, item by item; each tick is on the timeline: `/incident checklist resolution 3`.",
    run=run,
    group="Move it",
)
