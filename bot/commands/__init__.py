"""What people can say after `/incident`; one file per subcommand, each with a `COMMAND`. A button is a command, too."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.findings import Examine
from bot.views.blocks import Block
from incidents.core import Core
from incidents.errors import Refused
from incidents.policy import Policy
from models import Event, Incident

RUN = "run:"  # an action_id `run:<command>[:anything]` runs that command; its value is `INC-42 <text>`


class Needs(Enum):
    """Which incident a command works on."""

    NOTHING = "nothing"  # none
    INCIDENT = "incident"  # the room's, the named, or the only open one; else a picker is shown


class Forms(Protocol):
    """Opens a modal for whoever made the request, within the 3 s that its trigger lives."""

    def open(self, view: Block) -> None:
        """Over the button's message or on the slash command."""
        ...


@dataclass(frozen=True)
class Answer:
    """What only the asker sees. An empty text is silence (a form was opened)."""

    text: str = ""
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """One thing a person asked, by command, button, menu or picker.

    `text` is what they typed after the subcommand and the incident's name, with Slack's escapes undone; people in it
    are `<@U…>`. `confirmed` is set by a button that asked first. `number` is the incident's, where one is needed. `later`
    takes what is put together after the acknowledgement, for whoever asked; `examine` looks over the installation.
    """

    core: Core
    forms: Forms
    by: str
    text: str
    key: str
    channel: str
    zone: Callable[[str], ZoneInfo]
    now: datetime
    number: int | None = None
    confirmed: bool = False
    response_url: str = ""
    chosen: str = ""
    later: Callable[["Callable[[], Answer]"], None] = lambda answer: None
    examine: Examine = tuple

    @property
    def policy(self) -> Policy:
        """The policy as it is now."""
        return self.core.policy

    @property
    def timezone(self) -> ZoneInfo:
        """That of whoever asked. May have to be asked for: for what needs it only."""
        return self.zone(self.by)

    @property
    def incident_number(self) -> int:
        """For commands that need an incident: the dispatcher has found it."""
        if self.number is None:
            raise Refused("Which incident? Name it: `INC-42`. `/incident list` shows the open ones.")
        return self.number


@dataclass(frozen=True)
class Command:
    """A subcommand. `run` changes things through verbs and returns the answer.

    `repeat` gives the answer when the same request arrives again, from the event it led to the first time; without it
    the event's sentence is the answer. `free_text` says that a number at the front may be part of the text. `finds`: words
    that name no incident are looked for as `list` does; where they find none or several it is run without a number. `opens`
    is what is offered to whoever says it while no incident is open.
    """

    name: str
    usage: str
    help: str
    run: Callable[[Request], Answer]
    aliases: tuple[str, ...] = ()
    needs: Needs = Needs.INCIDENT
    free_text: bool = False
    finds: bool = False
    group: str = "More"
    opens: str = "declare"
    repeat: Callable[[Request, Event, Incident], Answer] | None = None


def value(number: int, text: str = "") -> str:
    """A button's value: the incident it is for, and what it says."""
    return f"INC-{number} {text}".rstrip()
