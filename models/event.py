"""The timeline: everything that happened, in the order it was recorded."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel


class Event(SQLModel, table=True):
    """One entry of a timeline. Entries stay; kinds are never renamed.

    `at` is when it happened, `recorded_at` when it was written down. `key` names the request or timer that caused
    it and is unique, so that the same request changes nothing the second time. `channel` and `ts` name the message
    that shows it.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("event_timeline", "incident_id", "id"),
        Index("event_message", "channel", "ts", sqlite_where=text("ts IS NOT NULL"), postgresql_where=text("ts IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    key: str | None = Field(default=None, unique=True)
    kind: str
    actor: str | None = None
    at: datetime
    recorded_at: datetime
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
