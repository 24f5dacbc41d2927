"""Databases with Muster's tables, migrated once and copied for each test; and statements, compiled once."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, make_url

from models.database import make_engine
from models.migrate import migrate


def furnish(url: str) -> None:
    """Put Muster's tables into that empty database."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite":
        Path(str(found.database)).write_bytes(migrated())
        return
    server = found.set(database="postgres").render_as_string(hide_password=False)
    _have_template(server)
    _run(server, "DROP DATABASE {}", str(found.database))
    _run(server, "CREATE DATABASE {} TEMPLATE migrated", str(found.database))


@cache
def _have_template(server: str) -> None:
    """The database `migrated`, after all migrations: copying it takes a fifth of their time."""
    _run(server, "CREATE DATABASE {}", "migrated")
    engine = make_engine(make_url(server).set(database="migrated").render_as_string(hide_password=False))
    migrate(engine)
    engine.dispose()


def _run(server: str, statement: LiteralString, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL(statement).format(Identifier(name)))


@cache
def migrated() -> bytes:
    """A SQLite database after all migrations."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "muster.db"
        engine = make_engine(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        return contents(path)


def share_statements(engine: Engine) -> None:
    """Let it find what an earlier engine of this process has compiled, which is half of a short test's time."""
    first = _first.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


_first: dict[str, Engine] = {}


def contents(path: Path) -> bytes:
    """A SQLite database's committed content, as a restart would find it."""
    connection = sqlite3.connect(path)
    try:
        return connection.serialize()
    finally:
        connection.close()
