"""files.*: upload in three steps (a URL, the bytes, the sharing), look up and delete."""

from sandbox import canvases, messages, shapes, uploads
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Channel, File, Json

CHANNELS_MOST = 100


@method("files.getUploadURLExternal", "filename! length!:int snippet_type alt_txt", scopes="files:write", tier=4)
def get_upload_url(call: Call) -> Json:
    if call.get("length") <= 0:
        raise Refused("invalid_arguments", ["[ERROR] must be greater than 0: length"])
    item = uploads.begin(call.workspace, call.get("filename"), call.get("length"), call.get("snippet_type") or "")
    return {"upload_url": uploads.url(call.workspace, item), "file_id": item.id}


@method(
    "files.completeUploadExternal",
    "files!:json channel_id channels thread_ts initial_comment blocks:json username icon_url icon_emoji",
    scopes="files:write",
    tier=4,
)
def complete_upload(call: Call) -> Json:
    files = [_uploaded(call, entry) for entry in _entries(call)]
    rooms = [_room(call, id) for id in _destinations(call)]
    if call.get("blocks") and call.get("initial_comment"):
        raise Refused("invalid_blocks")
    for item in files:
        item.complete = True
    for room in rooms:
        _share(call, room, files)
    return {"files": [shapes.file(call.workspace, item) for item in files]}


@method("files.info", "file! cursor limit:int count:int page:int", scopes="files:read", tier=4)
def info(call: Call) -> Json:
    """A file, or a canvas: to this method it is one."""
    canvas = call.workspace.state.canvases.get(call.get("file"))
    if canvas and canvases.level(call.workspace, canvas, call.me):
        if canvas.deleted:
            raise Refused("file_deleted")
        return {"file": shapes.canvas(call.workspace, canvas), "comments": [], "response_metadata": {"next_cursor": ""}}
    item = _file(call, call.get("file"))
    return {
        "file": shapes.file(call.workspace, item),
        "content": item.content.decode("utf-8", "replace") if item.content else "",
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


@method("files.delete", "file!", scopes="files:write")
def delete(call: Call) -> Json:
    item = _file(call, call.get("file"))
    if item.user != call.me:
        raise Refused("cant_delete_file")
    uploads.delete(call.workspace, item)
    return {}


def _entries(call: Call) -> list[Json]:
    entries = call.get("files")
    if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) and "id" in e for e in entries):
        raise Refused("invalid_arguments", ["[ERROR] must be a list of objects with an id: files"])
    return entries


def _uploaded(call: Call, entry: Json) -> File:
    item = call.workspace.state.files.get(entry["id"])
    if item is None or item.deleted or item.complete or item.content is None:
        raise Refused("file_not_found")
    item.title = entry.get("title") or item.name
    return item


def _destinations(call: Call) -> list[str]:
    named = [id for id in str(call.get("channels") or "").split(",") if id]
    ids = list(dict.fromkeys(named + ([call.get("channel_id")] if call.get("channel_id") else [])))
    if len(ids) > CHANNELS_MOST:
        raise Refused("channels_limit_exceeded")
    return ids


def _room(call: Call, id: str) -> Channel:
    call.args["channel_id"] = id
    room = call.channel("channel_id", member=True)
    if room.is_archived:
        raise Refused("posting_to_channel_denied")
    return room


def _share(call: Call, room: Channel, files: list[File]) -> None:
    message = messages.by_app(call.workspace, text=call.get("initial_comment") or "", files=[item.id for item in files])
    message.blocks = call.get("blocks") or []
    message.subtype = "file_share"
    message.thread_ts = call.get("thread_ts") if call.get("thread_ts") in room.messages else None
    messages.post(call.workspace, room, message)
    for item in files:
        item.shares[room.id] = message.ts
        shared = {"type": "file_shared", "channel_id": room.id, "file_id": item.id, "user_id": call.me}
        call.workspace.emit(shared | {"file": {"id": item.id}, "event_ts": call.workspace.next_ts()}, room)


def _file(call: Call, id: str) -> File:
    item = call.workspace.state.files.get(id)
    if item is None or not item.complete:
        raise Refused("file_not_found")
    if item.deleted:
        raise Refused("file_deleted")
    return item
