"""A signal that comes while Python is collecting something is told again, since what is raised there is dropped."""

import os
import subprocess
import sys

COLLECTING = """
import os, signal, sys, time, weakref
from bot import process

class Thing: pass

def work(settings):
    thing = Thing()
    gone = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
    print("told", flush=True)
    del thing
    time.sleep(30)
    print("still here", flush=True)

sys.exit(process.run(work))
"""


def test_it_ends_all_the_same() -> None:
    environment = {"PATH": os.environ["PATH"], "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
    ran = subprocess.run(
        [sys.executable, "-c", COLLECTING], env=environment, capture_output=True, text=True, timeout=25, check=False
    )
    assert ran.returncode == 0 and ran.stdout == "told\n", ran.stderr[-500:]
