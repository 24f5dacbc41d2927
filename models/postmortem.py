"""The postmortem of an incident and the file that shows its draft."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Postmortem(SQLModel, table=True):
    """One postmortem for an incident; `file_id` is Slack's id of the newest draft that is shown, `link` its address."""

    __tablename__ = "postmortem"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", unique=True)
    state: str = "draft"
    drafts: int = 0
    drafted_at: datetime
    file_id: str | None = None
    link: str | None = None
