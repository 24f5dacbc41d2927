"""`make run`: everything on this machine, kept running until Ctrl-C."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes.harness import PATIENCE, ROOT, Installation, Line, free_port, get, processes, python, until

pytestmark = pytest.mark.processes


@pytest.fixture
def folder(install: Callable[..., Installation]) -> Path:
    """A checkout whose .env names a real installation."""
    made = install().folder
    for name in ("sandbox", "examples"):
        (made / name).symlink_to(ROOT / name)
    (made / ".env").write_text(f"SLACK_BOT_TOKEN=xoxb-real\nDATABASE_URL=sqlite:///{made}/real.db\nREDIS_URL=redis://real:1\n")
    return made


class Run:
    """`make run` on ports of its own."""

    def __init__(self, folder: Path, page: int, web: int) -> None:
        self.folder, self.page, self.web = folder, page, web
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        command = python("-m", "bot", "try", "--port", str(page), "--web-port", str(web))
        self.line = Line("try", command, folder, environment, folder / f"{page}-{web}.log")

    def is_well(self) -> bool:
        return get(f"http://127.0.0.1:{self.web}/healthz")[0] == 200 == get(f"http://127.0.0.1:{self.page}/")[0]

    def kept(self) -> dict[str, int]:
        """The processes that it keeps, or has left behind, by their module."""
        rows = [(pid, command) for pid, parent, command in processes(self.folder) if parent in (self.line.pid, 1)]
        programs = [(pid, command.split(" -m ")[1].split(" --")[0]) for pid, command in rows if " -m " in command]
        return {program: pid for pid, program in programs if pid != self.line.pid}


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    begun = Run(folder, free_port(), free_port())
    yield begun
    begun.line.kill()
    until(lambda: not begun.kept(), 10, lambda: f"left behind: {begun.kept()}")


@pytest.mark.timeout(90)
def test_it_restarts_what_is_killed_and_ends_with_ctrl_c(run: Run) -> None:
    until(run.is_well, PATIENCE, run.line.said)
    before = run.kept()
    assert set(before) == {"web", "workers worker", "workers clock", "sandbox"}
    assert not (run.folder / "real.db").exists(), "it must not touch what .env names"

    taken = {(run.page, free_port()): "SANDBOX_PORT", (free_port(), run.web): "RUN_PORT"}
    others = {Run(run.folder, *ports): variable for ports, variable in taken.items()}
    for other, variable in others.items():
        assert other.line.wait() == 2
        assert "cannot be used (Address already in use)" in other.line.said() and variable in other.line.said()

    for name in ("web", "workers worker", "workers clock"):
        os.kill(before[name], signal.SIGKILL)
    until(lambda: len(run.kept()) == 4 and run.is_well(), 20, run.line.said)
    assert set(before.values()) & set(run.kept().values()) == {before["sandbox"]}

    os.kill(run.line.pid, signal.SIGINT)
    assert run.line.wait(10) == 0
    until(lambda: not run.kept(), 3, lambda: f"left behind: {run.kept()}")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells them")
@pytest.mark.timeout(60)
def test_killed_it_takes_the_others_along(run: Run) -> None:
    until(lambda: len(run.kept()) == 4, PATIENCE, run.line.said)
    run.line.kill()
    until(lambda: not run.kept(), 10, lambda: f"left behind: {run.kept()}")
