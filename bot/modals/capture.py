"""Which incident's timeline does this message belong on?"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot import which
from bot.commands import Answer
from bot.modals import Modal, Submission
from bot.modals import view as frame
from bot.views.blocks import Block, section
from bot.views.texts import clip, typed
from incidents import timeline
from models import Incident

_CARRIED_TEXT = 1500  # of the 3 000 characters that a form carries along


def shared_files(message: Mapping[str, Any], most: int = 10) -> list[tuple[str, str]]:
    """What a message shared, images too: each by its name and the address it has in Slack."""
    files = [file for file in message.get("files") or [] if isinstance(file, dict)]
    return [(str(file.get("name") or "file")[:150], str(file.get("permalink") or "")[:500]) for file in files[:most]]


def view(found: Sequence[Incident], channel: str, message: Mapping[str, Any], response_url: str) -> Block:
    """Asks for one of several open incidents, or another."""
    text = typed(str(message.get("text") or ""))
    private = {
        "channel": channel,
        "ts": message["ts"],
        "thread_ts": message.get("thread_ts"),
        "author": message.get("user"),
        "text": text[:_CARRIED_TEXT],
        "response_url": response_url,
        "files": shared_files(message, 3),
    }
    blocks = [section(f">{clip(text.replace(chr(10), ' '), 300)}"), *which.fields(found)]
    if len(json.dumps(private)) > 2900 and len(text) > 200:
        private["files"] = []
    while len(json.dumps(private)) > 2900:
        private["text"] = str(private["text"])[: len(str(private["text"])) // 2]
    return frame("capture", "Add to timeline", "Add", blocks, json.dumps(private))


def carried(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a form carried along; empty if it is unreadable."""
    try:
        private = json.loads(sent.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return private if isinstance(private, dict) else {}


def submit(sent: Submission) -> Answer:
    """Put it on the timeline of the chosen one."""
    number = which.chosen(sent)
    timeline.capture(
        sent.request.core,
        number,
        channel=sent.private["channel"],
        ts=sent.private["ts"],
        thread_ts=sent.private.get("thread_ts"),
        author=sent.private.get("author"),
        text=sent.private.get("text", ""),
        at=datetime.fromtimestamp(float(sent.private["ts"]), UTC),
        by=sent.request.by,
        how="shortcut",
        files=[(str(name), str(url)) for name, url in sent.private.get("files", [])],
    )
    return Answer(f"Added to the timeline of INC-{number}.")


MODAL = Modal("capture", submit, fallback="incident")
