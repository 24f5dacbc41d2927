"""The people's vocabulary for stories: `alice.runs("/incident …")`, `bob.clicks("Acknowledge")`, `room.messages`.

Everything is found as a stranger would find it, by what can be read: labels, button texts, channel names. What is not
there raises an AssertionError that lists what is.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sandbox import channels, choices, modals
from sandbox.client import Client, Outcome, all_blocks
from sandbox.log import Refusal
from sandbox.seen import SAID, Answer, Form, Place, Post, Room, label_of, nearest
from sandbox.state import Channel, Json, Message, View
from sandbox.workspace import Workspace

T = TypeVar("T")
Allowed = Iterable[str | tuple[str, str]]


class Slack:
    """A workspace with its people, as a story sees it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def person(self, name: str) -> "Somebody":
        return Somebody(self, self.workspace.person(name).id)

    def people(self, *names: str) -> "list[Somebody]":
        return [self.person(name) for name in names]

    def hires(self, name: str, real_name: str = "") -> "Somebody":
        """Somebody new, in #general."""
        return Somebody(self, self.workspace.hire(name, real_name).id)

    def channel(self, name: str) -> Room:
        try:
            return Room(self.workspace, self.workspace.channel(name))
        except LookupError as error:
            raise AssertionError(str(error)) from None

    def channels_starting(self, prefix: str) -> list[Room]:
        """Channels, archived ones included, whose name starts so; the oldest first."""
        prefix = prefix.removeprefix("#")
        with self.workspace.lock:
            rooms = self.workspace.state.channels.values()
            return [Room(self.workspace, room) for room in rooms if not room.is_direct and room.name.startswith(prefix)]

    def settle(self) -> None:
        """Let every event that is due reach the app."""
        self.workspace.settle()

    def until(self, true: Callable[[], T], within: float = 10.0) -> T:
        """Wait for what other threads or processes bring about, and give it. Fails after `within` seconds."""
        end = time.monotonic() + within
        while not (found := true()):
            assert time.monotonic() < end, f"it did not happen within {within} s"
            time.sleep(0.02)
        return found

    @property
    def refusals(self) -> list[Refusal]:
        return list(self.workspace.refusals)

    def assert_nothing_refused(self, allow: Allowed = ()) -> None:
        """Fail on any call that Slack would refuse, but for these errors, or (method, error) pairs."""
        allowed = set(allow)
        left = [r for r in self.workspace.refusals if not {r.error, (r.method, r.error)} & allowed]
        assert not left, "Slack would have refused:\n" + "\n".join(map(str, left))


class Somebody:
    """One person at their Slack client."""

    def __init__(self, slack: Slack, id: str) -> None:
        self.slack, self.id = slack, id
        self.workspace = slack.workspace
        self.client = Client(self.workspace, id)
        self.name = self.workspace.state.people[id].name

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def dm(self) -> Room:
        """The direct conversation with the bot."""
        return Room(self.workspace, channels.direct(self.workspace, [self.workspace.bot_user, self.id]))

    # --- speaking

    def runs(self, command: str, in_: Place = "#general") -> Answer:
        """Type a slash command and see what comes back: a message, a form, or Slack's error."""
        room = self._room(in_)
        return self._answer(lambda: self.client.command(room.id, command))

    def says(self, text: str, in_: Place = "#general", thread: Post | None = None) -> Post:
        """Post a message, in a channel or in the thread of another."""
        room = thread.room.channel if thread else self._room(in_)
        message = self.client.say(room.id, text, thread.ts if thread else None)
        self.slack.settle()
        return Post(self.workspace, message)

    def edits(self, post: Post, text: str) -> None:
        self.client.edit(post.message.channel, post.ts, text)
        self.slack.settle()

    def deletes(self, post: Post) -> None:
        self.client.delete(post.message.channel, post.ts)
        self.slack.settle()

    # --- forms

    @property
    def form(self) -> Form:
        """The form before this person. Fails when there is none."""
        view = modals.top(self.workspace, self.id)
        assert view is not None, f"{self.name} has no form open"
        return Form(self.workspace, view)

    @property
    def has_form(self) -> bool:
        return modals.top(self.workspace, self.id) is not None

    def fills(self, label: str, text: str, in_: "Form | None" = None) -> Answer:
        """Type into a field, of the Home too (`in_`), and press Enter."""
        return self._put(label, {"value": text}, in_.view if in_ else None)

    def chooses(self, label: str, option: str, in_: "Post | None" = None) -> Answer:
        """Choose the option whose text begins so; in a select of several it is added to what is chosen.

        In a message (`in_`) the select is found by its placeholder, or by the text of its section.
        """
        where: View | Message = in_.message if in_ else self.form.view
        block, element = self._field(where, label)
        found = self._option(where, block, element, option)
        if not element["type"].startswith(("multi", "checkboxes")):
            return self._put(label, {"selected_option": found}, where)
        state = self.client.values(where).get(block["block_id"], {}).get(element["action_id"], {})
        kept = [item for item in state.get("selected_options") or [] if item["value"] != found["value"]]
        return self._put(label, {"selected_options": [*kept, found]}, where)

    def checks(self, label: str, option: str = "") -> Answer:
        """Tick a box: the one whose text begins so, or the only one."""
        return self.chooses(label, option)

    def unchecks(self, label: str, option: str = "") -> Answer:
        view = self.form.view
        block, element = self._field(view, label)
        gone = self._option(view, block, element, option)
        chosen = view.values[block["block_id"]][element["action_id"]]["selected_options"]
        return self._put(label, {"selected_options": [item for item in chosen if item["value"] != gone["value"]]})

    def picks_person(self, label: str, *people: "Somebody | str") -> Answer:
        """Choose a person, or several where several are asked for."""
        return self._pick(label, [self._id(person) for person in people])

    def clears(self, label: str) -> Answer:
        """Empty a field."""
        _, element = self._field(self.form.view, label)
        name, empty = modals.EMPTY[element["type"]]
        return self._put(label, {name: empty})

    def picks_channel(self, label: str, *rooms: Place) -> Answer:
        return self._pick(label, [self._room(room).id for room in rooms])

    def picks(self, label: str, value: str | int) -> Answer:
        """Choose a date (YYYY-MM-DD), a time (HH:MM) or a moment (epoch seconds)."""
        return self._pick(label, [value])

    def submits(self) -> dict[str, str]:
        """Send the form: what is wrong with it by label, or nothing when it was taken.

        Trouble that belongs to no field, such as an app that does not answer, stands under "".
        """
        form = self.form
        outcome = self.client.submit(form.view)
        self.slack.settle()
        if outcome.errors:
            return {form.label(block_id): text for block_id, text in outcome.errors.items()}
        return {} if outcome.ok else {"": outcome.error}

    def closes(self, *, all: bool = False) -> None:
        """Close the form by its button, or with `all` the whole stack."""
        self.client.close(self.form.view, all=all)
        self.slack.settle()

    # --- clicking

    def clicks(self, text: str, in_: "Place | Post | Form | None" = None) -> Answer:
        """Click a button, or an entry of a … menu, by its text; a confirmation is confirmed.

        Looked for in the form or App Home that is given; else in the open form, else in the newest message that has it: in
        `in_`, or wherever this person may look.
        """
        if isinstance(in_, Form):
            return self._press(in_.view, text)
        if in_ is None and self.has_form and nearest(text, self.form.buttons):
            return self._press(self.form.view, text)
        posts = [in_] if isinstance(in_, Post) else self._posts(in_)
        for post in reversed(posts):
            if nearest(text, post.buttons) is not None:
                return self._press(post.message, text)
        there = list(dict.fromkeys(button for post in posts for button in post.buttons))
        if in_ is None and self.has_form:
            there += self.form.buttons
        raise AssertionError(f"{self.name} finds no button {text!r}. There are: {there}")

    def uses_shortcut(self, name: str, post: Post | None = None) -> Answer:
        """Use a shortcut by its name: of a message, or a global one."""
        fitting = ("message", "any") if post else ("global", "any")
        declared = {item.name: item.callback_id for item in self.workspace.manifest.shortcuts if item.type in fitting}
        if not self.workspace.manifest.open and name not in declared:
            raise AssertionError(f"There is no shortcut {name!r}. There are: {list(declared)}")
        callback_id = declared.get(name, name)
        return self._answer(lambda: self.client.shortcut(callback_id, post.message if post else None))

    def reacts(self, emoji: str, post: Post) -> None:
        self.client.react(post.message.channel, post.ts, emoji)
        self.slack.settle()

    def pins(self, post: Post) -> None:
        self.client.pin(post.message.channel, post.ts)
        self.slack.settle()

    # --- channels

    def joins(self, room: Place) -> None:
        self.client.join(self._room(room).id)
        self.slack.settle()

    def leaves(self, room: Place) -> None:
        self.client.leave(self._room(room).id)
        self.slack.settle()

    def invites(self, who: "Somebody | str", to: Place) -> None:
        """Add a person, or the bot by its name, to a channel."""
        self.client.invite(self._room(to).id, self._id(who))
        self.slack.settle()

    def creates(self, name: str, *, private: bool = False) -> Room:
        room = self.client.create(name.removeprefix("#"), private)
        self.slack.settle()
        return Room(self.workspace, room)

    def archives(self, room: Place) -> None:
        self.client.archive(self._room(room).id)
        self.slack.settle()

    def opens_home(self) -> Form:
        """Open the app's home, and see what the app has put there."""
        self.client.home()
        self.slack.settle()
        view = self.workspace.state.homes.get(self.id)
        assert view is not None, f"the app has published no home for {self.name}"
        return Form(self.workspace, view)

    # --- seeing

    def sees(self, room: Place) -> list[Post]:
        """What this person sees in a channel, ephemeral messages included; Slack's own lines are left out."""
        with self.workspace.lock:
            seen = self.client.timeline(self._room(room))
            return [Post(self.workspace, message) for message in seen if message.subtype in SAID]

    @property
    def inbox(self) -> list[Post]:
        """What the bot has written to this person directly."""
        both = {self.id, self.workspace.bot_user}
        with self.workspace.lock:
            rooms = self.workspace.state.channels.values()
            direct = [room for room in rooms if room.kind == "im" and set(room.members) == both]
            return [Post(self.workspace, m) for room in direct for m in room.messages.values() if m.bot_id]

    @property
    def ephemerals(self) -> list[Post]:
        """Everything that only this person has seen, the oldest first."""
        with self.workspace.lock:
            rooms = self.workspace.state.channels.values()
            mine = [m for room in rooms for m in room.ephemerals.values() if m.ephemeral_to == self.id]
        return [Post(self.workspace, message) for message in sorted(mine, key=lambda message: message.ts)]

    def is_in(self, room: Place) -> bool:
        return self.id in self._room(room).members

    # --- how it is done

    def _id(self, who: "Somebody | str") -> str:
        return who.id if isinstance(who, Somebody) else self.workspace.person(who).id

    def _room(self, place: Place) -> Channel:
        if isinstance(place, Room):
            return place.channel
        if isinstance(place, Channel):
            return place
        return self.slack.channel(place).channel

    def _posts(self, place: Place | None) -> list[Post]:
        """Every message this person may look at there, threads and ephemerals included, in order."""
        found: list[Message] = []
        with self.workspace.lock:
            for room in [self._room(place)] if place is not None else self._visible():
                found += room.messages.values()
                found += (m for m in room.ephemerals.values() if m.ephemeral_to == self.id)
        return [Post(self.workspace, message) for message in sorted(found, key=lambda message: message.ts)]

    def _visible(self) -> list[Channel]:
        rooms = self.workspace.state.channels.values()
        return [room for room in rooms if room.kind == "public" or self.id in room.members]

    def _answer(self, act: Callable[[], Outcome]) -> Answer:
        """Do something, and gather what this person sees because of it."""
        before = {post.ts for post in self.ephemerals}
        view = modals.top(self.workspace, self.id)
        known = (view.id, view.hash) if view else None
        outcome = act()
        self.slack.settle()
        shown = [post for post in self.ephemerals if post.ts not in before]
        if outcome.shown and not outcome.shown.ephemeral_to:
            shown.append(Post(self.workspace, outcome.shown))
        now = modals.top(self.workspace, self.id)
        form = Form(self.workspace, now) if now and (now.id, now.hash) != known else None
        return Answer(outcome.ok, outcome.error, shown, form, outcome.ms)

    def _press(self, where: View | Message, text: str) -> Answer:
        block, element, given = _button(where, text)
        return self._answer(lambda: self.client.act(where, block["block_id"], element["action_id"], given))

    def _pick(self, label: str, values: Sequence[str | int]) -> Answer:
        _, element = self._field(self.form.view, label)
        name, empty = modals.EMPTY[element["type"]]
        if not isinstance(empty, list):
            assert len(values) == 1, f"{label!r} takes one value"
        return self._put(label, {name: list(values) if isinstance(empty, list) else values[0]})

    def _put(self, label: str, given: Json, where: View | Message | None = None) -> Answer:
        target = where if where is not None else self.form.view
        block, element = self._field(target, label)
        return self._answer(lambda: self.client.act(target, block["block_id"], element["action_id"], given))

    def _field(self, where: View | Message, label: str) -> tuple[Json, Json]:
        fields = {label_of(block, element): (block, element) for block, element in modals.elements(all_blocks(where))}
        fields = {name: pair for name, pair in fields.items() if pair[1]["type"] in modals.EMPTY}
        found = nearest(label, list(fields))
        assert found is not None, f"{self.name} finds no field {label!r}. There are: {list(fields)}"
        return fields[found]

    def _option(self, where: View | Message, block: Json, element: Json, text: str) -> Json:
        offered = list(choices.options(element))
        if "external" in element["type"]:
            offered = self.client.suggest(where, block["block_id"], element["action_id"], text)
        by_text = {option["text"]["text"]: option for option in offered}
        if not text and len(by_text) == 1:
            return next(iter(by_text.values()))
        found = nearest(text, list(by_text)) if text else None
        assert found is not None, f"{self.name} finds no option {text!r}. There are: {list(by_text)}"
        return by_text[found]


def _button(where: View | Message, text: str) -> tuple[Json, Json, Json]:
    """The button, or the menu and its option, that reads so."""
    found: dict[str, tuple[Json, Json, Json]] = {}
    for block, element in modals.elements(all_blocks(where)):
        if element["type"] == "button":
            found.setdefault(element["text"]["text"], (block, element, {}))
        if element["type"] == "overflow":
            for option in element["options"]:
                found.setdefault(option["text"]["text"], (block, element, {"selected_option": option}))
    name = nearest(text, list(found))
    assert name is not None, f"there is no button {text!r}. There are: {list(found)}"
    return found[name]
