"""Every emoji that Muster writes has a picture on the page, which is looked at on machines without an emoji font."""

import re
from pathlib import Path

from tests.world import ROOT

PAGE = ROOT / "sandbox" / "page"
NO_EMOJI = {":runbook:", ":memory:", ":page:"}  # part of a button's address, of a database's, and of a lane


def written() -> set[str]:
    """All that stands between two colons in a text of the bot's."""
    texts = [path.read_text() for folder in ("bot", "incidents") for path in Path(ROOT / folder).rglob("*.py")]
    found = {name for text in texts for name in re.findall(r"(?<![\w:]):[a-z][a-z0-9_]+:(?![\w:])", text)}
    return {name.strip(":") for name in found - NO_EMOJI}


def test_each_has_its_character_and_its_picture() -> None:
    known = set((PAGE / "emoji.js").read_text().split())
    drawn = set(re.findall(r"^  \"?([\w+-]+)\"?: ", (PAGE / "emoji-drawn.js").read_text(), re.M))
    circles = {f"large_{colour}_circle" for colour in drawn} | {f"{colour}_circle" for colour in drawn}
    assert len(written()) > 30
    assert written() - known == set() and written() - drawn - circles == set()
