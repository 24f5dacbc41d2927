"""Databases with Muster's tables, made by its migrations once for all tests that want one on SQLite."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from models.database import make_engine
from models.migrate import migrate


def furnish(url: str) -> None:
    """Put Muster's tables into that empty database."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite":
        Path(str(found.database)).write_bytes(migrated())
        return
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


@cache
def migrated() -> bytes:
    """A SQLite database after all migrations."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "muster.db"
        engine = make_engine(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        return contents(path)


def contents(path: Path) -> bytes:
    """A SQLite database's committed content, as a restart would find it."""
    connection = sqlite3.connect(path)
    try:
        return connection.serialize()
    finally:
        connection.close()
