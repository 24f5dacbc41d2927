"""A private incident is carried through everything, and then its words are searched for wherever somebody else could read."""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.routing import Route

import bot.commands
import bot.modals
from bot.commands import RUN, Command
from bot.modals import Modal
from bot.requests import Background, Dispatcher
from bot.workspace import Workspace
from incidents.registry import collect
from sandbox.people import Somebody
from sandbox.seen import Room
from tests.world import World
from web.server import make_web

MARK = "xylo"  # every word that a person writes about it begins so
POLICY = """
workspace: {leadership_channel: leadership, archive_room_after: 2d}
digest: {at: "09:00"}
rotations: {primary: {people: [U0DAVE]}, security: {people: [U0CAROL]}}
escalations:
  critical: {levels: [{page: [rotation:primary, channel:general], wait: 5m}]}
  security:
    levels: [{page: [rotation:security, channel:general], wait: 5m}]
    last_resort: [person:U0BOB, channel:leadership]
severities: {SEV1: {watch_for: none, bridge: "https://meet.example.com/{key}"}}
private: {escalation: security, break_glass: [person:U0BOB]}
"""
COMMANDS = collect(bot.commands, "COMMAND", Command)
MODALS = collect(bot.modals, "MODAL", Modal)


@dataclass
class Eavesdropper:
    """Everything that went out to Slack, and everything that it was answered to."""

    world: World
    entries: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        log, told = self.world.workspace.log, self.world.workspace.log.on_record

        def on_record() -> None:
            self.entries.append(log.whole(log.entries[-1].number))
            told()

        log.on_record = on_record

    def leaks(self, words: Iterable[str], insiders: set[str]) -> list[str]:
        """What said one of the words to anybody else."""
        askers = {entry["request"]: _asker(entry["payload"]) for entry in self.entries if entry["direction"] == "to_app"}
        found = []
        for entry in self.entries:
            out = entry["direction"] == "from_app"
            text = entry["payload"] if out else entry["answer"]
            said = [word for word in words if word in text.lower()]
            if said and not (readers := self.readers(entry, askers)) <= insiders:
                found.append(f"{entry['kind']} to {sorted(readers)} says {said}: {text[:300]}")
        return found

    def readers(self, entry: Any, askers: dict[int, str]) -> set[str]:
        """Who reads what a call carries."""
        kind = entry["kind"]
        if entry["direction"] == "to_app" or kind in ("response_url", "views.open", "views.push", "views.update"):
            return {askers.get(entry["request"], "somebody")}
        args = json.loads(entry["payload"])
        if kind in ("chat.postEphemeral", "views.publish"):
            return {str(args.get("user") or args["user_id"])}
        if kind == "conversations.create" and args.get("is_private") in ("true", True):
            return set()
        if kind == "canvases.edit":
            args["channel"] = self.world.workspace.state.canvases[args["canvas_id"]].channel
        return self.members(str(args.get("channel") or args.get("channel_id") or ""))

    def members(self, channel: str) -> set[str]:
        if channel[:1] in "UW":
            return {channel}
        room = self.world.workspace.state.channels.get(channel)
        if room is None or room.kind == "public":
            return {"everybody"}
        return set(room.members) - {self.world.workspace.bot_user}


def _asker(payload: str) -> str:
    found = re.search(r'"user_id": ?"(\w+)"|"user": ?\{"id": ?"(\w+)"', payload)
    return next(filter(None, found.groups()), "somebody") if found else "somebody"


def stands(world: World, insiders: set[str]) -> Iterator[str]:
    """All that stands in Slack at the end where somebody else reads it."""
    state = world.workspace.state
    for room in state.channels.values():
        if room.kind != "public" and set(room.members) - {world.workspace.bot_user} <= insiders:
            continue
        yield f"{room.name} {room.topic.value} {room.purpose.value} {room.bookmarks} {room.previous_names}"
        for message in room.messages.values():
            yield f"#{room.name} {message}"
        for message in room.ephemerals.values():
            if message.ephemeral_to not in insiders:
                yield f"only for {message.ephemeral_to}: {message}"
    for person, view in state.homes.items():
        if person not in insiders:
            yield f"Home of {person}: {view.content}"
    for file in state.files.values():
        if any(state.channels[channel].kind == "public" for channel in file.shares):
            yield f"{file.name} {file.title} {file.content!r}"


async def all_pages(world: World) -> str:
    """Every page that the web process shows without being asked for something in particular."""
    app = make_web(world.muster, "unix:///nowhere.sock")
    pages = [route.path for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://muster.invalid") as client:
        return "".join([(await client.get(page)).text for page in pages])


def says(person: Somebody, room: Room, *commands: str) -> None:
    for command in commands:
        person.runs(f"/incident {command}", in_=room)


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    made = make_world(POLICY)
    made.person("dave").creates("leadership")
    return made


def test_no_word_of_it_reaches_anybody_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, "slack_bolt")  # as in every process (bot/logs.py): it would log whole answers
    ear, faults = Eavesdropper(world), world.workspace.faults
    alice, bob, carol, dave, erin = world.slack.people("alice", "bob", "carol", "dave", "erin")
    for one in (alice, bob, carol, dave, erin):
        one.client.home()
    world.settle()
    erin.runs("/incident declare sev4 Checkout is down")
    erin.runs("/incident subscribe 1")
    alice.uses_shortcut("Declare an incident")
    alice.fills("What is wrong?", "Xylotitle Xylophone")
    alice.fills("Summary", "xylosummary")
    alice.chooses("Severity", "SEV1")
    alice.checks("Also", "It is private")
    assert alice.submits() == {}
    faults.fail_next("chat.postMessage", error="invalid_blocks")
    faults.fail_next("chat.postMessage", error="internal_error", after_effect=True)
    world.advance(minutes=11)  # nobody answers: the escalation runs out
    room = world.room(2)
    says(carol, room, "ack", "note xylonote", "decision xylodecision", "theory xylotheory", "impact xyloimpact")
    faults.fail_next("chat.postMessage", times=3, error="restricted_action")
    world.advance(minutes=1)
    alice.runs("/incident handoff ic @carol", in_=room)
    alice.fills("What we know", "xylobrief")
    alice.submits()
    says(carol, room, "handoff ic accept", "rename Xylotitle xylorenamed", "task xylotask @alice", "action xyloaction @carol")
    says(carol, room, "link https://example.com/xylolink xylolink", "set several_teams yes", "sev 2 xylowhy", "sev 1 xyloworse")
    says(carol, room, "subscribe", "escalate xyloescalated", "page @bob xylopaged", "moment started 13:00 xylomoment", "runbook")
    alice.pins(alice.says("xylosaid in the room", in_=room))
    carol.runs("/incident update", in_=room)
    carol.fills("Impact", "xyloupdate")
    carol.fills("Actions in progress", "xyloactions")
    assert carol.submits() == {}
    faults.fail_next("chat.update", times=3, error="cant_update_message")
    faults.fail_next("conversations.setTopic", times=2, error="restricted_action")
    world.advance(minutes=40)
    for merged in ("merge 1 2", "merge 2 1", "join 1 instead of INC-2"):
        alice.runs(f"/incident {merged}")
    says(alice, room, "status identified xylostatus", "mitigated xylofix", "catchup", "timeline", "tasks", "actions", "private")
    faults.fail_next("files.completeUploadExternal", error="internal_error", after_effect=True)
    says(alice, room, "resolve xyloresolved", "reopen xyloreopened", "resolve xyloagain", "postmortem", "list xylo", "pause")
    world.advance(hours=25)  # past a morning's digest
    says(alice, room, "private regulator", "close xyloclosed")
    world.advance(days=3)

    insiders, words = {alice.id, bob.id, carol.id}, [MARK, room.name]
    assert not ear.leaks(words, insiders)
    assert len(ear.entries) > 300 and MARK in str([entry["payload"] for entry in ear.entries]), "it hears something"
    assert not [text for text in stands(world, insiders) if any(word in text.lower() for word in words)]
    assert MARK not in caplog.text.lower() and room.name not in caplog.text
    with ThreadPoolExecutor(1) as aside:  # a browser's driver may have a loop running in this thread
        pages = aside.submit(asyncio.run, all_pages(world)).result()
    assert "muster_open_incidents" in pages and MARK not in pages.lower() and room.name not in pages


def answers(world: World, person: Somebody, text: str) -> str:
    """What a person reads after a command, with every number of an incident made one."""
    answer = person.runs(f"/incident {text}")
    read = answer.reads + (answer.form.reads if answer.form else "")
    if person.has_form:
        person.closes(all=True)
    return re.sub(r"\b99\b", "1", read)


@pytest.fixture
def shut(world: World) -> World:
    """INC-1 is private to Alice and Carol."""
    world.person("alice").runs("/incident declare private: sev1 Xylotitle")
    world.settle()
    return world


def test_every_command_answers_an_outsider_as_for_no_such_incident(shut: World) -> None:
    erin = shut.person("erin")
    before = len(shut.events())
    for name in COMMANDS:
        if name in ("declare", "doctor"):  # whatever stands there is the title; what it finds comes a while after
            continue
        for said in (f"{name} INC-{{}}", f"{name} INC-{{}} some words", f"{name} {{}}", f"{name} {{}} <@{erin.id}>"):
            if name in ("sev", "list") and said.startswith(f"{name} {{"):
                continue  # a level's number
            theirs, nobodys = (answers(shut, erin, said.format(number)) for number in (1, 99))
            assert theirs == nobodys and MARK not in theirs.lower(), f"{said}: {theirs!r} is not {nobodys!r}"
    recorded = [event.kind for event in shut.events()[before:]]
    assert recorded == ["access.glass_held"], "nothing was done, and nothing recorded but that they tried to break the glass"


def test_no_command_finds_it_as_the_only_one_that_is_open(shut: World) -> None:
    erin = shut.person("erin")
    for name in COMMANDS:
        answer = erin.runs(f"/incident {name}")
        read = answer.reads + (answer.form.reads if answer.form else "")
        assert MARK not in read.lower() and "INC-1" not in read.replace("`/incident show INC-1`", ""), f"{name}: {read}"
        if erin.has_form:
            erin.closes(all=True)


def test_no_button_and_no_form_gets_there_either(shut: World) -> None:
    erin = shut.person("erin")
    background = Background(shut.background._http)
    dispatcher = Dispatcher(shut.core, shut.api, Workspace(shut.core, shut.api), COMMANDS, MODALS, background)

    def request(key: str) -> Any:
        return dispatcher.request(by=erin.id, key=key, channel="D0ERIN", trigger_id="1.2.x")

    def submitted(name: str, modal: Modal, number: int) -> str:
        private = json.dumps({"incident": number})
        view = {"id": "V1", "callback_id": name, "private_metadata": private, "state": {"values": {}}, "blocks": []}
        return str(dispatcher.submitted(request(f"view:{name}:{number}"), modal, view)).replace("INC-99", "INC-1")

    before = len(shut.events())
    for name in COMMANDS:
        if name != "declare":
            for text in ("INC-1", "INC-1 some words", "INC-1 some words confirmed", "INC-1 resolution", "INC-1 confirmed"):
                said = dispatcher.pressed(request(f"act:{name}:{text}"), f"{RUN}{name}", text)
                assert MARK not in (said.text + str(said.blocks)).lower(), f"{name} {text}"
    for name, modal in MODALS.items():
        if name != "declare":
            theirs, nobodys = (submitted(name, modal, number) for number in (1, 99))
            assert theirs == nobodys and MARK not in theirs.lower(), name
    recorded = [event.kind for event in shut.events()[before:]]
    assert recorded == ["access.glass_held"], "nothing was done, and nothing recorded but that they tried to break the glass"


def test_a_shortcut_offers_it_to_nobody_else(shut: World) -> None:
    erin = shut.person("erin")
    post = erin.says("hello", in_="#general")
    for shortcut in ("Add to timeline", "Make it an action item", "Declare an incident"):
        answer = erin.uses_shortcut(shortcut, post)
        assert MARK not in (answer.reads + (answer.form.reads if answer.form else "")).lower(), shortcut
        if erin.has_form:
            erin.closes(all=True)
    shut.settle()
    assert MARK not in "".join(seen.reads for seen in erin.ephemerals).lower()
