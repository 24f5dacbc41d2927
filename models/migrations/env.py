"""Runs the migrations on the connection that models.migrate hands over."""

from alembic import context
from sqlmodel import SQLModel

import models

assert models.__all__, "importing the tables registers them"

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
