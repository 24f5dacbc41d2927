"""The few Block Kit pieces that the views are made of, each within Slack's limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.views.texts import cut

Block = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What is posted: `text` alone says it all (notifications, screen readers), `blocks` say it better."""

    text: str
    blocks: list[Block] = field(default_factory=list)


def mrkdwn(text: str) -> Block:
    """Text of ours with people's parts escaped already; at most 3 000 characters."""
    return {"type": "mrkdwn", "text": cut(text, 3000) or " "}


def plain(text: str, limit: int = 75) -> Block:
    """Text that Slack shows as it is."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return {"type": "plain_text", "text": text or " ", "emoji": True}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Labelled values in two columns (one under the other on a phone); at most ten."""
    shown = [{"type": "mrkdwn", "text": cut(f"*{label}*\n{value}", 2000)} for label, value in pairs[:10]]
    return {"type": "section", "fields": shown}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def button(text: str, action: str, value: str, *, style: str | None = None, confirm: tuple[str, str, str] | None = None) -> Block:
    """`action` names a command; `confirm` is (title, question, yes)."""
    made: Block = {"type": "button", "text": plain(text), "action_id": action, "value": value[:2000]}
    if style:
        made["style"] = style
    if confirm:
        title, question, yes = confirm
        made["confirm"] = {
            "title": plain(title, 100),
            "text": plain(question, 300),
            "confirm": plain(yes, 30),
            "deny": plain("Not now", 30),
        }
    return made


def buttons(*made: Block, block_id: str | None = None) -> Block:
    """A row of controls, named after its first one unless it is named.

    Slack gives a row without a name a new one at every edit, and a press that crosses the edit then finds no row.
    """
    first = made[0] if made else {}
    named = block_id or f"{first.get('action_id')}:{first.get('value')}"[:255]
    return {"type": "actions", "elements": list(made[:25]), "block_id": named}


def option(text: str, value: str, description: str | None = None) -> Block:
    """One choice."""
    made: Block = {"text": plain(text), "value": value[:150]}
    return {**made, "description": plain(description)} if description else made


def divider() -> Block:
    """A line."""
    return {"type": "divider"}
