"""`python -m sandbox`: a Slack workspace in the browser, for an app that speaks Socket Mode or signed HTTP."""

import argparse
import sys
from pathlib import Path

import yaml

from sandbox.client import Client
from sandbox.server import Sandbox
from sandbox.transports import SignedHttp


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--manifest", type=Path, help="the app's manifest; what it does not declare does not work")
    parser.add_argument("--request-url", help="where the app takes requests over HTTP, e.g. http://localhost:3000/slack/events")
    parser.add_argument("--socket", action="store_true", help="expect the app by Socket Mode (the default)")
    parser.add_argument("--signing-secret", default="sandbox-signing-secret")
    parser.add_argument("--bot-token", default="xoxb-sandbox")
    parser.add_argument("--app-token", default="xapp-sandbox")
    parser.add_argument("--rate-limits", action="store_true", help="answer 429 as Slack's tiers do")
    parser.add_argument("--channel", action="append", default=[], help="one more public channel that everybody is in")
    options = parser.parse_args()
    if options.socket and options.request_url:
        parser.error("--socket and --request-url exclude each other: with Socket Mode nothing goes over HTTP")
    sandbox = Sandbox(
        yaml.safe_load(options.manifest.read_text()) if options.manifest else None,
        bot_token=options.bot_token,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        rate_limits=options.rate_limits,
    )
    for name in options.channel:
        _open(sandbox, name)
    if options.request_url:
        sandbox.connect(SignedHttp(options.request_url, options.signing_secret))
    try:
        sandbox.run(options.port, ready=_say)
    except OSError as error:
        sys.exit(f"Port {options.port} cannot be used: {error.strerror}. Choose another with --port.")


def _open(sandbox: Sandbox, name: str) -> None:
    first, *others = [person for person in sandbox.workspace.state.people.values() if not person.is_bot]
    made = Client(sandbox.workspace, first.id).create(name)
    for person in others:
        Client(sandbox.workspace, person.id).join(made.id)


def _say(address: str) -> None:
    print(f"A Slack workspace is at {address} (for the app: SLACK_API_URL={address}/api/)", flush=True)


if __name__ == "__main__":
    main()
