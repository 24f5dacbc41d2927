"""Notes, decisions, the timeline; tasks, action items; the postmortem draft."""

from datetime import UTC, date, datetime

import pytest

from bot.commands import Answer
from incidents import timeline
from incidents import work as jobs
from incidents.errors import Refused
from tests.bot.desk import ALICE, BOB, NASTY, Desk, buttons, shown


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.declared()
    desk.passes(minutes=30)
    return desk


def test_a_note_has_the_time_it_happened_in_the_writers_zone(desk: Desk) -> None:
    assert desk.says("note errors are falling").text == "The note is on the timeline."
    assert desk.says("note 15:05 rolled back").text.startswith("The note is on the timeline at <!date^")
    rolled_back, falling = timeline.read(desk.core, 1)[-2:]
    assert (rolled_back.payload["text"], rolled_back.at) == ("rolled back", datetime(2026, 11, 23, 14, 5, tzinfo=UTC))
    assert falling.payload["text"] == "errors are falling"


@pytest.mark.parametrize(
    "said", ["note", "note 15:05", "decision", "task", "task <@U0BOB>", "action", "action <@U0BOB> by friday"]
)
def test_nothing_said_gets_an_example(desk: Desk, said: str) -> None:
    before = desk.kinds()
    with pytest.raises(Refused, match="`/incident "):
        desk.says(said)
    assert desk.kinds() == before


def test_a_button_opens_the_note_form(desk: Desk) -> None:
    assert desk.presses(desk.says("panel"), "Note") == Answer()
    assert "on the timeline at" in desk.submits(note="saw it", at=int(desk.clock.at.timestamp()) - 600).text


def test_decisions(desk: Desk) -> None:
    assert desk.says("decision fail over").text == "The decision is on the timeline."
    assert desk.kinds()[-1] == "decision.made"


def test_the_timeline_is_shown_in_pages(desk: Desk) -> None:
    for number in range(40):
        desk.says(f"note entry-{number:02} {NASTY}")
    last = desk.says("timeline")
    assert "entry-39" in shown(last) and "entry-14" not in shown(last) and set(buttons(last)) == {"Earlier"}
    middle = desk.presses(last, "Earlier")
    assert "entry-14" in shown(middle) and "entry-15" not in shown(middle)
    assert "Later" in buttons(middle)
    assert shown(desk.presses(middle, "Later")) == shown(last)
    assert "nothing earlier" in desk.says("timeline 9999").text
    with pytest.raises(Refused):
        desk.says("timeline yesterday")


def test_tasks_are_given_and_finished(desk: Desk) -> None:
    assert "nobody has it yet" in desk.says("task restart the workers").text
    assert desk.says("task drain eu-west <@U0BOB>").text == "Task added for <@U0BOB>."
    assert "2 open tasks" in desk.says("tasks").text
    after = desk.presses(desk.says("tasks"), "Done", by=BOB)
    assert "1 open task in INC-1. 1 finished." in after.text
    with pytest.raises(Refused, match="finished already"):
        desk.says("tasks done 2")
    with pytest.raises(Refused, match="no such task"):
        desk.says("tasks done 99")
    with pytest.raises(Refused, match="means nothing here"):
        desk.says("tasks restart")
    desk.says("tasks done 1")
    assert desk.says("tasks").text.startswith("No open tasks in INC-1. 2 finished. Add one:")


def test_action_items_understand_owner_and_day(desk: Desk) -> None:
    added = desk.says("action add an alert on pool size <@U0BOB> by friday")
    assert added.text == "Action item added for <@U0BOB>, due 2026-11-27."
    item = jobs.actions(desk.core, 1)[0]
    assert (item.text, item.owner, item.due_on) == ("add an alert on pool size", BOB, date(2026, 11, 27))
    assert desk.says("action write it down").text == "Action item added. It has no owner and no date yet."
    assert desk.says("action do it @me by 2026-12-01").text == f"Action item added for <@{ALICE}>, due 2026-12-01."
    with pytest.raises(Refused, match="nobody I can see"):
        desk.says("action do it @bobb by friday")
    with pytest.raises(Refused):
        desk.says("action do it by firday")


def test_action_items_are_listed_and_finished(desk: Desk) -> None:
    desk.says("action one by tomorrow")
    desk.says("action two <@U0BOB>")
    desk.passes(days=3)
    text = shown(desk.says("actions"))
    assert "*late*, was due 2026-11-24" in text and "no date yet" in text and "no owner yet" in text
    assert "1 open action item in INC-1. 1 finished." in desk.presses(desk.says("actions"), "Done").text


def test_the_draft_is_built_and_says_what_it_lacks(desk: Desk) -> None:
    answer = desk.says("postmortem")
    assert answer.text.startswith("The draft comes to its room within seconds.")
    assert "It still lacks" in answer.text and "lucky" in shown(answer)
    assert "in place of the one before" in desk.says("postmortem").text
    desk.says("cancel a test")
    with pytest.raises(Refused, match="no postmortem"):
        desk.says("postmortem")
