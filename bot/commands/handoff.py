"""Handing a role over: asked for with a brief, and nothing changes until the other accepts."""

import re

from bot import look, people
from bot.commands import Answer, Command, Request
from bot.commands.role import split
from bot.modals import handoff as form
from bot.scene import Scene
from bot.views import answers, handoffs
from incidents import handoffs as verbs
from incidents.errors import Refused

_ANSWER = re.compile(r"(.*?)\s*\b(accept|decline|withdraw)(?:\s+([0-9]{1,12}))?\s*", re.IGNORECASE | re.DOTALL)

_MOST = 200  # characters that are looked at; no role and no name is longer


def run(request: Request) -> Answer:
    """`handoff ic @who` opens the brief; accepting, declining and withdrawing are its buttons, and can be typed."""
    scene = look.scene(request.core, request.incident_number)
    answered = _ANSWER.fullmatch(request.text[:_MOST])
    if answered is not None:
        return _answered(request, scene, answered[1], answered[2].lower(), int(answered[3]) if answered[3] else None)
    role, to = _whom(request, scene)
    holding = scene.standing.holding(role)
    if holding is None or holding.person != request.by:
        raise Refused(_not_yours(scene, role))
    with request.core.view() as session:
        known = verbs.brief(session, scene.incident)
    request.forms.open(form.view(scene, role, known, to, request.response_url))
    return Answer()


def _not_yours(scene: Scene, role: str) -> str:
    name, holder = scene.policy.role_name(role), scene.standing.holders.get(role)
    if holder is None:
        return f"Nobody is {name}, so nothing is to be handed over. Give it at once: `/incident {role} @who`."
    return f"<@{holder}> is {name}, not you; only they can hand it over. To take it: `/incident {role}`."


def _whom(request: Request, scene: Scene) -> tuple[str, str | None]:
    """The role, by default the only one that whoever asks holds, and the person that is to take it over."""
    text = request.text.strip()
    if not text or text.startswith(("<@", "@")):
        role, rest = _own(request, scene), text
    else:
        role, rest = split(text, request.policy)
    return role, people.only(rest, request.by) if rest.strip() else None


def _own(request: Request, scene: Scene) -> str:
    mine = [role for role, holder in scene.standing.holders.items() if holder == request.by]
    if len(mine) == 1:
        return mine[0]
    if not mine:
        raise Refused("You hold no role in this incident, so there is nothing to hand over.")
    raise Refused(f"You hold {' and '.join(mine)}. Say which: `/incident handoff {mine[0]} @who`.")


def _answered(request: Request, scene: Scene, said: str, answer: str, offer: int | None) -> Answer:
    number, by, key = request.incident_number, request.by, request.key
    role = split(said, request.policy)[0] if said.strip() else _open(scene, by, answer)
    if answer == "accept":
        verbs.accept(request.core, number, role, by=by, offer=offer, key=key)
        return answers.role_given(look.scene(request.core, number), role, by, by)
    if answer == "decline":
        verbs.decline(request.core, number, role, by=by, offer=offer, key=key)
        return handoffs.declined(look.scene(request.core, number), role)
    verbs.withdraw(request.core, number, role, by=by, key=key)
    return Answer(f"Withdrawn; you are still {scene.policy.role_name(role)} of {scene.incident.key}. They are told.")


def _open(scene: Scene, by: str, answer: str) -> str:
    """The one that is meant where no role is named."""
    rows = [row for row in scene.standing.holdings if row.offered_to is not None]
    mine = [row.role for row in rows if (row.person if answer == "withdraw" else row.offered_to) == by]
    if len(mine) == 1:
        return mine[0]
    if not mine:
        raise Refused(f"No hand-off in {scene.incident.key} waits for you; nothing was changed.")
    raise Refused(f"Which one? `/incident handoff {mine[0]} {answer}`. There are: {', '.join(mine)}.")


COMMAND = Command(
    name="handoff",
    aliases=("handover",),
    usage="handoff <role> @who",
    help="Hand a role over with a written brief; it changes when the other accepts: `/incident handoff ic @who`.",
    run=run,
    group="People",
)
