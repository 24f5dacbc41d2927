"""The spine: what must leave the database (deliveries), when something is next owed (wakes), who must wait (brakes)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

OPEN = "open"
DONE = "done"
DEAD = "dead"


class Delivery(SQLModel, table=True):
    """One thing that must reach Slack, exactly once, because of one event.

    Unique for each (event, reaction, target). Only the oldest open row of a lane may be claimed, so order holds with
    any number of workers. `attempt` counts the claims; a result is stored only while the attempt is still the
    claimer's. `doubt` says that the last attempt may have taken effect. `check_at` asks for one more look for a late
    copy after a repost. A mirror (card, topic) is one row for each (incident, mirror): it is open again while `wanted` is
    newer than `shown`, both event ids.

    What is told of on-call shifts and of maintenance belongs to no incident: it has neither event nor incident, and `result`
    begins with what is `said`.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "reaction", "target", name="delivery_once"),
        Index(
            "delivery_due",
            "priority",
            "next_at",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "delivery_lane",
            "lane",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "delivery_check",
            "check_at",
            sqlite_where=text("check_at IS NOT NULL"),
            postgresql_where=text("check_at IS NOT NULL"),
        ),
        Index(
            "delivery_dead",
            "settled_at",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index("delivery_mirror", "incident_id", "reaction", "target"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int | None = Field(default=None, foreign_key="event.id")
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    reaction: str
    target: str
    lane: str
    priority: int
    state: str = OPEN
    attempt: int = 0
    refusals: int = 0
    doubt: bool = False
    next_at: datetime
    lease_until: datetime | None = None
    first_try_at: datetime | None = None
    settled_at: datetime | None = None
    check_at: datetime | None = None
    wanted: int | None = None
    shown: int | None = None
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    trouble: str | None = None

    @property
    def about(self) -> str:
        """What it is of, as a log names it: `INC-42`, or its lane where it belongs to no incident: `oncall:U0BOB`."""
        return self.lane if self.incident_id is None else f"INC-{self.incident_id}"


class Wake(SQLModel, table=True):
    """When something is next owed to a subject; a subject to which nothing is owed has no row."""

    __tablename__ = "wake"

    subject: str = Field(primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id")
    due_at: datetime = Field(index=True)
    failures: int = 0
    trouble: str | None = None


class Brake(SQLModel, table=True):
    """Until when nobody may call a method (chat.postMessage: in one channel) or a host."""

    __tablename__ = "brake"

    name: str = Field(primary_key=True)
    until: datetime
