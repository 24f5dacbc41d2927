"""A drill's score, from timelines written out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.events import (
    Acknowledged,
    DrillPaused,
    DrillResumed,
    Edited,
    Happened,
    RoleAssigned,
    SeverityChanged,
    StatusChanged,
    UpdatePosted,
)
from incidents.rules.drill_score import Expected, Mark, Score, score
from incidents.rules.drill_steps import WORDS, Did, Kind, Step, advice, done_at, label, parse_step

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ROLES = {"ic": "Incident commander"}
ACKNOWLEDGED = Acknowledged(pages=[1], first=True)
COMMANDER = RoleAssigned(role="ic", role_name="Incident commander", person="U0BOB")
WRITTEN = UpdatePosted(update_id=1, status="investigating", severity="SEV1")
TIMED = UpdatePosted(update_id=2, status="investigating", severity="SEV1", timed=True, theory="the disk")
STEP_ACK, STEP_IC, STEP_UPDATE = Step(Kind.ACKNOWLEDGE), Step(Kind.TAKE, ("ic",)), Step(Kind.UPDATE)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def did(*happened: tuple[float, Happened]) -> list[Did]:
    return [Did(START + minutes(at), what) for at, what in happened]


def scored(timeline: list[Did], *expected: Expected, lasted: float = 60) -> Score:
    return score(timeline, expected, began=START, ended=START + minutes(lasted), role_names=ROLES)


def test_each_step_against_its_target() -> None:
    timeline = did((3, ACKNOWLEDGED), (8, COMMANDER), (20, WRITTEN), (50, TIMED))
    made = scored(
        timeline,
        Expected(STEP_IC, minutes(5)),
        Expected(STEP_ACK, minutes(5)),
        Expected(STEP_UPDATE, minutes(30)),
        Expected(Step(Kind.MITIGATE), minutes(40), practise="roll back first"),
        Expected(Step(Kind.RESOLVE), None),
    )
    assert made.marks == (
        Mark("Incident commander named", minutes(8), minutes(5), False),
        Mark("Acknowledged", minutes(3), minutes(5), True),
        Mark("First update written", minutes(20), minutes(30), True),
        Mark("Mitigated", None, minutes(40), False),
        Mark("Resolved", None, None, None),
    )
    assert (made.updates_on_time, made.updates_due) == (1, 2)
    assert made.practise == (
        "say in the first minutes who is Incident commander: `/incident ic @who`",
        "roll back first",
        "write each update before it falls due; Muster had to post 1",
    )


def test_on_the_minute_is_in_time_and_a_second_later_is_not() -> None:
    assert scored(did((5, ACKNOWLEDGED)), Expected(STEP_ACK, minutes(5))).marks[0].met is True
    assert scored(did((5 + 1 / 60, ACKNOWLEDGED)), Expected(STEP_ACK, minutes(5))).marks[0].met is False


def test_what_was_not_due_when_it_ended_is_not_held_against_anybody() -> None:
    expected = Expected(STEP_UPDATE, minutes(30))
    assert scored([], expected, lasted=29).marks[0].met is None
    assert scored([], expected, lasted=30).marks[0].met is False
    assert scored([], expected, lasted=29).practise == ()


def test_a_pause_counts_for_nobody() -> None:
    timeline = did((2, DrillPaused()), (62, DrillResumed()), (64, ACKNOWLEDGED), (70, DrillPaused()))
    made = scored(timeline, Expected(STEP_ACK, minutes(5)), Expected(STEP_UPDATE, minutes(30)), lasted=500)
    assert made.marks[0] == Mark("Acknowledged", minutes(4), minutes(5), True)
    assert made.marks[1].met is None, "ten minutes of it counted"


def test_an_empty_timeline_of_an_empty_script() -> None:
    assert scored([]) == Score((), 0, 0, ())


def test_how_steps_are_written() -> None:
    assert parse_step("Acknowledge") == STEP_ACK
    assert parse_step("take ic") == STEP_IC == parse_step("take the ic")
    assert parse_step(" raise  to SEV1 ") == Step(Kind.RAISE, ("SEV1",)) == parse_step("raise severity to SEV1")
    assert parse_step("raise") == Step(Kind.RAISE)
    assert all(parse_step(word) for word in ("update", "theory", "identify", "mitigate", "resolve"))
    for wrong in ("", "take", "raise to", "acknowledged", "panic", "take " + "x" * 100):
        assert parse_step(wrong) is None, wrong
    assert all(kind in WORDS for kind in Kind)


RAISED = SeverityChanged(old="SEV3", new="SEV2")
LOWERED = SeverityChanged(old="SEV1", new="SEV2", raised=False)


@pytest.mark.parametrize(
    ("step", "what", "done"),
    [
        (Step(Kind.TAKE, ("comms",)), COMMANDER, False),
        (STEP_UPDATE, TIMED, False),
        (Step(Kind.THEORY), TIMED, False),
        (Step(Kind.THEORY), WRITTEN.model_copy(update={"theory": "the disk"}), True),
        (Step(Kind.THEORY), Edited(field="theory", old="", new="the disk"), True),
        (Step(Kind.THEORY), Edited(field="theory", old="the disk", new=""), False),
        (Step(Kind.THEORY), Edited(field="impact", old="", new="none"), False),
        (Step(Kind.RAISE), RAISED, True),
        (Step(Kind.RAISE), LOWERED, False),
        (Step(Kind.RAISE, ("SEV2", "SEV1")), RAISED, True),
        (Step(Kind.RAISE, ("SEV1",)), RAISED, False),
        (Step(Kind.IDENTIFY), StatusChanged(old="investigating", new="mitigating"), True),
        (Step(Kind.MITIGATE), StatusChanged(old="investigating", new="mitigating"), False),
        (Step(Kind.MITIGATE), StatusChanged(old="mitigating", new="monitoring"), True),
        (Step(Kind.RESOLVE), StatusChanged(old="mitigating", new="monitoring"), False),
        (Step(Kind.RESOLVE), StatusChanged(old="monitoring", new="resolved"), True),
    ],
)
def test_what_does_a_step(step: Step, what: Happened, done: bool) -> None:
    assert (done_at(step, did((1, what))) is not None) is done


def test_the_first_time_counts_and_every_step_has_its_words() -> None:
    assert done_at(STEP_ACK, did((4, ACKNOWLEDGED), (9, ACKNOWLEDGED))) == START + minutes(4)
    for kind in Kind:
        step = Step(kind, ("ic",) if kind is Kind.TAKE else ())
        assert label(step, ROLES) and advice(step, ROLES)
    assert label(Step(Kind.RAISE, ("SEV2", "SEV1")), ROLES) == "Severity raised to SEV2"
