"""What a person can put into an element of Block Kit, and how Slack's own client checks and sends it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.modals import EMPTY
from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

REQUIRED = "Please complete this required field."


class CannotDo(Exception):
    """Something that Slack's client would not let a person do; the message is a sentence for them."""


def options(element: Json) -> Iterator[Json]:
    """The options that stand in an element, groups opened."""
    yield from element.get("options") or ()
    for group in element.get("option_groups") or ():
        yield from group["options"]


def state_of(workspace: "Workspace", element: Json, given: Json) -> Json:
    """The state that a choice makes: only what the element offers can be chosen. Raises CannotDo."""
    kind = element["type"]
    if kind not in EMPTY:
        raise CannotDo(f"A {kind} holds no value.")
    name, empty = EMPTY[kind]
    value = given.get(name, given.get("value"))
    if value is None or value == "" or value == []:
        return {"type": kind, name: [] if isinstance(empty, list) else None}
    if name == "selected_option":
        return {"type": kind, name: option_of(element, value)}
    if name == "selected_options":
        return {"type": kind, name: [option_of(element, item) for item in value]}
    for item in value if isinstance(value, list) else [value]:
        _exists(workspace, name, item)
    return {"type": kind, name: value if isinstance(value, (list, dict, int)) else str(value)}


def option_of(element: Json, chosen: Json | str | None) -> Json:
    """The option of a select or an overflow menu that has the chosen value. Raises CannotDo."""
    value = chosen.get("value") if isinstance(chosen, dict) else chosen
    if "external" in element["type"] and isinstance(chosen, dict):
        return chosen
    for option in options(element):
        if option.get("value") == value:
            return option
    offered = ", ".join(str(option.get("value")) for option in options(element))
    raise CannotDo(f"{value} is not among the options: {offered}.")


def _exists(workspace: "Workspace", name: str, id: object) -> None:
    if name.startswith("selected_user") and id not in workspace.state.people:
        raise CannotDo(f"There is no person {id}.")
    if name.startswith(("selected_channel", "selected_conversation")) and id not in workspace.state.channels:
        raise CannotDo(f"There is no channel {id}.")
    patterns = {"selected_date": r"\d{4}-\d\d-\d\d", "selected_time": r"\d\d:\d\d"}
    if name in patterns and not re.fullmatch(patterns[name], str(id)):
        raise CannotDo(f"{id} does not look like a {name.removeprefix('selected_')}.")


def chosen(state: Json) -> object:
    """The value in a state: None or an empty list when nothing is chosen."""
    return state.get(EMPTY[state["type"]][0])


def action_of(block: Json, element: Json, state: Json | None, at: str) -> Json:
    """The `actions` entry that a click or a choice sends."""
    action: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
    for name in ("text", "value", "style", "placeholder"):
        if name in element and (element["type"] == "button" or name == "placeholder"):
            action[name] = element[name]
    return action | ({key: value for key, value in (state or {}).items() if key != "type"}) | {"action_ts": at}


def complaint(block: Json, element: Json, state: Json) -> str | None:
    """What Slack's client says under a field before anything is sent, or None."""
    value = chosen(state)
    if value in (None, "", []):
        return None if block.get("optional") else REQUIRED
    text = str(value)
    if element["type"] == "plain_text_input":
        if len(text) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        if len(text) > element.get("max_length", 3000):
            return f"Please enter no more than {element.get('max_length', 3000)} characters."
    if element["type"] == "number_input":
        return _number_complaint(element, text)
    if element["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Please enter a valid email address."
    if element["type"] == "url_text_input" and not re.match(r"https?://\S+$", text):
        return "Please enter a valid URL."
    if isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        return f"Please choose no more than {element['max_selected_items']}."
    return None


def _number_complaint(element: Json, text: str) -> str | None:
    whole = not element.get("is_decimal_allowed")
    if not re.fullmatch(r"-?\d+" if whole else r"-?\d+(\.\d+)?", text):
        return "Please enter a whole number." if whole else "Please enter a number."
    if "min_value" in element and float(text) < float(element["min_value"]):
        return f"Please enter {element['min_value']} or more."
    if "max_value" in element and float(text) > float(element["max_value"]):
        return f"Please enter {element['max_value']} or less."
    return None
