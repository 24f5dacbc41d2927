"""The table of Web API methods: each is one function with its name, arguments, scopes and tier declared above it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.refused import Refused
from sandbox.state import Channel, Json, Message

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    # A scope family has one scope per kind of conversation, and narrower ones that will do as well.
    "read": {"public": ("channels:read",), "private": ("groups:read",), "im": ("im:read",), "mpim": ("mpim:read",)},
    "history": {
        "public": ("channels:history",),
        "private": ("groups:history",),
        "im": ("im:history",),
        "mpim": ("mpim:history",),
    },
    "write": {
        "public": ("channels:manage",),
        "private": ("groups:write",),
        "im": ("im:write",),
        "mpim": ("mpim:write",),
    },
    "write.rooms": {"public": ("channels:manage",), "private": ("groups:write",)},
    "write.invites": {
        "public": ("channels:manage", "channels:write.invites"),
        "private": ("groups:write", "groups:write.invites"),
    },
    "write.topic": {
        "public": ("channels:manage", "channels:write.topic"),
        "private": ("groups:write", "groups:write.topic"),
        "im": ("im:write", "im:write.topic"),
        "mpim": ("mpim:write", "mpim:write.topic"),
    },
}
EVERYWHERE = ("team_id",)  # Bolt's clients add it to every call, and Slack overlooks it where it means nothing


@dataclass(frozen=True)
class Argument:
    required: bool
    type: str  # string | bool | int | json | list


@dataclass(frozen=True)
class Method:
    name: str
    run: Callable[["Call"], Json | None]
    args: dict[str, Argument] | None  # None takes anything
    scopes: tuple[str, ...]
    tier: int
    token: str  # bot | app | any


METHODS: dict[str, Method] = {}


def method(
    name: str, args: str = "", *, scopes: str = "", family: str = "", tier: int = 3, token: str = "bot"
) -> Callable[[Callable[["Call"], Json | None]], Callable[["Call"], Json | None]]:
    """Declare a Web API method.

    `args` lists its arguments: `name!` is required, `name:bool|int|json|list` has that type, else it is a string;
    "*" takes anything. Any one of `scopes` is enough; with `family` it is the scope of that family for the
    conversation's kind, which `Call.channel` checks, and having none of the family refuses the call outright.
    Tier 0 has no limit.
    """

    def declare(run: Callable[["Call"], Json | None]) -> Callable[["Call"], Json | None]:
        if name in METHODS:
            raise ValueError(f"{name} is declared twice")
        wanted = scopes.split() or [scope for kind in FAMILIES.get(family, {}).values() for scope in kind]
        arguments = None if args == "*" else dict(map(_argument, args.split()))
        METHODS[name] = Method(name, run, arguments, tuple(wanted), tier, token)
        return run

    return declare


def _argument(word: str) -> tuple[str, Argument]:
    name, _, type = word.partition(":")
    return name.rstrip("!"), Argument("!" in name, type or "string")


@dataclass
class Call:
    """One call under way, its arguments already read and checked against the table."""

    workspace: "Workspace"
    method: Method
    args: Json = field(default_factory=dict)

    @property
    def me(self) -> str:
        return self.workspace.bot_user

    @property
    def plan(self) -> str:
        return self.workspace.state.team.plan

    def get(self, name: str, default: Any = None) -> Any:
        return self.args.get(name, default)

    def need(self, scopes: tuple[str, ...]) -> None:
        """Refuse unless one of these scopes is granted."""
        if not self.workspace.manifest.grants_any(scopes):
            provided = ",".join(sorted(self.workspace.manifest.scopes))
            raise Refused("missing_scope", needed=",".join(scopes), provided=provided)

    def channel(self, name: str = "channel", *, member: bool = False, live: bool = False, family: str = "") -> Channel:
        """The conversation that an argument names, as far as the bot may know of it.

        Refuses channel_not_found for a private one that the bot is not in; with `live` is_archived, with `member`
        not_in_channel; with `family` missing_scope for its kind.
        """
        room = self.workspace.state.channels.get(str(self.args.get(name, "")))
        if room is None or (room.kind != "public" and self.me not in room.members):
            raise Refused("channel_not_found")
        if family:
            kinds = FAMILIES[family]
            if room.kind not in kinds:
                raise Refused("method_not_supported_for_channel_type")
            self.need(kinds[room.kind])
        if live and room.is_archived:
            raise Refused("is_archived")
        if member and self.me not in room.members:
            raise Refused("not_in_channel")
        return room

    def message(self, room: Channel, name: str) -> Message:
        """The message of `room` that an argument names by ts."""
        found = room.messages.get(str(self.args.get(name, "")))
        if found is None or found.subtype == "tombstone":
            raise Refused("message_not_found")
        return found


def read_arguments(declared: dict[str, Argument] | None, given: Json) -> Json:
    """The arguments in their declared types. Unknown, missing and misshapen ones are refused by name.

    Slack itself overlooks an argument it does not know; here a misspelt one must not pass unseen.
    """
    if declared is None:
        return given
    known = {*declared, *EVERYWHERE}
    wrong = [f"[ERROR] unknown argument: {name}" for name in given if name not in known]
    wrong += [
        f"[ERROR] missing required field: {name}"
        for name, argument in declared.items()
        if argument.required and given.get(name) in (None, "")
    ]
    if wrong:
        raise Refused("invalid_arguments", wrong)
    present = {name: value for name, value in given.items() if value is not None and name in declared}
    return {name: _coerced(name, declared[name].type, value) for name, value in present.items()}


def _coerced(name: str, type: str, value: Any) -> Any:
    if type == "json":
        return _parsed(name, value)
    if type == "list":
        return _listed(name, value)
    if isinstance(value, (list, dict)):
        raise Refused("invalid_array_arg", [f"[ERROR] must be a string: {name}"])
    if type == "bool":
        if value in (True, False, "true", "false", "True", "False", "1", "0", 1, 0, ""):
            return value in (True, "true", "True", "1", 1)
        raise Refused("invalid_arguments", [f"[ERROR] must be a boolean: {name}"])
    if type == "int":
        try:
            return int(value)
        except ValueError:
            raise Refused("invalid_arguments", [f"[ERROR] must be an integer: {name}"]) from None
    return str(value)


def _listed(name: str, value: Any) -> list[Any]:
    """A list as JSON or as words with commas between them: Slack takes both, and slack_sdk sends the latter."""
    given = _parsed(name, value) if isinstance(value, str) and value.startswith("[") else value
    return given if isinstance(given, list) else [item.strip() for item in str(given).split(",") if item.strip()]


def _parsed(name: str, value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return value or None
    try:
        return json.loads(value)
    except ValueError:
        errors = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise Refused(errors.get(name, "invalid_arguments"), [f"[ERROR] must be valid JSON: {name}"]) from None


def page(items: list[Any], limit: int | None, cursor: str | None, most: int, default: int = 100) -> tuple[list[Any], str]:
    """One page of a list and the cursor of the next, "" on the last. Refuses invalid_cursor and invalid_limit."""
    size = limit or default
    if size < 0 or size > most:
        raise Refused("invalid_limit")
    try:
        start = int(cursor.removeprefix("at:").removesuffix("=")) if cursor else 0
    except ValueError:
        raise Refused("invalid_cursor") from None
    end = start + size
    return items[start:end], f"at:{end}=" if end < len(items) else ""
