"""bookmarks.*: the links above a channel."""

import re

from sandbox import marks, shapes
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Bookmark, Channel, Json

MOST = 100
TITLE_MOST = 256
LINK_MOST = 2048


@method(
    "bookmarks.add",
    "channel_id! title! type! link emoji entity_id access_level parent_id",
    scopes="bookmarks:write",
    tier=2,
)
def add(call: Call) -> Json:
    room = _room(call)
    if call.get("type") != "link":
        raise Refused("invalid_bookmark_type")
    if call.get("parent_id"):
        raise Refused("parent_bookmark_disabled")
    _check(call)
    if not call.get("link"):
        raise Refused("invalid_link")
    if len(room.bookmarks) >= MOST:
        raise Refused("too_many_bookmarks")
    item = marks.bookmark(call.workspace, room, call.get("title"), call.get("link"), call.get("emoji") or "", call.me)
    return {"bookmark": shapes.bookmark(call.workspace, item)}


@method("bookmarks.edit", "channel_id! bookmark_id! title link emoji", scopes="bookmarks:write", tier=2)
def edit(call: Call) -> Json:
    room = _room(call)
    item = _item(call, room)
    _check(call)
    for name in ("title", "link", "emoji"):
        if call.get(name) is not None:
            setattr(item, name, call.get(name))
    item.updated = int(call.workspace.now())
    call.workspace.touch(room.id)
    return {"bookmark": shapes.bookmark(call.workspace, item)}


@method("bookmarks.list", "channel_id!", scopes="bookmarks:read")
def list_(call: Call) -> Json:
    room = _room(call)
    return {"bookmarks": [shapes.bookmark(call.workspace, item) for item in room.bookmarks]}


@method("bookmarks.remove", "channel_id! bookmark_id! quip_section_id", scopes="bookmarks:write", tier=2)
def remove(call: Call) -> Json:
    room = _room(call)
    room.bookmarks.remove(_item(call, room))
    call.workspace.touch(room.id)
    return {}


def _room(call: Call) -> Channel:
    room = call.channel("channel_id")
    if call.me not in room.members:
        raise Refused("permission_denied")
    return room


def _item(call: Call, room: Channel) -> Bookmark:
    found = next((item for item in room.bookmarks if item.id == call.get("bookmark_id")), None)
    if found is None:
        raise Refused("not_found")
    return found


def _check(call: Call) -> None:
    if len(call.get("title") or "") > TITLE_MOST:
        raise Refused("invalid_arguments", [f"[ERROR] must be less than {TITLE_MOST + 1} characters: title"])
    link = call.get("link")
    if link is not None and (not re.match(r"https?://\S+$", link) or len(link) > LINK_MOST):
        raise Refused("invalid_link")
    if call.get("emoji") and not re.fullmatch(r":[a-z0-9_+'-]+:", call.get("emoji")):
        raise Refused("invalid_emoji")
