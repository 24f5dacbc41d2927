"""What monitoring has said: one row for each time that something began to be wrong."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

ALERT_FIRING = "firing"
ALERT_RESOLVED = "resolved"


class Alert(SQLModel, table=True):
    """One alert in one incident. While that is open the same alert counts here again; after that a new row is made.

    `fingerprint` is what its source knows it by. `bundle` is what the source sends together; it goes into one incident.
    `started_at` is the newest beginning that was told of, by the source's clock: what is not newer is no news. A row
    without an incident was resolved before anything was said of it, or is held back: by `maintenance_id`, with the `summary`
    that is wanted when that is over.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("alert_signal", "source", "fingerprint", "id"),
        Index("alert_bundle", "source", "bundle", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    source: str
    fingerprint: str
    bundle: str
    title: str
    severity: str
    services: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    summary: str = ""
    url: str = ""
    maintenance_id: int | None = Field(default=None, foreign_key="maintenance.id", index=True)
    state: str = ALERT_FIRING
    times: int = 1
    started_at: datetime
    received_at: datetime
    resolved_at: datetime | None = None
