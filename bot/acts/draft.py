"""The postmortem draft as a file at the incident's home, in place of the one before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from bot.acts import Act, Desk
from bot.acts.post import Place, home
from bot.slack import SlackRefused
from incidents import postmortems
from incidents.core import Unit
from models import Delivery, Postmortem

Render = Callable[[Desk], str]


@dataclass(frozen=True)
class DraftFile(Act):
    """Slack's three-step upload. The file id is stored before the file is shared, so doubt is settled by asking for it."""

    render: Render

    def perform(self, desk: Desk) -> dict[str, Any]:
        place = home(desk)
        incident = desk.scene.incident
        name = f"{incident.key.lower()}-postmortem.md"
        content = self.render(desk).encode()
        given = desk.call("files.getUploadURLExternal", filename=name, length=len(content))
        file_id = str(given["file_id"])
        desk.keep(file_id=file_id)
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

    def _comment(self, desk: Desk) -> str:
        key = desk.scene.incident.key
        return f"{key}: the postmortem draft, from the timeline. Fill in what says TODO; `/incident postmortem` builds it again."

    def look(self, desk: Desk) -> dict[str, Any] | None:
        file_id = desk.delivery.result.get("file_id")
        if not file_id:
            return None
        place = home(desk)
        try:
            file = desk.call("files.info", file=file_id)["file"]
        except SlackRefused:
            return None
        if not self._shared(file, place):
            return None
        self._remove_old(desk, file_id)
        return {"file_id": file_id}

    def _shared(self, file: dict[str, Any], place: Place) -> bool:
        shares = file.get("shares") or {}
        there = [*file.get("channels", []), *file.get("groups", [])]
        return place.channel in there or any(place.channel in (kind or {}) for kind in shares.values())

    def _remove_old(self, desk: Desk, file_id: str) -> None:
        with desk.core.view() as session:
            query = select(Postmortem.file_id).where(Postmortem.incident_id == desk.scene.incident.number)
            old = session.exec(query).first()
        if old and old != file_id:
            try:
                desk.call("files.delete", file=old)
            except SlackRefused:
                pass  # gone already, or somebody else's right to remove: the new draft is what matters

    def settled(self, unit: Unit, delivery: Delivery, result: dict[str, Any]) -> None:
        postmortems.shown(unit, result["file_id"])
