"""Paging, escalating, acknowledging."""

from collections.abc import Callable

import pytest

from bot.commands import Answer
from incidents.errors import Refused
from tests.bot.desk import BOB, Desk, buttons, labels, options


def test_acknowledging_stops_the_paging(on_call: Desk) -> None:
    on_call.declared()
    assert on_call.says("ack", by=BOB).text == "You acknowledged INC-1. Paging has stopped."
    with pytest.raises(Refused, match="already"):
        on_call.says("ack")


def test_acknowledging_offers_the_command_where_nobody_has_it(on_call: Desk) -> None:
    on_call.declared()
    on_call.says("leave")
    answer = on_call.says("ack", by=BOB)
    on_call.presses(answer, "Take IC", by=BOB)
    assert on_call.holders() == {"ic": BOB}


def test_escalating_tells_who_is_paged_and_who_is_next(on_call: Desk) -> None:
    on_call.declared()
    answer = on_call.says("escalate nobody answers")
    assert "<@U0CAROL>" in answer.text


def test_escalating_with_nothing_set_up_says_what_to_do(desk: Desk) -> None:
    desk.declared()
    with pytest.raises(Refused, match="`/incident page @who`"):
        desk.says("escalate")


@pytest.mark.parametrize(
    ("said", "paged"),
    [
        ("<@U0CAROL> the database is full", "<@U0CAROL>"),
        ("me", "<@U0ALICE>"),
        ("secondary why not", "<@U0CAROL>"),
        ("checkout", "<@U0BOB>"),
    ],
)
def test_pages(on_call: Desk, said: str, paged: str) -> None:
    on_call.declared("sev3 Search is slow")
    assert on_call.says(f"page {said}").text.startswith(f"Paged {paged}")


def test_pages_whoever_is_on_call_for_a_service(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(
        rotations={"payments": {"people": ["U0CAROL"]}}, services={"checkout": {"rotation": "payments"}, "search": {}}
    )
    desk.declared("sev3 Checkout is slow")
    assert desk.says("page checkout").text.startswith("Paged <@U0CAROL>")
    with pytest.raises(Refused, match="Nobody is on call for search"):
        desk.says("page search")


def test_pages_whoever_the_form_names(on_call: Desk) -> None:
    on_call.declared("sev3 Search is slow")
    assert on_call.says("page") == Answer()
    assert labels(on_call.form) == ["Person", "Or a rotation or service", "Why"]
    offered = options(on_call.form, "group")
    assert "primary (rotation)" in offered and "checkout (service)" in offered and "search (service)" not in offered
    assert on_call.refuses() == {"who": "Choose whom to page."}
    assert on_call.submits(group="secondary", why="stuck").text.startswith("Paged <@U0CAROL>")
    assert on_call.submits(who=BOB).text.startswith("Paged <@U0BOB>")


def test_nobody_to_page(desk: Desk) -> None:
    desk.declared("sev3 Search is slow")
    with pytest.raises(Refused, match="no person, rotation or service"):
        desk.says("page primary")
    with pytest.raises(Refused, match="nobody I can see"):
        desk.says("page @bobb help")
    desk.says("page")
    assert labels(desk.form) == ["Person", "Why"]
    assert desk.kinds() == ["incident.declared", "role.assigned"]


def test_nothing_pages_once_it_is_over(on_call: Desk) -> None:
    on_call.declared()
    on_call.resolves()
    for said in ("ack", "escalate", "page <@U0BOB>"):
        with pytest.raises(Refused, match="resolved"):
            on_call.says(said)
    assert "Acknowledge" not in buttons(on_call.says("panel"))
