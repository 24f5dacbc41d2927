"""Levels, rounds and the last resort (PRODUCT §7)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from incidents.policy import EscalationPolicy
from incidents.rules.escalation import LastResort, Step, next_step, step_due, step_key

T0 = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def policy(levels: int, repeat: int = 0, last_resort: bool = True) -> EscalationPolicy:
    return EscalationPolicy.model_validate(
        {
            "levels": [{"page": [f"person:U{n}"], "wait": f"{n + 1}m"} for n in range(levels)],
            "repeat": repeat,
            "last_resort": ["person:UDAVE"] if last_resort else [],
        }
    )


def walk(escalation: EscalationPolicy) -> list[Step | LastResort]:
    steps: list[Step | LastResort] = []
    step = next_step(escalation, None)
    while step is not None:
        steps.append(step)
        step = next_step(escalation, step)
    return steps


def test_every_level_of_every_round_then_the_last_resort() -> None:
    assert walk(policy(2, repeat=1)) == [Step(0, 0), Step(0, 1), Step(1, 0), Step(1, 1), LastResort()]
    assert walk(policy(3, last_resort=False)) == [Step(0, 0), Step(0, 1), Step(0, 2)]


@given(st.integers(1, 8), st.integers(0, 5), st.booleans())
def test_it_ends_and_passes_each_step_once(levels: int, repeat: int, last_resort: bool) -> None:
    steps = walk(policy(levels, repeat, last_resort))
    assert len(steps) == len(set(steps)) == levels * (repeat + 1) + last_resort
    assert len({step_key(7, step) for step in steps}) == len(steps)


def test_each_level_waits_as_long_as_it_says() -> None:
    two = policy(2)
    assert step_due(two, Step(0, 0), T0) == T0 + timedelta(minutes=1)
    assert step_due(two, Step(4, 1), T0) == T0 + timedelta(minutes=2)
    assert step_due(two, LastResort(), T0) == T0 + timedelta(minutes=2)


def test_five_minutes_where_nothing_is_said() -> None:
    bare = EscalationPolicy.model_validate({"levels": [{"page": ["person:U1"]}]})
    assert step_due(bare, Step(0, 0), T0) == T0 + timedelta(minutes=5)
    assert step_due(bare, Step(0, 0), T0, wait=timedelta(minutes=10)) == T0 + timedelta(minutes=10)


def test_keys_name_the_step() -> None:
    assert step_key(7, Step(1, 2)) == "page:7:1:2"
    assert step_key(7, LastResort()) == "page:7:last"
