"""Putting a due update off, once; a button of the nudge."""

from bot.commands import Answer, Command, Request
from bot.views.texts import moment
from incidents import updates
from incidents.events import UpdateSnoozed, read


def run(request: Request) -> Answer:
    """Once for each update."""
    event = updates.snooze(request.core, request.incident_number, by=request.by, key=request.key)
    put_off = read(event.kind, event.payload)
    until = f" until {moment(put_off.until)}" if isinstance(put_off, UpdateSnoozed) else ""
    return Answer(f"The update is put off{until}. After that it is posted from what is known.")


COMMAND = Command(name="snooze", usage="snooze", help="Put the due update off, once.", run=run, group="")
