"""The form "Make it an action item": a message becomes a follow-up with an owner and a date."""

from collections.abc import Sequence

from bot import which
from bot.commands import Answer
from bot.modals import Modal, Submission, field
from bot.modals import view as frame
from bot.views import answers, forms
from bot.views.blocks import Block
from bot.views.quoted import Quoted
from incidents import work
from incidents.errors import Refused
from models import Incident


def view(found: Sequence[Incident], quoted: Quoted, link: str | None, private: str, *, at_home: bool = False) -> Block:
    """What to do, in the message's words until somebody says it better; for the first of `found` unless it is changed.
    `at_home`: the message stands where that one lives, so that the form, which is long on a phone, asks for no number."""
    blocks = [
        *quoted.blocks(link),
        field("text", "What is to be done afterwards?", forms.text_input(quoted.text, multiline=True, focus=True)),
        *which.fields(found, first=True, others=not at_home),
        field("owner", "Owner", forms.person_input(), optional=True),
        field("due", "Due", {"type": "datepicker"}, optional=True),
    ]
    return frame(MODAL.name, "Make it an action item", "Add", blocks, private)


def submit(form: Submission) -> Answer:
    """Adds it; on the timeline it is linked to the message."""
    number = which.chosen(form)
    quoted, due, owner = Quoted.back(form.private), form.date("due"), form.person("owner")
    if due is not None and due < form.request.now.astimezone(form.request.timezone).date():
        raise Refused("That day is over. Choose today or a later one.", field="due")
    source = work.Source(quoted.channel, quoted.ts, quoted.thread_ts) if quoted else None
    request = form.request
    work.add_action(
        request.core, number, form.text("text"), owner=owner, due_on=due, by=request.by, key=request.key, source=source
    )
    return answers.action_added(owner, due, to=f" to INC-{number}")


MODAL = Modal("action", submit, fallback="text")
