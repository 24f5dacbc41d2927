"""A drill: an incident that is practised."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from bot import drill, look
from bot.commands import RUN, Answer, Command, Needs, Request
from bot.modals import drill as form
from bot.views import answers, drills, forms
from bot.views.blocks import button, buttons
from bot.views.texts import escape
from incidents import moderate
from incidents.drill_files import Scenario
from incidents.errors import Refused, quote
from incidents.rules.naming import incident_ref
from models import Event, Incident

SERIOUS = 2  # a real incident of this rank or worse is asked about before a drill begins


def run(request: Request) -> Answer:
    """`drill` opens the form, and in a drill's room its controls; `drill checkout-outage` begins; `next`, `pause`, `resume`
    and `end` are for the one at hand, or for the one that is named."""
    words = request.text.split()
    places = 2 if words and words[0].lower() in _STEPS else 1  # `INC-42 end` and `end 42`, but no number in a scenario's name
    named = next((at for at, word in enumerate(words[:places]) if incident_ref(word)), None)
    said = [word for at, word in enumerate(words) if at != named]
    number = incident_ref(words[named]) if named is not None else request.number
    if said and said[0].lower() in _STEPS:
        return _moderate(request, said, number)
    if words and said:
        return _begin(request, " ".join(said))
    if number is not None and (incident := look.scene(request.core, number).incident).drill is not None:
        return drill.answered(incident, _controls(request, number))
    private = forms.carried(request.response_url)
    request.forms.open(form.view(request.core.scenarios(), request.policy, _serious(request), private))
    return Answer()


def _controls(request: Request, number: int) -> Answer:
    scene = look.scene(request.core, number)
    if scene.incident.declared_by != request.by:
        end = "Anybody may end it: `/incident drill end`."
        return Answer(f"{scene.incident.key} is a drill, run by <@{scene.incident.declared_by}>. {end}")
    shown = drills.controls_now(scene)
    return Answer(shown.text, shown.blocks)


def _moderate(request: Request, said: Sequence[str], number: int | None) -> Answer:
    """As typed; or as a button says it: `next 3 quietly` means the third inject and needs no answer."""
    step, how = said[0].lower(), said[-1]
    if number is None:
        raise Refused(f"Which drill? Say it in its room, or name it: `/incident drill {step} INC-42`.")
    core, by, key = request.core, request.by, request.key
    if step == "next":
        expected = next((int(word) for word in said[1:] if word.isdigit()), None)
        moderate.next_inject(core, number, by=by, expected=expected, key=key)
    else:
        _STEPS[step](core, number, by=by, key=key)
    if how == drills.QUIETLY:
        return Answer()
    scene = look.scene(core, number)
    if how == drills.AGAIN:
        return drill.answered(scene.incident, _controls(request, number))
    done = {
        "next": "Said in the room.",
        "pause": "Paused: nothing comes, and no time counts. Paging goes on. Go on with `/incident drill resume`.",
        "resume": "It goes on where it stopped.",
        "end": "The drill is over; its score is in the room.",
    }
    return drill.answered(scene.incident, Answer(f"{scene.incident.key}: {done[step]}"))


_STEPS: dict[str, Callable[..., Event]] = {
    "next": moderate.next_inject,
    "pause": moderate.pause,
    "resume": moderate.resume,
    "end": moderate.end,
}


def _begin(request: Request, name: str) -> Answer:
    scenario = request.core.scenarios().named(name)
    if scenario is None:
        raise Refused(_unknown(request, name))
    serious = _serious(request)
    if serious and not request.confirmed:
        return _ask(scenario, serious[0])
    return form.begun(request.core, moderate.begin(request.core, scenario, by=request.by, key=request.key).incident_id)


def _unknown(request: Request, name: str) -> str:
    known = [each.name for each in request.core.scenarios().found]
    there = f"There are: {', '.join(known[:20])}." if known else "There is none yet: docs/drills.md says how to write one."
    near = get_close_matches(name.casefold()[:80], known, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    return f"There is no scenario “{quote(name)}”. {hint}{there} Without a script: `/incident drill`."


def _serious(request: Request) -> list[Incident]:
    rows, _ = look.worst(request.core, look.is_real(), limit=50)
    return [row for row in rows if request.policy.severity(row.severity).rank <= SERIOUS]


def _ask(scenario: Scenario, real: Incident) -> Answer:
    text = f"{real.key} {real.severity} is open for real, and a drill would page the same people. Begin it all the same?"
    anyway = button("Begin the drill", f"{RUN}drill:anyway", f"{scenario.name}{answers.CONFIRMED}", style="danger")
    return answers.answer(escape(text), buttons(anyway))


def again(request: Request, event: Event, incident: Incident) -> Answer:
    """The drill that was begun the first time; of a step only that it was done."""
    if event.kind == "incident.declared":
        return form.begun(request.core, incident.number)
    return drill.answered(incident, Answer(f"{incident.key}: done."))


COMMAND = Command(
    name="drill",
    usage="drill [scenario|next|pause|resume|end]",
    help="Practise: an incident that pages people for real and says DRILL on everything. With nothing named you choose one.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="Declare and find",
    repeat=again,
)
