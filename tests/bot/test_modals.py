"""The forms: their labels, what they do, and what goes back to which field."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incidents.core import Repeated
from incidents.errors import Refused
from incidents.timeline import read
from tests.bot.desk import ALICE, BOB, CAROL, MODALS, NASTY, START, Desk, element, inputs, labels, options, shown

MakeDesk = Callable[..., Desk]


def test_every_form_has_a_place_for_its_refusals(on_call: Desk) -> None:
    on_call.declared()
    for said in ("update", "status", "sev", "page", "note …", "roles …", "checklist form", "handoff ic", "set …", "drill"):
        on_call.says(said)
    on_call.says("declare", number=None)
    names = {view["callback_id"] for view in on_call.forms.views}
    assert names == set(MODALS) - {"capture", "action"}, "those are opened by shortcuts of messages"
    for view in on_call.forms.views:
        assert MODALS[view["callback_id"]].fallback in {block["block_id"] for block in inputs(view)}


# --- declare ----------------------------------------------------------------------------------------------------------


def test_the_declare_form(on_call: Desk) -> None:
    on_call.says("declare", number=None)
    view = on_call.form
    assert labels(view) == [
        "What is wrong?",
        "Severity",
        "Impact",
        "Scope",
        "Incident commander",
        "Services",
        "Summary",
        "Detected by",
        "Also",
    ]
    assert [block["block_id"] for block in inputs(view) if not block["optional"]] == ["title"]
    assert element(view, "title")["focus_on_load"] and element(view, "title")["max_length"] == 150
    assert element(view, "ic")["initial_user"] == ALICE
    texts = options(view, "severity")
    assert texts[0].startswith("SEV1 Critical – complete outage")
    assert [text.split()[0] for text in texts[:4]] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert texts[4].startswith("Not sure")


def test_services_are_asked_for_only_where_there_are_any(desk: Desk) -> None:
    desk.says("declare", number=None)
    assert "Services" not in labels(desk.form)


def test_declares_with_all_that_was_filled_in(on_call: Desk) -> None:
    on_call.says("declare", number=None)
    answer = on_call.submits(
        title="Checkout is down",
        severity="SEV3",
        ic=BOB,
        services=["checkout"],
        summary="since the deploy",
        also=["several_teams"],
        **{"own:detected_by": "customer"},
    )
    incident = on_call.incident()
    assert (incident.title, incident.severity, incident.summary) == ("Checkout is down", "SEV3", "since the deploy")
    assert (incident.services, incident.detected_by) == (["checkout"], "customer")
    assert incident.several_teams and not incident.cause_unclear and incident.room_wanted_at is not None
    assert on_call.holders() == {"ic": BOB}
    assert "*INC-1* is declared, SEV3" in answer.text and "Nobody named a severity" not in answer.text


def test_clearing_the_commander_leaves_the_role_empty(desk: Desk) -> None:
    desk.says("declare", number=None)
    answer = desk.submits(title="Checkout is down", severity="SEV1", ic=None)
    assert desk.holders() == {}
    assert "Take IC" in shown(answer)


@pytest.mark.parametrize(
    ("filled", "severity"),
    [
        ({}, "SEV2"),
        ({"severity": "?"}, "SEV1"),
        ({"severity": "?", "impact_size": "degraded", "scope": "limited"}, "SEV3"),
        ({"impact_size": "degraded", "scope": "widespread"}, "SEV2"),
        ({"impact_size": "inconvenience"}, "SEV3"),
        ({"impact_size": "not_sure", "scope": "minimal"}, "SEV3"),
        ({"severity": "SEV4", "impact_size": "complete", "scope": "widespread"}, "SEV4"),
    ],
)
def test_severity_from_what_is_known(desk: Desk, filled: dict[str, str], severity: str) -> None:
    desk.says("declare", number=None)
    desk.submits(title="Checkout is down", **filled)
    assert desk.incident().severity == severity


def test_an_empty_title_goes_back_to_its_field_and_the_corrected_form_goes_through(desk: Desk) -> None:
    desk.says("declare", number=None)
    with pytest.raises(Refused) as refused:
        desk.submits(title="  \u200b ", severity="SEV1", key="view:V1:a")
    assert refused.value.field == "title"
    desk.submits(title="Checkout is down", severity="SEV1", key="view:V1:b")
    assert desk.kinds().count("incident.declared") == 1


def test_a_form_sent_twice_makes_one_incident(desk: Desk) -> None:
    desk.says("declare", number=None)
    first = desk.submits(title="Checkout is down", severity="SEV1", key="view:V1:a")
    assert desk.submits(title="Checkout is down", severity="SEV1", key="view:V1:a") == first
    assert desk.submits(title="Checkout is down", severity="SEV1", key="view:V2:b") == first
    assert desk.kinds().count("incident.declared") == 1


def test_the_form_holds_any_config(make_desk: MakeDesk) -> None:
    long = {"name": "N" * 40, "when": "W" * 300, "aliases": []}
    levels = {f"L{rank}": {**long, "name": f"{rank}" + "N" * 38, "rank": rank + 10} for rank in range(16)}
    desk = make_desk(severities=levels, services={f"service {n} {'s' * 20}": {} for n in range(150)})
    desk.says("declare", number=None)
    assert len(options(desk.form, "services")) == 100
    desk.submits(title=NASTY[:150], severity="L3", services=[f"service 7 {'s' * 20}"])
    assert desk.incident().severity == "L3"


# --- update -----------------------------------------------------------------------------------------------------------


def test_the_update_form_is_prefilled(desk: Desk) -> None:
    desk.declared()
    desk.says("impact nobody can pay")
    desk.passes(minutes=12)
    desk.says("update")
    view = desk.form
    assert labels(view) == ["Status", "Severity", "Impact", "Current theory", "Actions in progress", "Next update", "Also tell"]
    assert element(view, "status")["initial_option"]["value"] == "investigating"
    assert element(view, "severity")["initial_option"]["value"] == "SEV1"
    assert element(view, "impact")["initial_value"] == "nobody can pay"
    assert element(view, "next_update")["initial_date_time"] == int((desk.clock.at + timedelta(minutes=30)).timestamp())
    small = view["blocks"][0]["elements"][1]["text"]
    assert "IC <@U0ALICE>" in small and "duration 12 min" in small


def test_an_update_changes_what_was_changed_in_it(desk: Desk) -> None:
    desk.declared()
    desk.says("update")
    answer = desk.submits(status="identified", impact="1 in 3 payments", theory="a bad deploy", actions="rolling back")
    incident = desk.incident()
    assert (incident.status, incident.impact, incident.theory) == ("identified", "1 in 3 payments", "a bad deploy")
    assert answer.text.startswith("Update posted in its room. Next one <!date^")
    assert "update.posted" in desk.kinds()


def test_an_update_does_not_undo_what_happened_while_it_was_written(desk: Desk) -> None:
    desk.declared("sev2 Checkout is down")
    desk.says("update")
    desk.says("sev 1 worse", by=BOB)
    desk.says("status mitigating", by=BOB)
    desk.says("impact nobody can pay", by=BOB)
    desk.submits(actions="rolling back")
    incident = desk.incident()
    assert (incident.severity, incident.status, incident.impact) == ("SEV1", "mitigating", "nobody can pay")
    posted = read(desk.core, 1)[-1].payload
    assert (posted["severity"], posted["status"], posted["impact"]) == ("SEV1", "mitigating", "nobody can pay")


def test_the_next_update_counts_from_posting_unless_somebody_chose_it(desk: Desk) -> None:
    desk.declared()
    desk.says("update")
    desk.passes(minutes=10)
    desk.submits(actions="looking")
    assert read(desk.core, 1)[-1].payload["next_update_at"].startswith("2026-11-23T14:40")
    desk.says("update")
    desk.submits(actions="still", next_update=int(START.timestamp()) + 4 * 3600)
    assert read(desk.core, 1)[-1].payload["next_update_at"].startswith("2026-11-23T18:00")
    desk.says("update")
    with pytest.raises(Refused) as refused:
        desk.submits(actions="late", next_update=int(START.timestamp()))
    assert refused.value.field == "next_update"


def test_a_cadence_of_seconds_is_no_trap(make_desk: MakeDesk) -> None:
    desk = make_desk(severities={"SEV1": {"update_every": "3s"}})
    desk.declared()
    desk.says("update")
    desk.passes(seconds=40)
    assert "Update posted" in desk.submits(actions="looking").text


def test_no_cadence_no_next_update(desk: Desk) -> None:
    desk.declared("sev4 typo")
    desk.says("update")
    assert "initial_date_time" not in element(desk.form, "next_update")
    assert desk.submits(impact="one page").text == "Update posted in the announce channel's thread."


def test_resolving_by_update_before_the_watch_is_over(desk: Desk) -> None:
    desk.declared()
    desk.says("update")
    stale = desk.form
    desk.says("mitigated")
    assert "`/incident resolve`" in desk.refuses(status="resolved")["status"]
    desk.forms.views.remove(stale)
    desk.says("update")
    assert "Tick the box below" in desk.refuses(status="resolved")["status"]
    desk.submits(status="resolved", confirm=["early"])
    assert desk.incident().status == "resolved"


def test_the_longest_words_fit(desk: Desk) -> None:
    desk.declared(f"sev1 {NASTY}"[:155])
    for field in ("impact", "theory"):
        desk.says(f"{field} {NASTY} " + "x" * 2850)
    desk.says("update " + "y" * 4000)
    desk.submits(actions="y" * 3000)
    desk.says("panel")
    desk.says("catchup")
    desk.says("timeline")


# --- status, severity, resolve ----------------------------------------------------------------------------------------


def test_the_status_form_reminds(desk: Desk) -> None:
    desk.declared()
    desk.says("status")
    text = str(desk.form)
    assert "roll back" in text and "customers told" in text
    assert desk.submits(status="mitigating", why="rolling back").text.startswith("INC-1 is mitigating now.")
    desk.says("mitigated")
    desk.says("status")
    assert "Tick the box below" in desk.refuses(status="resolved")["status"]
    desk.submits(status="resolved", confirm=["early"])
    assert desk.incident().status == "resolved"


def test_closing_by_form_needs_a_reason(desk: Desk) -> None:
    desk.declared()
    desk.resolves()
    desk.says("status")
    with pytest.raises(Refused) as refused:
        desk.submits(status="closed")
    assert refused.value.field == "why"


def test_the_severity_form(desk: Desk) -> None:
    desk.declared("sev2 Checkout is down")
    desk.says("sev")
    assert desk.submits(severity="SEV1").text.startswith("INC-1 is SEV1 now.")
    desk.says("sev")
    with pytest.raises(Refused) as refused:
        desk.submits(severity="SEV3")
    assert refused.value.field == "why"


def test_the_resolution_checklist(desk: Desk) -> None:
    desk.declared()
    desk.says("mitigated")
    desk.says("checklist form")
    assert len(options(desk.form, "done")) == 7
    assert list(desk.refuses(done=["0"])) == ["confirm"]
    answer = desk.submits(done=["0", "1", "2", "3", "4", "5"], why="rolled back", confirm=["early"])
    assert desk.incident().status == "resolved"
    assert "1 of 7 on the checklist still to do." in shown(answer)
    with pytest.raises(Refused, match="resolved already"):
        desk.says("checklist form")


def test_a_watch_that_began_while_the_checklist_was_open_asks(desk: Desk) -> None:
    desk.declared("sev3 Search is slow")
    desk.says("checklist form")
    desk.says("sev 1", by=BOB)
    desk.presses(desk.submits(why="rolled back"), "Resolve anyway")
    assert desk.incident().status == "resolved"


# --- roles, notes -----------------------------------------------------------------------------------------------------


def test_several_roles_at_once(desk: Desk) -> None:
    desk.declared()
    desk.says("roles …")
    answer = desk.submits(tech=BOB, comms=CAROL, scribe=ALICE)
    assert desk.holders() == {"ic": ALICE, "tech": BOB, "comms": CAROL, "scribe": ALICE}
    assert "Technical lead: <@U0BOB>" in answer.text and "Keep the timeline" in answer.text
    desk.says("roles …")
    assert desk.submits().text == "Nothing was changed."


def test_all_roles_or_none(desk: Desk) -> None:
    desk.declared()
    desk.says("role tech", by=BOB)
    desk.says("roles …")
    refused = desk.refuses(scribe=CAROL, tech=CAROL)
    assert refused == {"tech": "Somebody else holds it. Tick the box below to replace them."}
    assert desk.holders() == {"ic": ALICE, "tech": BOB}
    desk.submits(scribe=CAROL, tech=CAROL, confirm=["replace"])
    assert desk.holders() == {"ic": ALICE, "tech": CAROL, "scribe": CAROL}


def test_clearing_a_role_is_for_its_holder(desk: Desk) -> None:
    desk.declared()
    desk.says("role tech", by=BOB)
    desk.says("roles …")
    assert list(desk.refuses(tech=None)) == ["tech"]
    desk.submits(ic=None)
    assert desk.holders() == {"tech": BOB}


def test_the_roles_form_does_not_undo_what_happened_meanwhile(desk: Desk) -> None:
    desk.declared()
    desk.says("roles …")
    desk.says("role tech", by=BOB)
    desk.submits(scribe=CAROL)
    assert desk.holders() == {"ic": ALICE, "tech": BOB, "scribe": CAROL}


def test_a_roles_form_sent_twice_changes_nothing_more(desk: Desk) -> None:
    desk.declared()
    desk.says("roles …")
    desk.submits(tech=BOB, key="view:V1:a")
    before = desk.kinds()
    with pytest.raises(Repeated):
        desk.submits(tech=BOB, key="view:V1:a")
    assert desk.kinds() == before


def test_a_note_about_the_future_goes_back(desk: Desk) -> None:
    desk.declared()
    desk.says("note …")
    assert list(desk.refuses(note="it will break", at=int(START.timestamp()) + 3600)) == ["at"]
    assert desk.submits(note="it broke").text == "The note is on the timeline."
