"""Every command is in help, once, with a usage that is true."""

import re

import pytest

from bot.commands import Command, Needs
from bot.views.help import GROUPS
from incidents.errors import Refused
from incidents.policy import Policy
from incidents.policy_defaults import COMMAND_WORDS
from tests.bot.desk import COMMANDS, Desk, shown

PRODUCT = re.findall(
    r"\w+",
    """declare list show catchup status identified mitigated resolve reopen close cancel decline sev rename summary impact
    theory set role leave roles update pause note decision timeline task tasks page escalate ack room action actions
    postmortem help merge runbook private access drill maintenance doctor oncall cover metrics""",
)


def test_what_is_due_is_there() -> None:
    assert set(PRODUCT) <= set(COMMANDS)


def test_no_two_commands_or_roles_answer_to_the_same_word() -> None:
    words = [word for command in COMMANDS.values() for word in (command.name, *command.aliases)]
    words += [word for role, rules in Policy().roles.items() for word in (role, *rules.aliases)]
    assert len(words) == len(set(words))


def test_no_role_can_be_called_like_a_command() -> None:
    words = {word for command in COMMANDS.values() for word in (command.name, *command.aliases)}
    assert words - {"?"} == COMMAND_WORDS
    for word in ("list", "confirm"):
        for role in ({word: {"name": "Legal"}}, {"legal": {"name": "Legal", "aliases": [word]}}):
            with pytest.raises(ValueError, match="so is a command"):
                Policy.model_validate({"roles": role})


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_usage_and_help(command: Command) -> None:
    assert re.fullmatch(rf"{command.name}( (<[^<>]+>|\[[^\[\]]+\]|@who|me))*", command.usage)
    assert command.help.endswith((".", "`"))
    assert command.group in (*GROUPS, "")
    for example in re.findall(r"`/incident (\w+)", command.help):
        assert example in COMMANDS or example in Policy().roles, example


def test_help_lists_all_but_the_hidden(desk: Desk) -> None:
    brief, text = shown(desk.says("help")), shown(desk.says("help all"))
    for command in COMMANDS.values():
        assert re.search(rf"`(/incident )?{command.name}\b", brief) or not command.group, command.name
        line = f"`/incident {command.usage}".replace("<", "&lt;").replace(">", "&gt;")
        assert (f"{line}`" in text) == bool(command.group), command.name
    assert "ic|tech|comms|scribe [@who]" in text and "`scribe`" in brief and len(brief) < len(text) / 3


def test_help_for_one(desk: Desk) -> None:
    assert desk.says("help sev").text.startswith("`/incident sev &lt;n&gt; [why]`")
    assert desk.says("help /incident acknowledge").text.startswith("`/incident ack`")
    assert desk.says("help scribe").text.startswith("`/incident role")
    with pytest.raises(Refused, match="no command `snooze`"):
        desk.says("help snooze")


def test_what_needs_no_incident() -> None:
    assert {name for name, command in COMMANDS.items() if command.needs is Needs.NOTHING} == {
        "access",
        "cover",
        "oncall",
        "declare",
        "doctor",
        "drill",
        "runbook",
        "panel",
        "list",
        "help",
        "maintenance",
        "merge",
        "metrics",
    }


def test_all_of_them_are_explained_by_a_button(desk: Desk) -> None:
    assert shown(desk.presses(desk.says("help"), "Explain them all")) == shown(desk.says("help all"))
