"""The migrations lead from nothing, and from every earlier revision, to exactly the tables of the models."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

import models
from models.database import WRITES, DatabaseUnusable, make_engine
from models.migrate import config, head, migrate, revision

assert models.__all__


def test_the_newest_revision_is_known_without_asking_alembic() -> None:
    assert head() == ScriptDirectory.from_config(config()).get_current_head()


def test_from_nothing_to_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    assert revision(engine) is None
    migrate(engine)
    assert revision(engine) == head()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_from_every_revision_upwards_and_back_to_nothing(database_url: str) -> None:
    engine = make_engine(database_url)
    for step in reversed(list(ScriptDirectory.from_config(config()).walk_revisions())):
        migrate(engine, step.revision)
        assert revision(engine) == step.revision
    migrate(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.downgrade(config(connection), "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_again_changes_nothing_and_ids_are_never_used_twice(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'incident'").scalar_one()
    assert "AUTOINCREMENT" in made
    engine.dispose()


def test_what_a_newer_version_has_made_is_left_alone(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0099')"))
    with pytest.raises(DatabaseUnusable, match="its schema is at 0099"):
        migrate(engine)
    engine.dispose()


def test_what_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database")
    with pytest.raises(DatabaseUnusable, match="file is not a database"):
        migrate(make_engine(f"sqlite:///{tmp_path}/text"))
    with pytest.raises(DatabaseUnusable, match="cannot be made"):
        make_engine(f"sqlite:///{tmp_path}/text/muster.db")
