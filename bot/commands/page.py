"""Paging a person, a rotation or a service."""

from bot import look, people
from bot.commands import Answer, Command, Request
from bot.modals import page as form
from bot.views import answers
from incidents import paging


def run(request: Request) -> Answer:
    """Again and again until somebody acknowledges. With nobody named the form opens."""
    number = request.incident_number
    if not request.text.strip():
        request.forms.open(form.view(look.scene(request.core, number), request.response_url))
        return Answer()
    ref, why = people.first(request.text, request.by)
    if ref is None:
        ref, _, why = request.text.strip().partition(" ")
    event = paging.page(request.core, number, ref, by=request.by, why=why, key=request.key)
    return answers.paged(look.followed(request.core, event))


COMMAND = Command(
    name="page",
    usage="page <@who|rotation|service> [why]",
    free_text=True,
    help="Page somebody until they acknowledge: `/incident page @who database is full`.",
    run=run,
    group="Paging",
)
