"""What an app's manifest declares: scopes, events, commands and shortcuts. What it does not declare does not work."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Without a manifest everything is granted but this one: it would let the bot post where it is no member.
NEVER_BY_DEFAULT = "chat:write.public"


@dataclass(frozen=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = True


@dataclass(frozen=True)
class Shortcut:
    name: str
    callback_id: str
    type: str
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    """A parsed manifest; `open` stands for "no manifest given", where nearly everything works."""

    open: bool = True
    app_name: str = "Muster"
    bot_name: str = "muster"
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    home_tab: bool = True

    @classmethod
    def parse(cls, source: dict[str, Any] | None) -> "Manifest":
        """Read a manifest as Slack's YAML or JSON gives it; None declares everything."""
        if source is None:
            return cls()
        features = source.get("features") or {}
        settings = source.get("settings") or {}
        return cls(
            open=False,
            app_name=(source.get("display_information") or {}).get("name", "App"),
            bot_name=(features.get("bot_user") or {}).get("display_name", "app"),
            scopes=frozenset(((source.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
            events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
            commands=tuple(_command(item) for item in features.get("slash_commands") or ()),
            shortcuts=tuple(_shortcut(item) for item in features.get("shortcuts") or ()),
            home_tab=bool((features.get("app_home") or {}).get("home_tab_enabled", False)),
        )

    @property
    def slug(self) -> str:
        """The bot's name as the part of an id: "Muster" -> "MUSTER"."""
        return re.sub(r"[^A-Z0-9]", "", self.bot_name.upper()) or "APP"

    def grants(self, scope: str) -> bool:
        return scope != NEVER_BY_DEFAULT if self.open else scope in self.scopes

    def grants_any(self, scopes: Iterable[str]) -> bool:
        wanted = tuple(scopes)
        return not wanted or any(self.grants(scope) for scope in wanted)

    def subscribes(self, event: str) -> bool:
        return self.open or event in self.events

    def command(self, name: str) -> Command | None:
        """The declared command of that name; an open manifest declares every one."""
        if self.open:
            return Command(name)
        return next((item for item in self.commands if item.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        if self.open:
            return Shortcut(callback_id, callback_id, "any")
        return next((item for item in self.shortcuts if item.callback_id == callback_id), None)


def _command(item: dict[str, Any]) -> Command:
    return Command(
        item["command"],
        item.get("description", ""),
        item.get("usage_hint", ""),
        bool(item.get("should_escape", False)),
    )


def _shortcut(item: dict[str, Any]) -> Shortcut:
    return Shortcut(item["name"], item["callback_id"], item["type"], item.get("description", ""))
