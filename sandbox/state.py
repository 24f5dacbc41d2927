"""What a Slack workspace holds, as plain data: people, channels, messages, views, files; no behaviour to speak of."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im", "mpim"]
Tier = Literal["free", "pro"]


@dataclass
class Person:
    """A member of the workspace; bots are members too."""

    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "Europe/Berlin"
    color: str = "9f69e7"
    is_bot: bool = False
    deleted: bool = False
    title: str = ""


@dataclass
class Note:
    """A topic or a purpose, with who set it and when (epoch seconds, 0 when never)."""

    value: str = ""
    creator: str = ""
    last_set: int = 0


@dataclass
class Message:
    """One message. `user` wrote it, the bot user included; `ephemeral_to` names the only person who sees it."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    username: str | None = None
    icon: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    ephemeral_to: str | None = None
    notifies: str | None = None  # "channel", "here" or "everyone" when it would ring everybody's phone
    extra: Json = field(default_factory=dict)  # what only this subtype carries: topic, old_name, inviter…
    inputs: dict[str, Json] = field(default_factory=dict)  # per person: what they chose in the message's own selects

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def in_channel(self) -> bool:
        """Whether it shows in the channel itself and not only in a thread."""
        return not self.is_reply or self.subtype == "thread_broadcast"


@dataclass
class Pin:
    ts: str
    user: str
    created: int


@dataclass
class Bookmark:
    id: str
    channel: str
    title: str
    link: str
    emoji: str = ""
    created: int = 0
    updated: int = 0
    user: str = ""


@dataclass
class Channel:
    """A conversation of any kind. `messages` are in the order of their ts; ephemeral ones are kept apart."""

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: Note = field(default_factory=Note)
    purpose: Note = field(default_factory=Note)
    is_archived: bool = False
    is_general: bool = False
    previous_names: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)  # parent ts -> ts of its replies
    pins: list[Pin] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    last_read: dict[str, str] = field(default_factory=dict)

    @property
    def is_direct(self) -> bool:
        return self.kind in ("im", "mpim")

    def partner(self, of: str) -> str:
        """The other side of a direct message, seen from `of`."""
        return next((member for member in self.members if member != of), of)

    def replies(self, ts: str) -> list[Message]:
        return [self.messages[reply] for reply in self.threads.get(ts, ())]


@dataclass
class View:
    """A modal or an App Home that a person has before them. `values` is what they have filled in so far."""

    id: str
    user: str
    type: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    external_id: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


@dataclass
class File:
    """A file; `shares` maps a channel to the ts of the message that shows it."""

    id: str
    name: str
    title: str
    user: str
    created: int
    size: int
    secret: str
    content: bytes | None = None
    complete: bool = False
    deleted: bool = False
    snippet_type: str = ""
    shares: dict[str, str] = field(default_factory=dict)


@dataclass
class Trigger:
    """Permission to open one form: three seconds, once, for the person who acted."""

    id: str
    user: str
    issued_at: float
    used: bool = False


@dataclass
class ResponseUrl:
    """Permission to answer where something was typed or clicked: five times within thirty minutes."""

    id: str
    user: str
    channel: str
    issued_at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class UserGroup:
    """A group that can be mentioned; a disabled one keeps its members and its handle (`disabled_at` 0 while enabled)."""

    id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    created: int = 0
    created_by: str = ""
    updated: int = 0
    updated_by: str = ""
    disabled_at: int = 0
    disabled_by: str = ""


@dataclass
class Section:
    """One block of a canvas: a heading, a paragraph, a list, a table… as Markdown."""

    id: str
    markdown: str


@dataclass
class Canvas:
    """A document. `channel` is where it stands as a tab ("" for none); a channel has one that `is_channels` own.

    `access` maps a person or a channel to "read", "write" or "owner". `changes` counts them: `updated` is in whole seconds,
    in which there may be several.
    """

    id: str
    title: str
    owner: str
    created: int
    channel: str = ""
    is_channels: bool = False
    sections: list[Section] = field(default_factory=list)
    access: dict[str, str] = field(default_factory=dict)
    updated: int = 0
    changes: int = 0
    deleted: bool = False

    @property
    def markdown(self) -> str:
        return "\n\n".join(section.markdown for section in self.sections)


@dataclass
class Team:
    """The workspace; on the free plan there are no user groups and hardly any canvases."""

    id: str = "T0ACME"
    name: str = "Acme"
    domain: str = "acme"
    plan: Tier = "pro"


@dataclass
class State:
    """Everything; the workspace guards it with one lock."""

    team: Team = field(default_factory=Team)
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    canvases: dict[str, Canvas] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)  # per person, the root view first
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
