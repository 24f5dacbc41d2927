"""A runbook that is being followed in an incident."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

RUN_OFFERED = "offered"
RUN_OPEN = "open"
RUN_SOLVED = "solved"
RUN_UNSOLVED = "unsolved"


class RunbookRun(SQLModel, table=True):
    """One runbook in one incident, once. `content` is the runbook as it was when it came; it never changes after.

    `at` is the step that is to be done now, None after the last. `path` is what was done: [step, person, ISO moment, what
    was chosen]. `stuck` names who is stuck at `at`; `calls` says what became of each webhook: {step: state}. `offered`:
    nobody has begun it, so none of its deadlines runs. `channel` and `ts` name its message, `link` is its address.
    """

    __tablename__ = "runbook_run"
    __table_args__ = (UniqueConstraint("incident_id", "name", name="runbook_once"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    name: str
    title: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str = RUN_OFFERED
    at: int | None = None
    path: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    stuck: str | None = None
    calls: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    opened_by: str | None = None
    opened_at: datetime
    ended_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    link: str | None = None
