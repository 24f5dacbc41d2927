"""What people arrange among themselves about on-call shifts: who stands in for whom, and who is asked to."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel


class OnCallOverride(SQLModel, table=True):
    """Somebody is on call in a rotation, whoever's turn it is, from `starts_at` until `ends_at`. Of several the one that
    was set last counts. One that was undone stays on record. `key` is the request's, so that it is carried out once."""

    __tablename__ = "on_call_override"
    __table_args__ = (
        Index(
            "on_call_override_ends",
            "ends_at",
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    rotation: str
    person: str
    starts_at: datetime
    ends_at: datetime
    set_by: str
    set_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
    key: str | None = Field(default=None, unique=True)


class CoverRequest(SQLModel, table=True):
    """Somebody asks the others of their rotations to stand in. `shifts` are [rotation, from, until], the moments in ISO,
    once it is taken those that are covered; `asked` is who was asked, by id or e-mail address; the first one who says so has
    `taken_by` it."""

    __tablename__ = "cover_request"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    asked_by: str
    asked_at: datetime
    shifts: list[list[str]] = Field(sa_column=Column(JSON, nullable=False))
    asked: list[str] = Field(sa_column=Column(JSON, nullable=False))
    taken_by: str | None = None
    taken_at: datetime | None = None
    key: str | None = Field(default=None, unique=True)
