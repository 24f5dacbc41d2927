"""When a service is worked on as planned, so that its alerts wake nobody."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


class Maintenance(SQLModel, table=True):
    """One window of one service, from `starts_at` until `ends_at`, said by its owner with a reason.

    `key` is that of the request which set it. `over_at` is set once, when somebody ends it early (`ended_by`) or its time has
    come: from then on it holds no alert back.
    """

    __tablename__ = "maintenance"
    __table_args__ = (
        Index(
            "maintenance_open",
            "ends_at",
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    service: str
    starts_at: datetime
    ends_at: datetime
    owner: str
    reason: str
    set_at: datetime
    over_at: datetime | None = None
    ended_by: str | None = None

    @property
    def number(self) -> int:
        """Its id; exists once the row is stored."""
        assert self.id is not None, "a window has a number once it is stored"
        return self.id
