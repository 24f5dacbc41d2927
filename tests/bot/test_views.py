"""Lists at both ends: nothing, a hundred, and the longest and strangest words; each as Slack would check it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot import look
from bot.views import lists, timeline
from bot.views.blocks import Message
from bot.views.help import everything
from incidents.timeline import read
from models import ActionItem, Incident, Task
from sandbox.blocks import check_message
from tests.bot.desk import ALICE, BOB, COMMANDS, NASTY, START, Desk

LONG = NASTY + " " + "&<>" * 900
TITLE = (NASTY + "&" * 150)[:150]


def fits(message: Message) -> None:
    assert check_message(message.blocks) == []
    assert 0 < len(message.text) <= 4000
    assert "<!channel>" not in str(message) and "<https://evil" not in str(message)


def rows(count: int) -> Sequence[Incident]:
    return [
        Incident(
            id=number + 1,
            title=TITLE,
            severity="SEV1",
            status="investigating",
            declared_at=START - timedelta(days=number),
            update_anchor_at=START,
            severity_changed_at=START,
            room_channel="C0ROOM",
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 20, 100])
def test_incidents(desk: Desk, count: int) -> None:
    found = lists.Found(f"incidents with “{TITLE}”", rows(min(count, lists.SHOWN)), count, {1: ALICE})
    fits(lists.incidents(found, desk.policy, START))


@pytest.mark.parametrize("count", [0, 1, 100])
def test_work(desk: Desk, count: int) -> None:
    desk.declared(f"sev1 {TITLE}"[:155])
    scene = look.scene(desk.core, 1)
    tasks = [Task(id=n, incident_id=1, text=LONG, owner=BOB, added_at=START) for n in range(count)]
    fits(lists.tasks(scene, tasks))
    items = [ActionItem(id=n, incident_id=1, text=LONG, due_on=date(2026, 1, 1), added_at=START) for n in range(count)]
    fits(lists.actions(scene, items, date(2026, 11, 23)))
    fits(lists.lacks("The draft comes.", [LONG] * count))
    fits(timeline.catch_up(scene, read(desk.core, 1), tasks))


@pytest.mark.parametrize("count", [0, 100])
def test_timeline(desk: Desk, count: int) -> None:
    desk.declared(f"sev1 {TITLE}"[:155])
    desk.says(f"impact {LONG}")
    desk.says(f"theory {LONG}")
    for number in range(count):
        desk.says(f"{('note', 'decision')[number % 2]} {LONG}")
    scene, events = look.scene(desk.core, 1), read(desk.core, 1)
    for skip in (0, 25, 75, 100, 200):
        fits(timeline.page(scene, events, skip))
    fits(timeline.catch_up(scene, events, []))
    fits(lists.roles(scene, ALICE))


def test_help(desk: Desk) -> None:
    fits(everything(list(COMMANDS.values()), desk.policy))
