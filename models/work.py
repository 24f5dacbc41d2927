"""Work: tasks are for now, action items for afterwards."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Task(SQLModel, table=True):
    """Something to do during the incident."""

    __tablename__ = "task"
    __table_args__ = (
        Index("task_left_to", "owner", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    text: str
    owner: str | None = None
    added_by: str | None = None
    added_at: datetime
    done_by: str | None = None
    done_at: datetime | None = None


class ActionItem(SQLModel, table=True):
    """Something to do after the incident, so that it does not happen again. `due_on` is a calendar day."""

    __tablename__ = "action_item"
    __table_args__ = (
        Index("action_item_left_to", "owner", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    text: str
    owner: str | None = None
    due_on: date | None = None
    added_by: str | None = None
    added_at: datetime
    done_by: str | None = None
    done_at: datetime | None = None
