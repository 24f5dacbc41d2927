"""Brings a database's schema to the newest revision; safe for several processes to do at once.

Every process looks whether there is anything to do as it starts, so Alembic is loaded only where there is.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from models.database import WRITES, DatabaseUnusable

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger("muster.migrate")

_ADVISORY_LOCK = 0x4D757374  # any fixed number will do; this one is "Must"
_WAIT_SECONDS = 60
_FOLDER = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> "Config":
    """Alembic's settings; kept in code so that migrations need no file beside the package."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.attributes["connection"] = connection
    return made


def revision(engine: Engine) -> str | None:
    """The revision that the database is at, or None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        at: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return at


def head() -> str:
    """The newest revision there is: each one's file begins with its number."""
    return max(_known())


def _known() -> set[str]:
    return {file.name.partition("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py")}


def refuse_strange(at: str | None) -> None:
    """Raises DatabaseUnusable for a revision that a newer version of Muster has made: this one would not know its tables."""
    if at is not None and at not in _known():
        why = f"its schema is at {at[:40]}, and this version of Muster knows none beyond {head()}"
        raise DatabaseUnusable(f"The database cannot be used: {why}. Run the newer version, or restore a copy from before it.")


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command

    command.upgrade(config(connection), to)


def migrate(engine: Engine, to: str = "head") -> None:
    """Upgrade to `to`. Whoever comes second waits for the first and then finds nothing to do.

    Waits up to a minute for a database that does not answer yet, since any process may start first. Raises
    DatabaseUnusable where waiting would not help.
    """
    deadline, told = time.monotonic() + _WAIT_SECONDS, False
    while True:
        try:
            at = revision(engine)
            refuse_strange(at)
            if to == "head" and at == head():
                return
            with _alone(engine) as connection:
                _upgrade(connection, to)
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise
            if not told:
                log.warning("the database does not answer yet: %s", str(error.orig or error).splitlines()[0])
                told = True
            time.sleep(0.5)
        except DatabaseError as error:  # no permission to make tables, no database but some other file, an option it lacks
            why = str(error.orig or error).splitlines()[0]
            raise DatabaseUnusable(
                f"The database cannot be used: {why}. Correct DATABASE_URL, or what its user may do."
            ) from None


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction no other migration can overlap."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _ADVISORY_LOCK})
        yield connection
