"""Declaring, the panel, and finding incidents again."""

import pytest

from bot.commands import Answer
from incidents.core import Repeated
from tests.bot.desk import ALICE, BOB, COMMANDS, NASTY, Desk, buttons, labels, shown


@pytest.mark.parametrize(
    ("said", "severity", "title"),
    [
        ("sev1 Checkout is down", "SEV1", "Checkout is down"),
        ("SEV-3: search is slow", "SEV3", "search is slow"),
        ("sev 4 typo on the home page", "SEV4", "typo on the home page"),
        ("p1 Checkout is down", "SEV1", "Checkout is down"),
        ("critical Checkout is down", "SEV1", "Checkout is down"),
        ("Checkout is down", "SEV2", "Checkout is down"),
        ("3 hosts are down", "SEV2", "3 hosts are down"),
        ("low disk on db1", "SEV2", "low disk on db1"),
    ],
)
def test_declares_at_once(desk: Desk, said: str, severity: str, title: str) -> None:
    answer = desk.declared(said)
    assert (desk.incident().severity, desk.incident().title) == (severity, title)
    assert desk.holders() == {"ic": ALICE}
    assert "*INC-1* is declared" in answer.text and severity in answer.text
    assert desk.forms.views == []


def test_says_where_it_lives_and_how_to_correct_what_was_assumed(desk: Desk) -> None:
    assert "Its room #inc-2026-11-23-checkout-is-down-1 opens within seconds" in desk.declared().text
    assumed = desk.declared("Search is slow")
    assert "counts as SEV2" in assumed.text and "`/incident room 2`" in assumed.text
    desk.presses(assumed, "Change severity")
    assert labels(desk.form) == ["Severity", "Reason"]


def test_opens_the_form_without_a_title(desk: Desk) -> None:
    assert desk.says("declare", number=None) == Answer()
    assert desk.says("declare sev1", number=None) == Answer()
    first, second = desk.forms.views
    assert first["title"]["text"] == "Declare an incident"
    severity = next(block for block in second["blocks"] if block["block_id"] == "severity")
    assert severity["element"]["initial_option"]["value"] == "SEV1"
    assert "initial_option" not in next(b for b in first["blocks"] if b["block_id"] == "severity")["element"]


def test_a_repeated_request_is_answered_with_the_same_incident(desk: Desk) -> None:
    desk.declared()
    with pytest.raises(Repeated) as repeated:
        desk.declared()
    repeat = COMMANDS["declare"].repeat
    assert repeat is not None
    assert "*INC-1* is declared" in repeat(desk.request(), repeated.value.event, desk.incident()).text
    assert desk.kinds().count("incident.declared") == 1


def test_says_when_it_looks_like_an_open_one(desk: Desk) -> None:
    assert "Looks like" not in desk.declared("sev1 Checkout is down").text
    answer = desk.declared("sev1 checkout down!", by=BOB)
    assert "Looks like INC-1, open now: Checkout is down" in answer.text
    assert "`/incident merge 2 1`" in answer.text
    assert "Looks like" not in desk.declared("sev1 Search is slow").text


def test_the_form_shows_at_most_three_of_the_open_ones(desk: Desk) -> None:
    for number in range(5):
        desk.declared(f"sev1 {number} {NASTY}"[:155])
    desk.says("declare", number=None)
    offered = [block["text"]["text"] for block in desk.form["blocks"] if block["type"] == "section"]
    assert [text.partition("*")[2].partition("*")[0] for text in offered] == ["INC-5", "INC-4", "INC-3"]
    assert not [text for text in offered if "<!channel>" in text or "<https" in text]


def test_people_cannot_ping_everybody_by_a_title(desk: Desk) -> None:
    assert "&lt;!channel&gt;" in desk.declared(f"sev1 {NASTY[:120]}").text


def test_the_panel_is_the_form_outside_a_room(desk: Desk) -> None:
    assert desk.says("panel", number=None) == Answer()
    assert desk.form["callback_id"] == "declare"


def test_the_panel_offers_what_fits_the_state(desk: Desk) -> None:
    desk.declared()
    panel = desk.says("panel")
    assert "INC-1" in panel.text and "SEV1" in panel.text and "IC <@U0ALICE>" in panel.text
    offered = buttons(panel)
    assert {"Acknowledge", "Update", "Status", "Roles", "Escalate", "Resolve", "Note", "Timeline", "Tasks"} <= set(offered)
    assert "Take IC" not in offered and "Open a war room" not in offered
    desk.says("ack")
    assert "Acknowledge" not in buttons(desk.says("panel"))
    desk.says("leave ic")
    assert "Take IC" in buttons(desk.says("panel"))
    desk.says("pause")
    assert "Resume updates" in buttons(desk.says("panel"))
    desk.resolves()
    assert set(buttons(desk.says("panel"))) == {"Postmortem", "Action items", "Timeline", "Fields…", "Close", "Reopen"}
    desk.says("close all done")
    assert set(buttons(desk.says("panel"))) == {"Postmortem", "Action items", "Timeline", "Fields…", "Reopen"}


def test_the_panel_of_a_cancelled_incident_only_looks_back(desk: Desk) -> None:
    desk.declared("sev3 Search is slow")
    assert "Open a war room" in buttons(desk.says("panel"))
    desk.says("cancel a test")
    assert set(buttons(desk.says("panel"))) == {"Timeline"}


def test_every_button_names_a_command_that_exists(desk: Desk) -> None:
    desk.declared("Checkout is down")
    desk.says("task look at the logs")
    desk.says("action add an alert")
    for said in ("panel", "list", "roles", "tasks", "actions", "timeline", "catchup", "show"):
        answer = desk.says(said)
        assert all(command in COMMANDS for command, _ in buttons(answer).values()), said


def test_lists_open_incidents_newest_first(desk: Desk) -> None:
    assert "declares one" in desk.says("list", number=None).text
    desk.declared("sev1 Checkout is down")
    desk.declared("sev3 Search is slow", by=BOB)
    desk.resolves()
    text = shown(desk.says("list", number=None))
    assert "1 open incident" in text and "INC-2" in text and "INC-1" not in text
    assert "IC <@U0BOB>" in text and "Search is slow" in text


def test_lists_what_fits(desk: Desk) -> None:
    desk.declared("sev1 Checkout is down")
    desk.declared("sev3 Search is slow", by=BOB)
    desk.says("role tech", by=ALICE, number=2)
    desk.declared("sev3 100% packet loss", by=BOB)
    desk.resolves()

    def found(said: str) -> set[str]:
        text = shown(desk.says(f"list {said}", number=None))
        return {f"INC-{number}" for number in (1, 2, 3) if f"INC-{number}" in text}

    assert found("all") == {"INC-1", "INC-2", "INC-3"}
    assert found("mine") == {"INC-2"}
    assert found("sev1") == set()
    assert found("sev3") == found("open") == {"INC-2", "INC-3"}
    assert found("checkout") == set() and found("all checkout") == {"INC-1"}
    assert found("100%") == {"INC-3"}
    assert found("<!channel>") == set()


def test_a_long_list_is_cut_and_says_so(desk: Desk) -> None:
    for number in range(23):
        desk.declared(f"sev3 {number} {NASTY}"[:155])
    answer = desk.says("list", number=None)
    assert "1 to 20 of 23" in shown(answer) and "More (3)" in buttons(answer)
    assert "INC-23" in shown(answer) and "*INC-3*" not in shown(answer)


def test_shows_the_card(desk: Desk) -> None:
    desk.declared()
    assert {"Update", "Resolve"} <= set(buttons(desk.says("show")))


def test_the_catch_up_tells_the_state_the_decisions_and_the_work(desk: Desk) -> None:
    desk.declared()
    desk.says("impact nobody can pay")
    desk.says("decision we fail over")
    desk.says("task drain eu-west <@U0BOB>")
    desk.says("note 14:30 errors are falling")
    text = shown(desk.says("catchup", by=BOB))
    for expected in ("nobody can pay", "we fail over", "drain eu-west (<@U0BOB>)", "errors are falling", "SEV1 Critical"):
        assert expected in text
