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


class Fact(SQLModel, table=True):
    """One remembered value, such as this installation's id or the announce channel's."""

    __tablename__ = "fact"

    name: str = Field(primary_key=True)
    value: str
