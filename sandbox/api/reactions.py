"""reactions.*: emoji under messages."""

import re

from sandbox import marks, shapes
from sandbox.api.pins import timed_message
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Channel, Json, Message

EMOJI_MOST = 50


@method("reactions.add", "channel! name! timestamp", scopes="reactions:write")
def add(call: Call) -> Json:
    room, message, name = _item(call)
    if room.is_archived:
        raise Refused("is_archived")
    if name not in message.reactions and len(message.reactions) >= EMOJI_MOST:
        raise Refused("too_many_emoji")
    if not marks.react(call.workspace, room, message, name, call.me):
        raise Refused("already_reacted")
    return {}


@method("reactions.remove", "name! channel timestamp file file_comment", scopes="reactions:write", tier=2)
def remove(call: Call) -> Json:
    room, message, name = _item(call)
    if not marks.unreact(call.workspace, room, message, name, call.me):
        raise Refused("no_reaction")
    return {}


@method("reactions.get", "channel timestamp file file_comment full:bool", scopes="reactions:read")
def get(call: Call) -> Json:
    room = call.channel()
    message = timed_message(call, room)
    shape = shapes.message(call.workspace, message) | {"permalink": call.workspace.permalink(room.id, message)}
    return {"type": "message", "channel": room.id, "message": shape}


def _item(call: Call) -> tuple[Channel, Message, str]:
    room = call.channel()
    name = str(call.get("name")).strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")
    message = timed_message(call, room)
    if call.me not in room.members:
        raise Refused("no_access")
    return room, message, name
