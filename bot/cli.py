"""`python -m bot <command>`: what is done from a shell."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bot.logs import set_up_logs
from bot.manifest import over_http
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
    manifest = add("manifest", "Print the app manifest for HTTP instead of Socket Mode.", _manifest)
    manifest.add_argument("url", help="where Slack reaches this installation, such as https://muster.example.com")
    add("check-config", "Say whether the config file is right, and if not, which line.", _check)
    arguments = parser.parse_args()
    try:
        return int(arguments.run(arguments))
    except (SettingsError, PolicyError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
