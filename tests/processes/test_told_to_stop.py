"""A signal ends the wait for it whenever it comes, also at the moment when the wait begins."""

import subprocess
import sys

from tests.processes.harness import ROOT

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
