"""The postmortem draft as a file at the incident's home, in place of the one before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from bot.acts import Act, Desk, NotYet
from bot.acts.post import home, log
from bot.slack import SlackRefused
from incidents import postmortems
from incidents.core import Unit
from models import Delivery, Postmortem
from models.spine import OPEN

Render = Callable[[Desk], str]

_LINKS_WAIT = timedelta(minutes=1)  # for messages that are still on their way; then the draft goes without their links


@dataclass(frozen=True)
class DraftFile(Act):
    """Slack's three-step upload. The file id is stored before the file is shared, so doubt is settled by asking for it."""

    render: Render

    def perform(self, desk: Desk) -> dict[str, Any]:
        if desk.delivery.result.get("tried"):  # whatever stopped an attempt that got so far, it may have been shared
            found = self.look(desk)
            if found is not None:
                return found
            desk.keep(reposted=True)
        place = home(desk)
        if self._unposted(desk):
            raise NotYet
        incident = desk.scene.incident
        name = f"{incident.key.lower()}-postmortem.md"
        content = self.render(desk).encode()
        given = desk.call("files.getUploadURLExternal", filename=name, length=len(content))
        file_id = str(given["file_id"])
        desk.keep(tried=[*desk.delivery.result.get("tried", []), file_id])
        desk.slack.upload(given["upload_url"], content)
        desk.call(
            "files.completeUploadExternal",
            files=[{"id": file_id, "title": f"{incident.key} postmortem draft"}],
            channel_id=place.channel,
            thread_ts=place.thread_ts,
            initial_comment=self._comment(desk),
        )
        self._remove_old(desk, file_id)
        return {"file_id": file_id}

    def _unposted(self, desk: Desk) -> bool:
        """Whether something that was recorded before is still to be posted: the draft links each line to its message."""
        event = desk.scene.event
        if desk.scene.now - event.recorded_at > _LINKS_WAIT:
            return False
        query = select(Delivery.id).where(
            Delivery.incident_id == event.incident_id,
            Delivery.reaction == "post",
            Delivery.state == OPEN,
            col(Delivery.event_id) < event.id,
        )
        with desk.core.view() as session:
            return session.exec(query.limit(1)).first() is not None

    def _comment(self, desk: Desk) -> str:
        key = desk.scene.incident.key
        return f"{key}: the postmortem draft, from the timeline. Fill in what says TODO; `/incident postmortem` builds it again."

    def look(self, desk: Desk) -> dict[str, Any] | None:
        for file_id in desk.delivery.result.get("tried", []):
            if self._shared(desk, file_id):
                self._remove_old(desk, file_id)
                return {"file_id": file_id}
        return None

    def tidy(self, desk: Desk) -> None:
        """What was shared late goes; what the record names stays."""
        for file_id in desk.delivery.result.get("tried", []):
            if file_id != desk.delivery.result.get("file_id"):
                self._remove(desk, file_id)

    def _shared(self, desk: Desk, file_id: str) -> list[tuple[str, str]]:
        """The messages that show a file, as (channel, ts); none where it is not shared, or gone."""
        try:
            file = desk.call("files.info", file=file_id)["file"]
        except SlackRefused as refused:
            if refused.error not in ("file_not_found", "file_deleted"):
                raise
            return []
        kinds = (file.get("shares") or {}).values()
        return [(channel, share["ts"]) for kind in kinds for channel, shares in kind.items() for share in shares]

    def _remove_old(self, desk: Desk, file_id: str) -> None:
        with desk.core.view() as session:
            query = select(Postmortem.file_id).where(Postmortem.incident_id == desk.scene.incident.number)
            old = session.exec(query).first()
        if old and old != file_id:
            self._remove(desk, old)

    def _remove(self, desk: Desk, file_id: str) -> None:
        """A file and the message that shows it. Refused, it is gone already or not ours: the new draft is what matters."""
        for channel, ts in self._shared(desk, file_id):
            try:
                desk.call("chat.delete", channel=channel, ts=ts)
            except SlackRefused as refused:
                log.info("an old draft's message stays: %s", refused)
        try:
            desk.call("files.delete", file=file_id)
        except SlackRefused as refused:
            log.info("an old draft stays: %s", refused)

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        postmortems.shown(unit, result["file_id"])
