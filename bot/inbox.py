"""What each kind of Slack request means: its person, its key, its incident; then it is handed to the dispatcher."""

import logging
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import or_, select

from bot import drill, homes
from bot.commands import Answer, Request
from bot.modals import capture as capture_form
from bot.modals import told
from bot.requests import Dispatcher, open_incidents
from bot.slack import SlackBraked, SlackRefused
from bot.views.texts import clip, escape, typed
from incidents import entries, private, rooms, timeline
from incidents.core import Repeated
from incidents.errors import Refused
from models import Incident

log = logging.getLogger("muster.inbox")

JUST_DECLARED = timedelta(minutes=1)


@dataclass(frozen=True)
class Inbox:
    """One method for each registration in listeners.py."""

    dispatcher: Dispatcher
    _welcomed: deque[tuple[Any, ...]] = field(default_factory=lambda: deque(maxlen=1000), compare=False)

    def command(self, body: dict[str, Any]) -> Answer:
        """A slash command."""
        request = self.dispatcher.request(
            by=body["user_id"],
            key=f"cmd:{body['trigger_id']}",
            channel=body.get("channel_id", ""),
            trigger_id=body["trigger_id"],
            response_url=body.get("response_url", ""),
        )
        return self.dispatcher.typed(request, body.get("text") or "")

    def action(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A button or a menu: the command that it names. What only the asker sees goes by response_url."""
        container = body.get("container") or {}
        option = action.get("selected_option") or {}
        trigger = body.get("trigger_id", "")
        request = self.dispatcher.request(
            by=body["user"]["id"],
            key=f"act:{trigger}",
            channel=(body.get("channel") or {}).get("id", ""),
            trigger_id=trigger,
            response_url=body.get("response_url", ""),
            chosen=action.get("selected_user") or "",
            over_form=(body.get("view") or {}).get("type") == "modal",
        )
        said = str(option.get("value") or action.get("value") or "")
        if is_in_form(body, action):
            modal = self.dispatcher.modals.get(body["view"].get("callback_id", ""))
            if modal is not None:
                self.dispatcher.redraw(request, modal, body["view"])
            return
        is_typed = action.get("type") == "plain_text_input"
        answer = self.dispatcher.pressed(request, action.get("action_id", ""), said, is_typed=is_typed)
        view = body.get("view") or {}
        if answer.text and body.get("response_url"):
            only_ours = bool(container.get("is_ephemeral"))
            self.dispatcher.background.respond(body["response_url"], answer, replace_original=only_ours)
        elif answer.text and view:
            self._answer_in_view(request, view, answer)

    def form(self, body: dict[str, Any]) -> dict[str, Any]:
        """A form that was sent: what its acknowledgement says, nothing when it was carried out."""
        view = body["view"]
        modal = self.dispatcher.modals.get(view.get("callback_id", ""))
        if modal is None:
            return {}
        request = self.dispatcher.request(
            by=body["user"]["id"],
            key=f"view:{view['id']}:{view.get('hash', '')}",
            channel="",
            trigger_id=body.get("trigger_id", ""),
        )
        outcome = self.dispatcher.submitted(request, modal, view)
        if outcome.again is not None:
            return {"response_action": "update", "view": outcome.again}
        if outcome.errors:
            errors = {name: sentence[:2000] for name, sentence in outcome.errors.items()}
            return {"response_action": "errors", "errors": errors}
        self.dispatcher.say(request.by, outcome.answer, str(capture_form.carried(view).get("response_url") or ""))
        return {}

    def _answer_in_view(self, request: Request, view: dict[str, Any], answer: Answer) -> None:
        """A button of a form is answered in its place; one of the App Home by a form of its own."""
        shown = told(answer)
        if view.get("type") == "modal":
            args = {"view_id": view["id"], "view": shown}
            self.dispatcher.background.run(lambda: self.dispatcher.slack.call("views.update", args))
            return
        try:
            request.forms.open(shown)
        except Refused:
            self.dispatcher.say(request.by, answer)

    def add_to_timeline(self, body: dict[str, Any]) -> None:
        """The message shortcut: to the incident at home there, to the only open one, or to one picked from a form."""
        message, channel, by = body["message"], body["channel"]["id"], body["user"]["id"]
        core = self.dispatcher.core.as_seen_by(by)
        home = timeline.at_home(core, channel, message.get("thread_ts") or message["ts"])
        with core.view() as session:
            found = [home] if home else open_incidents(session, 100)
        respond = body.get("response_url", "")
        if len(found) == 1:
            text = self._capture(found[0], channel, message, by, "shortcut")
        elif not found:
            text = "No incident is open, so there is no timeline to add it to."
        else:
            request = self.dispatcher.request(by=by, key="", channel=channel, trigger_id=body["trigger_id"], response_url=respond)
            try:
                request.forms.open(capture_form.view(found, channel, message, respond))
                return
            except Refused as refused:
                text = refused.sentence
        if respond:
            self.dispatcher.background.respond(respond, Answer(text))

    def pinned(self, event: dict[str, Any]) -> None:
        """A pin in a room or a thread puts the message on the timeline."""
        item = event.get("item") or {}
        message = item.get("message") or {}
        channel = item.get("channel") or event.get("channel_id") or ""
        if item.get("type") == "message" and message.get("ts"):
            self._capture_at_home(channel, message, event.get("user", ""), "pin")

    def reacted(self, event: dict[str, Any]) -> None:
        """So does the pin emoji (config)."""
        item = event.get("item") or {}
        if event.get("reaction") != self.dispatcher.core.policy.workspace.pin_emoji or item.get("type") != "message":
            return
        channel, ts = item["channel"], item["ts"]
        if not self._may_be_home(channel):
            return
        message = self._message(channel, ts)
        if message is not None:
            self._capture_at_home(channel, message, event.get("user", ""), "reaction")

    def message_changed(self, event: dict[str, Any]) -> None:
        """What was put on a timeline follows its message: an edit shows, a deletion takes the words away."""
        kind, channel = event.get("subtype"), event.get("channel", "")
        message = event.get("message") or {}
        if kind == "message_deleted" or (kind == "message_changed" and message.get("subtype") == "tombstone"):
            entries.follow_deletion(self.dispatcher.core, channel, event.get("deleted_ts") or message.get("ts", ""))
        elif kind == "message_changed" and message.get("bot_id") != self.dispatcher.workspace.identity.bot:
            version = str(event.get("event_ts") or event.get("ts") or "")
            text = typed(message.get("text") or "")
            core, ts = self.dispatcher.core, message.get("ts", "")
            entries.follow_edit(core, channel, ts, text, capture_form.shared_files(message), version=version)

    def joined(self, event: dict[str, Any]) -> None:
        """Whoever comes into a room is shown privately how things stand, from the record; but not whoever has only just
        declared it, who would read their own words again."""
        home = timeline.at_home(self.dispatcher.core, event.get("channel", ""))
        coming = (event.get("channel"), event.get("user"), event.get("event_ts"))
        if home is None or coming in self._welcomed:  # Slack sends an event again when an answer comes late
            return
        if event["user"] == self.dispatcher.workspace.identity.user:
            if home.room_shut:  # somebody let Muster in again
                self.dispatcher.background.run(lambda: self._look_at_room(home.number, event["channel"], None))
            return
        if home.private:
            private.admit(self.dispatcher.core, home.number, event["user"], room_ts=str(event.get("event_ts") or ""))
        self._welcomed.append(coming)  # what broke before this is done when the event comes again
        if event["user"] != home.declared_by or self.dispatcher.core.clock.now() - home.declared_at > JUST_DECLARED:
            self.dispatcher.background.run(lambda: self._catch_up(home, event["channel"], event["user"]))

    def left(self, event: dict[str, Any]) -> None:
        """Whoever leaves the room of a private incident, or is taken out of it, is in the incident no longer."""
        home = timeline.at_home(self.dispatcher.core, event.get("channel", ""))
        if home is not None and home.private:
            private.left(self.dispatcher.core, home.number, event["user"], room_ts=str(event.get("event_ts") or ""))

    def room_archived(self, event: dict[str, Any]) -> None:
        """A room was archived, or brought back, in Slack. What Slack says now counts: events may come late."""
        home = timeline.at_home(self.dispatcher.core, event.get("channel", ""))
        if home is not None and event.get("user") != self.dispatcher.workspace.identity.user:
            self.dispatcher.background.run(lambda: self._look_at_room(home.number, event["channel"], event.get("user")))

    def _look_at_room(self, number: int, channel: str, by: str | None) -> None:
        found = self.dispatcher.slack.call("conversations.info", {"channel": channel})["channel"]
        with self.dispatcher.core.unit(number) as unit:
            if found.get("is_archived"):
                rooms.found_archived(unit, channel, by=by)
            else:
                rooms.found_open(unit, channel)

    def home_opened(self, event: dict[str, Any]) -> None:
        """Somebody looks at their App Home: it is published now, and whenever it changes from here on."""
        if event.get("tab") == "home":
            core, person = self.dispatcher.core, str(event["user"])
            homes.opened(core, person)
            homes.note_views(core, person)
            self.dispatcher.background.run(lambda: homes.show(core, self.dispatcher.slack, person))

    def broken(self, error: Exception, body: dict[str, Any]) -> None:
        """The last resort: logged with what it was about, never with what people wrote."""
        kind = body.get("type") or body.get("command") or "request"
        what = (body.get("event") or {}).get("type", "") if isinstance(body.get("event"), dict) else ""
        log.error("a %s %s could not be handled", kind, what, exc_info=error)

    def _catch_up(self, incident: Incident, channel: str, user: str, *, tries: int = 5) -> None:
        request = self.dispatcher.request(by=user, key="", channel=channel, trigger_id="")
        answer = self.dispatcher.commands["catchup"].run(replace(request, number=incident.number))
        answer = drill.answered(incident, answer)
        try:
            self.dispatcher.slack.call(
                "chat.postEphemeral",
                {"channel": channel, "user": user, "text": answer.text, "blocks": answer.blocks or None},
            )
        except SlackRefused as refused:
            log.info("no catch-up for %s in %s: %s", user, channel, refused.error)
        except SlackBraked as braked:  # many come into a room at once
            if tries <= 1:
                raise
            again = partial(self._catch_up, incident, channel, user, tries=tries - 1)
            later = threading.Timer(min(braked.seconds, 30), self.dispatcher.background.run, [again])
            later.daemon = True
            later.start()

    def _may_be_home(self, channel: str) -> bool:
        with self.dispatcher.core.view() as session:
            where = or_(Incident.room_channel == channel, Incident.announce_channel == channel)
            return session.exec(select(Incident.id).where(where).limit(1)).first() is not None

    def _message(self, channel: str, ts: str) -> dict[str, Any] | None:
        """The message that was marked, wherever in the channel it stands."""
        args = {"channel": channel, "latest": ts, "oldest": ts, "inclusive": True, "limit": 1}
        found = self.dispatcher.slack.call("conversations.history", args).get("messages", [])
        if not found or found[0]["ts"] != ts:  # a reply is only found in its thread
            found = self.dispatcher.slack.call("conversations.replies", {**args, "ts": ts}).get("messages", [])
        return next((message for message in found if message.get("ts") == ts), None)

    def _capture_at_home(self, channel: str, message: dict[str, Any], by: str, how: str) -> None:
        home = timeline.at_home(self.dispatcher.core, channel, message.get("thread_ts") or message["ts"])
        identity = self.dispatcher.workspace.identity
        ours = message.get("bot_id") == identity.bot or message.get("user") == identity.user
        if home is not None and by != identity.user and not ours:
            self._capture(home, channel, message, by, how)

    def _capture(self, incident: Incident, channel: str, message: dict[str, Any], by: str, how: str) -> str:
        try:
            put_on_timeline(self.dispatcher, incident.number, channel, message, by, how)
        except Repeated:
            return f"It is on the timeline of {incident.called} already."
        except Refused as refused:
            return clip(refused.sentence, 1000)
        return f"Added to the timeline of {incident.called} ({escape(incident.title[:100])})."


def is_in_form(body: dict[str, Any], action: dict[str, Any]) -> bool:
    """Is it a choice in a field of a form, which names no command?"""
    return (body.get("view") or {}).get("type") == "modal" and action.get("action_id") == "value"


def put_on_timeline(dispatcher: Dispatcher, number: int, channel: str, message: dict[str, Any], by: str, how: str) -> None:
    """A message with its own moment, author and link."""
    timeline.capture(
        dispatcher.core,
        number,
        channel=channel,
        ts=message["ts"],
        thread_ts=message.get("thread_ts"),
        author=message.get("user"),
        text=typed(message.get("text") or ""),
        at=datetime.fromtimestamp(float(message["ts"]), UTC),
        by=by,
        how=how,
        files=capture_form.shared_files(message),
    )
