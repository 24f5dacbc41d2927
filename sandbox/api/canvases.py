"""canvases.* and conversations.canvases.create: documents, in a channel's tab or on their own."""

from typing import Any

from sandbox import canvases
from sandbox.api.registry import Call, method
from sandbox.canvases import CannotEdit
from sandbox.refused import Refused
from sandbox.state import Canvas, Channel, Json

WITH_SECTION = ("insert_after", "insert_before", "delete")
OPERATIONS = (*WITH_SECTION, "insert_at_start", "insert_at_end", "replace", "rename")
SECTION_TYPES = ("h1", "h2", "h3", "any_header")
LEVELS = ("read", "write", "owner")


@method("canvases.create", "title document_content:json channel_id", scopes="canvases:write", tier=2)
def create(call: Call) -> Json:
    """On the free plan only as a channel's tab, and only one in each."""
    room = _room(call) if call.get("channel_id") else None
    if call.plan == "free":
        if room is None:
            raise Refused("free_teams_cannot_create_non_tabbed_canvases")
        if any(item.channel == room.id and not item.deleted for item in call.workspace.state.canvases.values()):
            raise Refused("free_team_canvas_tab_already_exists")
    return _created(call, room, "canvas_creation_failed")


@method("conversations.canvases.create", "channel_id! document_content:json title", scopes="canvases:write", tier=2)
def create_for_channel(call: Call) -> Json:
    room = _room(call)
    if call.plan == "free":
        raise Refused("team_tier_cannot_create_channel_canvases")
    if canvases.of(call.workspace, room):
        raise Refused("channel_canvas_already_exists")
    return _created(call, room, "channel_canvas_creation_failed", is_channels=True)


@method("canvases.edit", "canvas_id! changes!:json", scopes="canvases:write")
def edit(call: Call) -> None:
    """One change in each call."""
    item = _canvas(call, "write")
    if call.plan == "free" and not item.channel:
        raise Refused("free_teams_cannot_edit_standalone_canvases")
    change = _only_change(call)
    operation = change["operation"]
    name = "title_content" if operation == "rename" else "document_content"
    content = "" if operation == "delete" else _markdown(change.get(name), f"/changes/0/{name}", "canvas_too_large")
    if len(item.markdown) + len(content) > canvases.CONTENT_MOST:
        raise Refused("canvas_too_large")
    try:
        canvases.change(call.workspace, item, operation, change.get("section_id"), content)
    except CannotEdit as error:
        raise Refused("canvas_editing_failed", detail=str(error)) from None


@method("canvases.delete", "canvas_id!", scopes="canvases:write")
def delete(call: Call) -> None:
    canvases.delete(call.workspace, _canvas(call, "owner"))


@method("canvases.sections.lookup", "canvas_id! criteria!:json", scopes="canvases:read")
def lookup(call: Call) -> Json:
    item = _canvas(call, "read")
    criteria = call.get("criteria")
    if not isinstance(criteria, dict) or not criteria or criteria.keys() - {"section_types", "contains_text"}:
        raise Refused("invalid_arguments", ["[ERROR] must provide an object [json-pointer:/criteria]"])
    kinds, text = criteria.get("section_types") or [], criteria.get("contains_text")
    if not isinstance(kinds, list) or any(kind not in SECTION_TYPES for kind in kinds):
        raise Refused("invalid_arguments", ["[ERROR] must be a valid enum value [json-pointer:/criteria/section_types]"])
    return {"sections": [{"id": section.id} for section in canvases.find(item, kinds, text)]}


@method(
    "canvases.access.set",
    "canvas_id! access_level! channel_ids:list user_ids:list",
    scopes="canvases:write",
)
def access_set(call: Call) -> None:
    item = _canvas(call, "owner")
    level = call.get("access_level")
    if level not in LEVELS:
        raise Refused("invalid_arguments", ["[ERROR] must be a valid enum value [json-pointer:/access_level]"])
    whose = _whose(call)
    if level == "owner" and call.get("channel_ids"):
        raise Refused("invalid_parameters")
    for id in whose:
        item.access[id] = level
    if level == "owner":
        item.access[item.owner], item.owner = "write", whose[0]
        item.access[item.owner] = "owner"


@method("canvases.access.delete", "canvas_id! channel_ids:list user_ids:list", scopes="canvases:write")
def access_delete(call: Call) -> None:
    item = _canvas(call, "owner")
    for id in _whose(call):
        item.access.pop(id, None)


def _created(call: Call, room: Channel | None, failure: str, *, is_channels: bool = False) -> Json:
    given = call.get("document_content")
    markdown = _markdown(given, "/document_content", failure) if given is not None else ""
    title = call.get("title") or (room.name if room and is_channels else "")
    try:
        item = canvases.create(call.workspace, title, markdown, call.me, room, is_channels=is_channels)
    except CannotEdit as error:
        raise Refused(failure, detail=str(error)) from None
    return {"canvas_id": item.id}


def _room(call: Call) -> Channel:
    room = call.channel("channel_id")
    if call.me not in room.members:
        raise Refused("channel_not_found")
    return room


def _canvas(call: Call, wanted: str) -> Canvas:
    """The canvas, as far as the bot may read, write or own it."""
    item = call.workspace.state.canvases.get(call.get("canvas_id"))
    held = canvases.level(call.workspace, item, call.me) if item else ""
    if item is None or item.deleted or not held:
        raise Refused("canvas_not_found")
    if LEVELS.index(held) < LEVELS.index(wanted):
        raise Refused("restricted_action")
    return item


def _only_change(call: Call) -> Json:
    changes = call.get("changes")
    if not isinstance(changes, list):
        raise Refused("invalid_arguments", ["[ERROR] must provide an array [json-pointer:/changes]"])
    if not changes:
        raise Refused("invalid_arguments", ["[ERROR] must provide at least 1 items [json-pointer:/changes]"])
    if len(changes) > 1:
        raise Refused("invalid_arguments", ["[ERROR] no more than 1 items allowed [json-pointer:/changes]"])
    change = changes[0]
    if not isinstance(change, dict) or change.get("operation") not in OPERATIONS:
        raise Refused("invalid_arguments", ["[ERROR] must be a valid enum value [json-pointer:/changes/0/operation]"])
    if change["operation"] in WITH_SECTION and not change.get("section_id"):
        raise Refused("invalid_arguments", ["[ERROR] missing required field: section_id [json-pointer:/changes/0]"])
    return change


def _markdown(given: Any, at: str, too_large: str) -> str:
    if not isinstance(given, dict):
        raise Refused("invalid_arguments", [f"[ERROR] must provide an object [json-pointer:{at}]"])
    if given.get("type") != "markdown":
        raise Refused("invalid_arguments", [f"[ERROR] must be a valid enum value [json-pointer:{at}/type]"])
    if not isinstance(given.get("markdown"), str):
        raise Refused("invalid_arguments", [f"[ERROR] must provide a string [json-pointer:{at}/markdown]"])
    if len(given["markdown"]) > canvases.CONTENT_MOST:
        raise Refused(too_large)
    return str(given["markdown"])


def _whose(call: Call) -> list[str]:
    """The one person or channel that access is about."""
    people, rooms = call.get("user_ids"), call.get("channel_ids")
    if bool(people) == bool(rooms):
        raise Refused("invalid_parameters")
    name, ids = ("user_ids", people) if people else ("channel_ids", rooms)
    if len(ids) > 1:
        raise Refused("invalid_arguments", [f"[ERROR] no more than 1 items allowed [json-pointer:/{name}]"])
    state = call.workspace.state
    if people and ids[0] not in state.people:
        raise Refused("user_not_found")
    if rooms and ids[0] not in state.channels:
        raise Refused("channel_not_found")
    return [str(ids[0])]
