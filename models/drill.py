"""A drill under way: its script, and how far it has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class Drill(SQLModel, table=True):
    """What an incident that is a drill has besides. `script` is as it was when the drill began and never changes after;
    empty where it follows none. Its moments count from `zero_at`, which a pause moves; `said` counts those that are over.
    """

    __tablename__ = "drill"

    incident_id: int = Field(primary_key=True, foreign_key="incident.id", sa_column_kwargs={"autoincrement": False})
    script: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    zero_at: datetime
    said: int = 0
    paused_at: datetime | None = None
    ended_at: datetime | None = None
