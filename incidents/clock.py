"""What time it is: the one place that asks the system."""

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import text
from sqlmodel import Session


class Clock(Protocol):
    """Tells the time; tests bring one that is moved by hand."""

    def now(self, session: Session | None = None) -> datetime:
        """Aware, UTC. With a session on PostgreSQL: that server's clock, so that all processes agree."""
        ...


class SystemClock:
    """The database server's clock where there is one, else the machine's."""

    def now(self, session: Session | None = None) -> datetime:
        if session is not None and session.get_bind().dialect.name == "postgresql":
            moment: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
            return moment.astimezone(UTC)
        return datetime.now(UTC)
