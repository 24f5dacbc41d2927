"""What can be said."""

from functools import cache

import bot.commands
from bot.commands import Answer, Command, Needs, Request
from bot.views.help import everything, one, short
from incidents.errors import Refused, quote
from incidents.registry import collect


def run(request: Request) -> Answer:
    """Those needed most and the names of the others; all of them with a line each; or one of them in full."""
    said = request.text.strip().removeprefix("- ").removeprefix("/incident").strip().casefold()
    if said in ("", "all"):
        shown = (everything if said else short)(commands(), request.policy)
        return Answer(shown.text, shown.blocks)
    word = said.split()[0]
    role = request.policy.role_called(said)
    for command in commands():
        if word in (command.name, *command.aliases) and command.group:
            return Answer(one(command))
    if role is not None:
        return Answer(one(next(command for command in commands() if command.name == "role")))
    raise Refused(f"There is no command `{quote(word)}`. `/incident help` shows them all.")


@cache
def commands() -> tuple[Command, ...]:
    """Every file of this folder, this one included."""
    return tuple(collect(bot.commands, "COMMAND", Command).values())


COMMAND = Command(
    name="help",
    aliases=("?", "commands"),
    usage="help [command|all]",
    help="What you can say; `all` explains every command, a name one of them in full: `/incident help sev`.",
    run=run,
    needs=Needs.NOTHING,
    free_text=True,
    group="More",
)
