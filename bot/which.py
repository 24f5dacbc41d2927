"""Which incident a form is about: one of a list, or any other by its number, since a list in Slack ends at a hundred."""

from collections.abc import Sequence

from bot.modals import Submission, field
from bot.views import forms
from bot.views.blocks import Block, option
from incidents.core import find
from incidents.errors import Refused
from incidents.rules.naming import incident_ref
from models import Incident

_LISTED, _NUMBER = "incident", "number"


def fields(found: Sequence[Incident], *, first: bool = False, others: bool = True) -> list[Block]:
    """The list, with the first of it chosen already where `first`, and the number, for `others` than those that are listed."""
    options = [option(f"{row.called} {row.title}", str(row.number)) for row in found[:100]]
    chosen = options[0]["value"] if first else None
    number = field(_NUMBER, "Or its number, if it is not in the list", forms.text_input(most=40, placeholder="42"), optional=True)
    return [
        field(_LISTED, "Incident", forms.select(options, chosen, placeholder="Choose one"), optional=True),
        *([number] if others else []),
    ]


def chosen(form: Submission) -> int:
    """The number that was written, else what was chosen; one that whoever sent the form may see."""
    written = form.text(_NUMBER)
    if not written:
        listed = form.option(_LISTED)
        if listed is None:
            raise Refused("Choose the incident, or write its number.", field=_LISTED)
        return int(listed)
    number = incident_ref(written)
    if number is None:
        raise Refused("Write its number alone, such as 42.", field=_NUMBER)
    try:
        with form.request.core.view() as session:
            find(session, number)
    except Refused as refused:
        raise Refused(refused.sentence, field=_NUMBER) from None
    return number
