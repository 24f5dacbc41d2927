"""Who is in a private incident."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Insider(SQLModel, table=True):
    """One person who was let in, by Slack id, or by e-mail address (in lower case) while Slack has not said whose it is.

    `inside` is False once they have left the room. `room_ts` is Slack's own time of the last coming or going that was
    heard of: events come again and out of order, and an older one must not undo a newer one.
    """

    __tablename__ = "insider"

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    person: str = Field(primary_key=True, index=True)
    inside: bool = True
    since: datetime
    room_ts: str | None = None
