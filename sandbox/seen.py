"""What a story looks at: messages, channels, forms and answers, in words that a reader would use."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox import choices, modals
from sandbox.client import all_blocks
from sandbox.state import Bookmark, Channel, File, Json, Message, View
from sandbox.workspace import Workspace

SAID = (None, "bot_message", "thread_broadcast", "file_share", "tombstone")  # other subtypes are lines of Slack's own


def nearest(wanted: str, names: list[str]) -> str | None:
    """The name that reads so: exactly, else the first that begins so, else the first that has it in it."""
    for fits in (
        lambda name: name == wanted,
        lambda name: name.lower().startswith(wanted.lower()),
        lambda name: re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", name, re.IGNORECASE) is not None,
    ):
        for name in names:
            if fits(name):
                return name
    return None


def label_of(block: Json, element: Json) -> str:
    """What a reader would call a field: its label, its section's text, or its placeholder."""
    if block["type"] == "input":
        return str(block["label"]["text"])
    if "placeholder" in element:
        return str(element["placeholder"]["text"])
    return str(block.get("text", {}).get("text", element["action_id"]))


def texts_in(value: object) -> Iterator[str]:
    """Every text below a value, in reading order."""
    if isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and name in ("text", "fallback", "pretext", "title", "alt_text"):
                yield inner
            elif isinstance(inner, (dict, list)):
                yield from texts_in(inner)


def buttons_in(blocks: list[Json]) -> list[str]:
    """The texts of all buttons and menu entries."""
    found = []
    for _, element in modals.elements(blocks):
        if element["type"] == "button":
            found.append(element["text"]["text"])
        found += [option["text"]["text"] for option in element.get("options", ()) if element["type"] == "overflow"]
    return found


def as_read(workspace: Workspace, text: str) -> str:
    """Marked-up text as it appears: @bob, #general, link texts, and & < > themselves."""

    def shown(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            person = workspace.state.people.get(target[1:])
            return f"@{person.name}" if person else label or target
        if target.startswith("#"):
            room = workspace.state.channels.get(target[1:])
            return f"#{room.name}" if room else f"#{label}"
        if target.startswith("!date"):
            return label
        if target.startswith("!subteam^"):
            group = workspace.state.groups.get(target.removeprefix("!subteam^"))
            return f"@{group.handle}" if group else label or target
        return f"@{target[1:]}" if target.startswith("!") else label or target

    return html.unescape(re.sub(r"<([^<>]+)>", shown, text))


@dataclass
class Post:
    """A message, looked at now: an edit is seen at once."""

    workspace: Workspace
    message: Message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Post) and self.message is other.message

    def __contains__(self, text: str) -> bool:
        return text in self.reads

    def __repr__(self) -> str:
        return f"<{self.by}: {self.reads[:200]!r}>"

    @property
    def ts(self) -> str:
        return self.message.ts

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def blocks(self) -> list[Json]:
        return self.message.blocks

    @property
    def by(self) -> str:
        person = self.workspace.state.people.get(self.message.user)
        return self.message.username or (person.name if person else self.message.user)

    @property
    def room(self) -> "Room":
        return Room(self.workspace, self.workspace.state.channels[self.message.channel])

    def texts(self) -> list[str]:
        """Every text in it as it was sent: its own, its blocks', its attachments'."""
        own = [self.message.text] if self.message.text else []
        return own + list(texts_in(self.message.blocks)) + list(texts_in(self.message.attachments))

    @property
    def reads(self) -> str:
        """What a reader reads: blocks where there are any, else the text; names in place of ids."""
        shown = list(texts_in(self.message.blocks)) + list(texts_in(self.message.attachments))
        if not shown and self.message.text:
            shown = [self.message.text]
        return as_read(self.workspace, "\n".join(shown + [document.title for document in self.files]))

    @property
    def buttons(self) -> list[str]:
        return buttons_in(all_blocks(self.message))

    @property
    def thread(self) -> "list[Post]":
        """The replies to it, the oldest first."""
        with self.workspace.lock:
            room = self.workspace.state.channels[self.message.channel]
            return [Post(self.workspace, reply) for reply in room.replies(self.ts)]

    @property
    def reactions(self) -> dict[str, list[str]]:
        people = self.workspace.state.people
        return {name: [people[id].name for id in users] for name, users in self.message.reactions.items()}

    @property
    def is_pinned(self) -> bool:
        return any(pin.ts == self.ts for pin in self.workspace.state.channels[self.message.channel].pins)

    @property
    def is_ephemeral(self) -> bool:
        return self.message.ephemeral_to is not None

    @property
    def notifies(self) -> str | None:
        return self.message.notifies

    @property
    def metadata(self) -> Json | None:
        return self.message.metadata

    @property
    def files(self) -> "list[Document]":
        return [Document(self.workspace.state.files[id]) for id in self.message.files]

    @property
    def link(self) -> str:
        return self.workspace.permalink(self.message.channel, self.message)


@dataclass
class Document:
    """A file in a channel."""

    file: File

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def title(self) -> str:
        return self.file.title

    @property
    def text(self) -> str:
        return (self.file.content or b"").decode()

    @property
    def is_deleted(self) -> bool:
        return self.file.deleted


@dataclass
class Room:
    """A channel, looked at now."""

    workspace: Workspace
    channel: Channel

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Room) and self.channel is other.channel

    def __repr__(self) -> str:
        return f"<#{self.name}>"

    @property
    def id(self) -> str:
        return self.channel.id

    @property
    def name(self) -> str:
        return self.channel.name

    @property
    def topic(self) -> str:
        return html.unescape(self.channel.topic.value)

    @property
    def purpose(self) -> str:
        return html.unescape(self.channel.purpose.value)

    @property
    def is_archived(self) -> bool:
        return self.channel.is_archived

    @property
    def is_private(self) -> bool:
        return self.channel.kind == "private"

    @property
    def members(self) -> list[str]:
        """The names of the people in it, the bot left out."""
        people = self.workspace.state.people
        return [people[id].name for id in self.channel.members if not people[id].is_bot]

    @property
    def bot_is_in(self) -> bool:
        return self.workspace.bot_user in self.channel.members

    @property
    def messages(self) -> list[Post]:
        """What people and bots said in the channel itself, the oldest first; threads and Slack's own lines left out."""
        return [post for post in self.all if post.message.in_channel and post.message.subtype in SAID]

    @property
    def all(self) -> list[Post]:
        """Everything that is there: threads and Slack's own lines too, ephemeral messages not."""
        with self.workspace.lock:
            return [Post(self.workspace, message) for message in self.channel.messages.values()]

    @property
    def notices(self) -> list[Post]:
        """The lines Slack wrote itself: joins, topics, pins…"""
        return [post for post in self.all if post.message.subtype not in SAID]

    @property
    def pins(self) -> list[Post]:
        """Pinned messages, the newest pin first."""
        with self.workspace.lock:
            return [Post(self.workspace, self.channel.messages[pin.ts]) for pin in self.channel.pins]

    @property
    def bookmarks(self) -> list[Bookmark]:
        return list(self.channel.bookmarks)

    @property
    def files(self) -> list[Document]:
        """Files that are shown in the channel and not deleted, the oldest first."""
        found = [document for post in self.all for document in post.files]
        return [document for document in found if not document.is_deleted]

    def shows(self, text: str) -> Post:
        """The newest message, in the channel or a thread, that reads so. Fails with what there is."""
        for post in reversed(self.all):
            if text in post:
                return post
        there = "\n".join(f"  {post.by}: {post.reads[:300]!r}" for post in self.all)
        raise AssertionError(f"#{self.name} does not show {text!r}. It shows:\n{there}")


Place = str | Room | Channel


@dataclass
class Form:
    """A form or an App Home, looked at now."""

    workspace: Workspace
    view: View

    def __contains__(self, text: str) -> bool:
        return text in self.reads

    def __repr__(self) -> str:
        return f"<form {self.title!r}: {self.labels}>"

    @property
    def title(self) -> str:
        return str((self.view.content.get("title") or {}).get("text", ""))

    @property
    def submit(self) -> str:
        return str((self.view.content.get("submit") or {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.view.content["blocks"])

    def texts(self) -> list[str]:
        return list(texts_in(self.blocks))

    @property
    def reads(self) -> str:
        return as_read(self.workspace, "\n".join([self.title, *self.texts()]))

    @property
    def labels(self) -> list[str]:
        """The labels of all fields, from the top."""
        return [label_of(b, e) for b, e in modals.elements(self.blocks) if e["type"] in modals.EMPTY]

    @property
    def buttons(self) -> list[str]:
        return buttons_in(self.blocks)

    @property
    def errors(self) -> dict[str, str]:
        """What was said to be wrong, by label."""
        return {self.label(block_id): text for block_id, text in self.view.errors.items()}

    def label(self, block_id: str) -> str:
        for block, element in modals.elements(self.blocks):
            if block["block_id"] == block_id:
                return label_of(block, element)
        return block_id

    def value(self, label: str) -> Any:
        """What stands in a field: text, an option's text, ids; None or [] when nothing does."""
        for block, element in modals.elements(self.blocks):
            if element["type"] in modals.EMPTY and label_of(block, element) == label:
                value = self.view.values[block["block_id"]][element["action_id"]][modals.EMPTY[element["type"]][0]]
                return [_text_of(item) for item in value] if isinstance(value, list) else _text_of(value)
        raise AssertionError(f"There is no field {label!r}. There are: {self.labels}")

    def options(self, label: str) -> list[str]:
        """The texts of the options that a field offers."""
        for block, element in modals.elements(self.blocks):
            if label_of(block, element) == label:
                return [option["text"]["text"] for option in choices.options(element)]
        raise AssertionError(f"There is no field {label!r}. There are: {self.labels}")


def _text_of(value: Any) -> Any:
    """An option as its text; anything else as it is."""
    return value["text"]["text"] if isinstance(value, dict) and "text" in value else value


@dataclass
class Answer:
    """What somebody saw come of what they did. `shown` are the new messages they saw, `form` a form that opened."""

    ok: bool
    error: str = ""
    shown: list[Post] = field(default_factory=list)
    form: Form | None = None
    ms: float = 0.0

    def __contains__(self, text: str) -> bool:
        return text in self.reads

    def __bool__(self) -> bool:
        return self.ok

    @property
    def post(self) -> Post | None:
        """The message that came back last."""
        return self.shown[-1] if self.shown else None

    @property
    def text(self) -> str:
        return self.post.text if self.post else ""

    @property
    def blocks(self) -> list[Json]:
        return self.post.blocks if self.post else []

    @property
    def ephemeral(self) -> bool:
        return self.post is not None and self.post.is_ephemeral

    def texts(self) -> list[str]:
        return [text for post in self.shown for text in post.texts()]

    @property
    def reads(self) -> str:
        """Everything that was seen, as a reader reads it."""
        parts = [post.reads for post in self.shown] + ([self.form.reads] if self.form else [])
        return "\n".join(parts)
