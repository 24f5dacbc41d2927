"""conversations.history and conversations.replies: reading what was said."""

import re

from sandbox import shapes
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Channel, Json, Message

MOST = 999
ARGS = "cursor inclusive:bool latest oldest limit:int include_all_metadata:bool"


@method("conversations.history", f"channel! {ARGS}", family="history")
def history(call: Call) -> Json:
    """Newest first, without what is only in threads."""
    room = call.channel(member=True, family="history")
    found = [item for item in _visible(call, room, room.messages.values()) if item.in_channel][::-1]
    shown, cursor = _page(call, found)
    body: Json = {
        "messages": [_shape(call, item) for item in shown],
        "has_more": bool(cursor),
        "pin_count": len(room.pins),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


@method("conversations.replies", f"channel! ts! {ARGS}", family="history")
def replies(call: Call) -> Json:
    """Oldest first, the thread's first message always among them."""
    room = call.channel(member=True, family="history")
    asked = room.messages.get(call.get("ts"))
    parent = room.messages.get(asked.thread_ts or asked.ts) if asked else None
    if parent is None or not _visible(call, room, [parent], window=False):
        raise Refused("thread_not_found")
    shown, cursor = _page(call, _visible(call, room, room.replies(parent.ts)))
    messages = [_shape(call, item) for item in ([parent] if not call.get("cursor") else []) + shown]
    body: Json = {"messages": messages, "has_more": bool(cursor)}
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _visible(call: Call, room: Channel, messages: "object", *, window: bool = True) -> list[Message]:
    """Those within oldest and latest, and old enough for a history that lags behind."""
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    lag = call.workspace.faults.history_lag
    newest = call.workspace.now() - lag if lag else float("inf")
    inclusive = bool(call.get("inclusive"))
    found = []
    for item in messages:  # type: ignore[attr-defined]
        at = float(item.ts)
        if at > newest:
            continue
        if window and oldest is not None and (at < oldest or (at == oldest and not inclusive)):
            continue
        if window and latest is not None and (at > latest or (at == latest and not inclusive)):
            continue
        found.append(item)
    return found


def _moment(call: Call, name: str) -> float | None:
    value = call.get(name)
    if value in (None, "", "now"):
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", str(value)):
        raise Refused(f"invalid_ts_{name}")
    return float(value)


def _page(call: Call, found: list[Message]) -> tuple[list[Message], str]:
    """A page and the cursor of the next; cursors name a message, so that new ones do not shift the pages."""
    limit = call.get("limit") or 100
    if not 0 < limit <= MOST:
        raise Refused("invalid_limit")
    start = 0
    if cursor := call.get("cursor"):
        at = next((index for index, item in enumerate(found) if f"next_ts:{item.ts}" == cursor), None)
        if at is None:
            raise Refused("invalid_cursor")
        start = at
    rest = found[start + limit :]
    return found[start : start + limit], f"next_ts:{rest[0].ts}" if rest else ""


def _shape(call: Call, item: Message) -> Json:
    return shapes.message(call.workspace, item, metadata=bool(call.get("include_all_metadata")))
