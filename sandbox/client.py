"""One person's Slack client: what typing, clicking and submitting do, and what comes back to be seen."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox import channels, marks, messages, modals, payloads, responses, shapes
from sandbox.choices import CannotDo, action_of, complaint, option_of, state_of
from sandbox.delivery import Ack, Request
from sandbox.refused import Refused
from sandbox.state import Channel, Json, Message, View

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
NOT_INTERACTIVE = "This app is not configured to handle interactive responses."


@dataclass(frozen=True)
class Outcome:
    """What came of it. `error` is Slack's own word or sentence; `errors` are by block_id, for a form sent back."""

    ok: bool = True
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    shown: Message | None = None
    ms: float = 0.0


class Client:
    """Everything one person can do. Raises CannotDo where Slack's client would not offer it."""

    def __init__(self, workspace: "Workspace", user: str) -> None:
        self.workspace, self.user = workspace, user

    # --- speaking

    def command(self, channel: str, text: str) -> Outcome:
        """Type a slash command into a channel, and see the app's answer or Slack's error."""
        room = self.room(channel, writing=True)
        name, _, rest = text.strip().partition(" ")
        declared = self.workspace.manifest.command(name) if name.startswith("/") else None
        if declared is None:
            raise CannotDo(f"{name} is not a valid command.")
        said = self.marked_up(rest.strip(), mentions=declared.should_escape)
        with self.workspace.changing():
            url = responses.issue(self.workspace, self.user, room)
            trigger = modals.trigger(self.workspace, self.user)
            payload = payloads.command(self.workspace, self.user, room, name, said, url, trigger)
        ack = self.workspace.delivery.ask(Request("command", payload))
        if not ack.ok:
            self._slackbot(room, f'{name} failed with the error "{ack.error}"')
            return Outcome(False, ack.error, ms=ack.ms)
        return Outcome(shown=responses.show_ack(self.workspace, room, self.user, name, ack.body), ms=ack.ms)

    def say(self, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Post a message; @names, #channels and @channel become what Slack makes of them."""
        room = self.room(channel, writing=True)
        if not text.strip():
            raise CannotDo("There is nothing to send.")
        if self._is_muted(room):
            raise CannotDo("Sending messages to this app has been turned off.")
        parent = room.messages.get(thread_ts) if thread_ts else None
        if thread_ts and parent is None:
            raise CannotDo("That thread is gone.")
        said = re.sub(r"(?<![\w<])@(channel|here|everyone)\b", r"<!\1>", self.marked_up(text))
        message = Message("", room.id, self.user, said, extra={"client_msg_id": self.workspace.secret(12)})
        if parent:
            message.thread_ts = parent.thread_ts or parent.ts
        return messages.post(self.workspace, room, message)

    def marked_up(self, text: str, *, mentions: bool = True) -> str:
        """Text as Slack passes it on: & < > escaped; @bob, @oncall and #general turned into their ids."""
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if not mentions:
            return escaped
        with self.workspace.lock:
            people = {person.name.lower(): f"@{person.id}" for person in self.workspace.state.people.values()}
            groups = (group for group in self.workspace.state.groups.values() if not group.disabled_at)
            people |= {group.handle: f"!subteam^{group.id}" for group in groups}
            rooms = {room.name: room for room in self.workspace.state.channels.values() if self._may_see(room)}

        def person(found: re.Match[str]) -> str:
            id = people.get(found[1].lower())
            return f"<{id}>" if id else found[0]

        def channel(found: re.Match[str]) -> str:
            room = rooms.get(found[1])
            return f"<#{room.id}|{room.name if room.kind == 'public' else ''}>" if room else found[0]

        return re.sub(r"(?<![\w#])#([a-z0-9_-]+)", channel, re.sub(r"(?<![\w@])@([\w.-]*\w)", person, escaped))

    def edit(self, channel: str, ts: str, text: str) -> None:
        room, message = self._mine(channel, ts)
        messages.edit(self.workspace, room, message, self.user, text=self.marked_up(text))

    def delete(self, channel: str, ts: str) -> None:
        """Delete one's own message, or dismiss an ephemeral one."""
        room = self.room(channel)
        if (hidden := room.ephemerals.get(ts)) and hidden.ephemeral_to == self.user:
            messages.delete(self.workspace, room, hidden)
        else:
            messages.delete(self.workspace, *self._mine(channel, ts))

    # --- clicking and choosing

    def act(self, where: View | Message, block_id: str, action_id: str, given: Json) -> Outcome:
        """Click a button or choose something; the app hears of it unless it is a plain field of a form."""
        block, element = self._element(where, block_id, action_id)
        state = None
        with self.workspace.changing():
            if element["type"] in modals.EMPTY:
                state = state_of(self.workspace, element, given)
                self.values(where).setdefault(block_id, {})[action_id] = state
            elif element["type"] == "overflow":
                state = {"selected_option": option_of(element, given.get("selected_option", given.get("value")))}
            if block["type"] == "input" and not block.get("dispatch_action"):
                return Outcome()
            trigger = modals.trigger(self.workspace, self.user)
            url = ""
            if isinstance(where, Message):
                url = responses.issue(self.workspace, self.user, self.workspace.state.channels[where.channel], where)
            action = action_of(block, element, state, self.workspace.next_ts())
            payload = payloads.block_actions(self.workspace, self.user, where, action, trigger, url)
        return self._interact(payload)

    def fill(self, view: View, values: Json) -> None:
        """Put values into a form's fields, as {block_id: {action_id: {"value": …}}}. Raises CannotDo."""
        with self.workspace.changing():
            for block_id, actions in values.items():
                for action_id, given in actions.items():
                    _, element = self._element(view, block_id, action_id)
                    if element["type"] in modals.EMPTY:
                        state = state_of(self.workspace, element, given)
                        view.values.setdefault(block_id, {})[action_id] = state

    def suggest(self, where: View | Message, block_id: str, action_id: str, query: str) -> list[Json]:
        """The options that the app offers for what is typed into an external select."""
        block, element = self._element(where, block_id, action_id)
        if "external" not in element["type"]:
            raise CannotDo("Only an external select asks the app for its options.")
        if len(query) < element.get("min_query_length", 3):
            return []
        payload = payloads.block_suggestion(self.workspace, self.user, where, block, element, query)
        ack = self._ask(payload)
        if not ack.ok or not isinstance(ack.body, dict):
            return []
        groups = ack.body.get("option_groups") or [{"options": ack.body.get("options") or []}]
        return [option for group in groups for option in group["options"]]

    def submit(self, view: View) -> Outcome:
        """Send a form. Missing fields are pointed out without a word to the app, as Slack's client does."""
        if view is not modals.top(self.workspace, self.user):
            raise CannotDo("That form is not open any more.")
        if not view.content.get("submit"):
            raise CannotDo("That form has nothing to submit.")
        if errors := self._incomplete(view):
            return self._sent_back(view, errors)
        with self.workspace.changing():
            trigger = modals.trigger(self.workspace, self.user)
            payload = payloads.view_submission(self.workspace, view, trigger, self._response_urls(view))
        ack = self._ask(payload)
        if not ack.ok:
            return self._trouble(view, ack)
        try:
            return self._after_submission(view, ack)
        except Refused as refusal:
            detail = "; ".join(refusal.messages)
            self.workspace.log.refuse("ack of view_submission", {"body": ack.body}, refusal.error, detail)
            return self._trouble(view, ack)

    def close(self, view: View, *, all: bool = False) -> None:
        """Close a form by its button, or with `all` everything by the ×."""
        all = all or bool(view.content.get("clear_on_close"))
        gone = modals.close(self.workspace, view, all=all)
        for closed in gone:
            if closed.content.get("notify_on_close"):
                payload = payloads.view_closed(self.workspace, closed, cleared=all)
                self._ask(payload)

    def shortcut(self, callback_id: str, message: Message | None = None) -> Outcome:
        """Use a global shortcut, or a message's."""
        declared = self.workspace.manifest.shortcut(callback_id)
        wanted = "message" if message else "global"
        if declared is None or declared.type not in (wanted, "any"):
            raise CannotDo(f"There is no {wanted} shortcut {callback_id}.")
        with self.workspace.changing():
            trigger = modals.trigger(self.workspace, self.user)
            if message is None:
                payload = payloads.shortcut(self.workspace, self.user, callback_id, trigger)
            else:
                url = responses.issue(self.workspace, self.user, self.room(message.channel), message)
                payload = payloads.message_action(self.workspace, self.user, callback_id, message, trigger, url)
        return self._interact(payload)

    def home(self) -> View | None:
        """Open the app's home; what the app has published so far is there at once. Without a Home tab nothing happens."""
        if not self.workspace.manifest.home_tab:
            return None
        room = channels.direct(self.workspace, [self.workspace.bot_user, self.user])
        view = self.workspace.state.homes.get(self.user)
        event = {"type": "app_home_opened", "user": self.user, "channel": room.id, "tab": "home"}
        if view:
            event["view"] = shapes.view(self.workspace, view)  # type: ignore[assignment]
        self.workspace.emit(event | {"event_ts": self.workspace.next_ts()})
        return view

    # --- marks and channels

    def react(self, channel: str, ts: str, name: str, add: bool = True) -> None:
        room, message = self._seen(channel, ts)
        (marks.react if add else marks.unreact)(self.workspace, room, message, name.strip(":"), self.user)

    def pin(self, channel: str, ts: str, add: bool = True) -> None:
        room, message = self._seen(channel, ts)
        (marks.pin if add else marks.unpin)(self.workspace, room, message, self.user)

    def join(self, channel: str) -> None:
        room = self.room(channel)
        if room.is_archived:
            raise CannotDo("That channel is archived.")
        channels.join(self.workspace, room, self.user)

    def leave(self, channel: str) -> None:
        channels.leave(self.workspace, self.room(channel), self.user)

    def invite(self, channel: str, user: str) -> None:
        room = self.room(channel, writing=True)
        channels.join(self.workspace, room, user, inviter=self.user)

    def create(self, name: str, private: bool = False) -> Channel:
        if error := channels.wrong_name(name):
            raise CannotDo(f"That is no name for a channel ({error}).")
        if channels.taken(self.workspace, name):
            raise CannotDo("That name is taken already.")
        return channels.create(self.workspace, name, "private" if private else "public", self.user)

    def archive(self, channel: str) -> None:
        channels.archive(self.workspace, self.room(channel, writing=True), self.user)

    def rename(self, channel: str, name: str) -> None:
        if channels.wrong_name(name) or channels.taken(self.workspace, name):
            raise CannotDo("That name cannot be used.")
        channels.rename(self.workspace, self.room(channel, writing=True), name, self.user)

    def set_topic(self, channel: str, topic: str) -> None:
        channels.set_topic(self.workspace, self.room(channel, writing=True), topic, self.user)

    def read(self, channel: str) -> None:
        """Mark everything in a channel as read."""
        with self.workspace.changing():
            room = self.room(channel)
            if room.messages:
                room.last_read[self.user] = next(reversed(room.messages))
                self.workspace.touch("unread")

    # --- seeing

    def room(self, channel: str, *, writing: bool = False) -> Channel:
        """A channel this person may see, and with `writing` write in. Raises CannotDo."""
        room = self.workspace.state.channels.get(channel)
        if room is None or not self._may_see(room):
            raise CannotDo("There is no such channel.")
        if writing and self.user not in room.members:
            raise CannotDo(f"{self._name} is not in #{room.name}.")
        if writing and room.is_archived:
            raise CannotDo("That channel is archived.")
        return room

    def timeline(self, room: Channel, thread: str | None = None) -> list[Message]:
        """What this person sees in a channel or a thread, in order, with what only they can see."""
        everything = room.messages.values()
        public = [m for m in everything if (m.in_channel if thread is None else thread in (m.ts, m.thread_ts))]
        hidden = [m for m in room.ephemerals.values() if m.ephemeral_to == self.user]
        mine = [m for m in hidden if (m.thread_ts is None if thread is None else m.thread_ts == thread)]
        return sorted(public + mine, key=lambda message: message.ts) if mine else public

    def unread(self, room: Channel) -> int:
        if self.user not in room.members:
            return 0
        since = room.last_read.get(self.user, "0")
        counted = 0
        for message in reversed(room.messages.values()):
            if message.ts <= since:
                break
            counted += message.in_channel and message.user != self.user and message.subtype in (None, "bot_message")
        return counted

    def values(self, where: View | Message) -> dict[str, Json]:
        return where.values if isinstance(where, View) else where.inputs.setdefault(self.user, {})

    @property
    def _name(self) -> str:
        return self.workspace.state.people[self.user].name

    def _is_muted(self, room: Channel) -> bool:
        """Whether this is the app's direct conversation, and its manifest takes no messages there."""
        manifest = self.workspace.manifest
        with_app = room.kind == "im" and self.workspace.bot_user in room.members
        return with_app and (manifest.messages_read_only or not manifest.messages_tab)

    def _may_see(self, room: Channel) -> bool:
        return room.kind == "public" or self.user in room.members

    def _seen(self, channel: str, ts: str) -> tuple[Channel, Message]:
        room = self.room(channel, writing=True)
        message = room.messages.get(ts)
        if message is None:
            raise CannotDo("That message is gone.")
        return room, message

    def _mine(self, channel: str, ts: str) -> tuple[Channel, Message]:
        room, message = self._seen(channel, ts)
        if message.user != self.user:
            raise CannotDo("Only whoever wrote a message can change it.")
        return room, message

    def _element(self, where: View | Message, block_id: str, action_id: str) -> tuple[Json, Json]:
        for block, element in modals.elements(all_blocks(where)):
            if block["block_id"] == block_id and element["action_id"] == action_id:
                allowed = element.get("visible_to_user_ids")
                if allowed and self.user not in allowed:
                    raise CannotDo("That button is not for this person.")
                return block, element
        raise CannotDo(f"There is no element {action_id} in block {block_id}.")

    # --- what comes back

    def _interact(self, payload: Json) -> Outcome:
        ack = self._ask(payload)
        return Outcome(ack.ok, ack.error, ms=ack.ms)

    def _ask(self, payload: Json) -> Ack:
        """Send an interaction, if the app's manifest says that it takes any."""
        if not self.workspace.manifest.interactivity:
            return Ack(0, error=NOT_INTERACTIVE)
        return self.workspace.delivery.ask(Request("interactive", payload))

    def _response_urls(self, view: View) -> list[Json]:
        """A response_url for each conversation that was chosen where the form asks for one."""
        urls = []
        for block, element in modals.elements(view.content["blocks"]):
            if element.get("response_url_enabled"):
                state = view.values[block["block_id"]][element["action_id"]]
                room_id = state.get("selected_conversation") or state.get("selected_channel")
                if room_id:
                    url = responses.issue(self.workspace, self.user, self.workspace.state.channels[room_id])
                    names = {"block_id": block["block_id"], "action_id": element["action_id"]}
                    urls.append(names | {"channel_id": room_id, "response_url": url})
        return urls

    def _incomplete(self, view: View) -> dict[str, str]:
        errors = {}
        for block, element in modals.elements(view.content["blocks"]):
            if block["type"] == "input":
                state = view.values[block["block_id"]][element["action_id"]]
                if said := complaint(block, element, state):
                    errors[block["block_id"]] = said
        return errors

    def _after_submission(self, view: View, ack: Ack) -> Outcome:
        """Do what the ack says: close, point out errors, show another view, or clear everything."""
        body = ack.body if isinstance(ack.body, dict) else {}
        action = body.get("response_action")
        if action == "errors":
            known = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
            if unknown := set(body.get("errors", {})) - known:
                raise Refused("invalid_arguments", [f"no input block is called {name}" for name in sorted(unknown)])
            return self._sent_back(view, body["errors"])
        if action in ("update", "push"):
            content = modals.checked(self.workspace, body.get("view"))
            if action == "push":
                modals.push(self.workspace, self.user, content)
            else:
                modals.update(self.workspace, view, content)
        elif action == "clear":
            modals.close(self.workspace, view, all=True)
        elif ack.body:
            raise Refused("invalid_arguments", ["a submission is acknowledged with nothing or a response_action"])
        else:
            modals.close(self.workspace, view)
        return Outcome(ms=ack.ms)

    def _sent_back(self, view: View, errors: dict[str, str]) -> Outcome:
        with self.workspace.changing():
            view.errors, view.trouble = dict(errors), ""
            self.workspace.touch("views")
        return Outcome(False, "Something in the form needs another look.", dict(errors))

    def _trouble(self, view: View, ack: Ack) -> Outcome:
        with self.workspace.changing():
            view.errors, view.trouble = {}, TROUBLE
            self.workspace.touch("views")
        return Outcome(False, TROUBLE, ms=ack.ms)

    def _slackbot(self, room: Channel, text: str) -> None:
        messages.whisper(self.workspace, room, Message("", room.id, "USLACKBOT", text), self.user)


def all_blocks(where: View | Message) -> list[Json]:
    """The blocks of a view, or of a message with those in its attachments."""
    if isinstance(where, View):
        return list(where.content["blocks"])
    return where.blocks + [block for item in where.attachments for block in item.get("blocks") or ()]
