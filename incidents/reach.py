"""Nobody is given what they could not read: who has left, or is a program."""

from incidents.core import Core
from incidents.errors import Refused


def refuse_unreachable(core: Core, person: str | None, *, by: str, field: str = "person") -> None:
    """Before a role, a task or a page; whoever asks is there. May ask Slack, so it is never called inside a unit."""
    why = core.unreachable(person) if person is not None and person != by else None
    if why is not None:
        raise Refused(f"<@{person}> {why}. Name somebody else.", field=field)
