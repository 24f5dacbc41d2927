"""Answers one Web API call as Slack does: weather, limits, token, arguments, scopes, the method, and the log."""

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox import api
from sandbox.api.registry import Call, Method, read_arguments
from sandbox.faults import Dropped, Plan, Unanswered
from sandbox.log import Entry
from sandbox.refused import Refused
from sandbox.state import Json

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


@dataclass
class Reply:
    """Status, body and headers. `lost` names the fault that keeps it from ever reaching the caller."""

    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    lost: str = ""


def answer(workspace: "Workspace", method: str, args: Json, token: str) -> Reply:
    """Answer in process, sleeping through the latency. Raises Unanswered or Dropped where no answer would come."""
    plan = workspace.faults.plan(method)
    if plan.delay:
        workspace.sleep(plan.delay)
    reply = answer_planned(workspace, plan, method, json.loads(json.dumps(args)), token)
    if reply.lost == "drop":
        raise Dropped(f"{method}: the connection was cut")
    if reply.lost:
        raise Unanswered(f"{method}: no answer")
    reply.body = json.loads(json.dumps(reply.body))
    return reply


def answer_planned(workspace: "Workspace", plan: Plan, method: str, args: Json, token: str) -> Reply:
    """Answer under a fault that has been decided on already; its delay is the caller's to wait."""
    began = time.monotonic()
    request, because = workspace.log.causes.of(args)
    reply = _carry_out(workspace, method, args, token) if plan.takes_effect else Reply({})
    if plan.is_fault:
        reply = _faulty(plan)
    elif not reply.body.get("ok") and reply.status == 200:
        detail = "; ".join(reply.body.get("response_metadata", {}).get("messages", ()))
        workspace.log.refuse(method, args, reply.body.get("error", ""), detail or reply.body.get("needed", ""))
    took = (time.monotonic() - began + plan.delay) * 1000
    error = reply.lost or ("" if reply.body.get("ok") else str(reply.body.get("error", "")))
    if isinstance(view := reply.body.get("view"), dict):
        workspace.log.causes.note_view(str(view["id"]), request)
    at, ms = workspace.now(), round(took, 1)
    entry = Entry(at, "from_app", method, ms, reply.status, error, request=request, because=because)
    workspace.log.record(entry, args, reply.body)
    return reply


def _faulty(plan: Plan) -> Reply:
    if plan.kind == "drop" or plan.kind.startswith("hang"):
        return Reply({}, 0, lost="drop" if plan.kind == "drop" else "hang")
    headers = {"Retry-After": str(plan.retry_after)} if plan.status == 429 else {}
    return Reply({"ok": False, "error": plan.error}, plan.status, headers)


def _carry_out(workspace: "Workspace", name: str, args: Json, token: str) -> Reply:
    try:
        method = _allowed(workspace, name, token)
        if workspace.limits_rates and (wait := workspace.rates.wait(name, method.tier, str(args.get("channel", "")))):
            return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})
        given = {key: value for key, value in args.items() if key != "token"}
        call = Call(workspace, method, read_arguments(method.args, given))
        call.need(method.scopes)
        with workspace.changing():
            body = method.run(call)
        headers = {"x-oauth-scopes": ",".join(_granted(workspace)), "x-accepted-oauth-scopes": ",".join(method.scopes)}
        return Reply({"ok": True} | (body or {}), headers=headers)
    except Refused as refusal:
        return Reply(refusal.body())


def _granted(workspace: "Workspace") -> list[str]:
    if not workspace.manifest.open:
        return sorted(workspace.manifest.scopes)
    known = {scope for method in api.all_methods().values() for scope in method.scopes}
    return sorted(scope for scope in known if workspace.manifest.grants(scope))


def _allowed(workspace: "Workspace", name: str, token: str) -> Method:
    """The method, when this token may call it."""
    method = api.find(name)
    if method is None:
        raise Refused("unknown_method", req_method=name)
    if method.token == "any":
        return method
    if not token:
        raise Refused("not_authed")
    if token not in (workspace.bot_token, workspace.app_token):
        raise Refused("invalid_auth")
    if workspace.token_error:
        raise Refused(workspace.token_error)
    if (token == workspace.app_token) != (method.token == "app"):
        raise Refused("not_allowed_token_type")
    return method
