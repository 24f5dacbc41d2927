"""Forms: one file each, holding the view and what its submission does, as a `MODAL`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from typing import Any

from bot.commands import Answer, Request
from bot.views.blocks import Block


@dataclass(frozen=True)
class Submission:
    """A form that was sent; `private` is what the form carried along, such as where it was opened.

    Fields are found by block id, which is the field's name; the action id of every input is `value`. `sent` is the view
    as Slack sent it back.
    """

    request: Request
    values: dict[str, dict[str, Any]]
    private: dict[str, Any]
    sent: Mapping[str, Any] = made(default_factory=dict)

    @property
    def blocks(self) -> list[Block]:
        """What the form shows."""
        return list(self.sent.get("blocks") or [])

    def again(self, blocks: list[Block]) -> Block:
        """The same form with other blocks; what was filled in stays where a field stays."""
        return {name: self.sent[name] for name in _FRAME if self.sent.get(name)} | {"blocks": blocks[:100]}

    def text(self, name: str) -> str:
        """What was written; empty if nothing."""
        state = self._state(name)
        return str(state.get("value") or "").strip()

    def option(self, name: str) -> str | None:
        """The value of the chosen option."""
        option = self._state(name).get("selected_option")
        return str(option["value"]) if option else None

    def options(self, name: str) -> list[str]:
        """The values of the ticked options."""
        return [str(option["value"]) for option in self._state(name).get("selected_options") or []]

    def person(self, name: str) -> str | None:
        """The chosen person's id."""
        chosen = self._state(name).get("selected_user")
        return str(chosen) if chosen else None

    def date(self, name: str) -> date | None:
        """The chosen day."""
        chosen = self._state(name).get("selected_date")
        return date.fromisoformat(chosen) if chosen else None

    def moment(self, name: str) -> int | None:
        """The chosen date and time, in seconds since 1970."""
        chosen = self._state(name).get("selected_date_time")
        return int(chosen) if chosen else None

    def _state(self, name: str) -> dict[str, Any]:
        state = self.values.get(name, {}).get("value", {})
        return state if isinstance(state, dict) else {}


_FRAME = ("type", "callback_id", "title", "submit", "close", "private_metadata")


class FormError(Exception):
    """The form goes back with a sentence at a field; nothing was changed."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(str(errors))
        self.errors = errors


@dataclass(frozen=True)
class Modal:
    """`name` is the view's callback_id. `submit` changes things through verbs and returns the answer, or what will put
    it together: a form's answer is sent after the acknowledgement.

    A `Refused` with a `field` that is a block of the form goes back to that field; `fallback` names the block that
    shows any other refusal. `redraw` gives the form anew when a choice changes which fields it has.
    """

    name: str
    submit: Callable[[Submission], Answer | Callable[[], Answer]]
    fallback: str
    redraw: Callable[[Submission], Block] | None = None


def view(name: str, title: str, submit: str, blocks: list[Block], private: str = "") -> Block:
    """A modal's frame. `private` is JSON that comes back with the submission."""
    return {
        "type": "modal",
        "callback_id": name,
        "title": {"type": "plain_text", "text": title[:24]},
        "submit": {"type": "plain_text", "text": submit[:24]},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": blocks,
        "private_metadata": private,
    }


def told(answer: Answer) -> Block:
    """An answer as a form without fields, for where there is no message to answer with."""
    blocks = answer.blocks or [{"type": "section", "text": {"type": "mrkdwn", "text": answer.text[:3000]}}]
    return {
        "type": "modal",
        "callback_id": "told",
        "title": {"type": "plain_text", "text": "Muster"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks[:100],
    }


def field(name: str, label: str, element: Block, *, optional: bool = False, hint: str | None = None) -> Block:
    """An input whose block id is the field's name."""
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": {**element, "action_id": "value"},
        "optional": optional,
    }
    if hint:
        block["hint"] = {"type": "plain_text", "text": hint}
    return block
