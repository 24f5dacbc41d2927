"""Status updates, written by people or posted by the worker when one fell due."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class StatusUpdate(SQLModel, table=True):
    """One status update. `by` is empty for a timed one, which says that nothing new was reported."""

    __tablename__ = "status_update"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    by: str | None = None
    status: str
    severity: str
    impact: str = ""
    theory: str = ""
    actions: str = ""
    next_update_at: datetime | None = None
    at: datetime
