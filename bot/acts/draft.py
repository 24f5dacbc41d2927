"""The postmortem draft as a file at the incident's home, in place of the one before."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from bot.acts import Act, Desk, NotYet
from bot.acts.post import Place, home
from bot.slack import SlackAway, SlackBraked, SlackDoubt, SlackRefused
from incidents import postmortems, rooms
from incidents.core import Unit
from models import Delivery, Postmortem
from models.spine import OPEN

log = logging.getLogger(__name__)

Render = Callable[[Desk], str]

_LINKS_WAIT = timedelta(minutes=1)  # for messages that are still on their way; then the draft goes without their links
_TRIED = 10  # what was tried before these, and is not shared, will not be; each look asks for all of them
_CLEARED = 20  # tries, about a minute and a half, in which what is in doubt of an old draft is asked for again
_FRESH = timedelta(minutes=5)  # what was uploaded longer ago is uploaded again, as the record stands by then


@dataclass(frozen=True)
class DraftFile(Act):
    """Slack's three-step upload, then the removal of the draft before. Every attempt goes on where the last one stood.

    Kept with the delivery: `ready`, the file that is uploaded and not shared yet; `tried`, the files that may be shared,
    by which doubt is settled; `shared`, the one that is, and where; `left`, the old draft's messages still to be deleted.
    """

    render: Render
    again_at_most = 360  # about an hour and a half

    def perform(self, desk: Desk) -> dict[str, Any]:
        shared = desk.delivery.result.get("shared")
        if shared is not None and self._strayed(desk, shared["channel"]):
            self._remove(desk, shared["file"])
            shared = None
            desk.keep(shared=None)
        if shared is None:
            place = home(desk)
            if self._unposted(desk):
                raise NotYet
            shared = self._share(desk, place, self._ready(desk) or self._upload(desk))
        self._remove_old(desk, shared["file"])
        return {"file_id": shared["file"], "link": desk.workspace.file_link(shared["file"], _name(desk))}

    def _strayed(self, desk: Desk, channel: str) -> bool:
        """It was shared while the incident was not private yet."""
        return desk.scene.incident.private and channel != desk.scene.incident.room_channel

    def _ready(self, desk: Desk) -> str | None:
        """What an attempt before has uploaded; not what it may have shared, whose second copy could not be told from it."""
        ready = desk.delivery.result.get("ready")
        if ready is None or ready["file"] in desk.delivery.result.get("tried", []):
            return None
        return str(ready["file"]) if desk.scene.now - datetime.fromisoformat(ready["at"]) < _FRESH else None

    def _upload(self, desk: Desk) -> str:
        content = self.render(desk).encode()
        given = desk.call("files.getUploadURLExternal", filename=_name(desk), length=len(content))
        desk.slack.upload(given["upload_url"], content)
        desk.keep(ready={"file": str(given["file_id"]), "at": desk.scene.now.isoformat()})
        return str(given["file_id"])

    def _share(self, desk: Desk, place: Place, file_id: str) -> dict[str, str]:
        before = desk.delivery.result.get("tried", [])
        desk.keep(tried=[*before, file_id][-_TRIED:])
        try:
            desk.call(
                "files.completeUploadExternal",
                files=[{"id": file_id, "title": f"{desk.scene.incident.key} postmortem draft"}],
                channel_id=place.channel,
                thread_ts=place.thread_ts,
                initial_comment=self._comment(desk),
            )
        except (SlackBraked, SlackAway, NotYet):  # it is not shared, and nothing stands against sharing this very file next time
            desk.keep(tried=before)
            raise
        return self._keep_shared(desk, file_id, place.channel)

    def _keep_shared(self, desk: Desk, file_id: str, channel: str) -> dict[str, str]:
        shared = {"file": file_id, "channel": channel}
        desk.keep(shared=shared)
        return shared

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
        incident = desk.scene.incident
        in_thread = incident.room_channel is None or rooms.asleep(incident)
        again = f"`/incident postmortem {incident.number}`" if in_thread else "`/incident postmortem`"
        return f"{incident.key}: the postmortem draft, from the timeline. Fill in what says TODO; {again} builds it again."

    def look(self, desk: Desk) -> dict[str, Any] | None:
        """The rest is done by `perform`, which may be done again."""
        if desk.delivery.result.get("shared"):
            return self.perform(desk)
        for file_id in desk.delivery.result.get("tried", []):
            shown = self._shared(desk, file_id)
            if shown:
                self._keep_shared(desk, file_id, shown[0][0])
                return self.perform(desk)
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
        if not old or old == file_id:
            return
        left = desk.delivery.result.get("left")
        if left is None:
            left = self._shown(desk, old)
            desk.keep(left=left)
        while left:
            self._delete_message(desk, *left[0])
            left = left[1:]
            desk.keep(left=left)
        self._delete_file(desk, old)

    def _shown(self, desk: Desk, old: str) -> list[tuple[str, str]]:
        """Where Slack does not say which messages show the old draft they stay: the new one is out."""
        try:
            return self._shared(desk, old)
        except SlackRefused as refused:
            log.info("an old draft's messages stay: %s", refused)
            return []

    def _remove(self, desk: Desk, file_id: str) -> None:
        """A file and the messages that show it."""
        for channel, ts in self._shared(desk, file_id):
            self._delete_message(desk, channel, ts)
        self._delete_file(desk, file_id)

    def _delete_message(self, desk: Desk, channel: str, ts: str) -> None:
        """Refused, it is gone already or not ours."""
        self._clear(desk, "chat.delete", channel=channel, ts=ts)

    def _delete_file(self, desk: Desk, file_id: str) -> None:
        self._clear(desk, "files.delete", file=file_id)

    def _clear(self, desk: Desk, method: str, **args: Any) -> None:
        """The new draft is what matters, and the next one waits behind it."""
        try:
            desk.call(method, **args)
        except (SlackRefused, SlackDoubt) as failed:
            if isinstance(failed, SlackDoubt) and desk.delivery.attempt < _CLEARED:
                raise
            log.info("an old draft stays: %s", failed)

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        postmortems.shown(unit, result["file_id"], result["link"])


def _name(desk: Desk) -> str:
    return f"{desk.scene.incident.key.lower()}-postmortem.md"
