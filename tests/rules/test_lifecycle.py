"""The lifecycle of PRODUCT §2."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import MoveRefused, NeedsConfirmation, NeedsReason, UnknownState
from incidents.rules.lifecycle import (
    ACTIVE,
    ENDED,
    OPEN,
    Stamps,
    Status,
    check_move,
    moves,
    parse_status,
    reopens_to,
    stamps,
)

statuses = st.sampled_from(list(Status))


def check(old: Status, new: Status, why: str | None = "a reason", watch_over: bool = True, confirmed: bool = False) -> None:
    check_move(old, new, why=why, watch_over=watch_over, confirmed=confirmed)


def test_open_means_before_resolved() -> None:
    assert OPEN == ("triage", "investigating", "identified", "mitigating", "monitoring")
    assert set(OPEN) | set(ENDED) | {Status.RESOLVED} == set(Status)


@pytest.mark.parametrize("old", ACTIVE)
@pytest.mark.parametrize("new", ACTIVE)
def test_among_the_active_states_any_move_is_allowed(old: Status, new: Status) -> None:
    if old is not new:
        check(old, new, why=None)


@pytest.mark.parametrize("old", OPEN)
def test_resolving_is_always_allowed_and_asks_once_during_the_watch(old: Status) -> None:
    check(old, Status.RESOLVED, why=None)
    with pytest.raises(NeedsConfirmation, match="watch"):
        check(old, Status.RESOLVED, watch_over=False)
    check(old, Status.RESOLVED, watch_over=False, confirmed=True)


@pytest.mark.parametrize("new", [*ACTIVE, Status.CLOSED])
@pytest.mark.parametrize("why", [None, "", "  "])
def test_leaving_resolved_takes_a_reason(new: Status, why: str | None) -> None:
    with pytest.raises(NeedsReason, match="takes a reason"):
        check(Status.RESOLVED, new, why=why)
    check(Status.RESOLVED, new)


def test_declining_is_from_triage_only_and_cancelling_from_what_is_open() -> None:
    assert [old for old in Status if Status.DECLINED in moves(old)] == [Status.TRIAGE]
    assert tuple(old for old in Status if Status.CANCELLED in moves(old)) == OPEN
    assert [old for old in Status if Status.TRIAGE in moves(old)] == []


def test_closed_reopens_to_resolved_with_a_reason_and_without_a_new_watch() -> None:
    check(Status.CLOSED, Status.RESOLVED, why="closed too soon", watch_over=False)
    for blank in (None, "", "  "):
        with pytest.raises(NeedsReason, match="takes a reason"):
            check(Status.CLOSED, Status.RESOLVED, why=blank, watch_over=False)
    assert moves(Status.CLOSED) == [Status.RESOLVED]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            Status.INVESTIGATING,
            Status.CLOSED,
            (
                "It cannot go from investigating to closed. "
                "From here it can go to identified, mitigating, monitoring, resolved or cancelled."
            ),
        ),
        (
            Status.TRIAGE,
            Status.TRIAGE,
            (
                "It is already triage. "
                "From here it can go to investigating, identified, mitigating, monitoring, resolved, declined or cancelled."
            ),
        ),
        (
            Status.CLOSED,
            Status.IDENTIFIED,
            "It cannot go from closed to identified. From here it can only go back to resolved: `reopen <why>`.",
        ),
        (
            Status.CANCELLED,
            Status.INVESTIGATING,
            "It cannot go from cancelled to investigating. Nothing more can happen to it; declare a new incident.",
        ),
    ],
)
def test_a_refused_move_says_which_are_open(old: Status, new: Status, sentence: str) -> None:
    with pytest.raises(MoveRefused) as refusal:
        check(old, new)
    assert refusal.value.sentence == sentence


@given(statuses, statuses, st.none() | st.text(max_size=3), st.booleans(), st.booleans())
def test_check_and_moves_agree(old: Status, new: Status, why: str | None, watch_over: bool, confirmed: bool) -> None:
    try:
        check_move(old, new, why=why, watch_over=watch_over, confirmed=confirmed)
    except MoveRefused:
        assert new not in moves(old)
    except (NeedsReason, NeedsConfirmation):
        assert new in moves(old)
        check_move(old, new, why="because", watch_over=watch_over, confirmed=True)
    else:
        assert new in moves(old)


def test_reopening() -> None:
    assert reopens_to(Status.RESOLVED) is Status.INVESTIGATING
    assert reopens_to(Status.CLOSED) is Status.RESOLVED
    with pytest.raises(MoveRefused, match="It is open already: it is mitigating"):
        reopens_to(Status.MITIGATING)
    with pytest.raises(MoveRefused, match="What was declined does not reopen; declare a new incident"):
        reopens_to(Status.DECLINED)


@pytest.mark.parametrize(
    ("old", "new", "stamp", "clear"),
    [
        ("investigating", "identified", set(), set()),
        ("identified", "mitigating", set(), set()),
        ("mitigating", "monitoring", {"mitigated"}, set()),
        ("triage", "monitoring", {"mitigated"}, set()),
        ("monitoring", "resolved", {"resolved"}, set()),
        ("investigating", "resolved", {"resolved", "mitigated"}, set()),
        ("monitoring", "investigating", set(), {"mitigated"}),
        ("resolved", "investigating", set(), {"mitigated", "resolved"}),
        ("resolved", "monitoring", set(), {"resolved"}),
        ("resolved", "closed", {"closed"}, set()),
        ("closed", "resolved", set(), {"closed"}),
        ("triage", "declined", {"closed"}, set()),
        ("mitigating", "cancelled", {"closed"}, set()),
    ],
)
def test_stamps(old: str, new: str, stamp: set[str], clear: set[str]) -> None:
    assert stamps(Status(old), Status(new)) == Stamps(frozenset(stamp), frozenset(clear))


@given(st.data())
def test_whatever_happens_the_moments_fit_the_state(data: st.DataObject) -> None:
    status, kept = Status.INVESTIGATING, set[str]()
    path = [status]
    while moves(path[-1]) and len(path) < 12:
        path.append(data.draw(st.sampled_from(moves(path[-1]))))
    for old, status in pairwise(path):
        change = stamps(old, status)
        assert not change.stamp & change.clear
        kept = (kept | change.stamp) - change.clear
    assert ("resolved" in kept) == (status in (Status.RESOLVED, Status.CLOSED))
    assert ("closed" in kept) == (status in ENDED)
    if status in ACTIVE:
        assert ("mitigated" in kept) == (status is Status.MONITORING)
    if "resolved" in kept:
        assert "mitigated" in kept


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("identified", "identified"),
        (" Identify ", "identified"),
        ("RESOLVE", "resolved"),
        ("resolved!", "resolved"),
        ("mitigate", "mitigating"),
        ("mitigated", "monitoring"),
        ("fixed", "monitoring"),
        ("investigate", "investigating"),
        ("cancel", "cancelled"),
        ("canceled", "cancelled"),
        ("decline", "declined"),
        ("close", "closed"),
        ("triage", "triage"),
    ],
)
def test_states_as_people_type_them(text: str, status: str) -> None:
    assert parse_status(text) is Status(status)


def test_an_unknown_state_gets_the_nearest_and_the_list() -> None:
    with pytest.raises(UnknownState) as refusal:
        parse_status("resolvd")
    assert refusal.value.sentence == (
        "“resolvd” is not a state. Did you mean `resolved`? The states are triage, investigating, identified, "
        "mitigating, monitoring, resolved, closed, declined or cancelled."
    )
    assert refusal.value.field == "status"
    with pytest.raises(UnknownState, match="Which state"):
        parse_status(" ")
    with pytest.raises(UnknownState):
        parse_status("merged")


@given(st.text(max_size=100))
def test_parsing_a_state_raises_nothing_else(text: str) -> None:
    try:
        parse_status(text)
    except UnknownState as refusal:
        assert len(refusal.sentence) < 300
