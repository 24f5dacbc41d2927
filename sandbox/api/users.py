"""users.*: who works here."""

from collections.abc import Callable

from sandbox import shapes
from sandbox.api.registry import FAMILIES, Call, method, page
from sandbox.refused import Refused
from sandbox.state import Channel, Json, Person

TYPES = {"public_channel": "public", "private_channel": "private", "mpim": "mpim", "im": "im"}


@method("users.list", "cursor limit:int include_locale:bool", scopes="users:read", tier=2)
def users_list(call: Call) -> Json:
    everyone = list(call.workspace.state.people.values())
    shown, cursor = page(everyone, call.get("limit"), call.get("cursor"), most=1000, default=1000)
    return {
        "members": [_shape(call, person) for person in shown],
        "cache_ts": int(call.workspace.now()),
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.info", "user! include_locale:bool", scopes="users:read", tier=4)
def users_info(call: Call) -> Json:
    shape = _shape(call, _person(call, "user"))
    return {"user": shape | ({"locale": "en-US"} if call.get("include_locale") else {})}


@method("users.lookupByEmail", "email!", scopes="users:read.email")
def lookup_by_email(call: Call) -> Json:
    wanted = call.get("email").strip().lower()
    for person in call.workspace.state.people.values():
        if person.email and person.email.lower() == wanted and not person.deleted:
            return {"user": _shape(call, person)}
    raise Refused("users_not_found")


@method("users.profile.get", "user include_labels:bool", scopes="users.profile:read", tier=4)
def profile_get(call: Call) -> Json:
    person = _person(call, "user") if call.get("user") else call.workspace.state.people[call.me]
    return {"profile": _shape(call, person)["profile"]}


@method("users.getPresence", "user", scopes="users:read")
def get_presence(call: Call) -> Json:
    return {"presence": "active"}


@method(
    "users.conversations",
    "cursor exclude_archived:bool exclude_muted:bool limit:int types user",
    family="read",
)
def users_conversations(call: Call) -> Json:
    """The conversations of a member; private ones only where the bot is too."""
    who = call.get("user") or call.me
    if who not in call.workspace.state.people:
        raise Refused("user_not_found")
    return listed(call, lambda room: who in room.members and (room.kind == "public" or call.me in room.members))


def listed(call: Call, seen: Callable[[Channel], bool]) -> Json:
    """A page of the conversations that the call asks for and `seen` lets through."""
    types = (call.get("types") or "public_channel").replace(" ", "").split(",")
    if unknown := [name for name in types if name not in TYPES]:
        raise Refused("invalid_types", [f"[ERROR] unknown type: {name}" for name in unknown])
    kinds = {TYPES[name] for name in types}
    for kind in kinds:
        call.need(FAMILIES["read"][kind])
    rooms = [
        room
        for room in call.workspace.state.channels.values()
        if room.kind in kinds and seen(room) and not (call.get("exclude_archived") and room.is_archived)
    ]
    shown, cursor = page(rooms, call.get("limit"), call.get("cursor"), most=1000)
    shapes_ = [shapes.channel(call.workspace, room, members=not room.is_direct) for room in shown]
    return {"channels": shapes_, "response_metadata": {"next_cursor": cursor}}


def _person(call: Call, name: str) -> Person:
    person = call.workspace.state.people.get(call.get(name))
    if person is None:
        raise Refused("user_not_found")
    return person


def _shape(call: Call, person: Person) -> Json:
    return shapes.person(call.workspace, person, email=call.workspace.manifest.grants("users:read.email"))
