"""usergroups.*: the groups that can be mentioned at once. None of it works on the free plan."""

import re

from sandbox import shapes, usergroups
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Json, UserGroup

HANDLE_MOST = 21
NAME_MOST = 80
DESCRIPTION_MOST = 140
RESERVED = ("channel", "here", "everyone")
LOOKS = "description handle channels:list additional_channels:list include_count:bool enable_section:bool"


@method(
    "usergroups.list",
    "include_count:bool include_disabled:bool include_users:bool",
    scopes="usergroups:read",
    tier=2,
)
def list_(call: Call) -> Json:
    _paid(call)
    options = {"users": bool(call.get("include_users")), "count": bool(call.get("include_count"))}
    groups = [group for group in call.workspace.state.groups.values() if call.get("include_disabled") or not group.disabled_at]
    return {"usergroups": [shapes.group(call.workspace, group, **options) for group in groups]}


@method("usergroups.create", f"name {LOOKS}", scopes="usergroups:write", tier=2)
def create(call: Call) -> Json:
    _paid(call)
    name = call.get("name") or ""
    if not name:
        raise Refused("missing_subteam_name")
    handle = call.get("handle") or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:HANDLE_MOST]
    _check_name(call, name)
    _check_handle(call, handle)
    return _shown(
        call,
        usergroups.create(call.workspace, name, handle, _description(call), _channels(call), call.me),
    )


@method("usergroups.update", f"usergroup! name {LOOKS}", scopes="usergroups:write", tier=2)
def update(call: Call) -> Json:
    _paid(call, "paid_teams_only")
    group = _group(call)
    given: Json = {}
    if (name := call.get("name")) and name != group.name:
        _check_name(call, name)
        given["name"] = name
    if (handle := call.get("handle")) and handle != group.handle:
        _check_handle(call, handle)
        given["handle"] = handle
    if "description" in call.args:
        given["description"] = _description(call)
    if "channels" in call.args:
        given["channels"] = _channels(call)
    usergroups.update(call.workspace, group, call.me, **given)
    return _shown(call, group)


@method("usergroups.enable", "usergroup! include_count:bool", scopes="usergroups:write", tier=2)
def enable(call: Call) -> Json:
    _paid(call)
    group = _group(call)
    usergroups.enable(call.workspace, group, call.me, True)
    return _shown(call, group)


@method("usergroups.disable", "usergroup! include_count:bool", scopes="usergroups:write", tier=2)
def disable(call: Call) -> Json:
    _paid(call)
    group = _group(call)
    usergroups.enable(call.workspace, group, call.me, False)
    return _shown(call, group)


@method("usergroups.users.list", "usergroup! include_disabled:bool", scopes="usergroups:read", tier=2)
def users_list(call: Call) -> Json:
    _paid(call)
    group = _group(call)
    if group.disabled_at and not call.get("include_disabled"):
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


@method(
    "usergroups.users.update",
    "usergroup! users include_count:bool additional_channels is_shared:bool",
    scopes="usergroups:write",
    tier=2,
)
def users_update(call: Call) -> Json:
    """Replaces the whole list; an empty one is refused."""
    _paid(call)
    group = _group(call)
    users = [user.strip() for user in str(call.get("users") or "").split(",") if user.strip()]
    if not users:
        raise Refused("no_users_provided")
    people = call.workspace.state.people
    if any(user not in people or people[user].deleted for user in users):
        raise Refused("invalid_users")
    usergroups.fill(call.workspace, group, list(dict.fromkeys(users)), call.me)
    return _shown(call, group)


def _paid(call: Call, error: str = "plan_upgrade_required") -> None:
    if call.plan == "free":
        raise Refused(error)


def _group(call: Call) -> UserGroup:
    group = call.workspace.state.groups.get(call.get("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return group


def _shown(call: Call, group: UserGroup) -> Json:
    count = bool(call.get("include_count"))
    return {"usergroup": shapes.group(call.workspace, group, users=True, count=count)}


def _check_name(call: Call, name: str) -> None:
    if len(name) > NAME_MOST:
        raise Refused("name_too_long")
    if any(group.name == name for group in call.workspace.state.groups.values()):
        raise Refused("name_already_exists")


def _check_handle(call: Call, handle: str) -> None:
    """A handle is unique among groups, people and channels."""
    state = call.workspace.state
    if not re.fullmatch(rf"[a-z0-9][a-z0-9._-]{{0,{HANDLE_MOST - 1}}}", handle):
        raise Refused("bad_handle")
    if handle in RESERVED:
        raise Refused("forbidden_handle")
    taken = {group.handle for group in state.groups.values()} | {person.name for person in state.people.values()}
    if handle in taken | {room.name for room in state.channels.values()}:
        raise Refused("handle_already_exists")


def _description(call: Call) -> str:
    description = call.get("description") or ""
    if len(description) > DESCRIPTION_MOST:
        raise Refused("description_too_long")
    return str(description)


def _channels(call: Call) -> list[str]:
    ids = call.get("channels") or []
    for id in ids:
        room = call.workspace.state.channels.get(id)
        if room is None or room.is_direct:
            raise Refused("invalid_channel_provided")
    return list(ids)
