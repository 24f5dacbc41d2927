"""Runs the lines of a Procfile and starts again whatever ends, until it is told to stop."""

import ctypes
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

log = logging.getLogger("muster.start")

_PDEATHSIG = 1  # prctl(2)
_STOP_SECONDS = 18.0  # the worker takes up to 14 to finish what it is at
_LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(.+)$")


@dataclass
class Line:
    """One line of the Procfile and the process that runs it."""

    name: str
    command: str
    process: "subprocess.Popen[str] | None" = None
    not_before: float = 0.0
    failures: int = 0
    started: float = field(default=0.0)


class Keeper:
    """Keeps processes running. `release` is run first, once; a process that ends at once is tried again ever more slowly.

    `needed` names lines that are started before `release`, which could not do its work without them; when one of them
    ends, so does everything.
    """

    def __init__(self, procfile: str, environment: dict[str, str], *, needed: Collection[str] = ()) -> None:
        lines = [Line(found[1], found[2]) for text in procfile.splitlines() if (found := _LINE.match(text.strip()))]
        self._release = [line for line in lines if line.name == "release"]
        self._lines = [line for line in lines if line.name != "release"]
        self._needed = [line for line in self._lines if line.name in needed]
        self._environment = environment
        self._width = max((len(line.name) for line in lines), default=0)
        self._stopping = False
        self._status = 0

    def run(self, released: Callable[[], None] = lambda: None) -> int:
        """Until SIGTERM or Ctrl-C; the exit status of what ended it otherwise. `released` is called after `release`."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for line in self._release:
            self._run_through(line)
        if not self._stopping:
            released()
        while not self._stopping:
            for line in self._lines:
                self._keep(line)
            time.sleep(0.1)
        self._end()
        return self._status

    def _run_through(self, line: Line) -> None:
        """Run a line to its end, with what it needs beside it; one that fails stops everything."""
        process: subprocess.Popen[str] | None = None
        while not self._stopping:
            for needed in self._needed:
                self._keep(needed)
            if process is None:
                process = subprocess.Popen(
                    line.command,
                    shell=True,
                    env=self._environment,
                    text=True,
                    start_new_session=True,
                    preexec_fn=_end_with_parent,
                )
            status = process.poll()
            if status:
                self._stopping, self._status = True, status
            if status is not None:
                return
            time.sleep(0.05)
        if process is not None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()

    def _keep(self, line: Line) -> None:
        if line.process is not None:
            status = line.process.poll()
            if status is None:
                return
            lived = time.monotonic() - line.started
            line.failures = 0 if lived > 30 else line.failures + 1
            line.not_before = time.monotonic() + min(30.0, 0.5 * 2 ** min(line.failures, 6))
            line.process = None
            if line in self._needed:
                log.error("%s ended with status %d, and nothing works without it", line.name, status)
                self._stopping, self._status = True, status or 1
                return
            log.warning("%s ended with status %d; starting it again", line.name, status)
        if time.monotonic() >= line.not_before and not self._stopping:
            self._start(line)

    def _start(self, line: Line) -> None:
        """`exec` leaves no shell between us and the process; its own group keeps Ctrl-C for us to pass on."""
        line.started = time.monotonic()
        line.process = subprocess.Popen(
            f"exec {line.command}",
            shell=True,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        threading.Thread(target=self._echo, args=(line.name, line.process.stdout), daemon=True).start()

    def _echo(self, name: str, output: IO[str] | None) -> None:
        for text in output or ():
            print(f"{name:<{self._width}} | {text.rstrip()}", file=sys.stderr, flush=True)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        running = [line.process for line in self._lines if line.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _end_with_parent() -> None:
    """Killed, the keeper can tell nobody to stop; Linux does it then. Elsewhere the next start finds its ports taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)
