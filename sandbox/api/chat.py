"""chat.*: what the bot says."""

from sandbox import blocks, channels, messages, shapes
from sandbox.api.registry import Call, method
from sandbox.refused import Refused, broken_blocks
from sandbox.state import Channel, Json, Message

TEXT_MOST = 40_000
UPDATE_MOST = 4_000
MARKDOWN_MOST = 12_000
ATTACHMENTS_MOST = 100
METADATA_MOST = 16_000
CONTENT = "text blocks:json attachments:json markdown_text"
LOOKS = "username icon_emoji icon_url link_names:bool parse"


@method(
    "chat.postMessage",
    f"channel! {CONTENT} {LOOKS} thread_ts reply_broadcast:bool metadata:json unfurl_links:bool unfurl_media:bool "
    "mrkdwn:bool as_user:bool current_draft_last_updated_ts",
    scopes="chat:write",
    tier=0,
)
def post_message(call: Call) -> Json:
    room = _destination(call)
    if room.is_archived:
        raise Refused("is_archived")
    if room.kind == "im" and not call.workspace.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    if call.me not in room.members and not call.workspace.manifest.grants("chat:write.public"):
        raise Refused("not_in_channel")
    message = messages.by_app(call.workspace, **_content(call, TEXT_MOST), metadata=_metadata(call), **_looks(call))
    _thread(call, room, message)
    messages.post(call.workspace, room, message)
    return {"channel": room.id, "ts": message.ts, "message": shapes.message(call.workspace, message, metadata=True)}


@method(
    "chat.update",
    f"channel! ts! {CONTENT} metadata:json as_user:bool link_names:bool parse reply_broadcast:bool file_ids:list "
    "unfurled_attachments:json",
    scopes="chat:write",
)
def update(call: Call) -> Json:
    """What is not given stays as it was: blocks, attachments and metadata go only by an empty value."""
    room = call.channel()
    message = call.message(room, "ts")
    if message.bot_id != call.workspace.bot_id:
        raise Refused("cant_update_message")
    if room.is_archived:
        raise Refused("is_inactive")
    content = _content(call, UPDATE_MOST)
    given: Json = {name: content[name] for name in ("blocks", "attachments") if name in call.args}
    if "text" in call.args or "markdown_text" in call.args:
        given["text"] = content["text"]
    if "metadata" in call.args:
        given["metadata"] = _metadata(call)
    messages.edit(call.workspace, room, message, call.workspace.bot_id, **given)
    shape = shapes.message(call.workspace, message, metadata=True)
    return {"channel": room.id, "ts": message.ts, "text": message.text, "message": shape}


@method("chat.delete", "channel! ts! as_user:bool", scopes="chat:write")
def delete(call: Call) -> Json:
    room = call.channel()
    message = call.message(room, "ts")
    if message.bot_id != call.workspace.bot_id or message.subtype in ("channel_join", "channel_topic", "pinned_item"):
        raise Refused("cant_delete_message")
    messages.delete(call.workspace, room, message)
    return {"channel": room.id, "ts": message.ts}


@method(
    "chat.postEphemeral",
    f"channel! user! {CONTENT} {LOOKS} thread_ts metadata:json as_user:bool",
    scopes="chat:write",
    tier=4,
)
def post_ephemeral(call: Call) -> Json:
    room = call.channel(live=True, member=True)
    if call.get("user") not in room.members:
        raise Refused("user_not_in_channel")
    message = messages.by_app(call.workspace, **_content(call, TEXT_MOST), metadata=_metadata(call), **_looks(call))
    message.thread_ts = call.get("thread_ts")
    messages.whisper(call.workspace, room, message, call.get("user"))
    return {"message_ts": message.ts}


@method("chat.getPermalink", "channel! message_ts!", tier=0)
def get_permalink(call: Call) -> Json:
    room = call.channel()
    message = call.message(room, "message_ts")
    return {"channel": room.id, "permalink": call.workspace.permalink(room.id, message)}


def _destination(call: Call) -> Channel:
    """A channel by id or name; a person's id leads to the direct conversation with them."""
    where = call.get("channel")
    state = call.workspace.state
    if where in state.people:
        if where == call.me or state.people[where].deleted:
            raise Refused("channel_not_found")
        return channels.direct(call.workspace, [call.me, where])
    if where not in state.channels:
        name = where.removeprefix("#")
        call.args["channel"] = next((room.id for room in state.channels.values() if room.name == name), where)
    return call.channel()


def _thread(call: Call, room: Channel, message: Message) -> None:
    """Put a message into the thread it names; a reply's ts leads to its parent."""
    if not (ts := call.get("thread_ts")):
        return
    parent = room.messages.get(ts)
    if parent is None:
        raise Refused("thread_not_found")
    if parent.subtype in ("channel_join", "channel_leave", "channel_topic", "channel_name"):
        raise Refused("cannot_reply_to_message")
    message.thread_ts = parent.thread_ts or parent.ts
    if call.get("reply_broadcast"):
        message.subtype = "thread_broadcast"


def content_of(body: Json, most: int = TEXT_MOST) -> Json:
    """text, blocks and attachments of something to be shown, checked. Raises Refused."""
    text, markdown = body.get("text") or "", body.get("markdown_text")
    if markdown and (text or body.get("blocks")):
        raise Refused("markdown_text_conflict")
    if len(markdown or "") > MARKDOWN_MOST or len(text) > most:
        raise Refused("msg_too_long")
    for name in ("blocks", "attachments"):
        if body.get(name) is not None and not isinstance(body[name], list):
            raise Refused(f"invalid_{name}_format" if name == "blocks" else "invalid_attachments")
    blocks_, attachments = body.get("blocks") or [], body.get("attachments") or []
    if len(attachments) > ATTACHMENTS_MOST:
        raise Refused("too_many_attachments")
    for group in (blocks_, *(item.get("blocks") or [] for item in attachments if isinstance(item, dict))):
        if problems := blocks.check_message(group):
            raise broken_blocks(problems)
    return {"text": markdown or text, "blocks": blocks_, "attachments": attachments}


def _content(call: Call, most: int) -> Json:
    content = content_of(call.args, most)
    if not any(content.values()):
        raise Refused("no_text")
    return content


def _metadata(call: Call) -> Json | None:
    """{event_type, event_payload} or entities; an empty object stands for none."""
    metadata = call.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if "entities" not in metadata:
        if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
            raise Refused("invalid_metadata_format")
        if not isinstance(metadata.get("event_payload"), dict):
            raise Refused("invalid_metadata_format")
    if metadata.keys() - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_schema")
    if len(str(metadata)) > METADATA_MOST:
        raise Refused("metadata_too_large")
    return metadata


def _looks(call: Call) -> Json:
    looks = {"username": call.get("username"), "icon": call.get("icon_emoji") or call.get("icon_url")}
    if any(looks.values()):
        call.need(("chat:write.customize",))
        return looks | {"subtype": "bot_message"}
    return {}
