"""Moving an incident along."""

import pytest

from bot.commands import Answer
from incidents.errors import MoveRefused, Refused, UnknownState
from tests.bot.desk import Desk, buttons, element, labels, options, shown


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.declared()
    return desk


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("status mitigating", "mitigating"),
        ("status Mitigated rolled back", "monitoring"),
        ("identified a bad deploy", "identified"),
        ("mitigated rolled back", "monitoring"),
        ("cancel it was a drill", "cancelled"),
    ],
)
def test_moves(desk: Desk, said: str, state: str) -> None:
    answer = desk.says(said)
    assert desk.incident().status == state
    assert answer.text.startswith(f"INC-1 is {state} now.")


def test_says_what_comes_next(desk: Desk) -> None:
    assert "fail over" in shown(desk.says("status mitigating"))
    assert "Watch it for 1 h" in shown(desk.says("mitigated"))
    assert "The watch after the fix" in desk.says("resolve it holds").text


def test_the_reason_is_on_the_timeline(desk: Desk) -> None:
    desk.says("identified a bad deploy")
    assert any(getattr(event, "why", "") == "a bad deploy" for event in desk.events())


def test_resolving_at_once_where_no_watch_is_asked_for(desk: Desk) -> None:
    desk.declared("sev3 Search is slow")
    assert desk.says("resolve", number=2).text == "INC-2 is resolved now. Its thread is told."


def test_resolving_before_the_watch_is_over_asks_once(desk: Desk) -> None:
    desk.says("mitigated")
    question = desk.says("resolve rolled back for good")
    assert desk.incident().status == "monitoring"
    assert "not over" in question.text
    done = desk.presses(question, "Resolve anyway")
    assert desk.incident().status == "resolved"
    assert "postmortem draft" in shown(done)
    early = desk.events()[-2]
    assert (getattr(early, "early", None), getattr(early, "why", None)) == (True, "rolled back for good")


def test_after_the_watch_nothing_is_asked(desk: Desk) -> None:
    desk.says("mitigated")
    desk.passes(minutes=61)
    desk.says("resolve")
    assert desk.incident().status == "resolved"


def test_a_reason_longer_than_a_button_is_shortened_not_lost_altogether(desk: Desk) -> None:
    desk.says("mitigated")
    desk.presses(desk.says("resolve " + "x" * 2900), "Resolve anyway")
    assert desk.incident().status == "resolved"


@pytest.mark.parametrize("said", ["close", "reopen", "status closed", "status investigating"])
def test_where_a_reason_is_missing_the_form_asks_for_it(desk: Desk, said: str) -> None:
    desk.resolves()
    assert desk.says(said) == Answer()
    assert labels(desk.form) == ["New state", "Reason"]
    to = element(desk.form, "status")["initial_option"]["value"]
    assert desk.submits(why="it came back").text.startswith(f"INC-1 is {to} now.")
    assert desk.incident().status == to


def test_reopens_with_a_reason(desk: Desk) -> None:
    desk.resolves()
    desk.says("reopen it came back")
    assert desk.incident().status == "investigating"


def test_a_refused_move_says_which_are_open(desk: Desk) -> None:
    desk.says("cancel a test")
    with pytest.raises(MoveRefused, match="declare a new incident"):
        desk.resolves()
    with pytest.raises(Refused, match="(?i)declare a new incident"):
        desk.says("status")


def test_an_unknown_state_gets_the_nearest(desk: Desk) -> None:
    with pytest.raises(UnknownState, match="Did you mean `mitigat"):
        desk.says("status mitigatin")
    with pytest.raises(MoveRefused, match="From here it can go"):
        desk.says("decline")


def test_without_a_state_the_form_opens(desk: Desk) -> None:
    assert desk.says("status") == Answer()
    assert options(desk.form, "status") == ["identified", "mitigating", "monitoring", "resolved", "cancelled"]


def test_the_answer_to_resolving_leads_on(desk: Desk) -> None:
    answer = desk.resolves()
    assert set(buttons(answer)) == {"Checklist", "Action items", "Postmortem"}
