"""What is remembered about the Slack workspace, so that it need not be asked again."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Person(SQLModel, table=True):
    """Somebody's name and time zone as Slack last gave them."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    email: str | None = None
    timezone: str | None = None
    fetched_at: datetime


class AppHome(SQLModel, table=True):
    """One person's App Home, from when they first opened it.

    `shown` is the newest event of anybody's that it tells of, `digest` that of the published view: what would look the
    same is not published again. `view_hash` is Slack's, so that an older view never replaces a newer one.
    """

    __tablename__ = "app_home"

    person: str = Field(primary_key=True)
    opened_at: datetime
    shown: int = 0
    digest: str | None = None
    view_hash: str | None = None


HEARTBEAT = "clock.swept_at"  # the fact that says when the clock last swept cleanly


class Fact(SQLModel, table=True):
    """One remembered value, such as this installation's id or the announce channel's."""

    __tablename__ = "fact"

    name: str = Field(primary_key=True)
    value: str
