"""What can be said, by what it is for."""

from collections.abc import Sequence

from bot.commands import RUN, Command
from bot.views.blocks import Block, Message, button, buttons, context, section
from bot.views.texts import escape
from incidents.policy import Policy

GROUPS = (
    "Declare and find",
    "Move it",
    "Say what is known",
    "People",
    "Paging",
    "Timeline and tasks",
    "Afterwards",
    "More",
)


FIRST = ("ack", "update", "note", "sev", "page", "mitigated", "resolve")
"""What a tired person looks for."""

ALONE = "`/incident` alone opens the control panel in a war room, and the form to declare elsewhere."
MORE = "Outside its room, name the incident: `/incident ack 42`. More on one command: `/incident help sev`."


def short(commands: Sequence[Command], policy: Policy) -> Message:
    """What is needed most, explained; of all the others the names, so that it fits a phone."""
    known = {command.name: command for command in commands}
    blocks = [section("\n".join([ALONE, *(_line(known[name]) for name in FIRST)]))]
    named = []
    for group in GROUPS:
        names = [command.name for command in commands if command.group == group and command.name not in FIRST]
        names = [*(policy.roles if group == "People" else ()), *names]
        if names:
            named.append(f"*{group}*  " + " ".join(f"`{escape(name)}`" for name in names))
    blocks += [section("\n".join(named)), context(MORE), buttons(button("Explain them all", f"{RUN}help:all", "- all"))]
    return Message(_names(commands), blocks)


def everything(commands: Sequence[Command], policy: Policy) -> Message:
    """Each command with one line; those without a group are not for typing and are left out."""
    blocks: list[Block] = [section(ALONE)]
    for group in GROUPS:
        lines = [_line(command) for command in commands if command.group == group]
        if group == "People":
            lines.insert(0, f"`/incident {'|'.join(policy.roles)} [@who]`  Take a role, or give it to somebody.")
        if lines:
            blocks.append(section(f"*{group}*\n" + "\n".join(lines)))
    return Message(_names(commands), [*blocks, context(MORE)])


def _names(commands: Sequence[Command]) -> str:
    return "What you can say: " + ", ".join(command.name for command in commands if command.group)


def _line(command: Command) -> str:
    """A command and what it does, without its examples."""
    return f"`/incident {escape(command.usage)}`  {escape(command.help.split(': `')[0]).rstrip('.')}."


def one(command: Command) -> str:
    """One command in full."""
    also = f"\nAlso: {', '.join(f'`{alias}`' for alias in command.aliases)}" if command.aliases else ""
    return f"`/incident {escape(command.usage)}`\n{escape(command.help)}{also}"
