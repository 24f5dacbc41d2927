"""A runbook in its room: one message that always shows the step at hand; and its webhooks, which are called once."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.acts import GONE, Act, Desk
from bot.acts.post import Place, Post
from bot.scene import Scene
from bot.slack import SlackRefused
from bot.views.blocks import Message
from incidents import rooms, runbooks
from incidents.core import Unit
from incidents.events import WebhookCalled
from incidents.rules.lifecycle import ENDED
from incidents.runbook_runs import content
from integrations.webhooks import Call, InDoubt, NotCalled, Webhooks
from models import Delivery, Event, Incident, RunbookRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShowRunbook(Post):
    """The target is the run's id. In the room where there is one, also when it was shown in the thread before."""

    shown: Callable[[Scene, RunbookRun], Message] = lambda scene, run: Message(run.title)
    left: Callable[[Scene, RunbookRun], Message] = lambda scene, run: Message(run.title)
    marks: bool = False
    again_at_most = None

    def perform(self, desk: Desk) -> dict[str, Any]:
        return self._linked(desk, self._show(desk))

    def _show(self, desk: Desk) -> dict[str, Any]:
        run, incident = self._run(desk), desk.scene.incident
        if run.ts is not None and _stays(incident) and run.channel == incident.room_channel:
            return {"channel": run.channel, "ts": run.ts}  # an archived room shows how it was
        message = self._message(desk, run)
        if run.channel is None or run.ts is None:
            return self._send(desk, self.place(desk), message)
        if _moved(incident, run):
            if not rooms.asleep(incident):  # in an archived room nothing is edited
                self._leave(desk, run)
            return self._send(desk, self.place(desk), message)
        try:
            desk.edit(run.channel, run.ts, message)
        except SlackRefused as refused:
            if refused.error not in GONE:
                raise
            return self._send(desk, Place(run.channel), message)  # somebody deleted it
        return {"channel": run.channel, "ts": run.ts}

    def _leave(self, desk: Desk, run: RunbookRun) -> None:
        """Its buttons are in one place. What became private is not edited there, but taken back."""
        if desk.scene.incident.private:
            return
        desk.keep(left=[*desk.delivery.result.get("left", []), run.ts])
        message = self.left(desk.scene, run)
        try:
            desk.call("chat.update", channel=run.channel, ts=run.ts, text=message.text, blocks=message.blocks or [])
        except SlackRefused as refused:
            log.info("the runbook of delivery %s stays where it was, too: %s", desk.delivery.id, refused.error)

    def _copies(self, desk: Desk) -> Iterator[dict[str, Any]]:
        """What was left in the thread when the incident moved is none."""
        return (copy for copy in super()._copies(desk) if copy["ts"] not in desk.delivery.result.get("left", []))

    def _run(self, desk: Desk) -> RunbookRun:
        with desk.core.view() as session:
            return session.get_one(RunbookRun, int(desk.delivery.target))

    def _message(self, desk: Desk, run: RunbookRun) -> Message:
        if not desk.plainly:
            try:
                return self.shown(desk.scene, run)
            except Exception:  # a broken view must not keep the step from people
                log.exception("the view of delivery %s", desk.delivery.id)
        return Message(f"{desk.scene.incident.key}: runbook {run.title}. `/incident runbook` shows it.")

    def look(self, desk: Desk) -> dict[str, Any] | None:
        """An edit may be made again; only a first post is looked for, and the first one in the room."""
        run, incident = self._run(desk), desk.scene.incident
        if run.ts is None:
            found = super().look(desk)
        else:
            there = (copy for copy in self._copies(desk) if copy["channel"] == _home(incident))
            found = next(there, None) if _moved(incident, run) else None
        return self._linked(desk, found) if found is not None else None

    def _linked(self, desk: Desk, shown: dict[str, Any]) -> dict[str, Any]:
        thread_ts = shown.get("thread_ts", desk.delivery.result.get("thread_ts"))  # an edit leaves it where it is
        return {**shown, "link": desk.workspace.permalink(shown["channel"], shown["ts"], thread_ts)}

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        run = unit.session.get_one(RunbookRun, int(delivery.target))
        if run.ts is None:
            runbooks.shown(unit, run, result["channel"], result["ts"], result.get("thread_ts"))
        run.channel, run.ts, run.link = result["channel"], result["ts"], result["link"]
        delivery.result = {name: value for name, value in result.items() if name != "plain"}


def _stays(incident: Incident) -> bool:
    """Its room is archived, and nobody follows a runbook any more; or it is private, and has no other place."""
    return rooms.asleep(incident) and (incident.status in ENDED or incident.private)


def _home(incident: Incident) -> str | None:
    """Where its runbooks are to be shown, where it has a room."""
    if incident.room_channel is None or _stays(incident):
        return None
    return incident.announce_channel if rooms.asleep(incident) else incident.room_channel


def _moved(incident: Incident, run: RunbookRun) -> bool:
    """It was shown elsewhere before the incident had this room, or before that was archived."""
    return _home(incident) is not None and _home(incident) != run.channel


@dataclass(frozen=True)
class CallWebhook(Act):
    """A step's webhook, at most once: whoever died in the middle, or got no answer, leaves it to people to look."""

    webhooks: Webhooks

    def perform(self, desk: Desk) -> dict[str, Any]:
        called = desk.scene.happened
        assert isinstance(called, WebhookCalled)
        if desk.scene.incident.drill is not None:
            return {"trouble": "it is a drill, in which nothing real is called"}
        with desk.core.view() as session:
            run = session.get_one(RunbookRun, called.run_id)
        step = content(run).step(called.step)
        if step is None or step.webhook is None:
            return {"trouble": "the step calls nothing"}
        hook, incident = step.webhook, desk.scene.incident
        key = "private" if incident.private else incident.key  # whoever is called learns nothing of it
        body = hook.body.replace("{key}", key).replace("{severity}", incident.severity).replace("{status}", incident.status)
        try:
            reply = self.webhooks.call(Call(hook.method, hook.url, desk.metadata_key, hook.headers, body))
        except NotCalled as failed:
            return {"trouble": str(failed)}
        except InDoubt as failed:
            return {"trouble": str(failed), "doubt": True}
        return {"status": reply.status, "text": reply.text[:1000]}

    def look(self, desk: Desk) -> dict[str, Any] | None:
        return {"trouble": "Muster was stopped in the middle of it", "doubt": True}

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        called = WebhookCalled.model_validate(unit.session.get_one(Event, delivery.event_id).payload)
        runbooks.webhook_answered(
            unit,
            called.run_id,
            called.step,
            status=int(result.get("status", 0)),
            text=str(result.get("text", "")),
            trouble=str(result.get("trouble", "")),
            doubt=bool(result.get("doubt")),
        )

    def failed(self, unit: Unit, delivery: Delivery, trouble: str) -> bool:
        called = WebhookCalled.model_validate(unit.session.get_one(Event, delivery.event_id).payload)
        runbooks.webhook_answered(unit, called.run_id, called.step, trouble=trouble)
        return False
