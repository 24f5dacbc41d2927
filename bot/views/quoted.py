"""A message that somebody chose: carried through a form, and quoted there with its author and link."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.views.blocks import Block, context, section
from bot.views.texts import clip, person, typed
from incidents.texts import TITLE_LENGTH

_CARRIED = 1800  # characters of JSON, of the 3 000 that a form carries along
_TOKEN = re.compile(r"<[@#!][^<>]*>")


@dataclass(frozen=True)
class Quoted:
    """Where a message stands, whose it is and what it says; `text` is as its author meant it."""

    channel: str
    ts: str
    thread_ts: str | None
    author: str | None
    text: str

    @classmethod
    def of(cls, channel: str, message: Mapping[str, Any]) -> "Quoted":
        """A message as Slack sends it with a shortcut."""
        files = " ".join(f"[file: {file.get('name', 'file')}]" for file in (message.get("files") or [])[:10])
        text = f"{typed(str(message.get('text') or ''))} {files}".strip()
        return cls(channel, str(message["ts"]), message.get("thread_ts"), message.get("user"), text)

    @classmethod
    def back(cls, carried: Mapping[str, Any]) -> "Quoted | None":
        """What a form brought back; None if it carried none."""
        said = carried.get("quoted")
        return cls(**said) if isinstance(said, dict) else None

    def carried(self) -> dict[str, Any]:
        """What a form carries along; a long text is cut."""
        short = replace(self, text=self.text[:1500])
        while len(json.dumps(asdict(short))) > _CARRIED:
            short = replace(short, text=short.text[: len(short.text) // 2])
        return asdict(short)

    @property
    def at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(float(self.ts), UTC)

    @property
    def headline(self) -> str:
        """Its first line, as a title that can be typed: without mentions and cut at a word."""
        lines = (" ".join(_TOKEN.sub(" ", line).split()) for line in self.text.splitlines())
        line = next((line for line in lines if line), "")
        if len(line) <= TITLE_LENGTH:
            return line
        return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip() + "…"

    def blocks(self, link: str | None) -> list[Block]:
        """The quotation as a form shows it."""
        words = clip(" ".join(self.text.split()), 600) or "_no text_"
        source = f"<{link}|The message>" if link else "The message"
        by = f" of {person(self.author)}" if self.author else ""
        return [section(f">{words}"), context(f"{source}{by} goes on the timeline with its own time.")]
