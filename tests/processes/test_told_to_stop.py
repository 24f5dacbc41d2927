"""A signal ends the wait for it whenever it comes, also at the moment when the wait begins; and what ends by itself says why."""

import os
import signal
import subprocess
import sys

import pytest

from bot.bell import PAGES
from tests.processes.harness import ROOT
from workers.worker import _work

OFTEN = """
import signal, sys
from bot.process import Told
told = [Told()]
signal.signal(signal.SIGALRM, lambda *_: told[0].set())
for round in range(300):
    signal.setitimer(signal.ITIMER_REAL, 0.0002 + round % 50 * 0.000002)
    while not told[0].is_set():
        told[0].wait(0.00001)
    told[0] = Told()
"""


def test_at_any_moment() -> None:
    ended = subprocess.run([sys.executable, "-c", OFTEN], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr


def test_a_worker_that_ends_says_why(caplog: pytest.LogCaptureFixture) -> None:
    """It has a process of its own, which ended without a word when Redis refused it at once."""
    before = signal.getsignal(signal.SIGINT)
    try:
        _work(PAGES, "redis://127.0.0.1:1/0", os.getppid())
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Redis cannot be used (" in caplog.text and "refused" in caplog.text
