"""What comes in from Slack: every registration, on one page."""

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.commands import Answer
from bot.inbox import Inbox
from bot.shortcuts import Shortcuts

COMMAND = "/incident"
ADD_TO_TIMELINE = "add_to_timeline"
DECLARE = "declare_incident"
DECLARE_FROM = "declare_from_message"
MAKE_ACTION = "make_action_item"


def register(app: App, inbox: Inbox) -> None:
    """Each listener changes what is to be changed in one transaction and acknowledges last, with the answer."""
    shortcuts = Shortcuts(inbox.dispatcher)

    # In the order in which Bolt asks whose a request is: nearly all that comes in are messages, and forms come at once.
    @app.event("message")
    def message(event: dict[str, Any]) -> None:
        inbox.message_changed(event)

    @app.view(re.compile(".*"))
    def form(ack: Ack, body: dict[str, Any]) -> None:
        ack(**inbox.form(body))

    @app.command(COMMAND)
    def command(ack: Ack, body: dict[str, Any]) -> None:
        _answer(ack, inbox.command(body))

    @app.action(re.compile(".*"))
    def action(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        inbox.action(body, action)
        ack()

    @app.shortcut(ADD_TO_TIMELINE)
    def add_to_timeline(ack: Ack, body: dict[str, Any]) -> None:
        inbox.add_to_timeline(body)
        ack()

    @app.shortcut(DECLARE)
    def declare(ack: Ack, body: dict[str, Any]) -> None:
        shortcuts.declare(body)
        ack()

    @app.shortcut(DECLARE_FROM)
    def declare_from(ack: Ack, body: dict[str, Any]) -> None:
        shortcuts.declare_from(body)
        ack()

    @app.shortcut(MAKE_ACTION)
    def make_action(ack: Ack, body: dict[str, Any]) -> None:
        shortcuts.make_action(body)
        ack()

    @app.event("pin_added")
    def pin_added(event: dict[str, Any]) -> None:
        inbox.pinned(event)

    @app.event("reaction_added")
    def reaction_added(event: dict[str, Any]) -> None:
        inbox.reacted(event)

    @app.event("member_joined_channel")
    def member_joined(event: dict[str, Any]) -> None:
        inbox.joined(event)

    @app.event("member_left_channel")
    def member_left(event: dict[str, Any]) -> None:
        inbox.left(event)

    @app.event("channel_archive")
    @app.event("channel_unarchive")
    @app.event("group_archive")
    @app.event("group_unarchive")
    def room_archived(event: dict[str, Any]) -> None:
        inbox.room_archived(event)

    @app.event("app_home_opened")
    def home_opened(event: dict[str, Any]) -> None:
        inbox.home_opened(event)

    @app.error
    def broken(error: Exception, body: dict[str, Any], context: BoltContext) -> None:
        inbox.broken(error, body)
        raise error  # a 5xx: Slack sends events again


def _answer(ack: Ack, answer: Answer) -> None:
    if not answer.text:
        ack()
        return
    ack(text=answer.text, blocks=answer.blocks or None, response_type="ephemeral")
