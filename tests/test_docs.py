"""What is written down is so: the commands, the manifest's scopes, the links, the layout."""

import json
import re
from pathlib import Path

import yaml

import bot.commands
import bot.listeners
from bot.commands import Command
from bot.manifest import over_http
from incidents.registry import collect

ROOT = Path(__file__).parent.parent
WRITTEN = (ROOT / "docs" / "commands.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())
COMMANDS = {name: command for name, command in collect(bot.commands, "COMMAND", Command).items() if command.group}


def command_table() -> str:
    """The table as the code has it."""
    rows = ["| | |", "|---|---|"]
    rows += [
        f"| `{command.usage.replace('|', chr(92) + '|')}` | {first_sentence(command.help)} |" for command in COMMANDS.values()
    ]
    return "\n".join(rows)


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?]) |: `", text)[0].rstrip(".:").replace("|", "\\|") + "."


def test_the_documents_list_every_command() -> None:
    written = re.search(r"<!-- commands:.*?-->\n(.*?)\n<!-- /commands -->", WRITTEN, re.DOTALL)
    assert written and written[1] == command_table(), f"the table in docs/commands.md should read:\n\n{command_table()}"


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_scope_says_why() -> None:
    for line in (ROOT / "manifest.yml").read_text().splitlines():
        if re.match(r"\s+- [a-z.]+:[a-z.]+", line):
            assert "#" in line, line


def test_the_manifest_declares_what_is_listened_to() -> None:
    source = Path(bot.listeners.__file__).read_text()
    events = {name.partition(".")[0] for name in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert set(re.findall(r'app\.event\("(\w+)"\)', source)) == events
    assert [c["command"] for c in MANIFEST["features"]["slash_commands"]] == [bot.listeners.COMMAND]
    listened = [bot.listeners.DECLARE, bot.listeners.DECLARE_FROM, bot.listeners.MAKE_ACTION, bot.listeners.ADD_TO_TIMELINE]
    assert [s["callback_id"] for s in MANIFEST["features"]["shortcuts"]] == listened
    assert all(len(s["name"]) <= 24 for s in MANIFEST["features"]["shortcuts"])


def test_the_manifest_for_http_names_the_address_everywhere() -> None:
    made = yaml.safe_load(over_http((ROOT / "manifest.yml").read_text(), "https://muster.example.com/"))
    assert made["settings"]["socket_mode_enabled"] is False
    assert json.dumps(made).count("https://muster.example.com/slack/events") == 3


def test_the_procfile_and_the_makefile_have_what_others_rely_on() -> None:
    lines = [line.partition(":")[0] for line in (ROOT / "Procfile").read_text().splitlines()]
    assert lines == ["release", "web", "worker", "clock"]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"install", "run", "test", "check", "start", "bench"} <= targets
