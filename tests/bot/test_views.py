"""Lists at both ends: nothing, a hundred, and the longest and strangest words; each as Slack would check it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import look
from bot.views import checklists, lists, timeline
from bot.views.blocks import Message
from bot.views.help import everything, short
from incidents.checklists import tick
from incidents.events import Captured
from incidents.rules.checklists import CHECKLISTS
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
            room_channel="C0ROOM",
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 20, 100])
def test_incidents(desk: Desk, count: int) -> None:
    found = lists.Found(f"incidents with “{TITLE}”", rows(min(count, lists.SHOWN)), count, {1: ALICE})
    more = replace(found, more="page:2", back="page:1", everything="all page:1", over=7)
    for shown in (more, replace(more, skipped=20), replace(more, is_filtered=True, over=0)):
        fits(lists.incidents(shown, desk.policy, START))


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
        fits(timeline.page(scene, events, skip, [(START, "watch"), (START, "status update"), (START, "unsent page")]))
        fits(timeline.curating(scene, events, skip))
    fits(timeline.catch_up(scene, events, []))
    fits(lists.roles(scene, ALICE))


@pytest.mark.parametrize(
    "link", ["https://acme.slack.com/f>|<https://evil.example|x>", "javascript:alert(1)", "https://a.b/" + "x" * 480]
)
def test_files_of_messages(desk: Desk, link: str) -> None:
    desk.declared("sev1 Checkout is down")
    for count in (1, 10):
        said = Captured(author=BOB, text=LONG * (count - 1), how="pin", files=[(TITLE, link)] * count)
        with desk.core.unit(1) as unit:
            unit.record(said, by=ALICE)
    scene, events = look.scene(desk.core, 1), read(desk.core, 1)
    fits(timeline.page(scene, events))
    fits(timeline.curating(scene, events))
    fits(timeline.catch_up(scene, events, []))


@pytest.mark.parametrize("name", ["mitigation", "resolution"])
def test_checklists(desk: Desk, name: str) -> None:
    desk.declared("sev1 Checkout is down")
    fits(checklists.checklist(look.scene(desk.core, 1), name))
    for item in CHECKLISTS[name]:
        tick(desk.core, 1, name, item, by=BOB)
    fits(checklists.checklist(look.scene(desk.core, 1), name))


def test_help(desk: Desk) -> None:
    fits(everything(list(COMMANDS.values()), desk.policy))
    fits(short(list(COMMANDS.values()), desk.policy))
