"""Who holds which role in an incident, with everybody who held it before."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class RoleAssignment(SQLModel, table=True):
    """One person's time in one role; `until` is empty while they hold it. One holder of a role at a time.

    While its holder is handing it over, `offered_to` has been asked and has until `offer_until`; `offer_event` is the
    event that holds the brief. `handoff_suggested` is the watermark of the timer that suggests one.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (
        Index(
            "role_one_holder",
            "incident_id",
            "role",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index("role_held_by", "person", sqlite_where=text("until IS NULL"), postgresql_where=text("until IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    role: str
    person: str
    assigned_by: str | None = None
    since: datetime
    until: datetime | None = None
    offered_to: str | None = None
    offer_event: int | None = None
    offer_until: datetime | None = None
    handoff_suggested: bool = False
