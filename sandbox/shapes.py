"""How Slack writes down people, channels, messages, views and files in its answers and events."""

import json
import mimetypes
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.state import (
    Bookmark,
    Canvas,
    Channel,
    File,
    Json,
    Message,
    Note,
    Person,
    UserGroup,
    View,
)

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

LETTER = {"public": "C", "private": "G", "im": "D", "mpim": "G"}


def person(workspace: "Workspace", who: Person, *, email: bool = True) -> Json:
    """A user object; without the scope for it there is no e-mail address in it."""
    zone = ZoneInfo(who.tz)
    local = datetime.fromtimestamp(workspace.now(), UTC).astimezone(zone)
    offset = local.utcoffset()
    profile = _profile(workspace, who)
    if email and not who.is_bot:
        profile["email"] = who.email
    if who.is_bot:
        profile |= {"bot_id": workspace.bot_id, "api_app_id": workspace.app_id}
    return {
        "id": who.id,
        "team_id": workspace.state.team.id,
        "name": who.name,
        "deleted": who.deleted,
        "color": who.color,
        "real_name": who.real_name,
        "tz": who.tz,
        "tz_label": local.tzname() or who.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": who.is_bot,
        "is_app_user": False,
        "updated": 1700000000,
        "is_email_confirmed": not who.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }


def _profile(workspace: "Workspace", who: Person) -> Json:
    first, _, last = who.real_name.partition(" ")
    return {
        "title": who.title,
        "phone": "",
        "skype": "",
        "real_name": who.real_name,
        "real_name_normalized": who.real_name,
        "display_name": "" if who.is_bot else who.name,
        "display_name_normalized": "" if who.is_bot else who.name,
        "first_name": first,
        "last_name": last,
        "fields": None,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": f"g{who.id[-6:].lower()}",
        "team": workspace.state.team.id,
    }


def note(value: Note) -> Json:
    return {"value": value.value, "creator": value.creator, "last_set": value.last_set}


def channel(workspace: "Workspace", room: Channel, *, members: bool = False, viewer: str = "") -> Json:
    """A conversation object as the bot (or `viewer`) sees it."""
    viewer = viewer or workspace.bot_user
    if room.kind == "im":
        return _direct(workspace, room, viewer)
    team = workspace.state.team.id
    shape: Json = {
        "id": room.id,
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": room.kind == "public",
        "is_group": room.kind == "private",
        "is_im": False,
        "is_mpim": room.kind == "mpim",
        "is_private": room.kind != "public",
        "created": room.created,
        "creator": room.creator,
        "is_archived": room.is_archived,
        "is_general": room.is_general,
        "unlinked": 0,
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [team],
        "context_team_id": team,
        "parent_conversation": None,
        "updated": int(workspace.now() * 1000),
        "is_member": viewer in room.members,
        "topic": note(room.topic),
        "purpose": note(room.purpose),
        "properties": _properties(workspace, room),
        "previous_names": list(room.previous_names),
    }
    if viewer in room.members:
        shape["last_read"] = room.last_read.get(viewer, "0000000000.000000")
    if members:
        shape["num_members"] = len(room.members)
    return shape


def _properties(workspace: "Workspace", room: Channel) -> Json:
    """What hangs on a channel: its canvas and the tabs."""
    tabs = [item for item in workspace.state.canvases.values() if item.channel == room.id and not item.deleted]
    properties: Json = {}
    for item in tabs:
        if item.is_channels:
            properties["canvas"] = {"file_id": item.id, "is_empty": not item.markdown, "quip_thread_id": f"Q{item.id}"}
    if tabs:
        properties["tabs"] = [
            {"id": item.id, "label": item.title, "type": "channel_canvas" if item.is_channels else "canvas"} for item in tabs
        ]
    return properties


def _direct(workspace: "Workspace", room: Channel, viewer: str) -> Json:
    latest = next(reversed(room.messages.values()), None)
    return {
        "id": room.id,
        "created": room.created,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": workspace.state.team.id,
        "updated": int(workspace.now() * 1000),
        "user": room.partner(viewer),
        "is_user_deleted": False,
        "last_read": room.last_read.get(viewer, "0000000000.000000"),
        "latest": message(workspace, latest) if latest else None,
        "is_open": True,
        "priority": 0,
    }


def bot_profile(workspace: "Workspace") -> Json:
    icons = {f"image_{size}": f"{workspace.url}/icons/app_{size}.png" for size in (36, 48, 72)}
    return {
        "id": workspace.bot_id,
        "app_id": workspace.app_id,
        "user_id": workspace.bot_user,
        "name": workspace.manifest.app_name if not workspace.manifest.open else workspace.manifest.bot_name,
        "icons": icons,
        "deleted": False,
        "updated": 1700000000,
        "team_id": workspace.state.team.id,
    }


def message(workspace: "Workspace", item: Message, *, metadata: bool = False) -> Json:
    """A message as conversations.history and events give it; metadata only when asked for."""
    shape: Json = {"type": "message"}
    if item.subtype:
        shape["subtype"] = item.subtype
    shape |= {"user": item.user, "text": item.text, "ts": item.ts, "team": workspace.state.team.id}
    if item.bot_id:
        shape |= {"bot_id": item.bot_id, "app_id": workspace.app_id, "bot_profile": bot_profile(workspace)}
    if item.username:
        shape["username"] = item.username
    if item.icon:
        shape["icons"] = {"emoji": item.icon}
    for name in ("blocks", "attachments"):
        if value := getattr(item, name):
            shape[name] = value
    if item.files:
        shape["files"] = [file(workspace, workspace.state.files[id]) for id in item.files]
    if item.edited:
        shape["edited"] = item.edited
    if metadata and item.metadata:
        shape["metadata"] = item.metadata
    return shape | item.extra | _around(workspace, item)


def _around(workspace: "Workspace", item: Message) -> Json:
    """What the channel knows about a message: its thread, its reactions, its pin."""
    room = workspace.state.channels[item.channel]
    around: Json = {}
    if item.thread_ts:
        around["thread_ts"] = item.thread_ts
        parent = room.messages.get(item.thread_ts)
        if item.is_reply and parent:
            around["parent_user_id"] = parent.user
    if not item.is_reply and (replies := room.replies(item.ts)):
        people = list(dict.fromkeys(reply.user for reply in replies))
        around |= {
            "thread_ts": item.ts,
            "reply_count": len(replies),
            "reply_users_count": len(people),
            "latest_reply": replies[-1].ts,
            "reply_users": people,
            "is_locked": False,
            "subscribed": workspace.bot_user in (*people, item.user),
        }
    if item.reactions:
        around["reactions"] = reactions(item)
    if any(pin.ts == item.ts for pin in room.pins):
        around["pinned_to"] = [room.id]
    return around


def reactions(item: Message) -> list[Json]:
    return [{"name": name, "users": list(users), "count": len(users)} for name, users in item.reactions.items()]


def file(workspace: "Workspace", item: File) -> Json:
    """A file object; a deleted one is a tombstone."""
    if item.deleted:
        return {"id": item.id, "mode": "tombstone"}
    extension = item.name.rpartition(".")[2].lower() if "." in item.name else ""
    kind = item.snippet_type or {"md": "markdown", "txt": "text", "": "binary"}.get(extension, extension)
    download = f"{workspace.url}/files-pri/{workspace.state.team.id}-{item.id}/download/{item.name}"
    shares = {"public": {}, "private": {}}  # type: dict[str, Json]
    for id, ts in item.shares.items():
        room = workspace.state.channels[id]
        where = shares["public" if room.kind == "public" else "private"]
        where[id] = [{"ts": ts, "channel_name": room.name, "team_id": workspace.state.team.id, "reply_count": 0}]
    return {
        "id": item.id,
        "created": item.created,
        "timestamp": item.created,
        "name": item.name,
        "title": item.title,
        "mimetype": mimetypes.guess_type(item.name)[0] or "text/plain",
        "filetype": kind,
        "pretty_type": kind.capitalize(),
        "user": item.user,
        "user_team": workspace.state.team.id,
        "editable": False,
        "size": item.size,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(workspace.state.channels[id].kind == "public" for id in item.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": download.replace("/download/", "/"),
        "url_private_download": download,
        "permalink": f"{workspace.url}/files/{item.user}/{item.id}/{item.name}",
        "channels": [id for id in item.shares if workspace.state.channels[id].kind == "public"],
        "groups": [id for id in item.shares if workspace.state.channels[id].kind in ("private", "mpim")],
        "ims": [id for id in item.shares if workspace.state.channels[id].kind == "im"],
        "shares": {kind: value for kind, value in shares.items() if value},
        "has_more_shares": False,
    }


def canvas(workspace: "Workspace", item: Canvas) -> Json:
    """A canvas as the file that it is to files.info."""
    if item.deleted:
        return {"id": item.id, "mode": "tombstone"}
    download = f"{workspace.url}/files-pri/{workspace.state.team.id}-{item.id}/canvas"
    return {
        "id": item.id,
        "created": item.created,
        "timestamp": item.created,
        "name": item.title,
        "title": item.title,
        "mimetype": "application/vnd.slack-docs",
        "filetype": "quip",
        "pretty_type": "Canvas",
        "user": item.owner,
        "user_team": workspace.state.team.id,
        "editable": True,
        "size": len(item.markdown.encode()),
        "mode": "quip",
        "is_external": False,
        "external_type": "",
        "is_public": bool(item.channel) and workspace.state.channels[item.channel].kind == "public",
        "display_as_bot": False,
        "username": "",
        "url_private": download,
        "url_private_download": download,
        "permalink": f"{workspace.url}/docs/{workspace.state.team.id}/{item.id}",
        "channels": [item.channel] if item.channel else [],
        "groups": [],
        "ims": [],
        "updated": item.updated or item.created,
    }


def view(workspace: "Workspace", item: View) -> Json:
    """A view object with what has been filled in."""
    content = item.content
    return {
        "id": item.id,
        "team_id": workspace.state.team.id,
        "type": item.type,
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "state": {"values": json.loads(json.dumps(item.values))},
        "hash": item.hash,
        "title": content.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(content.get("clear_on_close", False)),
        "notify_on_close": bool(content.get("notify_on_close", False)),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "submit_disabled": bool(content.get("submit_disabled", False)),
        "previous_view_id": item.previous_id,
        "root_view_id": item.root_id,
        "app_id": workspace.app_id,
        "external_id": item.external_id,
        "app_installed_team_id": workspace.state.team.id,
        "bot_id": workspace.bot_id,
    }


def bookmark(workspace: "Workspace", item: Bookmark) -> Json:
    return {
        "id": item.id,
        "channel_id": item.channel,
        "title": item.title,
        "link": item.link,
        "emoji": item.emoji,
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": item.created,
        "date_updated": item.updated,
        "rank": "g",
        "last_updated_by_user_id": item.user,
        "last_updated_by_team_id": workspace.state.team.id,
        "shortcut_id": None,
        "app_id": workspace.app_id,
    }


def group(workspace: "Workspace", item: UserGroup, *, users: bool = False, count: bool = False) -> Json:
    shape: Json = {
        "id": item.id,
        "team_id": workspace.state.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": item.name,
        "description": item.description,
        "handle": item.handle,
        "is_external": False,
        "date_create": item.created,
        "date_update": item.updated or item.created,
        "date_delete": item.disabled_at,
        "auto_type": None,
        "created_by": item.created_by,
        "updated_by": item.updated_by or item.created_by,
        "deleted_by": item.disabled_by or None,
        "prefs": {
            "channels": [id for id in item.channels if workspace.state.channels[id].kind == "public"],
            "groups": [id for id in item.channels if workspace.state.channels[id].kind == "private"],
        },
    }
    if users:
        shape["users"] = list(item.users)
    if count:
        shape["user_count"] = len(item.users)
    return shape
