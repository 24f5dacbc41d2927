"""Every command with the strangest words, and every button, menu and picker that their answers show, pressed in turn."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest

from bot.commands import Answer
from bot.requests import BROKEN, Background, Dispatcher
from tests.bot.desk import ALICE, COMMANDS, MODALS, NASTY, Desk
from tests.bot.test_every_view import faults

TITLE = (NASTY + "&" * 150)[:140]
SAID = ("", NASTY, f"INC-1 {NASTY}", "1 2", "ic <@U0BOB>", "<@U0BOB> " + "&" * 900, "edit", "x" * 2500)
MOST = 400  # presses


@pytest.fixture
def dispatcher(desk: Desk) -> Iterator[Dispatcher]:
    """The bot's own, without Slack: what would be asked of it is not needed here."""
    background = Background(httpx.Client())
    nobody = cast(Any, None)
    yield Dispatcher(desk.core, nobody, nobody, COMMANDS, MODALS, background)
    background.finish()


def controls(answer: Answer) -> Iterator[tuple[str, str]]:
    """What can be pressed: the action and what it says."""
    for block in answer.blocks:
        for each in (*block.get("elements", []), block.get("accessory")):
            if each and each["type"] == "button":
                yield each["action_id"], each["value"]
            elif each and each["type"] == "overflow":
                yield from ((each["action_id"], option["value"]) for option in each["options"])


def kind_of(control: tuple[str, str]) -> tuple[str, ...]:
    """Buttons that differ in their numbers only are the same kind."""
    said = " ".join(control)
    return tuple("".join("#" if sign.isdigit() else sign for sign in said)[:80].split()[:4])


def sound(answer: Answer, what: str) -> None:
    assert answer.text != BROKEN, what
    found = list(faults(answer)) if answer.text else []
    assert not found, f"{what}: {found[:3]}"


@pytest.mark.parametrize("opened", [1, 12])
def test_whatever_is_typed_and_pressed(desk: Desk, dispatcher: Dispatcher, opened: int, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(opened):
        desk.declared(f"sev1 {number} {TITLE}", by=ALICE)
        desk.passes(minutes=2)
    waiting: list[tuple[str, str]] = []
    pressed: set[tuple[str, ...]] = set()
    for name in COMMANDS:
        for said in SAID:
            answer = dispatcher.typed(desk.request(), f"{name} {said}".strip())
            sound(answer, f"/incident {name} {said[:40]}")
            waiting += controls(answer)
    while waiting and len(pressed) < MOST:
        control = waiting.pop(0)
        if kind_of(control) in pressed:
            continue
        pressed.add(kind_of(control))
        answer = dispatcher.pressed(replace(desk.request(), channel="C0ELSEWHERE"), *control)
        sound(answer, f"button {control}")
        waiting += controls(answer)
    assert len(pressed) > 20
    assert not [record for record in caplog.records if record.exc_info], "something broke on the way"
