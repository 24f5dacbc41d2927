"""The views a person has before them: the stack of forms, its triggers and hashes, and the App Home."""

import copy
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox import blocks, messages
from sandbox.refused import Refused, broken_view
from sandbox.state import Json, Trigger, View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

TRIGGER_SECONDS = 3.0
STACK_MOST = 3
VIEW_BYTES = 250_000
# What the state of an element is called, and what it is before anybody has touched it.
EMPTY: dict[str, tuple[str, object]] = {
    "plain_text_input": ("value", None),
    "email_text_input": ("value", None),
    "url_text_input": ("value", None),
    "number_input": ("value", None),
    "rich_text_input": ("rich_text_value", None),
    "static_select": ("selected_option", None),
    "external_select": ("selected_option", None),
    "radio_buttons": ("selected_option", None),
    "multi_static_select": ("selected_options", []),
    "multi_external_select": ("selected_options", []),
    "checkboxes": ("selected_options", []),
    "users_select": ("selected_user", None),
    "multi_users_select": ("selected_users", []),
    "conversations_select": ("selected_conversation", None),
    "multi_conversations_select": ("selected_conversations", []),
    "channels_select": ("selected_channel", None),
    "multi_channels_select": ("selected_channels", []),
    "datepicker": ("selected_date", None),
    "timepicker": ("selected_time", None),
    "datetimepicker": ("selected_date_time", None),
    "file_input": ("files", []),
}
INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}


# --- triggers


def trigger(workspace: "Workspace", user: str) -> str:
    """A new trigger_id for something this person has just done."""
    with workspace.changing() as state:
        number = workspace.new_id("")
        id = f"{int(workspace.now() * 1000)}.{int(number, 36) % 10_000_000:07d}.{workspace.secret(16).lower()}"
        state.triggers[id] = Trigger(id, user, workspace.now())
        return id


def redeem(workspace: "Workspace", id: str | None) -> Trigger:
    """Use a trigger up. Raises Refused when it is malformed, unknown, used or older than three seconds."""
    if not id or not re.fullmatch(r"\d+\.\d+\.\w+", id) or id not in workspace.state.triggers:
        raise Refused("invalid_trigger_id")
    found = workspace.state.triggers[id]
    if found.used:
        raise Refused("exchanged_trigger_id")
    if workspace.now() - found.issued_at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    found.used = True
    return found


# --- the stack


def checked(workspace: "Workspace", content: object, kinds: tuple[str, ...] = ("modal",)) -> Json:
    """A view's content, refused as Slack refuses it when it is not well-formed."""
    if not isinstance(content, dict):
        raise Refused("invalid_arguments", messages=["[ERROR] must provide an object [json-pointer:/view]"])
    if len(json.dumps(content)) > VIEW_BYTES:
        raise Refused("view_too_large")
    if problems := blocks.check_view(content):
        raise broken_view(problems)
    if content["type"] not in kinds:
        raise Refused("invalid_arguments", messages=["[ERROR] unsupported type of view [json-pointer:/view/type]"])
    content = copy.deepcopy(content)
    messages.name_parts(workspace, content["blocks"])
    return content


def show(workspace: "Workspace", user: str, content: Json) -> View:
    """Open a form as the root of the person's stack, in place of whatever was there."""
    with workspace.changing() as state:
        view = _new(workspace, user, content)
        state.modals[user] = [view]
        return view


def push(workspace: "Workspace", user: str, content: Json) -> View:
    """Put a form on top of the person's stack."""
    with workspace.changing() as state:
        stack = state.modals.get(user) or []
        if not stack:
            raise Refused("not_found")
        if len(stack) >= STACK_MOST:
            raise Refused("push_limit_reached")
        view = _new(workspace, user, content, root=stack[0].id, previous=stack[-1].id)
        stack.append(view)
        return view


def update(workspace: "Workspace", view: View, content: Json, hash: str | None = None) -> View:
    """Replace a form's content; what was typed stays where block_id and action_id stay."""
    with workspace.changing():
        if hash and hash != view.hash:
            raise Refused("hash_conflict")
        _claim_external_id(workspace, content.get("external_id", ""), view)
        kept = view.values
        view.content, view.hash, view.errors, view.trouble = content, _hash(workspace), {}, ""
        view.external_id = content.get("external_id", "")
        view.values = initial_values(content["blocks"])
        for block, action, value in _each(kept):
            if view.values.get(block, {}).get(action, {}).get("type") == value["type"]:
                view.values[block][action] = value
        workspace.touch("views")
        return view


def publish(workspace: "Workspace", user: str, content: Json, hash: str | None = None) -> View:
    """Set the App Home of one person."""
    with workspace.changing() as state:
        if view := state.homes.get(user):
            return update(workspace, view, content, hash)
        state.homes[user] = view = _new(workspace, user, content)
        return view


def close(workspace: "Workspace", view: View, *, all: bool = False) -> list[View]:
    """Take a view, and what lies on it, off the stack; with `all` the whole stack. Gives what was closed."""
    with workspace.changing() as state:
        stack = state.modals.get(view.user, [])
        if view not in stack:
            return []
        keep = 0 if all else stack.index(view)
        gone, state.modals[view.user] = stack[keep:], stack[:keep]
        workspace.touch("views")
        return gone[::-1]


def find(workspace: "Workspace", view_id: str | None = None, external_id: str | None = None) -> View | None:
    """An open view by either of its ids; App Homes are always open."""
    for view in _open(workspace):
        if (view_id and view.id == view_id) or (external_id and view.external_id == external_id):
            return view
    return None


def top(workspace: "Workspace", user: str) -> View | None:
    stack = workspace.state.modals.get(user)
    return stack[-1] if stack else None


def _open(workspace: "Workspace") -> Iterator[View]:
    for stack in workspace.state.modals.values():
        yield from stack
    yield from workspace.state.homes.values()


def _new(workspace: "Workspace", user: str, content: Json, root: str | None = None, previous: str | None = None) -> View:
    external = content.get("external_id", "")
    _claim_external_id(workspace, external)
    id = workspace.new_id("V")
    view = View(id, user, content["type"], content, _hash(workspace), root or id, previous, external)
    view.values = initial_values(content["blocks"])
    workspace.touch("views")
    return view


def _claim_external_id(workspace: "Workspace", external_id: str, mine: View | None = None) -> None:
    if external_id and any(view.external_id == external_id and view is not mine for view in _open(workspace)):
        raise Refused("duplicate_external_id")


def _hash(workspace: "Workspace") -> str:
    return f"{int(workspace.now())}.{workspace.secret(8)}"


# --- what is filled in


def elements(content_blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element with the block it stands in."""
    for block in content_blocks:
        if block["type"] == "input":
            yield block, block["element"]
        elif block["type"] == "actions":
            yield from ((block, element) for element in block["elements"])
        elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
            yield block, block["accessory"]


def initial_values(content_blocks: list[Json]) -> dict[str, Json]:
    """The state of a view or message that nobody has touched: initial values, else nothing chosen."""
    values: dict[str, Json] = {}
    for block, element in elements(content_blocks):
        if element["type"] in EMPTY:
            name, empty = EMPTY[element["type"]]
            value = element.get(INITIAL.get(name, ""), empty)
            state = {"type": element["type"], name: copy.deepcopy(value)}
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def _each(values: dict[str, Json]) -> Iterator[tuple[str, str, Json]]:
    for block, actions in values.items():
        for action, value in actions.items():
            yield block, action, value
