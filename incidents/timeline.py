"""Adding to the timeline: notes, decisions, and messages that people pinned, marked or sent by shortcut."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from incidents.core import Core
from incidents.errors import Refused
from incidents.events import Captured, Decided, LinkAdded, Noted
from incidents.merge import on_timeline
from incidents.texts import TEXT_LENGTH, link, one_line, prose
from models import Event, Incident


def note(core: Core, number: int, text: str, *, by: str, at: datetime | None = None, key: str | None = None) -> Event:
    """Write something down, at the moment it happened if that was earlier."""
    text = prose(text, "note")
    with core.unit(number, key) as unit:
        return unit.record(Noted(text=text), by=by, at=at)


def decide(core: Core, number: int, text: str, *, by: str, key: str | None = None) -> Event:
    """Write a decision down."""
    text = prose(text, "decision")
    with core.unit(number, key) as unit:
        return unit.record(Decided(text=text), by=by)


def add_link(core: Core, number: int, url: str, title: str = "", *, by: str, key: str | None = None) -> Event:
    """A dashboard, a ticket, a document: on the timeline, and a bookmark of the room. Once each."""
    url = link(url)
    title = one_line(title, "link's name", 100) if title.strip() else ""
    with core.unit(number, key) as unit:
        known = unit.session.exec(select(Event).where(Event.incident_id == number, Event.kind == LinkAdded.kind))
        if any(event.payload.get("url") == url for event in known):
            raise Refused(f"{unit.incident.key} has that link already; its room has it among the bookmarks.")
        return unit.record(LinkAdded(url=url, title=title), by=by)


def links(session: Session, number: int) -> list[LinkAdded]:
    """Those that were added, the oldest first."""
    query = select(Event).where(Event.incident_id == number, Event.kind == LinkAdded.kind).order_by(col(Event.id))
    return [LinkAdded.model_validate(event.payload) for event in session.exec(query)]


def capture(
    core: Core,
    number: int,
    *,
    channel: str,
    ts: str,
    thread_ts: str | None,
    author: str | None,
    text: str,
    at: datetime,
    by: str,
    how: str,
    files: Sequence[tuple[str, str]] = (),
) -> Event:
    """Put a message on the timeline once, however often it is pinned; with its own moment, author and link.

    `files` are what it shared, each by its name and address.
    """
    with core.unit(number, f"capture:{channel}:{ts}") as unit:
        captured = Captured(author=author, text=text[:TEXT_LENGTH], how=how, files=list(files))
        return unit.record(captured, by=by, at=at, channel=channel, ts=ts, thread_ts=thread_ts)


def at_home(core: Core, channel: str, thread_ts: str | None = None) -> Incident | None:
    """The incident that lives in this room, or in this thread of the announce channel. Whoever names a private one's room
    is in it: Slack lets nobody else act there."""
    with core.view() as session:
        room = session.exec(_IN_ROOM, params={"channel": channel}).first()
        if room is not None or thread_ts is None:
            return room
        return session.exec(_IN_THREAD, params={"channel": channel, "thread": thread_ts}).first()


# Built once: it is asked of every message that Slack tells us of.
_IN_ROOM = select(Incident).where(Incident.room_channel == bindparam("channel"))
_IN_THREAD = select(Incident).where(
    Incident.announce_channel == bindparam("channel"),
    Incident.announce_ts == bindparam("thread"),
    col(Incident.private).is_(False),
)


def read(core: Core, number: int, limit: int = 1000) -> list[Event]:
    """The newest `limit` entries, those of what was merged into it too, in the order in which they happened."""
    with core.view() as session:
        query = select(Event).where(on_timeline(session, number)).order_by(col(Event.id).desc()).limit(limit)
        return sorted(session.exec(query), key=lambda event: (event.at, event.id))
