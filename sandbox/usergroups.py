"""What happens to user groups, with the events that follow."""

from typing import TYPE_CHECKING

from sandbox import shapes
from sandbox.state import UserGroup

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


def create(workspace: "Workspace", name: str, handle: str, description: str, channels: list[str], by: str) -> UserGroup:
    """A new group with nobody in it. Name and handle must be free."""
    with workspace.changing() as state:
        id, now = workspace.new_id("S"), int(workspace.now())
        group = UserGroup(id, handle, name, description, channels=channels, created=now, created_by=by)
        state.groups[id] = group
        _tell(workspace, group, "subteam_created")
        return group


def update(workspace: "Workspace", group: UserGroup, by: str, **content: object) -> None:
    """Change name, handle, description or channels, as far as they are given."""
    with workspace.changing():
        for name, value in content.items():
            setattr(group, name, value)
        _touch(workspace, group, by)
        _tell(workspace, group, "subteam_updated")


def enable(workspace: "Workspace", group: UserGroup, by: str, enabled: bool) -> None:
    with workspace.changing():
        group.disabled_at, group.disabled_by = (0, "") if enabled else (int(workspace.now()), by)
        _touch(workspace, group, by)
        _tell(workspace, group, "subteam_updated")


def fill(workspace: "Workspace", group: UserGroup, users: list[str], by: str) -> None:
    """Replace the whole list of members."""
    with workspace.changing():
        before, group.users = group.users, users
        previous = group.updated or group.created
        _touch(workspace, group, by)
        added = [user for user in users if user not in before]
        removed = [user for user in before if user not in users]
        workspace.emit(
            {
                "type": "subteam_members_changed",
                "subteam_id": group.id,
                "team_id": workspace.state.team.id,
                "date_previous_update": previous,
                "date_update": group.updated,
                "added_users": added,
                "added_users_count": len(added),
                "removed_users": removed,
                "removed_users_count": len(removed),
                "event_ts": workspace.next_ts(),
            }
        )
        _tell(workspace, group, "subteam_updated")


def _touch(workspace: "Workspace", group: UserGroup, by: str) -> None:
    group.updated, group.updated_by = int(workspace.now()), by
    workspace.touch("people")


def _tell(workspace: "Workspace", group: UserGroup, kind: str) -> None:
    workspace.touch("people")
    shape = shapes.group(workspace, group, users=True, count=True)
    workspace.emit({"type": kind, "subteam": shape, "event_ts": workspace.next_ts()})
