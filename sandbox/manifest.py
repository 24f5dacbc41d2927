"""What an app's manifest declares: scopes, events, commands and shortcuts. What it does not declare does not work."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Without a manifest everything is granted but this one: it would let the bot post where it is no member.
NEVER_BY_DEFAULT = "chat:write.public"
COMMANDS_MOST, SHORTCUTS_MOST = 50, 10


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
    messages_tab: bool = True
    messages_read_only: bool = False
    interactivity: bool = True
    socket_mode: bool = True

    @classmethod
    def parse(cls, source: dict[str, Any] | None) -> "Manifest":
        """Read a manifest as Slack's YAML or JSON gives it; None declares everything.

        Raises ValueError for one that Slack would not take: names too long, too many shortcuts.
        """
        if source is None:
            return cls()
        features = source.get("features") or {}
        settings = source.get("settings") or {}
        home = features.get("app_home") or {}
        if wrong := list(_wrong(source, features)):
            raise ValueError(f"Slack would not take this manifest: {'; '.join(wrong)}.")
        return cls(
            open=False,
            app_name=(source.get("display_information") or {}).get("name", "App"),
            bot_name=(features.get("bot_user") or {}).get("display_name", "app"),
            scopes=frozenset(((source.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
            events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
            commands=tuple(_command(item) for item in features.get("slash_commands") or ()),
            shortcuts=tuple(_shortcut(item) for item in features.get("shortcuts") or ()),
            home_tab=bool(home.get("home_tab_enabled", False)),
            messages_tab=bool(home.get("messages_tab_enabled", True)),
            messages_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
            interactivity=bool((settings.get("interactivity") or {}).get("is_enabled", False)),
            socket_mode=bool(settings.get("socket_mode_enabled", True)),
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
        if not self.grants("commands"):
            return None
        return next((item for item in self.commands if item.command == name), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        if self.open:
            return Shortcut(callback_id, callback_id, "any")
        if not self.grants("commands"):
            return None
        return next((item for item in self.shortcuts if item.callback_id == callback_id), None)


def _wrong(source: dict[str, Any], features: dict[str, Any]) -> Iterator[str]:
    """What Slack would say of it; the limits are those of its manifest schema."""
    about, bot = source.get("display_information") or {}, features.get("bot_user") or {}
    texts = [("name", about.get("name", ""), 35), ("description", about.get("description", ""), 140)]
    texts.append(("bot display_name", bot.get("display_name", ""), 80))
    commands, shortcuts = features.get("slash_commands") or (), features.get("shortcuts") or ()
    for item in commands:
        if not re.fullmatch(r"/[^\s/]{1,31}", item["command"]):
            yield f"{item['command']} is no name for a command"
        texts.append((f"description of {item['command']}", item.get("description", ""), 2000))
        texts.append((f"usage_hint of {item['command']}", item.get("usage_hint", ""), 1000))
    for item in shortcuts:
        texts += [("shortcut name", item["name"], 24), ("shortcut description", item.get("description", ""), 150)]
        texts.append(("callback_id", item["callback_id"], 255))
        if item["type"] not in ("global", "message"):
            yield f"a shortcut is global or message, not {item['type']}"
    yield from (f"{name} has more than {most} characters" for name, text, most in texts if len(text) > most)
    if len(commands) > COMMANDS_MOST or len(shortcuts) > SHORTCUTS_MOST:
        yield f"at most {COMMANDS_MOST} commands and {SHORTCUTS_MOST} shortcuts"


def _command(item: dict[str, Any]) -> Command:
    return Command(
        item["command"],
        item.get("description", ""),
        item.get("usage_hint", ""),
        bool(item.get("should_escape", False)),
    )


def _shortcut(item: dict[str, Any]) -> Shortcut:
    return Shortcut(item["name"], item["callback_id"], item["type"], item.get("description", ""))
