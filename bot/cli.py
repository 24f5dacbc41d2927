"""`python -m bot <command>`: what is done from a shell."""

import argparse
import os
import shlex
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import OperationalError

from bot.logs import set_up_logs
from bot.manifest import over_http
from bot.process import no_database
from bot.procfile import Keeper
from bot.settings import SettingsError, load_settings
from incidents.policy_file import PolicyError, load_policy
from models.database import make_engine
from models.migrate import migrate, revision


def _migrate(_: argparse.Namespace) -> int:
    settings = load_settings()
    engine = make_engine(settings.database_url)
    migrate(engine)
    print(f"The database is at revision {revision(engine)}.")
    return 0


def _start(arguments: argparse.Namespace) -> int:
    set_up_logs()
    return Keeper(Path(arguments.procfile).read_text(), dict(os.environ)).run()


def _try(arguments: argparse.Namespace) -> int:
    """A workspace that is new each time, so what was kept of the last one is forgotten."""
    set_up_logs()
    folder = Path("var/try")
    _refuse_taken(arguments.port, "SANDBOX_PORT")
    _refuse_taken(arguments.web_port, "RUN_PORT")
    for old in folder.glob("muster.db*"):
        old.unlink()
    address = f"http://127.0.0.1:{arguments.port}"
    python = shlex.quote(sys.executable)
    slack = f"slack: {python} -m sandbox --port {arguments.port} --manifest manifest.yml --channel incidents"
    environment = dict(os.environ) | {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_API_URL": f"{address}/api/",
        "MUSTER_CONFIG": "examples/acme.yml",
        "MUSTER_VAR": str(folder),
        "PORT": str(arguments.web_port),
        **dict.fromkeys(_REAL, ""),  # set to nothing, so that what .env says of the real installation does not count
    }
    print(f"\n  Open {address} in a browser. Ctrl-C ends it.\n", flush=True)
    return Keeper(f"{Path('Procfile').read_text()}\n{slack}\n", environment).run()


_REAL = ("DATABASE_URL", "REDIS_URL", "SLACK_SIGNING_SECRET", "PUBLIC_URL")


def _refuse_taken(port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            fix = f"Stop what uses it (another `make run`?), or choose another: make run {variable}={port + 10}"
            raise SettingsError(f"Port {port} cannot be used ({error.strerror}). {fix}.") from None


def _manifest(arguments: argparse.Namespace) -> int:
    print(over_http(Path("manifest.yml").read_text(), arguments.url), end="")
    return 0


def _check(_: argparse.Namespace) -> int:
    settings = load_settings()
    policy = load_policy(settings.muster_config)
    print(f"{settings.muster_config} is fine: {len(policy.severities)} severities, {len(policy.rotations)} rotations.")
    return 0


def main() -> int:
    """Returns the exit status; what a person did wrong is said in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Muster, from the shell.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, help: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(run=run)
        return made

    add("migrate", "Bring the database to the newest schema.", _migrate)
    start = add("start", "Run every line of a Procfile and start again whatever ends.", _start)
    start.add_argument("procfile", nargs="?", default="Procfile")
    attempt = add("try", "Open a complete local workspace in the browser, with no Slack account.", _try)
    attempt.add_argument("--port", type=int, default=8787, help="the page's")
    attempt.add_argument("--web-port", type=int, default=3999, help="the web process's")
    manifest = add("manifest", "Print the app manifest for HTTP instead of Socket Mode.", _manifest)
    manifest.add_argument("url", help="where Slack reaches this installation, such as https://muster.example.com")
    add("check-config", "Say whether the config file is right, and if not, which line.", _check)
    arguments = parser.parse_args()
    try:
        return int(arguments.run(arguments))
    except (SettingsError, PolicyError, ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    except OperationalError as error:
        print(no_database(error), file=sys.stderr)
        return 2
