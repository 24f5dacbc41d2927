"""DRILL on everything that a drill sends: one place that every message goes through, so that no new one can forget it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.commands import Answer, Forms
from bot.views.blocks import Block, context
from models import Incident

MARK = "DRILL"
_BADGE = f"`{MARK}`"
_TEXTS = {"text": 4000, "topic": 250, "initial_comment": 4000, "title": 80}  # of a call, by name, with Slack's limits
_SECTION, _BLOCKS, _FORM_TITLE = 3000, 50, 24  # Slack's limits, too


def marked(args: Mapping[str, Any]) -> dict[str, Any]:
    """A Web API call as a drill makes it: whatever people will read in it says first that it is a drill. Done again it
    changes nothing. A room's name is chosen where it is stored."""
    made = dict(args)
    for name, limit in _TEXTS.items():
        if isinstance(made.get(name), str):
            made[name] = said(made[name])[:limit]
    if made.get("blocks"):
        made["blocks"] = badged(made["blocks"])
    if made.get("files"):
        made["files"] = [{**file, "title": said(str(file.get("title", "")))} for file in made["files"]]
    if made.get("filename"):
        made["filename"] = f"drill-{str(made['filename']).removeprefix('drill-')}"
    return made


def said(text: str) -> str:
    """A text with the mark at its front."""
    return text if text.startswith(MARK) or not text else f"{MARK}: {text}"


def badged(blocks: Sequence[Block]) -> list[Block]:
    """Blocks with a badge at the front of the first text, or above them where that is none."""
    first, *others = blocks
    small = first.get("type") == "context"
    text = first["elements"][0] if small else first.get("text") or {}
    shown = str(text.get("text", ""))
    if shown.startswith(_BADGE):
        return list(blocks)
    if text.get("type") != "mrkdwn" or len(shown) + len(_BADGE) + 2 > _SECTION:
        return [context(_BADGE), *blocks][:_BLOCKS]
    new = {**text, "text": f"{_BADGE}  {shown}"}
    return [{**first, "elements": [new, *first["elements"][1:]]} if small else {**first, "text": new}, *others]


def answered(incident: Incident, answer: Answer) -> Answer:
    """What only the asker sees, marked where it is about a drill."""
    return mark(answer) if incident.drill is not None else answer


def mark(answer: Answer) -> Answer:
    """An answer about a drill. Silence stays silence."""
    if not answer.text:
        return answer
    return replace(answer, text=said(answer.text), blocks=badged(answer.blocks) if answer.blocks else answer.blocks)


@dataclass(frozen=True)
class MarkedForms:
    """Opens forms about a drill: their title says so."""

    forms: Forms

    def open(self, view: Block) -> None:
        title = said(str(view["title"]["text"]))
        title = title if len(title) <= _FORM_TITLE else f"{title[: _FORM_TITLE - 1].rstrip()}…"
        self.forms.open({**view, "title": {**view["title"], "text": title}})
