"""`python -m sandbox`: a Slack workspace in the browser, for an app that speaks Socket Mode or signed HTTP."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import yaml

from sandbox import channels, company
from sandbox.clock import Clock
from sandbox.guide import Guide
from sandbox.scenario import Scenario, ScenarioError, load
from sandbox.scenario_stage import Stage
from sandbox.server import Sandbox
from sandbox.transports import SignedHttp


def main() -> None:
    options = _options()
    past, scenario = (_scenario(path) for path in (options.past, options.scenario))
    if past and past.starts is None:
        sys.exit(f"{past.path}: a past has to say when it `starts`, such as yesterday 09:30")
    if scenario and scenario.starts is not None:
        sys.exit(f"{scenario.path}: it says when it `starts`, so it is a past and cannot be played now")
    if options.describe:
        print(json.dumps(_described(scenario)))
        return
    guide = _guide(options.guide)
    clock = Clock(past.starts if past else None)
    sandbox = Sandbox(
        yaml.safe_load(options.manifest.read_text()) if options.manifest else None,
        bot_token=options.bot_token,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        rate_limits=options.rate_limits,
        guide=guide,
        now=clock,
    )

    def begin_guide() -> None:
        """A page that was open already has seen the past go by, which is none of the visitor's doing."""
        if guide:
            guide.start_over(sandbox.workspace)

    stage = Stage(sandbox.people, clock, past=past, scenario=scenario, say=_narrate, once_past=begin_guide)
    sandbox.more_routes += stage.routes()
    for name in options.channel:
        if not channels.taken(sandbox.workspace, name):
            company.open_channel(sandbox.workspace.state, name, "", int(clock()))
    if options.request_url:
        sandbox.connect(SignedHttp(options.request_url, options.signing_secret))
    stage.begin(lambda: sandbox.workspace.is_watched, lambda: sandbox.socket_mode.connections > 0 or bool(options.request_url))
    try:
        sandbox.run(options.port, ready=_say if past is None else lambda address: None)  # not to be opened yet
    except OSError as error:
        sys.exit(f"Port {options.port} cannot be used: {error.strerror}. Choose another with --port.")


def _options() -> argparse.Namespace:
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
    parser.add_argument(
        "--guide", type=Path, help="steps and scenes that the page offers (sandbox/guide.py says how they are written)"
    )
    parser.add_argument("--past", type=Path, help="a scenario that happened yesterday; it is played at POST /control/past")
    parser.add_argument("--scenario", type=Path, help="a scenario that is played once a page is open and the app is there")
    parser.add_argument("--describe", action="store_true", help="check past and scenario, say what they need as JSON, and end")
    options = parser.parse_args()
    if options.socket and options.request_url:
        parser.error("--socket and --request-url exclude each other: with Socket Mode nothing goes over HTTP")
    return options


def _guide(path: Path | None) -> Guide | None:
    try:
        return Guide.read(path) if path else None
    except (OSError, ValueError) as error:
        sys.exit(f"The guide {path} cannot be used: {error}.")


def _scenario(path: Path | None) -> Scenario | None:
    try:
        return load(path, datetime.now(UTC)) if path else None
    except ScenarioError as error:
        sys.exit(f"{path} cannot be played:\n{error}")


def _described(scenario: Scenario | None) -> dict[str, str]:
    if scenario is None:
        return {}
    address = f"#as={scenario.you}&channel={scenario.open}"
    return {"title": scenario.title, "config": str(scenario.config or ""), "you": scenario.you, "address": address}


def _narrate(said: str) -> None:
    print(said, flush=True)


def _say(address: str) -> None:
    print(f"A Slack workspace is at {address} (for the app: SLACK_API_URL={address}/api/)", flush=True)


if __name__ == "__main__":
    main()
