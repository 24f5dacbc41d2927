"""Bolt with our listeners, ready for Socket Mode or HTTP."""

import logging
from collections.abc import Callable

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

import bot.commands
import bot.modals
from bot.commands import Command
from bot.doctor import examine
from bot.inbox import Inbox
from bot.listeners import register
from bot.modals import Modal
from bot.requests import Background, Dispatcher
from bot.rush import Rush
from bot.settings import Settings
from bot.slack import WebApi
from bot.socket_mode import SocketMode
from bot.wiring import Muster
from bot.workspace import Workspace
from incidents.registry import collect

FORM_SECONDS = 2  # a trigger lives three seconds, and the acknowledgement is due by then
CONCURRENCY = 50  # requests worked on at once; five, the default, let a burst of fifty time out


def make_app(muster: Muster, background: Background, forms: WebApi | None = None) -> App:
    """Our listeners answer before the response is sent: an exception is then a clean 5xx, never a lost acknowledgement."""
    settings = muster.settings
    token = settings.slack_bot_token.get_secret_value()
    quick = forms or WebApi.at(token, settings.slack_api_url, seconds=FORM_SECONDS)
    dispatcher = Dispatcher(
        core=muster.core,
        slack=quick,
        workspace=Workspace(muster.core, muster.slack),
        commands=collect(bot.commands, "COMMAND", Command),
        modals=collect(bot.modals, "MODAL", Modal),
        background=background,
        examine=lambda: examine(settings, api=muster.slack if isinstance(muster.slack, WebApi) else None),
    )
    app = App(
        name="muster",  # else Bolt walks the whole stack to find one, a tenth of a second each time
        client=WebClient(base_url=quick.client.base_url, timeout=FORM_SECONDS),
        authorize=_authorized(token),
        ignoring_self_events_enabled=False,  # the inbox knows us; asking Slack who we are could fail a request
        signing_secret=settings.slack_signing_secret.get_secret_value() or None,
        request_verification_enabled=not settings.socket_mode,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
        logger=logging.getLogger("slack_bolt.App"),
    )
    register(app, Inbox(dispatcher))
    return app


def _authorized(token: str) -> Callable[..., AuthorizeResult]:
    """One workspace, one token. Bolt's own way asks auth.test first, and would lose what arrives while Slack is away."""

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize


def socket_mode(app: App, settings: Settings, rush: Rush | None = None) -> SocketMode:
    """The Socket Mode client, not connected yet."""
    return SocketMode(app, settings.slack_app_token.get_secret_value(), concurrency=CONCURRENCY, rush=rush)
