"""Severity, title, summary, impact, theory, flags, updates."""

from datetime import timedelta

import pytest

from bot.commands import Answer
from incidents.errors import Refused, UnknownSeverity
from tests.bot.desk import START, Desk, element


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.declared("sev2 Checkout is down")
    return desk


@pytest.mark.parametrize("said", ["1", "sev1", "SEV-1 worse than thought", "sev 1", "p1", "critical", "1: worse"])
def test_raises(desk: Desk, said: str) -> None:
    answer = desk.says(f"sev {said}")
    assert desk.incident().severity == "SEV1"
    assert answer.text.startswith("INC-1 is SEV1 now. The room is told.")


def test_lowering_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(Refused, match="needs a reason"):
        desk.says("sev 3")
    assert desk.says("sev 3 only the cache").text == "INC-1 is SEV3 now. Its thread is told."


def test_severities_that_make_no_sense(desk: Desk) -> None:
    with pytest.raises(UnknownSeverity, match="The levels are SEV1"):
        desk.says("sev 9")
    with pytest.raises(Refused, match="already"):
        desk.says("sev 2")
    assert desk.says("sev") == Answer()
    assert desk.form["callback_id"] == "severity"


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("rename Checkout rejects cards", "title", "Checkout rejects cards"),
        ("summary since the 14:00 deploy", "summary", "since the 14:00 deploy"),
        ("impact 42 % of payments fail", "impact", "42 % of payments fail"),
        ("theory the pool is full", "theory", "the pool is full"),
        ("set impact nobody can pay", "impact", "nobody can pay"),
        ("set Title Cards fail", "title", "Cards fail"),
        ("set severity 1", "severity", "SEV1"),
        ("set several_teams yes", "several_teams", True),
        ("set cause-unclear", "cause_unclear", True),
    ],
)
def test_sets(desk: Desk, said: str, field: str, value: object) -> None:
    desk.says(said)
    assert getattr(desk.incident(), field) == value


def test_a_flag_opens_the_room_and_can_be_withdrawn(desk: Desk) -> None:
    assert "war room opens" in desk.says("set several_teams yes").text
    assert desk.incident().room_wanted_at is not None
    assert desk.says("set several_teams no").text == "Withdrawn: several teams."
    assert desk.says("set unclear yes").text == "Noted: cause unclear."
    with pytest.raises(Refused, match="yes or no"):
        desk.says("set unclear perhaps")


@pytest.mark.parametrize("said", ["summary", "impact", "theory", "rename", "set impact", "set region", "set colour blue"])
def test_nothing_said_gets_an_example(desk: Desk, said: str) -> None:
    with pytest.raises(Refused) as refused:
        desk.says(said)
    assert "`/incident " in refused.value.sentence or "These can:" in refused.value.sentence


def test_too_long_is_refused_and_changes_nothing(desk: Desk) -> None:
    with pytest.raises(Refused, match="3000 is the most"):
        desk.says("impact " + "x" * 3001)
    assert desk.incident().impact == ""


def test_update_opens_the_form_with_what_was_typed(desk: Desk) -> None:
    assert desk.says("update draining eu-west") == Answer()
    assert element(desk.form, "actions")["initial_value"] == "draining eu-west"
    desk.resolves()
    with pytest.raises(Refused, match="Reopen it"):
        desk.says("update")


def test_pausing_and_resuming(desk: Desk) -> None:
    assert "until <!date^" in desk.says("pause 2h").text
    assert desk.incident().updates_paused_until == START + timedelta(hours=2)
    assert "`/incident resume`" in desk.says("pause").text
    assert desk.says("resume").text.startswith("Updates fall due again, the next <!date^")
    with pytest.raises(Refused):
        desk.says("pause until whenever")


def test_snoozing_once(desk: Desk) -> None:
    assert desk.says("snooze").text.startswith("The update is put off until <!date^")
    with pytest.raises(Refused, match="once already"):
        desk.says("snooze")


def test_a_room_is_opened_once(desk: Desk) -> None:
    assert "opens within seconds" in desk.says("room").text
    with pytest.raises(Refused, match="being opened"):
        desk.says("room")
