"""The embedded Redis: whoever comes first starts it, the others join, the last one out stops it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.processes.harness import ROOT, until

pytestmark = pytest.mark.processes

USER = """
import signal, sys, time
from pathlib import Path
from bot.redis import ensure, revive
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
folder = Path(sys.argv[1])
print(ensure("", folder), flush=True)
while True:
    time.sleep(0.1)
    if len(sys.argv) > 2:
        revive("", folder)
"""


class User:
    """A process that uses it, until it is told to stop."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder), *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    @property
    def url(self) -> str:
        assert self.process.stdout is not None
        if not hasattr(self, "_url"):
            self._url = self.process.stdout.readline().strip()
        return self._url

    def leave(self) -> None:
        self.process.terminate()
        assert self.process.wait(5) == 0


@pytest.fixture
def users(tmp_path: Path) -> Iterator[list[User]]:
    begun: list[User] = []
    yield begun
    for user in begun:
        user.process.kill()
        user.process.wait(5)
        if (pid := server(user.url)) is not None:
            os.kill(pid, signal.SIGKILL)
        assert user.process.stdout is not None
        user.process.stdout.close()


def server(url: str) -> int | None:
    """The server's process; None where none answers."""
    try:
        with Redis.from_url(url, socket_timeout=1) as redis:
            return int(redis.info("server")["process_id"])
    except Exception:
        return None


def test_all_share_one_and_the_last_one_out_stops_it(tmp_path: Path, users: list[User]) -> None:
    users += [User(tmp_path) for _ in range(4)]
    first, second, third, fourth = users
    pids = {server(user.url) for user in users}
    assert len(pids) == 1 and None not in pids
    assert (tmp_path / "redis.sock").stat().st_mode & 0o777 == 0o700

    first.process.kill()  # whoever started it may die: the others go on
    first.process.wait(5)
    second.leave()
    assert server(third.url) in pids

    third.process.terminate()  # at the same moment, and still one of them is the last
    fourth.leave()
    third.process.wait(5)
    until(lambda: server(fourth.url) is None, 3, "it runs on with nobody left")
    assert not (tmp_path / "redis.sock").exists()


def test_it_is_found_again_after_everybody_was_killed(tmp_path: Path, users: list[User]) -> None:
    users.append(User(tmp_path))
    pid = server(users[0].url)
    users[0].process.kill()
    users[0].process.wait(5)
    assert pid is not None and server(users[0].url) == pid
    users.append(User(tmp_path))
    assert server(users[1].url) == pid
    users[1].leave()
    until(lambda: server(users[1].url) is None, 3, "it was not stopped")


def test_a_socket_that_nobody_listens_on_is_replaced_and_a_dead_server_revived(tmp_path: Path, users: list[User]) -> None:
    users += [User(tmp_path, "revives"), User(tmp_path, "revives")]
    pid = server(users[0].url)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)  # leaves its socket behind
    until(lambda: server(users[0].url) not in (None, pid), 5, (tmp_path / "redis.log").read_text)
    again = server(users[0].url)
    time.sleep(0.5)
    assert server(users[1].url) == again  # by one of them only
    for user in users:
        user.leave()
    until(lambda: server(users[0].url) is None, 3, "it was started once more by whoever left")
    assert [pid for pid in _valkeys() if str(tmp_path) in pid] == []


def test_a_server_that_hangs_is_not_given_a_second_one_beside_it(tmp_path: Path, users: list[User]) -> None:
    users.append(User(tmp_path, "revives"))
    pid = server(users[0].url)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    time.sleep(0.7)
    os.kill(pid, signal.SIGCONT)
    until(lambda: server(users[0].url) == pid, 3, "it was replaced")


def test_a_long_path_and_an_odd_one_work(tmp_path: Path, users: list[User]) -> None:
    long = tmp_path / ("a long name " * 9) / "50% #?&"
    users += [User(long), User(long)]
    assert server(users[0].url) == server(users[1].url) is not None
    assert len(users[0].url) < 120 and (long / "appendonlydir").is_dir()
    odd = tmp_path / "50% #?&"
    users.append(User(odd))
    assert server(users[2].url) is not None


def _valkeys() -> list[str]:
    said = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if "valkey" in line]
