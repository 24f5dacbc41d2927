"""Which happenings an app hears of, and the envelope they come in."""

from typing import TYPE_CHECKING

from sandbox.state import Channel, Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

MESSAGE_EVENTS = {
    "public": ("message.channels", "channels:history"),
    "private": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
    "mpim": ("message.mpim", "mpim:history"),
}
READ_SCOPES = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
SCOPES = {
    "app_mention": "app_mentions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "file_deleted": "files:read",
    "file_shared": "files:read",
    "subteam_created": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "user_change": "users:read",
    "team_join": "users:read",
}
FOR_OUTSIDERS = ("channel_created", "channel_rename", "channel_archive", "channel_unarchive")


def deliverable(workspace: "Workspace", event: Json, channel: Channel | None) -> bool:
    """Whether the app is subscribed to it, has the scope for it, and the bot is where it happened."""
    name, scope = _subscription(event["type"], channel)
    if not workspace.manifest.subscribes(name) or (scope and not workspace.manifest.grants(scope)):
        return False
    if channel is None or workspace.bot_user in channel.members:
        return True
    left = event["type"] == "member_left_channel" and event.get("user") == workspace.bot_user
    return left or (channel.kind == "public" and event["type"] in FOR_OUTSIDERS)


def _subscription(kind: str, channel: Channel | None) -> tuple[str, str]:
    """The name an app subscribes to and the scope it needs ("" for none)."""
    if channel is None:
        return kind, SCOPES.get(kind, "")
    if kind == "message":
        return MESSAGE_EVENTS[channel.kind]
    if kind.startswith(("member_", "channel_", "group_")):
        return kind, READ_SCOPES[channel.kind]
    return kind, SCOPES.get(kind, "")


def envelope(workspace: "Workspace", event: Json) -> Json:
    """The outer payload; its event_id stays the same through every retry."""
    team = workspace.state.team.id
    return {
        "token": "sandbox-verification-token",
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": workspace.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{workspace.secret(40)}",
    }
