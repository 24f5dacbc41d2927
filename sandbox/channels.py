"""What happens to channels, whoever does it: create, join, rename, topic, archive…; with the lines Slack writes."""

import re
from typing import TYPE_CHECKING

from sandbox import messages, shapes
from sandbox.state import Channel, Json, Kind, Note

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

NAME_MOST = 80


def wrong_name(name: str) -> str | None:
    """Slack's error for a channel name it would not take, or None."""
    if not name:
        return "invalid_name_required"
    if len(name) > NAME_MOST:
        return "invalid_name_maxlength"
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        return "invalid_name_specials"
    if not re.search(r"[a-z0-9]", name):
        return "invalid_name_punctuation"
    return None


def taken(workspace: "Workspace", name: str) -> bool:
    """Archived channels keep their names."""
    return any(room.name == name and not room.is_direct for room in workspace.state.channels.values())


def create(workspace: "Workspace", name: str, kind: Kind, by: str) -> Channel:
    """Make a channel with its creator in it. The name must be free and well-formed."""
    with workspace.changing() as state:
        room = Channel(workspace.new_id("C"), name, kind, creator=by, created=int(workspace.now()))
        state.channels[room.id] = room
        workspace.touch("channels", room.id)
        if kind == "public":
            created = {"id": room.id, "name": name, "created": room.created, "creator": by}
            _tell(workspace, room, "channel_created", channel=created)
        join(workspace, room, by)
        return room


def find_direct(workspace: "Workspace", people: list[str]) -> Channel | None:
    """The direct conversation of exactly these people, if there is one."""
    with workspace.lock:
        rooms = workspace.state.channels.values()
        return next((room for room in rooms if room.is_direct and set(room.members) == set(people)), None)


def direct(workspace: "Workspace", people: list[str]) -> Channel:
    """The direct conversation of exactly these people, opened if there is none."""
    with workspace.changing() as state:
        if found := find_direct(workspace, people):
            return found
        kind: Kind = "im" if len(set(people)) <= 2 else "mpim"
        names = "--".join(state.people[id].name for id in people)
        id = workspace.new_id("D" if kind == "im" else "G")
        room = Channel(id, id if kind == "im" else f"mpdm-{names}-1", kind, people[0], int(workspace.now()), list(people))
        state.channels[id] = room
        workspace.touch("channels", id)
        return room


def join(workspace: "Workspace", room: Channel, who: str, inviter: str | None = None) -> None:
    """Add a member, unless they are one already."""
    with workspace.changing():
        if who in room.members:
            return
        room.members.append(who)
        workspace.touch("channels", room.id)
        extra: Json = {"inviter": inviter} if inviter else {}
        prefix = "group" if room.kind == "private" else "channel"
        text = f"<@{who}> has joined the {prefix}"
        messages.notice(workspace, room, who, f"{prefix}_join", text, **extra)
        _tell(workspace, room, "member_joined_channel", user=who, **_where(workspace, room), **extra)


def leave(workspace: "Workspace", room: Channel, who: str) -> None:
    """Remove a member, of their own will or not."""
    with workspace.changing():
        if who not in room.members:
            return
        prefix = "group" if room.kind == "private" else "channel"
        messages.notice(workspace, room, who, f"{prefix}_leave", f"<@{who}> has left the {prefix}")
        room.members.remove(who)
        workspace.touch("channels", room.id)
        _tell(workspace, room, "member_left_channel", user=who, **_where(workspace, room))


def set_topic(workspace: "Workspace", room: Channel, topic: str, by: str) -> None:
    """Each set is a visible line, even of the same topic."""
    with workspace.changing():
        room.topic = Note(topic, by, int(workspace.now()))
        workspace.touch("channels", room.id)
        text = f"<@{by}> set the channel topic: {topic}" if topic else f"<@{by}> cleared the channel topic"
        messages.notice(workspace, room, by, "channel_topic", text, topic=topic)


def set_purpose(workspace: "Workspace", room: Channel, purpose: str, by: str) -> None:
    with workspace.changing():
        room.purpose = Note(purpose, by, int(workspace.now()))
        workspace.touch("channels", room.id)
        text = f"<@{by}> set the channel description: {purpose}"
        messages.notice(workspace, room, by, "channel_purpose", text, purpose=purpose)


def rename(workspace: "Workspace", room: Channel, name: str, by: str) -> None:
    """Give a channel another name; it must be free and well-formed."""
    with workspace.changing():
        old, room.name = room.name, name
        room.previous_names.insert(0, old)
        workspace.touch("channels", room.id)
        text = f'<@{by}> has renamed the channel from "{old}" to "{name}"'
        messages.notice(workspace, room, by, "channel_name", text, old_name=old, name=name)
        _tell(workspace, room, "channel_rename", channel={"id": room.id, "name": name, "created": room.created})


def archive(workspace: "Workspace", room: Channel, by: str) -> None:
    with workspace.changing():
        messages.notice(workspace, room, by, "channel_archive", f"<@{by}> archived the channel", members=room.members[:])
        room.is_archived = True
        workspace.touch("channels", room.id)
        _tell(workspace, room, "channel_archive", channel=room.id, user=by)


def unarchive(workspace: "Workspace", room: Channel, by: str) -> None:
    with workspace.changing():
        room.is_archived = False
        workspace.touch("channels", room.id)
        messages.notice(workspace, room, by, "channel_unarchive", f"<@{by}> un-archived the channel")
        _tell(workspace, room, "channel_unarchive", channel=room.id, user=by)


def _where(workspace: "Workspace", room: Channel) -> Json:
    return {
        "channel": room.id,
        "channel_type": shapes.LETTER[room.kind],
        "team": workspace.state.team.id,
    }


def _tell(workspace: "Workspace", room: Channel, kind: str, **inner: object) -> None:
    name = kind
    if room.kind == "private" and kind.startswith("channel_"):
        name = kind.replace("channel_", "group_", 1)
    workspace.emit({"type": name, **inner, "event_ts": workspace.next_ts()}, room)
