"""The real Muster behind a served workspace, in this process."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.guide import Guide
from sandbox.server import Sandbox
from tests.world import ROOT, START, World

POLICY = """
rotations:
  primary: {people: [U0BOB], handover: "Mon 09:00", timezone: Europe/Berlin}
escalations:
  critical:
    levels: [{page: [rotation:primary], wait: 5m}]
    last_resort: [person:U0DAVE]
services:
  checkout: {owner: payments, tier: 1, escalation: critical}
"""
GUIDE = ROOT / "examples" / "guide.json"


class Acme:
    """Muster beside a served workspace; a thread does what clock and workers do, as time goes by."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.world = World(folder, database_url, POLICY)
        self.sandbox = Sandbox(workspace=self.world.workspace, guide=Guide.read(GUIDE))
        self.world.person("alice").creates("incidents")
        self.base_url = self.sandbox.start()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="acme")
        self._thread.start()

    def _work(self) -> None:
        began = time.monotonic()
        while not self._ending.wait(0.05):
            self.world.clock.at = START + timedelta(seconds=time.monotonic() - began)
            self.world.settle()

    def close(self) -> None:
        self._ending.set()
        self._thread.join(10)
        self.sandbox.stop(wait=False)
        self.world.close()

    def at(self, who: str, channel: str = "incidents") -> str:
        return f"{self.base_url}/#as={who}&channel={channel}"


@pytest.fixture
def acme(tmp_path: Path, sqlite_url: str) -> Iterator[Acme]:
    made = Acme(tmp_path, sqlite_url)
    yield made
    made.close()
