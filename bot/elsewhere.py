"""Commands in an answer, so that they can be typed where it is read: outside its room an incident is named."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.commands import Answer

_LONGEST = 2900  # Slack takes 3 000 characters


def named(answer: Answer, number: int, words: Collection[str]) -> Answer:
    """The answer with `/incident resolve` as `/incident resolve INC-42`, for each of these words. Again it changes nothing."""
    blocks = [_in(block, number, words) for block in answer.blocks]
    return replace(answer, text=sentence(answer.text, number, words), blocks=blocks)


def sentence(text: str, number: int, words: Collection[str]) -> str:
    """The same for one text, as long as it fits."""
    command = re.compile(rf"`/incident (\w+)(?! (?:INC-\d+|{number})\b(?!:))(?=[ `])")
    told = command.sub(lambda found: f"{found[0]} INC-{number}" if found[1] in words else found[0], text)
    return told if len(told) <= _LONGEST else text


def _in(part: Any, number: int, words: Collection[str]) -> Any:
    if isinstance(part, Mapping):
        kept = {name: _in(value, number, words) for name, value in part.items()}
        return {**kept, "text": sentence(part["text"], number, words)} if part.get("type") == "mrkdwn" else kept
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_in(each, number, words) for each in part]
    return part
