"""api.test, auth.test, bots.info, team.info, apps.connections.open: who and where the app is."""

from sandbox import shapes
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Json


@method("api.test", "*", tier=0, token="any")
def api_test(call: Call) -> Json:
    if error := call.get("error"):
        raise Refused(str(error), args=call.args)
    return {"args": call.args} if call.args else {}


@method("auth.test", tier=0)
def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"{workspace.url}/",
        "team": workspace.state.team.name,
        "user": workspace.state.people[call.me].name,
        "team_id": workspace.state.team.id,
        "user_id": call.me,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", "debug_reconnects:bool", token="app")
def connections_open(call: Call) -> Json:
    if call.workspace.socket_mode is None:
        raise Refused("internal_error", ["[ERROR] this workspace has no server, so there is no socket to open"])
    return {"url": call.workspace.socket_mode.ticket_url(debug_reconnects=bool(call.get("debug_reconnects")))}


@method("bots.info", "bot", scopes="users:read")
def bots_info(call: Call) -> Json:
    if call.get("bot") not in (None, call.workspace.bot_id):
        raise Refused("bot_not_found")
    return {"bot": shapes.bot_profile(call.workspace)}


@method("team.info", "team domain", scopes="team:read")
def team_info(call: Call) -> Json:
    team = call.workspace.state.team
    shape = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "example.com"}
    return {"team": shape | {"icon": {"image_default": True}, "url": f"{call.workspace.url}/"}}
