"""conversations.*: create, find, join, fill and close channels."""

from sandbox import channels, shapes
from sandbox.api.registry import FAMILIES, Call, method, page
from sandbox.api.users import listed
from sandbox.refused import Refused
from sandbox.state import Channel, Json

TOPIC_MOST = 250
INVITE_MOST = 100


@method("conversations.create", "name is_private:bool", family="write", tier=2)
def create(call: Call) -> Json:
    private = bool(call.get("is_private"))
    call.need(FAMILIES["write"]["private" if private else "public"])
    name = str(call.get("name") or "")
    _check_name(call, name)
    room = channels.create(call.workspace, name, "private" if private else "public", call.me)
    return _shown(call, room)


@method("conversations.rename", "channel! name", family="write", tier=2)
def rename(call: Call) -> Json:
    room = call.channel(live=True, member=True, family="write.rooms")
    if room.creator != call.me:
        raise Refused("not_authorized")
    name = str(call.get("name") or "")
    if name != room.name:
        _check_name(call, name)
        channels.rename(call.workspace, room, name, call.me)
    return _shown(call, room)


@method("conversations.join", "channel!", scopes="channels:join")
def join(call: Call) -> Json:
    room = call.channel(live=True)
    if room.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if call.me in room.members:
        warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return _shown(call, room) | warning
    channels.join(call.workspace, room, call.me)
    return _shown(call, room)


@method("conversations.leave", "channel!", family="write")
def leave(call: Call) -> Json:
    room = call.channel(live=True, family="write.rooms")
    if room.is_general:
        raise Refused("cant_leave_general")
    if call.me not in room.members:
        return {"ok": False, "not_in_channel": True}
    if room.kind == "private" and room.members == [call.me]:
        raise Refused("last_member")
    channels.leave(call.workspace, room, call.me)
    return {}


@method("conversations.invite", "channel! users force:bool", family="write.invites")
def invite(call: Call) -> Json:
    """All or nothing, unless `force`: then whoever can be invited is."""
    room = call.channel(live=True, member=True, family="write.invites")
    users = [user.strip() for user in str(call.get("users") or "").split(",") if user.strip()]
    if not users:
        raise Refused("no_user")
    if len(users) > INVITE_MOST:
        raise Refused("invalid_arguments", [f"[ERROR] no more than {INVITE_MOST} users allowed"])
    wrong = {user: error for user in users if (error := _cannot_invite(call, room, user))}
    errors = [{"user": user, "ok": False, "error": error} for user, error in wrong.items()]
    welcome = [user for user in users if user not in wrong]
    if wrong and not (call.get("force") and welcome):
        raise Refused(next(iter(wrong.values())), errors=errors)
    for user in welcome:
        channels.join(call.workspace, room, user, inviter=call.me)
    return _shown(call, room) | ({"errors": errors} if errors else {})


def _cannot_invite(call: Call, room: Channel, user: str) -> str | None:
    person = call.workspace.state.people.get(user)
    if person is None or person.deleted:
        return "user_not_found"
    if user == call.me:
        return "cant_invite_self"
    return "already_in_channel" if user in room.members else None


@method("conversations.kick", "channel! user!", family="write.rooms")
def kick(call: Call) -> Json:
    room = call.channel(member=True, family="write.rooms")
    user = call.get("user")
    if user not in call.workspace.state.people:
        raise Refused("user_not_found")
    if user == call.me:
        raise Refused("cant_kick_self")
    if room.is_general:
        raise Refused("cant_kick_from_general")
    if user not in room.members:
        raise Refused("not_in_channel")
    channels.leave(call.workspace, room, user)
    return {"errors": {}}


@method("conversations.open", "channel return_im:bool users prevent_creation:bool", family="write")
def open_(call: Call) -> Json:
    if call.get("channel"):
        room = call.channel(family="write")
        if not room.is_direct:
            raise Refused("method_not_supported_for_channel_type")
        return _opened(call, room, already=True)
    users = [user.strip() for user in str(call.get("users") or "").split(",") if user.strip()]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 8:
        raise Refused("too_many_users")
    if any(user not in call.workspace.state.people or user == call.me for user in users):
        raise Refused("user_not_found")
    if any(call.workspace.state.people[user].deleted for user in users):
        raise Refused("user_disabled")
    call.need(FAMILIES["write"]["im" if len(users) == 1 else "mpim"])
    known = channels.find_direct(call.workspace, [call.me, *users])
    if known is None and call.get("prevent_creation"):
        raise Refused("channel_not_found")
    return _opened(call, known or channels.direct(call.workspace, [call.me, *users]), already=known is not None)


def _opened(call: Call, room: Channel, already: bool) -> Json:
    shape = shapes.channel(call.workspace, room) if call.get("return_im") else {"id": room.id}
    return {"channel": shape} | ({"no_op": True, "already_open": True} if already else {})


@method("conversations.close", "channel!", family="write", tier=2)
def close(call: Call) -> Json:
    if not call.channel(family="write").is_direct:
        raise Refused("method_not_supported_for_channel_type")
    return {}


@method("conversations.info", "channel! include_locale:bool include_num_members:bool", family="read")
def info(call: Call) -> Json:
    room = call.channel(family="read")
    return {"channel": shapes.channel(call.workspace, room, members=bool(call.get("include_num_members")))}


@method("conversations.list", "cursor exclude_archived:bool limit:int types", family="read", tier=2)
def list_(call: Call) -> Json:
    return listed(call, lambda room: room.kind == "public" or call.me in room.members)


@method("conversations.members", "channel! cursor limit:int", family="read", tier=4)
def members(call: Call) -> Json:
    room = call.channel(family="read")
    shown, cursor = page(room.members, call.get("limit"), call.get("cursor"), most=1000)
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


@method("conversations.setTopic", "channel! topic", family="write.topic", tier=2)
def set_topic(call: Call) -> Json:
    if call.get("topic") is None:
        raise Refused("invalid_arguments", ["[ERROR] missing required field: topic"])
    room = call.channel(live=True, member=True, family="write.topic")
    if len(call.get("topic")) > TOPIC_MOST:
        raise Refused("too_long")
    channels.set_topic(call.workspace, room, call.get("topic"), call.me)
    return _shown(call, room)


@method("conversations.setPurpose", "channel! purpose", family="write.topic", tier=2)
def set_purpose(call: Call) -> Json:
    if call.get("purpose") is None:
        raise Refused("invalid_arguments", ["[ERROR] missing required field: purpose"])
    room = call.channel(live=True, member=True, family="write.topic")
    if len(call.get("purpose")) > TOPIC_MOST:
        raise Refused("too_long")
    channels.set_purpose(call.workspace, room, call.get("purpose"), call.me)
    return {"purpose": room.purpose.value}


@method("conversations.archive", "channel!", family="write", tier=2)
def archive(call: Call) -> Json:
    room = call.channel(family="write.rooms")
    if room.is_archived:
        raise Refused("already_archived")
    if room.is_general:
        raise Refused("cant_archive_general")
    if call.me not in room.members:
        raise Refused("not_in_channel")
    channels.archive(call.workspace, room, call.me)
    return {}


@method("conversations.unarchive", "channel!", family="write", tier=2)
def unarchive(call: Call) -> Json:
    room = call.channel(family="write.rooms")
    if not room.is_archived:
        raise Refused("not_archived")
    channels.unarchive(call.workspace, room, call.me)
    return {}


def _check_name(call: Call, name: str) -> None:
    if error := channels.wrong_name(name):
        raise Refused(error)
    if channels.taken(call.workspace, name):
        raise Refused("name_taken")


def _shown(call: Call, room: Channel) -> Json:
    return {"channel": shapes.channel(call.workspace, room)}
