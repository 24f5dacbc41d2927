"""Slack's shortcuts: declare from anywhere, declare from a message, make a message an action item."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col

from bot import look
from bot.commands import Answer, Request
from bot.modals import action as action_form
from bot.modals import declare as declare_form
from bot.requests import Dispatcher
from bot.slack import CallFailed
from bot.views import forms
from bot.views.quoted import Quoted
from incidents import timeline
from incidents.errors import Refused
from incidents.standing import is_open
from models import Incident

log = logging.getLogger("muster.shortcuts")

_NOT_LONG_AGO = timedelta(days=30)  # an action item belongs to what is open, or was resolved since


@dataclass(frozen=True)
class Shortcuts:
    """Each opens one form, with what is known already."""

    dispatcher: Dispatcher

    def declare(self, body: dict[str, Any]) -> None:
        """From anywhere. Slack names no channel, so that the answer comes as a direct message."""
        request = self._request(body)
        near, maintained = look.near(request.core), look.under_maintenance(request.core)
        on_call = look.on_call_to_command(request.core)
        self._open(
            request,
            lambda: declare_form.view(
                request.policy, request.by, forms.carried(), near=near, maintained=maintained, on_call=on_call
            ),
        )

    def declare_from(self, body: dict[str, Any]) -> None:
        """From a message: it is quoted in the form, its first line is the title, and it goes on the timeline."""
        request = self._request(body)
        quoted = Quoted.of(body["channel"]["id"], body["message"])
        private = forms.carried(request.response_url, quoted=quoted.carried())
        near, on_call = look.near(request.core, quoted.headline), look.on_call_to_command(request.core)
        quote, maintained = quoted.blocks(self._link(quoted)), look.under_maintenance(request.core)
        self._open(
            request,
            lambda: declare_form.view(
                request.policy,
                request.by,
                private,
                title=quoted.headline,
                near=near,
                quote=quote,
                maintained=maintained,
                on_call=on_call,
            ),
        )

    def make_action(self, body: dict[str, Any]) -> None:
        """A message as an action item of the incident that lives there, or of one that is chosen."""
        request = self._request(body)
        quoted = Quoted.of(body["channel"]["id"], body["message"])
        home = timeline.at_home(request.core, quoted.channel, quoted.thread_ts or quoted.ts)
        found = self._candidates(request, home)
        if not found:
            self._say(request, "No incident is open or was resolved lately, so there is none that this could be a follow-up of.")
            return
        private = forms.carried(request.response_url, quoted=quoted.carried())
        self._open(request, lambda: action_form.view(found, quoted, self._link(quoted), private, at_home=home is not None))

    def _candidates(self, request: Request, home: Incident | None) -> list[Incident]:
        """The one that lives there first, then the open ones, then what was resolved not long ago."""
        opened, _ = look.incidents(request.core, is_open(), limit=50)
        since = request.now - _NOT_LONG_AGO
        over, _ = look.incidents(request.core, look.is_over(), col(Incident.resolved_at) >= since, limit=40)
        first = [home] if home is not None else []
        return list({row.number: row for row in [*first, *opened, *over]}.values())

    def _request(self, body: dict[str, Any]) -> Request:
        return self.dispatcher.request(
            by=body["user"]["id"],
            key="",
            channel=(body.get("channel") or {}).get("id", ""),
            trigger_id=body["trigger_id"],
            response_url=body.get("response_url", ""),
        )

    def _link(self, quoted: Quoted) -> str | None:
        """The message's address; None where Slack does not say soon enough who we are."""
        try:
            return self.dispatcher.workspace.permalink(quoted.channel, quoted.ts, quoted.thread_ts)
        except CallFailed as failed:
            log.info("a quotation goes without its link: %s", failed)
            return None

    def _open(self, request: Request, view: Any) -> None:
        try:
            request.forms.open(view())
        except Refused as refused:
            self._say(request, refused.sentence)

    def _say(self, request: Request, text: str) -> None:
        self.dispatcher.say(request.by, Answer(text), request.response_url)
