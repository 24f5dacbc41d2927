"""muster.yml: a mistake keeps a process from starting, and never takes down one that runs."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from models import Wake
from tests.processes.harness import LINES, Installation, until

pytestmark = pytest.mark.processes
Install = Callable[..., Installation]


def every(length: str) -> str:
    return f"severities:\n  SEV1:\n    update_every: {length}\n    nudge_before: none\n"


def test_no_process_starts_on_a_mistake(install: Install) -> None:
    wrong = {
        "web": (every("1s").replace("update_every", "update_evry"), ["muster.yml line 3", "update_evry", "`update_every`"]),
        "worker": (every("2x"), ["muster.yml line 3", "2x", "30s, 5m, 4h"]),
        "clock": (every("1s") + "  SEV2:\n   - [\n", ["muster.yml line"]),
    }
    begun = {name: install(name, config=text) for name, (text, _) in wrong.items()}
    for name, muster in begun.items():
        muster.start(name)
    for name, muster in begun.items():
        assert muster.lines[name].wait() == 2
        said = muster.said()
        assert all(part in said for part in wrong[name][1]) and "Traceback" not in said, said
        assert muster.redis_pid() is None


def test_an_edit_counts_at_once_and_a_wrong_one_not_at_all(install: Install) -> None:
    """Seconds work as well as hours, and the cadence follows the file."""
    muster = install(config=every("1h"))
    muster.start()
    muster.wait_until_well()
    muster.person("alice").runs("/incident declare sev1 Checkout is down")
    until(muster.is_quiet, 10, lambda: str(muster.waiting()))

    muster.configure(every("1s"))
    until(lambda: muster.events("update.posted"), 5, muster.said)  # a second old already: due when it is read
    until(lambda: len(muster.events("update.posted")) >= 3, 8, muster.said)

    muster.configure(every("1s").replace("update_every", "update_evry"))
    seen = len(muster.events("update.posted"))
    until(lambda: len(muster.events("update.posted")) >= seen + 2, 8, muster.said)
    assert all(muster.lines[name].lives for name in LINES) and muster.is_well()
    assert "Checkout is down" in muster.person("alice").runs("/incident show 1")

    muster.configure(every("1h"))
    until(lambda: _next(muster) > datetime.now(UTC) + timedelta(minutes=10), 20, muster.said)
    until(muster.is_quiet, 10, lambda: str(muster.waiting()))
    seen = len(muster.events("update.posted"))
    time.sleep(2.5)
    assert len(muster.events("update.posted")) == seen
    assert len([post for post in muster.room().messages if "Status update" in post.text]) == seen


def _next(muster: Installation) -> datetime:
    """When the clock looks at the incident again."""
    with Session(muster.engine) as session:
        return session.exec(select(Wake.due_at)).one()
