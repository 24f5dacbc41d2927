"""usergroups.*: the groups that can be mentioned at once."""

from sandbox import shapes
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Json


@method(
    "usergroups.list",
    "include_count:bool include_disabled:bool include_users:bool",
    scopes="usergroups:read",
    tier=2,
)
def list_(call: Call) -> Json:
    options = {"users": bool(call.get("include_users")), "count": bool(call.get("include_count"))}
    groups = call.workspace.state.groups.values()
    return {"usergroups": [shapes.group(call.workspace, group, **options) for group in groups]}


@method("usergroups.users.list", "usergroup! include_disabled:bool", scopes="usergroups:read", tier=2)
def users_list(call: Call) -> Json:
    group = call.workspace.state.groups.get(call.get("usergroup"))
    if group is None:
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
    group = call.workspace.state.groups.get(call.get("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    users = [user.strip() for user in str(call.get("users") or "").split(",") if user.strip()]
    if not users:
        raise Refused("no_users_provided")
    if any(user not in call.workspace.state.people for user in users):
        raise Refused("invalid_users")
    group.users = users
    call.workspace.touch("people")
    return {"usergroup": shapes.group(call.workspace, group, users=True, count=True)}
