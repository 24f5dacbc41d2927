"""Brings a database's schema to the newest revision; safe for several processes to do at once."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from models.database import WRITES

log = logging.getLogger("muster.migrate")

_ADVISORY_LOCK = 0x4D757374  # any fixed number will do; this one is "Must"
_WAIT_SECONDS = 60


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings; kept in code so that migrations need no file beside the package."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.attributes["connection"] = connection
    return made


def revision(engine: Engine) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision there is."""
    return ScriptDirectory.from_config(config()).get_current_head()


def migrate(engine: Engine, to: str = "head") -> None:
    """Upgrade to `to`. Whoever comes second waits for the first and then finds nothing to do.

    Waits up to a minute for a database that does not answer yet, since any process may start first.
    """
    deadline, told = time.monotonic() + _WAIT_SECONDS, False
    while True:
        try:
            if to == "head" and revision(engine) == head():
                return
            with _alone(engine) as connection:
                command.upgrade(config(connection), to)
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise
            if not told:
                log.warning("the database does not answer yet: %s", str(error.orig or error).splitlines()[0])
                told = True
            time.sleep(0.5)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction no other migration can overlap."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        yield connection
