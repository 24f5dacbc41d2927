"""Engines for the two databases, with the settings that keep an acknowledged commit."""

import sqlite3
import threading
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection, make_url
from sqlmodel import create_engine

BUSY_SECONDS = 1.5  # how long a write waits for the others; a Slack request has 2.5 s in all
_CLOSE_WAIT_SECONDS = 0.1  # of it looking often: longer ones are a crowd, in which that would only take the processor
WRITES = "muster_writes"  # execution option: this connection's next transaction will write


def make_engine(url: str, *, pool_size: int = 64) -> Engine:
    """An engine for a SQLite file or a PostgreSQL server. It connects on first use, so it may be made before a fork.

    SQLite: WAL; a transaction that writes takes the write lock when it begins, so it cannot fail half-way on a
    busy lock; `synchronous=FULL`, for NORMAL may forget an acknowledged commit at power loss. PostgreSQL: lock and
    statement timeouts that fit a Slack request. No error of either shows the values of a statement: they are people's words.
    """
    parsed = make_url(url)
    make = {"sqlite": _sqlite, "postgresql": _postgresql}.get(parsed.get_backend_name())
    if make is None:
        raise ValueError(f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {parsed.drivername}://")
    engine = make(url, pool_size)
    event.listen(engine, "before_cursor_execute", _refuse_unannounced_writes)
    return engine


class DatabaseUnusable(Exception):
    """DATABASE_URL leads to nothing that Muster can work with; the text says why and what to do."""


class ReadOnlyError(RuntimeError):
    """Something was to be written in a transaction that was begun to read: a mistake in the program."""


class WriteTurn:
    """One writer at a time within this process, in order of arrival; only SQLite needs it.

    SQLite itself lets waiting writers sleep and try again, unfairly, up to 100 ms a try; a lock wakes the next at once.
    """

    def __init__(self, engine: Engine) -> None:
        self._lock: AbstractContextManager[object] = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    def __enter__(self) -> None:
        self._lock.__enter__()

    def __exit__(self, *exc: object) -> None:
        self._lock.__exit__(None, None, None)


def _refuse_unannounced_writes(
    connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    """On SQLite, what began by reading may not get the write lock later, so it may not even try; the same on PostgreSQL.

    `PRAGMA query_only` would say so too, but each change of it makes SQLite prepare every statement anew.
    """
    if (context.isinsert or context.isupdate or context.isdelete) and not connection.get_execution_options().get(WRITES):
        raise ReadOnlyError(f"this transaction only reads; it was asked to {statement.split(maxsplit=1)[0]}")


def _sqlite(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        _have_folder(Path(path).parent)
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _have_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"the folder {folder} cannot be made ({error.strerror})"
        raise DatabaseUnusable(f"The database cannot be used: {why}. Correct DATABASE_URL or MUSTER_VAR.") from None


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is in _sqlite_begin
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """Straight to the driver: these are a third of all statements. Only the last can fail, and then as SQLAlchemy's errors do."""
    driver = connection.connection.driver_connection
    assert driver is not None, "it begins on an open connection"
    if not connection.get_execution_options().get(WRITES):
        driver.execute("BEGIN")
    elif not _begun_soon(driver):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begun_soon(driver: Any) -> bool:
    """Whether the turn to write came while it was asked for every half millisecond.

    SQLite's own waiting sleeps 1, 2, 5, 10, 15 ms and so on between two looks: whoever comes second, while others write a
    millisecond at a time, waits three times as long as they write.
    """
    driver.execute("PRAGMA busy_timeout=0")
    try:
        until = time.monotonic() + _CLOSE_WAIT_SECONDS
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return True
            except sqlite3.OperationalError:
                if time.monotonic() > until:
                    return False
                time.sleep(0.0005)
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


def _postgresql(url: str, pool_size: int) -> Engine:
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    options = "-c lock_timeout=1500 -c statement_timeout=2000 -c timezone=UTC"
    return create_engine(
        parsed,
        connect_args={"connect_timeout": 2, "options": options},
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2,
        pool_pre_ping=True,
        hide_parameters=True,
    )
