"""Real processes: the lines of the Procfile as whoever hosts Muster runs them, beside a workspace served on this machine."""

import json
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import yaml
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, or_
from sqlmodel import Session, SQLModel, col, select

from bot.redis import socket_of
from models import Delivery, Event, Incident
from models.database import make_engine
from sandbox.people import Somebody
from sandbox.seen import Post, Room
from sandbox.server import Sandbox
from sandbox.transports import SignedHttp

ROOT = Path(__file__).parent.parent.parent
LINES = ("web", "worker", "clock")
PATIENCE = 60.0  # seconds for things to come up on a busy machine; no promise of ours is measured by it
SHARED = ("bot", "incidents", "integrations", "models", "web", "workers", "Procfile", "manifest.yml")
_TO_BE_LOOKED_FOR = col(Delivery.check_at).is_not(None)
TOKEN, APP_TOKEN, SECRET = "xoxb-sandbox", "xapp-sandbox", "sandbox-signing-secret"


def free_port() -> int:
    """A port that nobody uses at this moment, and that no outgoing connection is given before it is listened on.

    By the system's own dice: those of the tests are seeded alike in every process that runs tests.
    """
    while True:
        port = 10_240 + secrets.randbelow(20_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def get(url: str) -> tuple[int, str]:
    """Status and body; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def until(what: Callable[[], Any], seconds: float, why: str | Callable[[], str], *, every: float = 0.05) -> float:
    """Wait for `what`; how long it took. Fails with `why` when it does not come in time."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"after {seconds:g} s: {why if isinstance(why, str) else why()}")
        time.sleep(every)
    return time.monotonic() - began


def lines() -> dict[str, str]:
    """The Procfile, by name."""
    return dict(re.findall(r"^([a-z]+):\s*(.+)$", (ROOT / "Procfile").read_text(), re.MULTILINE))


class Line:
    """One line of the Procfile as a process of its own session; its output goes to a file."""

    def __init__(self, name: str, command: str, folder: Path, environment: dict[str, str], log: Path | None = None) -> None:
        self.name, self.log = name, log or folder / f"{name}.log"
        self.started = time.monotonic()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                f"exec {command}",
                shell=True,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.process.pid

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def said(self) -> str:
        """Everything it wrote, restarts included."""
        return self.log.read_text(errors="replace")

    def wait(self, seconds: float = 20) -> int:
        """Its exit status, once it has ended."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} does not stop:\n{self.said()[-2000:]}") from None

    def kill(self) -> None:
        """SIGKILL to the line's own process; its children have to cope."""
        self.process.kill()
        self.process.wait(10)

    def children(self) -> list[int]:
        """The processes that it forked: the RQ workers."""
        return [pid for pid, parent, _ in processes() if parent == self.pid]


class Installation:
    """Muster in a folder that looks like a checkout, with nothing but DESIGN §4's variables, PATH and HOME.

    `var/` and `muster.yml` are where they are by default: in that folder. Use it as a context, which ends what is left.
    """

    def __init__(
        self,
        folder: Path,
        *,
        config: str | None = None,
        database_url: str = "",
        redis_url: str = "",
        socket_mode: bool = False,
        slack: Sandbox | None = None,
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in SHARED:
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").symlink_to(sys.prefix)
        if config is not None:
            self.configure(config)
        self.port = free_port()
        self.sandbox = slack or sandbox()
        if not self.sandbox.base_url:
            self.sandbox.start()
        if not socket_mode:
            self.sandbox.connect(SignedHttp(f"{self.url}/slack/events", SECRET))
        self.database_url = database_url or f"sqlite:///{folder}/var/muster.db"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_API_URL": self.sandbox.api_url,
            "PORT": str(self.port),
            **({"SLACK_APP_TOKEN": APP_TOKEN} if socket_mode else {"SLACK_SIGNING_SECRET": SECRET}),
            **({"DATABASE_URL": database_url} if database_url else {}),
            **({"REDIS_URL": redis_url} if redis_url else {}),
        }
        self.lines: dict[str, Line] = {}
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configure(self, text: str) -> None:
        """Write muster.yml, as an editor would: a new file in place of the old one."""
        fresh = self.folder / "muster.yml.new"
        fresh.write_text(text)
        fresh.replace(self.folder / "muster.yml")

    # --- processes

    def release(self) -> subprocess.CompletedProcess[str]:
        """Run the release line to its end."""
        return subprocess.run(
            lines()["release"], shell=True, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60
        )

    def start(self, *names: str) -> None:
        """Start these lines, or all but `release`."""
        for name in names or LINES:
            self.lines[name] = Line(name, lines()[name], self.folder, self.environment)

    def stop(self, *names: str) -> dict[str, tuple[int, float]]:
        """SIGTERM to all of these at once; each one's exit status, and the seconds until it was gone."""
        began, chosen = time.monotonic(), [self.lines[name] for name in names or list(self.lines)]
        for line in chosen:
            line.process.terminate()
        return {line.name: (line.wait(), time.monotonic() - began) for line in chosen}

    def restart(self, name: str) -> None:
        """SIGKILL, and start it again."""
        self.lines[name].kill()
        self.start(name)

    def processes(self) -> list[str]:
        """Everything that runs with this installation's environment, orphans included."""
        return [command for _, _, command in processes(self.folder)]

    def end(self) -> None:
        """Kill whatever this installation still runs, and nothing else."""
        for line in self.lines.values():
            with suppress(ProcessLookupError):
                os.killpg(line.pid, signal.SIGKILL)
            line.process.wait(10)
        with suppress(RedisError, OSError), self.redis() as redis:
            redis.shutdown(nosave=True)
        for pid, _, _ in processes(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._engine is not None:
            self._engine.dispose()
        self.sandbox.stop()

    # --- asking

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 where nobody answers."""
        return get(f"{self.url}{path}")

    def is_well(self) -> bool:
        return self.get("/healthz")[0] == 200

    def health(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.get("/healthz")[1])
        return answer

    def wait_until_well(self, seconds: float = PATIENCE) -> float:
        """Until /healthz says so (and, with Socket Mode, the app has come)."""
        took = until(self.is_well, seconds, lambda: f"{self.get('/healthz')}\n{self.said()}")
        if "SLACK_APP_TOKEN" in self.environment:
            took += until(lambda: self.sandbox.socket_mode.connections, seconds, "no Socket Mode connection")
        return took

    def said(self) -> str:
        """The end of every line's log, for a failure's message."""
        return "\n".join(f"--- {line.name}\n{line.said()[-3000:]}" for line in self.lines.values())

    @property
    def redis_url(self) -> str:
        return self.environment.get("REDIS_URL") or f"unix://{self.redis_socket}"

    @property
    def redis_socket(self) -> Path:
        return socket_of(self.folder / "var" / "redis")

    def redis(self) -> Redis:
        return Redis.from_url(self.redis_url, socket_timeout=2)

    def redis_pid(self) -> int | None:
        """The embedded Valkey's process, as it says itself; None if there is none."""
        try:
            with self.redis() as redis:
                return int(redis.info("server")["process_id"])
        except (RedisError, OSError):
            return None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = make_engine(self.database_url, pool_size=2)
        return self._engine

    def rows(self, table: type[SQLModel], *where: Any) -> list[Any]:
        """Rows of a table, the oldest first."""
        with Session(self.engine) as session:
            return list(session.exec(select(table).where(*where).order_by(table.id)))  # type: ignore[attr-defined]

    def incident(self, number: int = 1) -> Incident:
        found: Incident = self.rows(Incident, Incident.id == number)[0]
        return found

    def events(self, kind: str, number: int = 1) -> list[Event]:
        return self.rows(Event, Event.kind == kind, Event.incident_id == number)

    def waiting(self) -> list[str]:
        """What has not left yet or may have a copy, for a failure's message."""
        rows = self.rows(Delivery, or_(col(Delivery.state) != "done", _TO_BE_LOOKED_FOR))
        return [
            f"{r.reaction}/{r.target} {r.state} attempt {r.attempt} {r.trouble or ''} next {r.next_at:%T} look {r.check_at}"
            for r in rows
        ]

    def is_quiet(self) -> bool:
        """Everything is delivered, and no copy is left to be looked for."""
        # in one question: what is open in a first one may be done, and a copy of it to be looked for, before a second
        return not self.rows(Delivery, or_(col(Delivery.state) == "open", _TO_BE_LOOKED_FOR))

    # --- Slack

    def person(self, name: str) -> Somebody:
        return self.sandbox.people.person(name)

    def room(self, number: int = 1) -> Room:
        channel = self.incident(number).room_channel
        assert channel, f"INC-{number} has no room; waiting: {self.waiting()}"
        return Room(self.sandbox.workspace, self.sandbox.workspace.channel(channel))

    def posts(self) -> Iterator[Post]:
        """Every message of the bot in every channel and DM."""
        workspace = self.sandbox.workspace
        with workspace.lock:
            found = [m for room in workspace.state.channels.values() for m in room.messages.values() if m.bot_id]
        return (Post(workspace, message) for message in found)


def sandbox(**options: Any) -> Sandbox:
    """A served workspace with our manifest."""
    made = Sandbox(
        yaml.safe_load((ROOT / "manifest.yml").read_text()),
        bot_token=TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SECRET,
        **options,
    )
    made.start()
    return made


def python(*arguments: str) -> str:
    """A shell command for this very Python."""
    return shlex.join([sys.executable, *arguments])


def processes(home: Path | None = None) -> list[tuple[int, int, str]]:
    """(pid, parent, command) of every process; with `home`, of those that run with it as their HOME (Linux)."""
    said = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in said.splitlines()]
    found = [(int(pid), int(parent), command) for pid, parent, command in (row for row in rows if len(row) == 3)]
    return [row for row in found if home is None or _has_home(row[0], home)]


def _has_home(pid: int, home: Path) -> bool:
    try:
        return f"HOME={home}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
