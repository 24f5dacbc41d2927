"""What people and apps stick onto messages and channels: pins, reactions, bookmarks; with the events that follow."""

from typing import TYPE_CHECKING

from sandbox import messages, shapes
from sandbox.state import Bookmark, Channel, Json, Message, Pin

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


def pin(workspace: "Workspace", room: Channel, message: Message, by: str) -> bool:
    """Pin a message; False when it is pinned already."""
    with workspace.changing():
        if any(pin.ts == message.ts for pin in room.pins):
            return False
        room.pins.insert(0, Pin(message.ts, by, int(workspace.now())))
        workspace.touch(room.id)
        if not room.is_direct:
            item = {"type": "message", "ts": message.ts, "channel": room.id}
            messages.notice(workspace, room, by, "pinned_item", f"<@{by}> pinned a message to this channel.", item=item)
        workspace.emit(_pin_event(workspace, room, message, "pin_added", by), room)
        return True


def unpin(workspace: "Workspace", room: Channel, message: Message, by: str) -> bool:
    """Unpin a message; False when it is not pinned."""
    with workspace.changing():
        if not any(pin.ts == message.ts for pin in room.pins):
            return False
        event = _pin_event(workspace, room, message, "pin_removed", by)
        room.pins = [pin for pin in room.pins if pin.ts != message.ts]
        workspace.touch(room.id)
        workspace.emit(event | {"has_pins": bool(room.pins), "pin_count": len(room.pins)}, room)
        return True


def pinned_item(workspace: "Workspace", room: Channel, message: Message) -> Json:
    """An item of pins.list."""
    pin = next(pin for pin in room.pins if pin.ts == message.ts)
    shape = shapes.message(workspace, message) | {"permalink": workspace.permalink(room.id, message)}
    return {"type": "message", "created": pin.created, "created_by": pin.user, "channel": room.id, "message": shape}


def _pin_event(workspace: "Workspace", room: Channel, message: Message, kind: str, by: str) -> Json:
    return {
        "type": kind,
        "user": by,
        "channel_id": room.id,
        "item": pinned_item(workspace, room, message),
        "item_user": message.user,
        "pin_count": len(room.pins),
        "pinned_info": {"channel": room.id, "pinned_by": by, "pinned_ts": int(workspace.now())},
        "event_ts": workspace.next_ts(),
    }


def react(workspace: "Workspace", room: Channel, message: Message, name: str, by: str) -> bool:
    """Add a reaction; False when this person has reacted so already."""
    with workspace.changing():
        users = message.reactions.setdefault(name, [])
        if by in users:
            return False
        users.append(by)
        workspace.touch(room.id)
        workspace.emit(_reaction_event(workspace, room, message, "reaction_added", name, by), room)
        return True


def unreact(workspace: "Workspace", room: Channel, message: Message, name: str, by: str) -> bool:
    """Take a reaction back; False when there is none."""
    with workspace.changing():
        if by not in message.reactions.get(name, ()):
            return False
        message.reactions[name].remove(by)
        if not message.reactions[name]:
            del message.reactions[name]
        workspace.touch(room.id)
        workspace.emit(_reaction_event(workspace, room, message, "reaction_removed", name, by), room)
        return True


def _reaction_event(workspace: "Workspace", room: Channel, message: Message, kind: str, name: str, by: str) -> Json:
    return {
        "type": kind,
        "user": by,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": room.id, "ts": message.ts},
        "event_ts": workspace.next_ts(),
    }


def bookmark(workspace: "Workspace", room: Channel, title: str, link: str, emoji: str, by: str) -> Bookmark:
    with workspace.changing():
        id = workspace.new_id("Bk")
        item = Bookmark(id, room.id, title, link, emoji, created=int(workspace.now()), user=by)
        room.bookmarks.append(item)
        workspace.touch(room.id)
        return item
