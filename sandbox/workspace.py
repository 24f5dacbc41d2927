"""One Slack workspace in memory: its state under one lock, its clock, its ids, and who listens to what changes."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox import channels, company, shapes, web_api
from sandbox.delivery import Delivery, Transport
from sandbox.events import deliverable
from sandbox.faults import Faults
from sandbox.log import Log, Refusal
from sandbox.manifest import Manifest
from sandbox.rates import Rates
from sandbox.socket_mode import SocketMode
from sandbox.state import Channel, Json, Message, Person, State, Tier

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Listener = Callable[[set[str]], None]


class Workspace:
    """A workspace with the company Acme in it and one app installed.

    `now` gives epoch seconds and is the only clock that anything in Slack's own time goes by: ts, trigger and
    response_url lifetimes, retries, rate limits. Ack times are measured on the machine's monotonic clock.
    Every public method may be called from any thread.
    """

    def __init__(
        self,
        manifest: dict[str, Any] | None = None,
        now: Callable[[], float] = time.time,
        *,
        bot_token: str = "xoxb-sandbox",
        app_token: str = "xapp-sandbox",
        signing_secret: str = "sandbox-signing-secret",
        plan: Tier = "pro",
        rate_limits: bool = False,
        seed: int = 0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.manifest = Manifest.parse(manifest)
        self.now = now
        self.sleep = sleep
        self.bot_token, self.app_token, self.signing_secret = bot_token, app_token, signing_secret
        self.bot_user = f"U0{self.manifest.slug}"
        self.bot_id = f"B0{self.manifest.slug}"
        self.app_id = f"A0{self.manifest.slug}"
        self.url = "https://acme.slack.com"  # a server puts its own address here, so that links open locally
        self.socket_mode: SocketMode | None = None  # and, likewise, its websocket
        self.lock = threading.RLock()
        self.faults = Faults(seed=seed)
        self.rates = Rates(now)
        self.limits_rates = rate_limits
        self.token_error = ""  # what every call is refused with, as when the app was removed: token_revoked…
        self.log = Log(on_record=lambda: self._tell({"log"}))
        self.delivery = Delivery(self)
        self.random = random.Random(seed)
        self._listeners: list[Listener] = []
        self._changed: set[str] = set()
        self._depth = 0
        self._last_ts = 0
        self._last_id = int(now() * 1000)  # so that a restarted workspace never reuses an id that an app has stored
        self.state = State()
        self.state.team.plan = plan
        company.move_in(self.state, int(now()))
        name = self.manifest.bot_name
        self.state.people[self.bot_user] = Person(self.bot_user, name, name, color="e2b340", is_bot=True)

    # --- the app's side

    def call(self, method: str, args: Json | None = None, token: str | None = None) -> Json:
        """Answer a Web API call as the server would, faults included, and give the body.

        Without a token it is the app's own. Raises Unanswered or Dropped where a fault leaves no answer at all.
        """
        return self.request(method, args, token).body

    def request(self, method: str, args: Json | None = None, token: str | None = None) -> "web_api.Reply":
        """The same with HTTP status and headers."""
        if token is None:
            token = self.app_token if method == "apps.connections.open" else self.bot_token
        return web_api.answer(self, method, dict(args or {}), token)

    def connect(self, transport: Transport | None, *, background: bool | None = None) -> None:
        """Say how requests reach the app.

        With `background`, events are delivered by a thread, as in Slack; without, only `settle()` delivers them, in
        the caller's thread. By default in-process transports are not in the background, others are.
        """
        self.delivery.connect(transport, background)

    def settle(self, timeout: float = 10.0) -> None:
        """Deliver, or wait for, every event that is due. Raises TimeoutError when some are still under way."""
        self.delivery.settle(timeout)

    # --- changing and watching

    @contextmanager
    def changing(self) -> Iterator[State]:
        """Hold the lock; whoever listens is told once, after the outermost block."""
        with self.lock:
            self._depth += 1
            told: set[str] = set()
            try:
                yield self.state
            finally:
                self._depth -= 1
                if not self._depth:
                    told, self._changed = self._changed, set()
        self._tell(told)

    def _tell(self, told: set[str]) -> None:
        for listener in tuple(self._listeners) if told else ():
            listener(told)

    def touch(self, *what: str) -> None:
        """Note channel ids, or kinds such as "views", for the listeners. To be called while changing."""
        self._changed.update(what)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with what has changed, after each change; gives the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    @property
    def is_watched(self) -> bool:
        """Whether anybody listens, as every open page does."""
        return bool(self._listeners)

    def emit(self, event: Json, channel: Channel | None = None) -> None:
        """Send an event to the app if it is subscribed, in scope and where the bot may see it."""
        if deliverable(self, event, channel):
            self.delivery.event(event)

    def hire(self, name: str, real_name: str = "") -> Person:
        """Add a person, and put them into #general."""
        with self.changing() as state:
            if any(person.name == name for person in state.people.values()):
                raise ValueError(f"{name} works here already")
            person = company.newcomer(name, real_name)
            state.people[person.id] = person
            self.touch("people")
            self.emit({"type": "team_join", "user": shapes.person(self, person), "event_ts": self.next_ts()})
            channels.join(self, self.channel("#general"), person.id)
            return person

    # --- time and ids

    def next_ts(self) -> str:
        """A message timestamp: now, and later than any given before."""
        with self.lock:
            micros = self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 100)
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An id like Slack's: a letter that says what it is, then eight or so characters."""
        with self.lock:
            self._last_id += 1
            number, text = self._last_id, ""
        while number:
            number, digit = divmod(number, 36)
            text = DIGITS[digit] + text
        return prefix + text

    def secret(self, length: int = 24) -> str:
        return "".join(self.random.choices(DIGITS + DIGITS[10:].lower(), k=length))

    # --- finding

    def person(self, who: str) -> Person:
        """A person by id, name, @name or e-mail. Raises LookupError with the names there are."""
        wanted = who.removeprefix("@").lower()
        for person in list(self.state.people.values()):
            if wanted in (person.id.lower(), person.name.lower(), person.real_name.lower(), person.email or None):
                return person
        raise LookupError(f"Nobody here is called {who}. There are: {', '.join(self._names())}.")

    def channel(self, which: str) -> Channel:
        """A channel by id, name or #name. Raises LookupError with the names there are."""
        wanted = which.removeprefix("#")
        rooms = list(self.state.channels.values())
        for channel in rooms:
            if wanted in (channel.id, channel.name):
                return channel
        names = ", ".join(f"#{channel.name}" for channel in rooms if not channel.is_direct)
        raise LookupError(f"There is no channel {which}. There are: {names}.")

    def message(self, channel: str, ts: str) -> Message | None:
        """A message by its place, ephemeral ones included."""
        room = self.state.channels.get(channel)
        return None if room is None else room.messages.get(ts) or room.ephemerals.get(ts)

    def _names(self) -> list[str]:
        return [person.name for person in self.state.people.values()]

    @property
    def refusals(self) -> list[Refusal]:
        return self.log.refusals

    def permalink(self, channel: str, message: Message) -> str:
        link = f"{self.url}/archives/{channel}/p{message.ts.replace('.', '')}"
        return f"{link}?thread_ts={message.thread_ts}&cid={channel}" if message.is_reply else link
