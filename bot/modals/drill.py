"""Beginning a drill: which scenario, or what it is about."""

from collections.abc import Callable, Sequence

from bot import drill, look
from bot.commands import Answer
from bot.modals import FormError, Modal, Submission, field
from bot.modals import view as frame
from bot.views import answers, forms
from bot.views.blocks import Block, context, option
from bot.views.texts import clip, escape
from incidents import moderate
from incidents.core import Core, Repeated
from incidents.declare import Declaration, declare
from incidents.drill_files import Scenarios
from incidents.policy import Policy
from incidents.rules.severity import default_severity
from incidents.texts import TITLE_LENGTH
from models import Incident

UNSCRIPTED = "-"


def view(scenarios: Scenarios, policy: Policy, serious: Sequence[Incident], private: str) -> Block:
    """The scenarios that there are, and none. `serious` are real incidents that a drill would be in the way of."""
    choices = [option(each.script.title, each.name, each.script.about) for each in scenarios.found]
    choices.append(option("No script: I make it up as it goes", UNSCRIPTED))
    first = choices[0]["value"]
    blocks = [*_warning(serious)]
    blocks.append(field("scenario", "Scenario", forms.select(choices, first)))
    about = "For a drill without a script."
    title = forms.text_input(most=TITLE_LENGTH, placeholder="Checkout is down")
    blocks.append(field("title", "What is wrong?", title, optional=True, hint=about))
    severity = forms.select(forms.severity_options(policy), placeholder=f"Left empty: {default_severity(policy)}")
    blocks.append(field("severity", "Severity", severity, optional=True, hint=about))
    said = "Whoever is on call is paged for real; everything says DRILL. You run it, by buttons that come as a direct message."
    blocks.append(context(said))
    if scenarios.problems:
        more = f" and {len(scenarios.problems) - 1} more" if len(scenarios.problems) > 1 else ""
        blocks.append(context(f":warning: Not offered: {clip(str(scenarios.problems[0]), 400)}{more}"))
    return frame(MODAL.name, "Begin a drill", "Begin", blocks, private)


def _warning(serious: Sequence[Incident]) -> list[Block]:
    if not serious:
        return []
    named = ", ".join(f"*{row.key}* {escape(row.severity)}" for row in serious[:3])
    return [context(f":rotating_light: Open for real: {named}. A drill now would be in the way.")]


def submit(form: Submission) -> Callable[[], Answer]:
    """Begins it. A second click is answered with the drill that the first one began."""
    request, chosen = form.request, form.option("scenario") or UNSCRIPTED
    scenario = request.core.scenarios().named(chosen)
    if scenario is None and chosen != UNSCRIPTED:
        raise FormError({"scenario": "That scenario is gone. Choose another."})
    if scenario is None and not form.text("title"):
        raise FormError({"title": "Say what the drill is about."})
    try:
        if scenario is not None:
            number = moderate.begin(request.core, scenario, by=request.by, key=request.key).incident_id
        else:
            level = form.option("severity") or default_severity(request.policy)
            said = Declaration(form.text("title"), level, by=request.by, drill="")
            number = declare(request.core, said, request.key).incident_id
    except Repeated as again:
        number = again.event.incident_id
    return lambda: begun(request.core, number)


def begun(core: Core, number: int) -> Answer:
    """It goes on, and where it is run from."""
    scene = look.scene(core, number)
    return drill.answered(scene.incident, answers.drill_begun(scene))


MODAL = Modal("drill", submit, fallback="scenario")
