"""Roles, and whom a person means."""

from time import process_time

import pytest

from bot import people
from bot.commands import Answer
from incidents.errors import Refused
from tests.bot.desk import ALICE, BOB, CAROL, Desk, buttons, labels, shown


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.declared()
    return desk


def test_taking_a_role_tells_its_duties(desk: Desk) -> None:
    answer = desk.says("role tech", by=BOB)
    assert desk.holders() == {"ic": ALICE, "tech": BOB}
    assert "You are Technical lead of INC-1 now" in answer.text
    assert "Lead diagnosis and fix" in answer.text and "*Not yours:* Talking to stakeholders" in answer.text


def test_giving_a_role(desk: Desk) -> None:
    answer = desk.says("role comms <@U0BOB>")
    assert desk.holders()["comms"] == BOB
    assert answer.text == "<@U0BOB> is Communications lead of INC-1 now. They are told, too."


@pytest.mark.parametrize("said", ["ops", "Technical lead", "TECH me", "tech <@U0BOB|bob>", "technical lead <@U0BOB>", "tech @me"])
def test_roles_by_every_name(desk: Desk, said: str) -> None:
    desk.says(f"role {said}", by=BOB)
    assert desk.holders()["tech"] == BOB


def test_a_held_role_changes_only_after_a_confirmation(desk: Desk) -> None:
    question = desk.says("role ic", by=BOB)
    assert question.text.startswith("<@U0ALICE> is Incident commander. Replace them?")
    assert desk.holders()["ic"] == ALICE
    desk.presses(question, "Replace them", by=BOB)
    assert desk.holders()["ic"] == BOB


def test_its_holder_gives_it_away_without_being_asked(desk: Desk) -> None:
    desk.says("role ic <@U0BOB>", by=ALICE)
    assert desk.holders()["ic"] == BOB


def test_commanding_and_fixing_together_gets_a_gentle_warning(desk: Desk) -> None:
    assert "You hold IC and technical lead together" in shown(desk.says("role tech"))
    assert "together" not in shown(desk.says("role scribe"))


def test_leaving(desk: Desk) -> None:
    assert "Nobody holds the role now" in desk.says("leave").text
    assert desk.holders() == {}
    with pytest.raises(Refused, match="You hold no role"):
        desk.says("leave")
    with pytest.raises(Refused, match="Nobody is Scribe"):
        desk.says("leave scribe")
    desk.says("role ic")
    desk.says("role scribe")
    with pytest.raises(Refused, match="Say which"):
        desk.says("leave")
    with pytest.raises(Refused, match="not you"):
        desk.says("leave scribe", by=BOB)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("", "Which role"),
        ("juggler <@U0BOB>", "not a role"),
        ("ic @bobb", "nobody I can see"),
        ("ic bobb", "nobody I can see"),
        ("ic <@U0BOB> <@U0CAROL>", "One person at a time"),
        ("ic <!subteam^S1|@team>", "one person"),
    ],
)
def test_unknown_roles_and_people(desk: Desk, said: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        desk.says(f"role {said}".strip())
    assert desk.holders() == {"ic": ALICE}


def test_the_longest_text_that_names_no_role(desk: Desk) -> None:
    began = process_time()
    with pytest.raises(Refused, match="not a role"):
        desk.says("role " + "a " * 5_900)
    assert process_time() - began < 0.5


def test_the_list_of_roles_offers_the_free_ones(desk: Desk) -> None:
    desk.says("role tech <@U0BOB>")
    offered = buttons(desk.says("roles"))
    assert set(offered) == {"Leave", "Take over", "Take communications lead", "Take scribe", "Assign…", "Hand over IC"}
    desk.presses(desk.says("roles"), "Take scribe", by=CAROL)
    assert desk.holders()["scribe"] == CAROL
    assert desk.presses(desk.says("roles"), "Assign…") == Answer()
    assert labels(desk.form)[:2] == ["Incident commander", "Technical lead"]


def test_the_roles_of_a_closed_incident_are_history(desk: Desk) -> None:
    desk.says("cancel a test")
    assert buttons(desk.says("roles")) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("restart it <@U0BOB>", (BOB, "restart it")),
        ("<@U0BOB>: restart it", (BOB, "restart it")),
        ("<@U0BOB|bob> restart it", (BOB, "restart it")),
        ("ask <@U0BOB> about keys", (None, "ask <@U0BOB> about keys")),
        ("restart it @me", (ALICE, "restart it")),
        ("tell me about it", (None, "tell me about it")),
        ("mail ops@example.com", (None, "mail ops@example.com")),
        ("", (None, "")),
    ],
)
def test_whom_a_text_names(text: str, expected: tuple[str | None, str]) -> None:
    assert people.mentioned(text, ALICE) == expected
