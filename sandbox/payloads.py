"""What Slack tells the app about something a person did: commands, clicks, submissions, shortcuts, with all fields."""

import copy
from typing import TYPE_CHECKING

from sandbox import shapes
from sandbox.state import Channel, Json, Message, View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

TOKEN = "sandbox-verification-token"
SAID_NAMES = {"private": "privategroup", "im": "directmessage", "mpim": "mpdm"}


def command(workspace: "Workspace", user: str, room: Channel, name: str, text: str, url: str, trigger: str) -> Json:
    """A slash command; every value is a string, since it travels as a form."""
    team = workspace.state.team
    return {
        "token": TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": room.id,
        "channel_name": SAID_NAMES.get(room.kind, room.name),
        "user_id": user,
        "user_name": workspace.state.people[user].name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger,
    }


def _common(workspace: "Workspace", user: str, kind: str) -> Json:
    person, team = workspace.state.people[user], workspace.state.team
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain},
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": team.id},
        "api_app_id": workspace.app_id,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_actions(workspace: "Workspace", user: str, where: View | Message, action: Json, trigger: str, url: str) -> Json:
    """A click or a choice, in a view or in a message. An ephemeral message is not sent along, only named."""
    payload = _common(workspace, user, "block_actions") | {"trigger_id": trigger, "actions": [action]}
    if isinstance(where, View):
        view = shapes.view(workspace, where)
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": view}
    room = workspace.state.channels[where.channel]
    container = {
        "type": "message",
        "message_ts": where.ts,
        "channel_id": room.id,
        "is_ephemeral": where.ephemeral_to is not None,
    }
    if where.thread_ts:
        container["thread_ts"] = where.thread_ts
    payload |= {
        "container": container,
        "channel": _channel(room),
        "state": {"values": copy.deepcopy(where.inputs.get(user, {}))},
        "response_url": url,
    }
    return payload if where.ephemeral_to else payload | {"message": shapes.message(workspace, where)}


def block_suggestion(workspace: "Workspace", user: str, where: View | Message, block: Json, element: Json, query: str) -> Json:
    """Somebody typing into a select whose options the app provides."""
    payload = _common(workspace, user, "block_suggestion")
    payload |= {"action_id": element["action_id"], "block_id": block["block_id"], "value": query}
    if isinstance(where, View):
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": shapes.view(workspace, where)}
    room = workspace.state.channels[where.channel]
    container = {"type": "message", "message_ts": where.ts, "channel_id": room.id, "is_ephemeral": False}
    return payload | {"container": container, "channel": _channel(room), "message": shapes.message(workspace, where)}


def view_submission(workspace: "Workspace", view: View, trigger: str, urls: list[Json]) -> Json:
    payload = _common(workspace, view.user, "view_submission")
    return payload | {"trigger_id": trigger, "view": shapes.view(workspace, view), "response_urls": urls}


def view_closed(workspace: "Workspace", view: View, cleared: bool) -> Json:
    return _common(workspace, view.user, "view_closed") | {"view": shapes.view(workspace, view), "is_cleared": cleared}


def shortcut(workspace: "Workspace", user: str, callback_id: str, trigger: str) -> Json:
    """A global shortcut: it knows no channel and has no response_url."""
    payload = _common(workspace, user, "shortcut")
    return payload | {"callback_id": callback_id, "trigger_id": trigger, "action_ts": workspace.next_ts()}


def message_action(workspace: "Workspace", user: str, callback_id: str, message: Message, trigger: str, url: str) -> Json:
    room = workspace.state.channels[message.channel]
    return _common(workspace, user, "message_action") | {
        "callback_id": callback_id,
        "trigger_id": trigger,
        "response_url": url,
        "channel": _channel(room),
        "message_ts": message.ts,
        "message": shapes.message(workspace, message),
        "action_ts": workspace.next_ts(),
    }


def _channel(room: Channel) -> Json:
    return {"id": room.id, "name": SAID_NAMES.get(room.kind, room.name)}
