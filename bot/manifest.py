"""The app manifest: kept for Socket Mode, printed for HTTP on request."""

import yaml


def over_http(manifest: str, url: str) -> str:
    """The manifest for an installation that Slack reaches at `url`. ValueError if that is no public address."""
    base = url.rstrip("/")
    if not base.startswith("https://"):
        raise ValueError(f"“{url}” will not do: Slack needs an address that begins with https://.")
    endpoint = f"{base}/slack/events"
    made = yaml.safe_load(manifest)
    made["settings"]["socket_mode_enabled"] = False
    made["settings"]["interactivity"]["request_url"] = endpoint
    made["settings"]["event_subscriptions"]["request_url"] = endpoint
    for command in made["features"]["slash_commands"]:
        command["url"] = endpoint
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)
