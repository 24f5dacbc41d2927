"""What was deployed, as whoever deploys it says."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Deploy(SQLModel, table=True):
    """One version of one service. `key` is what its source knows it by, so that said again it is there once.

    `by` is the source's word for somebody. `looked_at` is when the incidents that were open were looked through for it.
    """

    __tablename__ = "deploy"
    __table_args__ = (
        UniqueConstraint("source", "key", "service", name="deploy_once"),
        Index("deploy_of", "service", "at"),
        Index(
            "deploy_new",
            "id",
            sqlite_where=text("looked_at IS NULL"),
            postgresql_where=text("looked_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str
    key: str
    service: str
    version: str
    by: str = ""
    at: datetime
    url: str = ""
    environment: str = ""
    received_at: datetime = Field(index=True)
    looked_at: datetime | None = None

    @property
    def number(self) -> int:
        """Its id; exists once the row is stored."""
        assert self.id is not None, "a deploy has a number once it is stored"
        return self.id
