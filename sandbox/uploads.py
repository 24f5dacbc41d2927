"""Files between the methods: the upload URL, the bytes that arrive there, and what deletion leaves behind."""

from typing import TYPE_CHECKING

from sandbox import messages
from sandbox.state import File

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


def begin(workspace: "Workspace", name: str, size: int, snippet_type: str = "", user: str = "") -> File:
    """Reserve a file; it does not exist for anybody until its bytes are in and the upload is completed."""
    with workspace.changing() as state:
        id = workspace.new_id("F")
        owner, created = user or workspace.bot_user, int(workspace.now())
        item = File(id, name, name, owner, created, size, workspace.secret(32), snippet_type=snippet_type)
        state.files[id] = item
        return item


def url(workspace: "Workspace", item: File) -> str:
    return f"{workspace.url}/upload/v1/{item.secret}"


def receive(workspace: "Workspace", secret: str, content: bytes) -> tuple[int, str]:
    """Take the bytes posted to an upload URL; gives the HTTP status and body that Slack answers with."""
    with workspace.changing() as state:
        item = next((item for item in state.files.values() if item.secret == secret), None)
        if item is None or item.complete:
            return 404, "no such upload"
        if len(content) != item.size:
            return 400, f"expected {item.size} bytes and got {len(content)}"
        item.content = content
        return 200, f"OK - {len(content)}"


def delete(workspace: "Workspace", item: File) -> None:
    """Delete a file everywhere; a message that showed nothing else goes with it."""
    with workspace.changing() as state:
        item.deleted, item.content = True, None
        for id, ts in item.shares.items():
            message = state.channels[id].messages.get(ts)
            if message and not message.text and all(state.files[file].deleted for file in message.files):
                messages.delete(workspace, state.channels[id], message)
            workspace.touch(id)
        workspace.emit({"type": "file_deleted", "file_id": item.id, "event_ts": workspace.next_ts()})
