"""views.*: forms and App Homes."""

from sandbox import modals, shapes
from sandbox.api.registry import Call, method
from sandbox.refused import Refused
from sandbox.state import Json, View


@method("views.open", "trigger_id interactivity_pointer view!:json", tier=4)
def open_(call: Call) -> Json:
    content = modals.checked(call.workspace, call.get("view"))
    who = modals.redeem(call.workspace, call.get("trigger_id") or call.get("interactivity_pointer")).user
    return _shown(call, modals.show(call.workspace, who, content))


@method("views.push", "trigger_id interactivity_pointer view!:json", tier=4)
def push(call: Call) -> Json:
    content = modals.checked(call.workspace, call.get("view"))
    who = modals.redeem(call.workspace, call.get("trigger_id") or call.get("interactivity_pointer")).user
    return _shown(call, modals.push(call.workspace, who, content))


@method("views.update", "view_id external_id view!:json hash", tier=4)
def update(call: Call) -> Json:
    content = modals.checked(call.workspace, call.get("view"), ("modal", "home"))
    if not (call.get("view_id") or call.get("external_id")):
        raise Refused("invalid_arguments", ["[ERROR] missing required field: view_id"])
    view = modals.find(call.workspace, call.get("view_id"), call.get("external_id"))
    if view is None:
        raise Refused("not_found")
    if content["type"] != view.type:
        raise Refused("invalid_arguments", ["[ERROR] must match the `type` of the view [json-pointer:/view/type]"])
    return _shown(call, modals.update(call.workspace, view, content, call.get("hash")))


@method("views.publish", "user_id! view!:json hash interactivity_pointer", tier=4)
def publish(call: Call) -> Json:
    if not call.workspace.manifest.home_tab:
        raise Refused("not_enabled")
    person = call.workspace.state.people.get(call.get("user_id"))
    if person is None or person.is_bot:
        raise Refused("invalid_arguments", ["[ERROR] invalid `user_id`"])
    content = modals.checked(call.workspace, call.get("view"), ("home",))
    return _shown(call, modals.publish(call.workspace, person.id, content, call.get("hash")))


def _shown(call: Call, view: View) -> Json:
    return {"view": shapes.view(call.workspace, view)}
