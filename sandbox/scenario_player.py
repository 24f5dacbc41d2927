"""Plays a scenario: its people act as people do, by what can be read, and what is not there is said and passed over."""

import threading
import time
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TypeVar

from sandbox import channels, company, messages, modals
from sandbox.choices import CannotDo
from sandbox.client import all_blocks
from sandbox.people import Slack, Somebody
from sandbox.scenario import LENGTH, Scenario, Step, seconds
from sandbox.seen import Answer, Post, Room, label_of, nearest
from sandbox.state import Message

_LOOK_AGAIN = 0.25
_BREATH = 0.4  # between two steps that are both late, so that they can be told apart

T = TypeVar("T")
Say = Callable[[str], None]


class NotThere(Exception):
    """What a step needs is not there, or did not work; the text says what."""


class Player:
    """One scenario in one workspace. Knows of the app only what Slack shows."""

    def __init__(self, slack: Slack, scenario: Scenario, *, say: Say = print) -> None:
        self.slack, self.scenario = slack, scenario
        self._say = say
        self._before: set[str] = set()
        self._posts: set[str] = set()

    def set_up(self) -> None:
        """Let its bots and channels be there, as if they always had been."""
        workspace = self.slack.workspace
        with workspace.changing() as state:
            for name, real_name in self.scenario.bots:
                bot = company.bot(name, real_name)
                state.people.setdefault(bot.id, bot)
            for name, purpose in self.scenario.channels:
                if not channels.taken(workspace, name):
                    company.open_channel(state, name, purpose, int(workspace.now()))
            workspace.touch("people", "channels")
            self._before = set(state.channels)

    def play(self, stop: threading.Event) -> int:
        """Every step at its time, late ones as soon as can be, until the end or `stop`; how many did not work."""
        self._say(f"scenario: {self.scenario.title}")
        began, missed = time.monotonic(), 0
        for step in self.scenario.steps:
            wait = began + step.at - time.monotonic()
            if stop.wait(wait if wait > 0 else _BREATH):
                return missed
            trouble = self.perform(step, patience=self.scenario.patience)
            missed += bool(trouble)
            self._say(f"scenario {_clock(step.at)}: {trouble or step}")
        self._say("scenario: that was all of it; the workspace stays as it is")
        return missed

    def perform(self, step: Step, *, patience: float = 0.0) -> str:
        """Do one step, waiting up to `patience` seconds for what it needs; "" or what was not there."""
        try:
            room = self._waiting(lambda: self._room(step), patience)
            answer = self._waiting(lambda: self._act(step, room), patience)
            if answer is not None and not answer.ok:
                raise NotThere(f"Slack said: {answer.error}")
            if step.fields:
                self._waiting(lambda: self._fill(step), patience)
        except NotThere as missing:
            return f"{self.scenario.path.name} line {step.line}, “{step}”, is left out: {missing}"
        return ""

    def _waiting(self, act: Callable[[], T], patience: float) -> T:
        """What `act` gives. It is tried again while something is not there, which it finds out before it does anything."""
        end = time.monotonic() + patience
        while True:
            try:
                return act()
            except (AssertionError, CannotDo, LookupError, TimeoutError) as missing:
                if time.monotonic() >= end:
                    raise NotThere(str(missing)[:300]) from None
            time.sleep(_LOOK_AGAIN)

    # --- where

    def _room(self, step: Step) -> Room | None:
        """The channel that is meant; for a pattern the newest that has come into being since the beginning."""
        if step.place in ("", "dm"):
            return None
        if "*" not in step.place:
            return self.slack.channel(step.place)
        with self.slack.workspace.lock:
            rooms = [room for room in self.slack.workspace.state.channels.values() if room.id not in self._before]
        for room in reversed(rooms):
            if not room.is_direct and fnmatchcase(room.name, step.place[1:]):
                return Room(self.slack.workspace, room)
        raise LookupError(f"there is no room {step.place} yet")

    def _post(self, room: Room | None, words: str) -> Post:
        assert room is not None, "a message is looked for in a channel"
        return room.shows(words)

    # --- what

    def _act(self, step: Step, room: Room | None) -> Answer | None:
        """By the first of `who` that can; fails before anything is done."""
        missing: Exception | None = None
        for name in step.who:
            somebody = self.slack.person(name)
            try:
                return self._by(somebody, step, room)
            except (AssertionError, CannotDo, LookupError) as error:
                missing = missing or error
        assert missing is not None
        raise missing

    def _by(self, who: Somebody, step: Step, room: Room | None) -> Answer | None:
        if step.verb == "says":
            self._speak(who, step, room)
        elif step.verb == "runs":
            return who.runs(step.what, in_=room or "#general")
        elif step.verb == "clicks":
            return who.clicks(step.what, in_=who.dm if step.place == "dm" else room)
        elif step.verb == "uses":
            return who.uses_shortcut(step.what, self._post(room, step.to))
        elif step.verb == "pins":
            who.pins(self._post(room, step.what))
        elif step.verb == "reacts":
            who.reacts(step.what, self._post(room, step.to))
        elif step.verb == "joins":
            who.joins(room or step.what)
        return None

    def _speak(self, who: Somebody, step: Step, room: Room | None) -> None:
        """People type and are marked up; a bot sends its text as it is."""
        place = who.dm if room is None else room
        thread = self._post(room, step.to) if step.to else None
        person = self.slack.workspace.state.people[who.id]
        if not person.is_bot:
            who.says(step.what, in_=place, thread=thread)
            return
        about = thread.ts if thread else None
        said = Message("", place.id, who.id, step.what, thread_ts=about, subtype="bot_message", username=person.real_name)
        said.bot_id = company.bot_id(person)
        messages.post(self.slack.workspace, place.channel, said)
        self.slack.settle()

    # --- forms

    def _fill(self, step: Step) -> None:
        """Fill in and send the form before whoever acted; one that comes back is closed again, and that is said."""
        who = next((person for person in map(self.slack.person, step.who) if person.has_form), None)
        if who is None:
            raise LookupError(f"{step.who[0]} has no form open")
        kinds = {label_of(block, element): element["type"] for block, element in modals.elements(all_blocks(who.form.view))}
        for label, _ in step.fields:
            if nearest(label, who.form.labels) is None:
                raise LookupError(f"the form has no field “{label}”. There are: {', '.join(who.form.labels)}")
        for label, value in step.fields:
            _put(who, label, value, kinds[nearest(label, list(kinds)) or label])
        wrong = who.submits()
        if wrong:
            who.closes(all=True)
            raise NotThere("; ".join(f"{label or 'the form'}: {said}" for label, said in wrong.items()))


def _put(who: Somebody, label: str, value: str, kind: str) -> None:
    if kind.endswith("users_select"):
        who.picks_person(label, *(name.strip() for name in value.split(",")))
    elif kind.endswith("select") or kind in ("radio_buttons", "checkboxes"):
        for option in value.split(" + "):
            who.chooses(label, option)
    elif kind == "datetimepicker":
        who.picks(label, _moment(who, label, value))
    elif kind in ("datepicker", "timepicker"):
        who.picks(label, value)
    else:
        who.fills(label, value)


def _moment(who: Somebody, label: str, value: str) -> int:
    """`16m ago` or `in 10m`, to the minute, by the workspace's clock."""
    length = LENGTH.fullmatch(value.removesuffix(" ago").removeprefix("in "))
    if length is None or value.endswith(" ago") == value.startswith("in "):
        raise NotThere(f"{label}: “{value}” is no moment; write 16m ago or in 10m")
    away = seconds(length) if value.startswith("in ") else -seconds(length)
    return int(who.workspace.now() + away) // 60 * 60


def _clock(since: float) -> str:
    return f"{int(since) // 60}:{int(since) % 60:02d}"
