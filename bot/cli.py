"""`python -m bot <command>`: what is done from a shell."""

import argparse
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from sqlalchemy.exc import OperationalError

from bot.doctor import examine
from bot.findings import Grade
from bot.logs import set_up_logs
from bot.manifest import over_http
from bot.process import no_database
from bot.procfile import Keeper
from bot.settings import SettingsError, load_settings
from bot.wiring import build
from incidents import automations
from incidents.errors import Refused
from incidents.phrase import Phrase
from incidents.policy_file import PolicyError, load_policy
from incidents.rules.naming import incident_ref
from models.database import DatabaseUnusable, make_engine
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
    """A workspace that is new each time, so what was kept of the last one is forgotten.

    Its yesterday is played before anything else of Muster runs, which is what brings the database to its schema.
    """
    set_up_logs()
    folder = Path("var/try")
    _refuse_taken(arguments.port, "SANDBOX_PORT")
    _refuse_taken(arguments.web_port, "RUN_PORT")
    scenario = _scenario(arguments.scenario)
    for old in folder.glob("muster.db*"):
        old.unlink()
    address = f"http://127.0.0.1:{arguments.port}"
    python = shlex.quote(sys.executable)
    slack = f"{python} -m sandbox --port {arguments.port} --manifest manifest.yml --past {_YESTERDAY} {scenario.options}"
    lines = [line for line in Path("Procfile").read_text().splitlines() if not line.startswith("release:")]
    lines += [f"release: MUSTER_CONFIG={_COMPANY} {python} -m workers rehearsal", f"slack: {slack}"]
    environment = dict(os.environ) | {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_API_URL": f"{address}/api/",
        "MUSTER_CONFIG": scenario.config,
        "MUSTER_VAR": str(folder),
        "PORT": str(arguments.web_port),
        **dict.fromkeys(_REAL, ""),  # set to nothing, so that what .env says of the real installation does not count
    }
    print("\n  One moment: Acme has its yesterday first.", flush=True)
    said = f"\n  Open {address}/{scenario.address} in a browser.{scenario.note} Ctrl-C ends it.\n"
    return Keeper("\n".join(lines), environment, needed=["slack"]).run(lambda: print(said, flush=True))


_COMPANY = "examples/acme.yml"
_YESTERDAY = "examples/yesterday.yml"
_GUIDE = "examples/guide.json"
_SCENARIOS = Path("examples/scenarios")


@dataclass(frozen=True)
class _Scenario:
    """What is played in the workspace: options for it, Muster's config, where the visitor sits, and a word for them."""

    options: str
    config: str = _COMPANY
    address: str = ""
    note: str = ""


def _scenario(name: str) -> _Scenario:
    """By its name in examples/scenarios, or by a file's path; "" for none. The workspace itself checks the file."""
    if not name:
        return _Scenario(f"--guide {_GUIDE}" if Path(_GUIDE).is_file() else "")
    path = Path(name) if name.endswith((".yml", ".yaml")) else _SCENARIOS / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in _SCENARIOS.glob("*.yml")))
        raise SettingsError(f"There is no scenario {name}. There are: {known}; or name a file: make run scenario=plays/ours.yml")
    checked = subprocess.run([sys.executable, "-m", "sandbox", "--describe", "--scenario", path], stdout=subprocess.PIPE)
    if checked.returncode:
        raise SettingsError(f"{path} is described in docs/rehearsal.md.")
    told = json.loads(checked.stdout)
    note = f" “{told['title']}” begins when the page is open; you are {told['you']}."
    return _Scenario(f"--scenario {shlex.quote(str(path))}", told["config"] or _COMPANY, told["address"], note)


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
    if not settings.muster_config.is_file():
        print(f"There is no file {settings.muster_config}, so every setting has its default. MUSTER_CONFIG names another one.")
        return 0
    print(f"{settings.muster_config} is fine: {len(policy.severities)} severities, {len(policy.rotations)} rotations.")
    return 0


def _doctor(_: argparse.Namespace) -> int:
    """1 if anything is wrong."""
    worst = Grade.OK
    for finding in examine(load_settings()):
        print(finding, flush=True)
        worst = Grade.WRONG if Grade.WRONG in (worst, finding.grade) else finding.grade
    return int(worst is Grade.WRONG)


def _automations(arguments: argparse.Namespace) -> int:
    """Reads the database, and changes nothing."""
    number = incident_ref(arguments.incident)
    if number is None:
        raise ValueError(f"{arguments.incident[:40]} names no incident; write it like INC-42")
    settings = load_settings()
    if not load_policy(settings.muster_config).automations:
        print(f"{settings.muster_config} has no automations.")
        return 0
    core = build(settings, bell=lambda priority: None).core
    tried = automations.on_trial(core, number)
    for each in tried:
        print(f"{each.event.recorded_at:%Y-%m-%d %H:%M:%S} UTC  {_plainly(each.what.sentence(each.event.actor))}")
        print(f"    → {_plainly(each.does.sentence(None))}")
        for post in each.does.posts:
            print(f"      in {f'#{post.channel}' if post.channel else 'the room'}: {post.text}")
    fired = {each.rule.key for each in tried}
    for rule in core.policy.automations:
        if rule.key not in fired:
            print(f"never: {rule.because}")
    return 0


def _plainly(sentence: Phrase) -> str:
    """For a terminal."""
    return sentence.render(text=str, who=lambda id: id or "Muster", where=str, when=lambda at: f"{at:%H:%M} UTC")


def main() -> int:
    """Returns the exit status; what a person did wrong is said in one sentence."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that knows no arrows must not end the doctor's visit
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
    attempt.add_argument("--scenario", default="", help="an incident that plays itself, such as checkout-outage")
    attempt.add_argument("--port", type=int, default=8787, help="the page's")
    attempt.add_argument("--web-port", type=int, default=3999, help="the web process's")
    manifest = add("manifest", "Print the app manifest for HTTP instead of Socket Mode.", _manifest)
    manifest.add_argument("url", help="where Slack reaches this installation, such as https://muster.example.com")
    trial = add("automations", "Say which automations would have fired in an incident, and what they would do.", _automations)
    trial.add_argument("incident", help="such as INC-42")
    add("check-config", "Say whether the config file is right, and if not, which line.", _check)
    add(
        "doctor",
        "Look over tokens, scopes, channels, database, Redis, config and on-call, and say how to mend what is wrong.",
        _doctor,
    )
    arguments = parser.parse_args()
    try:
        return int(arguments.run(arguments))
    except Refused as refused:
        print(refused.sentence, file=sys.stderr)
        return 2
    except (SettingsError, PolicyError, DatabaseUnusable, ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    except OperationalError as error:
        print(no_database(error), file=sys.stderr)
        return 2
