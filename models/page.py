"""Pages: an escalation under way, and each person or channel that it told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

PAGE_OPEN = "open"
PAGE_ACKNOWLEDGED = "acknowledged"
PAGE_EXHAUSTED = "exhausted"
PAGE_STOPPED = "stopped"

NOTICE_SENDING = "sending"
NOTICE_SENT = "sent"
NOTICE_FAILED = "failed"


class Page(SQLModel, table=True):
    """One escalation. `policy` is the escalation policy as it was when the page began; it never changes after.

    `round` and `level` say which level was told last, `fired_at` when: each wait runs from the actual firing.
    A page whose last resort has been told is `exhausted`: nobody is told any more, but it can still be acknowledged.
    """

    __tablename__ = "page"
    __table_args__ = (
        Index("page_open", "incident_id", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    name: str
    policy: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    why: str = ""
    started_by: str | None = None
    started_at: datetime
    state: str = PAGE_OPEN
    round: int = 0
    level: int = -1
    fired_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None


class Notice(SQLModel, table=True):
    """One person or channel told by one level of a page, and whether the message got out."""

    __tablename__ = "notice"
    __table_args__ = (Index("notice_page", "page_id", "round", "level"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    page_id: int = Field(foreign_key="page.id")
    round: int
    level: int
    target: str
    state: str = NOTICE_SENDING
    at: datetime
    settled_at: datetime | None = None
    trouble: str | None = None
