"""What can be said, by what it is for."""

from collections.abc import Sequence

from bot.commands import Command
from bot.views.blocks import Block, Message, context, section
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


def everything(commands: Sequence[Command], policy: Policy) -> Message:
    """Each command with one line; those without a group are not for typing and are left out."""
    head = "`/incident` alone opens the control panel in a war room, and the form to declare elsewhere."
    blocks: list[Block] = [section(head)]
    for group in GROUPS:
        told = [command for command in commands if command.group == group]
        lines = [f"`/incident {escape(command.usage)}`  {escape(command.help.split(': `')[0])}" for command in told]
        if group == "People":
            lines.insert(0, f"`/incident {'|'.join(policy.roles)} [@who]`  Take a role, or give it to somebody")
        if lines:
            blocks.append(section(f"*{group}*\n" + "\n".join(lines)))
    blocks.append(context("Outside its room name the incident: `/incident ack 42`. More on one: `/incident help sev`."))
    return Message("What you can say: " + ", ".join(command.name for command in commands if command.group), blocks)


def one(command: Command) -> str:
    """One command in full."""
    also = f"\nAlso: {', '.join(f'`{alias}`' for alias in command.aliases)}" if command.aliases else ""
    return f"`/incident {escape(command.usage)}`\n{escape(command.help)}{also}"
