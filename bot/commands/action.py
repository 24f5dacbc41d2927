"""Something to do afterwards, so that it does not happen again."""

from bot import people
from bot.commands import Answer, Command, Request
from bot.views import answers
from incidents import work
from incidents.errors import Refused
from incidents.rules.times import parse_due, split_action


def run(request: Request) -> Answer:
    """Owner and day are understood: `@who by friday`. What it still lacks is said."""
    text, mention, due = split_action(request.text)
    owner = people.only(mention, request.by) if mention else None
    if owner is None:
        owner, text = people.mentioned(text, request.by)
    if not text.strip():
        raise Refused("Say what to do afterwards: `/incident action add an alert on pool size @who by friday`.")
    today = request.now.astimezone(request.timezone).date()
    due_on = parse_due(due, today, request.timezone) if due else None
    work.add_action(request.core, request.incident_number, text, owner=owner, due_on=due_on, by=request.by, key=request.key)
    return answers.action_added(owner, due_on)


COMMAND = Command(
    name="action",
    usage="action <text> [@owner] [by <date>]",
    help="A follow-up: `/incident action add an alert on pool size @who by friday`.",
    run=run,
    free_text=True,
    group="Afterwards",
)
