"""Paging a person, a rotation or a service."""

from bot import look, people
from bot.commands import Answer, Command, Request
from bot.modals import page as form
from bot.views import answers
from incidents import paging
from incidents.policy import Policy

_LONGEST = 6  # words of a name


def run(request: Request) -> Answer:
    """Again and again until somebody acknowledges. With nobody named the form opens."""
    number = look.goes_on(request.core, request.incident_number)
    if not request.text.strip():
        request.forms.open(form.view(look.scene(request.core, number), request.response_url))
        return Answer()
    ref, why = people.first(request.text, request.by)
    if ref is None:
        ref, why = _named(request.policy, request.text.strip())
    event = paging.page(request.core, number, ref, by=request.by, why=why, key=request.key)
    return answers.paged(look.followed(request.core, event))


def _named(policy: Policy, text: str) -> tuple[str, str]:
    """What is paged and why; a name may be of several words."""
    words = text.split()
    for count in range(min(len(words), _LONGEST), 1, -1):
        name = paging.named(policy, " ".join(words[:count]))
        if name is not None:
            return name, " ".join(words[count:])
    name, _, why = text.partition(" ")
    return name, why


COMMAND = Command(
    name="page",
    usage="page <@who|rotation|service> [why]",
    free_text=True,
    help="Page somebody until they acknowledge: `/incident page @who database is full`.",
    run=run,
    group="Paging",
)
