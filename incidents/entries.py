"""How a timeline reads: captured messages as they are by now, entries starred, hidden and put to their true time.

The log itself stays as it was recorded: each of these is an event of its own, applied by `told`.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from incidents.core import Core, Repeated, Unit
from incidents.errors import Refused
from incidents.events import (
    Captured,
    Decided,
    EntryCurated,
    Happened,
    MessageDeleted,
    MessageEdited,
    Noted,
    read,
)
from incidents.merge import family
from incidents.texts import TEXT_LENGTH
from models import Event


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `at` is its true time, which may have been put right since."""

    event: Event
    what: Happened
    at: datetime
    starred: bool = False
    hidden: bool = False


def told(events: Iterable[Event]) -> list[Entry]:
    """The entries in the order in which they happened, with all that was changed about them since."""
    entries: dict[int, Entry] = {}
    for event in sorted(events, key=lambda event: event.id or 0):
        what = read(event.kind, event.payload)
        if isinstance(what, MessageEdited | MessageDeleted | EntryCurated) and what.entry in entries:
            entries[what.entry] = _changed(entries[what.entry], what)
        entries[event.id or 0] = Entry(event, what, event.at)
    return sorted(entries.values(), key=lambda entry: (entry.at, entry.event.id))


def _changed(entry: Entry, by: MessageEdited | MessageDeleted | EntryCurated) -> Entry:
    if isinstance(by, EntryCurated):
        starred = entry.starred if by.star is None else by.star
        hidden = entry.hidden if by.hide is None else by.hide
        return replace(entry, starred=starred, hidden=hidden, at=by.at or entry.at)
    if not isinstance(entry.what, Captured):
        return entry
    if isinstance(by, MessageDeleted):
        return replace(entry, what=entry.what.model_copy(update={"text": "", "files": [], "deleted": True}))
    return replace(
        entry, what=entry.what.model_copy(update={"text": by.text, "files": by.files, "edited": by.version or "edited"})
    )


def follow_edit(core: Core, channel: str, ts: str, text: str, files: list[tuple[str, str]], *, version: str) -> None:
    """A captured message reads otherwise now. Nothing where it is on no timeline, or reads as it did (a preview was added).

    `version` is the edit's place in time: Slack sends it again when an answer comes late, also after a newer one.
    """
    text = text[:TEXT_LENGTH]
    for captured in _captured(core, channel, ts):
        with suppress(Repeated), core.unit(captured.incident_id, f"edit:{captured.id}:{version}") as unit:
            now = _as_it_is(unit.session, unit.incident.number, captured).what
            if not isinstance(now, Captured) or now.deleted or now.edited >= version:
                continue
            if (now.text, now.files) != (text, files):
                edited = MessageEdited(entry=captured.id or 0, text=text, files=files, version=version)
                unit.record(edited, by=now.author)


def follow_deletion(core: Core, channel: str, ts: str) -> None:
    """A captured message was deleted: its entry says so and no longer shows its words. Nothing where it is on no timeline."""
    for captured in _captured(core, channel, ts):
        with suppress(Repeated), core.unit(captured.incident_id, f"deleted:{captured.id}") as unit:
            unit.record(MessageDeleted(entry=captured.id or 0), by=None)
            _forget(unit, captured)


def _forget(unit: Unit, captured: Event) -> None:
    """A deleted message's words leave the log, too: they are their author's. That it was there, whose and when, stays."""
    of_it = col(Event.incident_id).in_({unit.incident.number, captured.incident_id})
    edits = unit.session.exec(select(Event).where(of_it, Event.kind == MessageEdited.kind)).all()
    for event in (unit.session.get_one(Event, captured.id), *(edit for edit in edits if edit.payload["entry"] == captured.id)):
        event.payload = {**event.payload, "text": "", "files": []}


def curate(
    core: Core,
    number: int,
    entry_id: int,
    *,
    by: str,
    star: bool | None = None,
    hide: bool | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> Event:
    """Star an entry, leave it out of the draft, or put it to its true time; each is taken back by the opposite."""
    with core.unit(number, key) as unit:
        entry = _entry(unit, entry_id)
        if at is not None and not isinstance(entry.what, Noted | Decided | Captured):
            raise Refused("Only notes, decisions and messages are put to another time. `/incident moment` corrects the rest.")
        if at is not None and at > unit.now:
            raise Refused("That is still to come. Give a time that has passed, such as 14:05.")
        if (star in (None, entry.starred)) and (hide in (None, entry.hidden)) and (at in (None, entry.at)):
            raise Refused(f"Entry {entry_id} is so already; nothing was changed.")
        return unit.record(EntryCurated(entry=entry_id, star=star, hide=hide, at=at), by=by)


def _entry(unit: Unit, entry_id: int) -> Entry:
    event = unit.session.get(Event, entry_id) if 0 < entry_id < 2**31 else None
    if event is None or event.incident_id not in family(unit.session, unit.incident.number):
        raise Refused(f"{unit.incident.key} has no entry {entry_id}. `/incident timeline edit` shows them with their numbers.")
    if not read(event.kind, event.payload).headline:
        raise Refused(f"Entry {entry_id} is none that the timeline shows.")
    return _as_it_is(unit.session, unit.incident.number, event)


def _captured(core: Core, channel: str, ts: str) -> Sequence[Event]:
    """The entries of a message: one, or one more for each incident that it was declared from later."""
    query = select(Event).where(Event.channel == channel, Event.ts == ts, Event.kind == Captured.kind)
    with core.view() as session:
        return session.exec(query.order_by(col(Event.id))).all()


def _as_it_is(session: Session, number: int, event: Event) -> Entry:
    kinds = (MessageEdited.kind, MessageDeleted.kind, EntryCurated.kind)
    later = session.exec(
        select(Event).where(col(Event.incident_id).in_({number, event.incident_id}), col(Event.kind).in_(kinds))
    ).all()
    return next(entry for entry in told([event, *later]) if entry.event.id == event.id)
