"""What happens to messages, whoever does it: post, show to one person, edit, delete; with the events that follow."""

import re
from typing import TYPE_CHECKING

from sandbox import shapes
from sandbox.state import Channel, Json, Message

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

BROADCAST = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>")
CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def rings(text: str, blocks: list[Json]) -> str | None:
    """The broadcast that a message would make: "channel", "here", "everyone" or None.

    Only marked-up text counts: in a plain_text object Slack shows the characters and rings nobody.
    """
    if found := BROADCAST.search(text):
        return found[1]
    stack: list[object] = list(blocks)
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            if item.get("type") == "broadcast":
                return str(item.get("range", "channel"))
            if item.get("type") in ("mrkdwn", "markdown") and (found := BROADCAST.search(str(item.get("text", "")))):
                return found[1]
            stack.extend(value for value in item.values() if isinstance(value, (dict, list)))
    return None


def name_parts(workspace: "Workspace", blocks: list[Json]) -> list[Json]:
    """Give every block a block_id and every element an action_id, as Slack does where the sender has not."""
    for block in blocks:
        block.setdefault("block_id", workspace.secret(5))
        elements = [*block.get("elements", ()), block.get("accessory"), block.get("element")]
        for element in elements if block["type"] in ("actions", "section", "input", "context_actions") else ():
            if isinstance(element, dict) and element.get("type") != "image":
                element.setdefault("action_id", workspace.secret(5))
    return blocks


def _name_all(workspace: "Workspace", message: Message) -> None:
    for blocks in (message.blocks, *(item.get("blocks") or [] for item in message.attachments)):
        name_parts(workspace, blocks)


def post(workspace: "Workspace", room: Channel, message: Message) -> Message:
    """Put a message into a channel and tell the app. Its ts is set here."""
    with workspace.changing():
        message.ts, message.channel = workspace.next_ts(), room.id
        _name_all(workspace, message)
        message.notifies = rings(message.text, message.blocks)
        room.messages[message.ts] = message
        if message.is_reply and message.thread_ts:
            room.threads.setdefault(message.thread_ts, []).append(message.ts)
        if message.user in room.members:
            room.last_read[message.user] = message.ts
        workspace.touch(room.id)
        workspace.emit(_event(workspace, room, shapes.message(workspace, message)), room)
        mention = f"<@{workspace.bot_user}"
        if mention in message.text and message.user != workspace.bot_user and not room.is_direct:
            workspace.emit(_event(workspace, room, shapes.message(workspace, message) | {"type": "app_mention"}), room)
    return message


def whisper(workspace: "Workspace", room: Channel, message: Message, to: str) -> Message:
    """Show a message to one person only; no history holds it and no event tells of it."""
    with workspace.changing():
        message.ts, message.channel, message.ephemeral_to = workspace.next_ts(), room.id, to
        _name_all(workspace, message)
        room.ephemerals[message.ts] = message
        workspace.touch(room.id)
    return message


def by_app(workspace: "Workspace", **content: object) -> Message:
    """A message from the bot, to be posted."""
    return Message(ts="", channel="", user=workspace.bot_user, bot_id=workspace.bot_id, **content)  # type: ignore[arg-type]


def notice(workspace: "Workspace", room: Channel, user: str, subtype: str, text: str, **extra: object) -> Message:
    """Post the line Slack itself writes when somebody joins, renames, sets the topic…"""
    return post(workspace, room, Message("", room.id, user, text, subtype=subtype, extra=dict(extra)))


def edit(workspace: "Workspace", room: Channel, message: Message, by: str, **content: object) -> None:
    """Change a message in place; text and blocks are replaced only where given."""
    with workspace.changing():
        before = shapes.message(workspace, message)
        for name, value in content.items():
            setattr(message, name, value)
        _name_all(workspace, message)
        message.notifies = rings(message.text, message.blocks)
        message.edited = {"user": by, "ts": f"{int(workspace.now())}.000000"}
        workspace.touch(room.id)
        if message.ephemeral_to is None:
            after = shapes.message(workspace, message)
            changed = {"message": after, "previous_message": before, "hidden": True, "ts": workspace.next_ts()}
            workspace.emit(_event(workspace, room, changed, "message_changed"), room)


def delete(workspace: "Workspace", room: Channel, message: Message) -> None:
    """Remove a message, its pin and its reactions; a thread keeps a tombstone for its first message."""
    with workspace.changing():
        workspace.touch(room.id)
        if room.ephemerals.pop(message.ts, None):
            return
        before = shapes.message(workspace, message)
        room.pins = [pin for pin in room.pins if pin.ts != message.ts]
        if room.threads.get(message.ts):
            room.messages[message.ts] = Message(
                message.ts, room.id, "USLACKBOT", "This message was deleted.", subtype="tombstone", thread_ts=message.ts
            )
        else:
            del room.messages[message.ts]
        if message.is_reply and message.thread_ts:
            room.threads[message.thread_ts].remove(message.ts)
        gone = {"previous_message": before, "deleted_ts": message.ts, "hidden": True, "ts": workspace.next_ts()}
        workspace.emit(_event(workspace, room, gone, "message_deleted"), room)


def _event(workspace: "Workspace", room: Channel, inner: Json, subtype: str | None = None) -> Json:
    event = {"type": "message"} | ({"subtype": subtype} if subtype else {}) | inner
    return event | {
        "channel": room.id,
        "channel_type": CHANNEL_TYPES[room.kind],
        "event_ts": inner["ts"],
    }
