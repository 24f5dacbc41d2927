"""A whole installation for measuring: the local Slack in this process, web, worker and clock as real ones."""

import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from sandbox.server import Sandbox
from sandbox.transports import SignedHttp

ROOT = Path(__file__).parent.parent


@contextmanager
def installation(*lines: str, config: str = "", port: int | None = None) -> Iterator[Sandbox]:
    """Run these lines of the Procfile against a fresh workspace, over HTTP, until the end of the block."""
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    port = port or free_port()
    sandbox = Sandbox(yaml.safe_load((ROOT / "manifest.yml").read_text()))
    sandbox.connect(SignedHttp(f"http://127.0.0.1:{port}/slack/events", sandbox.workspace.signing_secret))
    sandbox.start()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        settings = Path(folder) / "muster.yml"
        settings.write_text(config)
        environment = {
            "PATH": os.environ["PATH"],
            "SLACK_BOT_TOKEN": sandbox.workspace.bot_token,
            "SLACK_SIGNING_SECRET": sandbox.workspace.signing_secret,
            "SLACK_API_URL": sandbox.api_url,
            "MUSTER_CONFIG": str(settings),
            "MUSTER_VAR": folder,
            "PORT": str(port),
            "LOG_LEVEL": "WARNING",
        }
        running = [
            subprocess.Popen(shlex.split(procfile[name]), cwd=ROOT, env=environment, start_new_session=True) for name in lines
        ]
        try:
            _wait_for(f"http://127.0.0.1:{port}/{'healthz' if 'clock' in lines else 'livez'}")
            yield sandbox
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            late = [process for process in running if not _ended(process)]
            for process in late:
                process.kill()
            sandbox.stop()
    assert not late, "told to end, it did not within 20 s: " + ", ".join(str(process.args) for process in late)


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
