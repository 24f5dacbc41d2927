"""Answers that appear where something was typed or clicked: the body of an ack, or what arrives at a response_url."""

from typing import TYPE_CHECKING

from sandbox import messages
from sandbox.api.chat import content_of
from sandbox.log import Entry
from sandbox.refused import Refused
from sandbox.state import Channel, Json, Message, ResponseUrl

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

USES = 5
SECONDS = 30 * 60.0


def issue(workspace: "Workspace", user: str, room: Channel, message: Message | None = None) -> str:
    """A new response_url for something this person has just done."""
    with workspace.changing() as state:
        id = workspace.secret(24)
        state.response_urls[id] = ResponseUrl(
            id,
            user,
            room.id,
            workspace.now(),
            message.ts if message else None,
            message.thread_ts if message else None,
        )
        return f"{workspace.url}/response/{id}"


def respond(workspace: "Workspace", id: str, body: Json) -> tuple[int, Json | str]:
    """Use a response_url once; gives the HTTP status and what Slack answers."""
    url = f"{workspace.url}/response/{id.rsplit('/', 1)[-1]}"
    request, because = workspace.log.causes.of({"response_url": url})
    status, answer = _respond(workspace, url, body)
    error = "" if isinstance(answer, str) else str(answer["error"])
    entry = Entry(workspace.now(), "from_app", "response_url", 0.0, status, error, request=request, because=because)
    workspace.log.record(entry, body, answer)
    return status, answer


def _respond(workspace: "Workspace", id: str, body: Json) -> tuple[int, Json | str]:
    with workspace.changing() as state:
        found = state.response_urls.get(id.rsplit("/", 1)[-1])
        if found is None or workspace.now() - found.issued_at > SECONDS:
            return 404, {"ok": False, "error": "expired_url"}
        if found.uses >= USES:
            return 404, {"ok": False, "error": "used_url"}
        found.uses += 1
        try:
            _show(workspace, found, body)
        except Refused as refusal:
            workspace.log.refuse("response_url", body, refusal.error, "; ".join(refusal.messages))
            return 400, refusal.body()
        return 200, "ok"


def _show(workspace: "Workspace", found: ResponseUrl, body: Json) -> None:
    room = workspace.state.channels[found.channel]
    original = workspace.message(found.channel, found.message_ts) if found.message_ts else None
    if body.get("delete_original") and original:
        messages.delete(workspace, room, original)
        return
    if body.get("replace_original") and original:
        messages.edit(workspace, room, original, workspace.bot_id, **_checked(body))
        return
    show(workspace, room, found.user, body)


def _checked(body: Json) -> Json:
    content = content_of(body)
    if not any(content.values()):
        raise Refused("no_text")
    return content


def show(workspace: "Workspace", room: Channel, user: str, body: Json) -> Message:
    """Show an answer to the person, or with response_type in_channel to everybody. Raises Refused.

    It needs no membership: whoever was asked may answer there.
    """
    message = messages.by_app(workspace, **_checked(body), metadata=body.get("metadata"))
    if (ts := body.get("thread_ts")) and ts in room.messages:
        message.thread_ts = ts
    if body.get("response_type") == "in_channel":
        return messages.post(workspace, room, message)
    return messages.whisper(workspace, room, message, user)


def show_ack(workspace: "Workspace", room: Channel, user: str, name: str, body: Json | str | None) -> Message | None:
    """Show what an ack says, if anything. A body that Slack would not show is noted as refused."""
    if not body:
        return None
    answer = {"text": body} if isinstance(body, str) else body
    if not any(answer.get(part) for part in ("text", "blocks", "attachments", "markdown_text")):
        return None
    try:
        return show(workspace, room, user, answer)
    except Refused as refusal:
        workspace.log.refuse(f"ack of {name}", answer, refusal.error, "; ".join(refusal.messages))
        return None
