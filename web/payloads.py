"""What Slack's requests have that our listeners count on. What lacks it is refused here: it cannot come from Slack."""

import json
from binascii import a2b_qp
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl, unquote_plus

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

Json = dict[str, Any]

_MOST_FIELDS = 100  # of a form; Slack's have about fifteen


class NotSlacks(ValueError):
    """Nothing that Slack would send."""


def _ours(private: str) -> str:
    """What our own forms carry along, which Slack gives back as it was."""
    if private:
        _Private.model_validate(json.loads(private))
    return private


def _not(*names: str) -> AfterValidator:
    def check(name: str) -> str:
        if name in names:
            raise ValueError("this kind has members of its own")
        return name

    return AfterValidator(check)


Id = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,300}$")]
Ts = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,11}\.[0-9]{1,9}$")]


class _Part(BaseModel):
    """Only what is named is looked at, and it is not converted."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore", strict=True)


class _Private(_Part):
    incident: int | None = None
    response_url: str = ""


class _Named(_Part):
    id: Id


class _Option(_Part):
    value: str


class _Action(_Part):
    action_id: str
    value: str | None = None
    selected_option: _Option | None = None
    selected_user: Id | None = None


class _Field(_Part):
    value: str | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_user: Id | None = None
    selected_date_time: Annotated[int, Field(ge=0, le=10**11)] | None = None


class _State(_Part):
    values: dict[str, dict[str, _Field]] = {}


class _View(_Part):
    id: Id
    type: str
    hash: str | None = None
    callback_id: str = ""
    private_metadata: Annotated[str, AfterValidator(_ours)] = ""
    blocks: list[Json] = []
    state: _State = _State()


class _Message(_Part):
    ts: Ts
    thread_ts: Ts | None = None
    text: str | None = None
    user: Id | None = None
    bot_id: Id | None = None
    files: list[Json] | None = None


class _Asked(_Part):
    user: _Named
    response_url: str = ""


class _BlockActions(_Asked):
    type: Literal["block_actions"]
    trigger_id: Id
    actions: Annotated[list[_Action], Field(min_length=1)]
    channel: _Named | None = None
    container: Json | None = None
    view: _View | None = None


class _ViewSubmission(_Asked):
    type: Literal["view_submission"]
    view: _View


class _ViewClosed(_Asked):
    type: Literal["view_closed"]
    view: _View


class _MessageAction(_Asked):
    type: Literal["message_action"]
    trigger_id: Id
    callback_id: str
    message: _Message
    channel: _Named


class _PinnedMessage(_Part):
    type: Literal["message"]
    channel: Id | None = None
    message: _Message | None = None


class _MarkedMessage(_Part):
    type: Literal["message"]
    channel: Id
    ts: Ts


class _Other(_Part):
    type: Annotated[str, _not("message")]


class _Pinned(_Part):
    type: Literal["pin_added"]
    user: Id
    channel_id: Id | None = None
    item: _PinnedMessage | _Other


class _Reacted(_Part):
    type: Literal["reaction_added"]
    user: Id
    reaction: str
    item: _MarkedMessage | _Other


class _Joined(_Part):
    type: Literal["member_joined_channel"]
    user: Id
    channel: Id


class _Happening(_Part):
    type: Annotated[str, _not("pin_added", "reaction_added", "member_joined_channel")]


class _EventCallback(_Part):
    type: Literal["event_callback"]
    event: _Pinned | _Reacted | _Joined | _Happening


class _UrlVerification(_Part):
    type: Literal["url_verification"]
    challenge: str


class _Command(_Part):
    command: str
    user_id: Id
    trigger_id: Id
    channel_id: str = ""
    text: str = ""
    response_url: str = ""


_KNOWN: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        _BlockActions | _ViewSubmission | _ViewClosed | _MessageAction | _EventCallback | _UrlVerification,
        Field(discriminator="type"),
    ]
)
_COMMAND = TypeAdapter(_Command)


def understood(body: bytes, content_type: str) -> Json:
    """A request's payload, whole, with the members that its kind has. Raises NotSlacks, and nothing else."""
    try:
        text = body.decode()
        if content_type.partition(";")[0].strip().lower() == "application/json" or text.startswith("{"):
            return _checked(text)
        form = fields(text)
        if "payload" in form:
            return _checked(form["payload"])
        if "%00" in text or "\x00" in text:
            form = _storable(form)
        _COMMAND.validate_python(form)
        return form
    except (ValueError, RecursionError):  # pydantic's, json's and Unicode's are ValueErrors; without what was sent
        raise NotSlacks from None


def fields(text: str) -> dict[str, str]:
    """A form's fields, read as `urllib.parse.parse_qsl` reads them with blank values kept. ValueError for too many."""
    items = text.split("&")
    if len(items) > _MOST_FIELDS:
        raise ValueError("more fields than any form of Slack's has")
    pairs = (item.partition("=") for item in items if item)
    return {_unquoted(name): _unquoted(value) for name, _, value in pairs}


def _unquoted(text: str) -> str:
    """Percent-encoding is quoted-printable with another sign, and that one has a decoder in C: fifteen times as fast, which
    is a sixth of what a form costs (measured with forms of 8 kB)."""
    if "=" in text or "\n" in text or "\r" in text:  # which mean something else there, and never stand in what is encoded
        return unquote_plus(text)
    encoded = text.replace("+", " ").replace("%", "=").encode()
    decoded = a2b_qp(encoded)
    if len(decoded) != len(encoded) - 2 * text.count("%"):  # something after a % was no hexadecimal number
        return unquote_plus(text)
    return decoded.decode(errors="replace")


def _checked(text: str) -> Json:
    payload: Json = json.loads(text)
    if "\\u0000" in text or "\\ud" in text.lower():
        payload = _storable(payload)
    _KNOWN.validate_python(payload)
    return payload


def _storable(value: Any) -> Any:
    """Without NUL and half surrogate pairs, which databases refuse and nobody types."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def is_certificate_check(body: bytes) -> bool:
    """Slack's look at our certificate, which it does not sign: `ssl_check=1`, and a token that means nothing here."""
    if b"ssl_check" not in body[:1000]:
        return False
    form = dict(parse_qsl(body[:1000].decode("latin-1")))
    return form.get("ssl_check") == "1" and form.keys() <= {"ssl_check", "token"}
