"""pins.*: what a channel keeps in sight."""

import re

from sandbox import marks
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Channel, Json, Message

MOST = 100
NOT_PINNABLE = ("channel_join", "channel_leave", "channel_topic", "channel_name", "pinned_item", "group_join")


@method("pins.add", "channel! timestamp", scopes="pins:write", tier=2)
def add(call: Call) -> Json:
    room, message = _item(call)
    if message.subtype in NOT_PINNABLE:
        raise Refused("not_pinnable")
    if len(room.pins) >= MOST:
        raise Refused("too_many_pins")
    if not marks.pin(call.workspace, room, message, call.me):
        raise Refused("already_pinned")
    return {}


@method("pins.remove", "channel! timestamp", scopes="pins:write", tier=2)
def remove(call: Call) -> Json:
    room, message = _item(call)
    if not marks.unpin(call.workspace, room, message, call.me):
        raise Refused("no_pin")
    return {}


@method("pins.list", "channel!", scopes="pins:read", tier=2)
def list_(call: Call) -> Json:
    room = call.channel(member=True)
    items = [marks.pinned_item(call.workspace, room, room.messages[pin.ts]) for pin in room.pins]
    return {"items": items}


def _item(call: Call) -> tuple[Channel, Message]:
    room = call.channel(member=True)
    return room, timed_message(call, room)


def timed_message(call: Call, room: Channel) -> Message:
    """The message that `timestamp` names. Refuses no_item_specified, bad_timestamp, message_not_found."""
    if not (ts := call.get("timestamp")):
        raise Refused("no_item_specified")
    if not re.fullmatch(r"\d+\.\d+", ts):
        raise Refused("bad_timestamp")
    return call.message(room, "timestamp")
