"""Severity as people type it, and impact × scope (PRODUCT §1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import UnknownSeverity
from incidents.policy import Policy
from incidents.rules.severity import (
    Impact,
    Scope,
    from_impact,
    is_raise,
    of_alert,
    parse_severity,
    split_leading_severity,
    split_unknown_severity,
)

POLICY = Policy()
RENAMED = Policy.model_validate(
    {
        "severities": {
            **dict.fromkeys(["SEV1", "SEV2", "SEV3", "SEV4"], False),
            "Red": {"rank": 1, "name": "All hands"},
            "Äußerst gelb": {"rank": 3, "aliases": ["gelb"]},
        }
    }
)


@pytest.mark.parametrize("text", ["sev1", "SEV-1", "1", "p1", "critical", " Sev 1 ", "P1.", "CRITICAL", "sev01", "SEV１"])
def test_they_all_mean_sev1(text: str) -> None:
    assert parse_severity(text, POLICY) == "SEV1"


@pytest.mark.parametrize(
    ("text", "level"), [("major", "SEV2"), ("p3", "SEV3"), ("sev_4", "SEV4"), ("low", "SEV4"), ("severity 2", "SEV2")]
)
def test_the_other_levels(text: str, level: str) -> None:
    assert parse_severity(text, POLICY) == level


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("red", "Red"),
        ("1", "Red"),
        ("sev1", "Red"),
        ("all hands", "Red"),
        ("GELB", "Äußerst gelb"),
        ("p3", "Äußerst gelb"),
    ],
)
def test_levels_of_a_teams_own(text: str, level: str) -> None:
    assert parse_severity(text, RENAMED) == level


@pytest.mark.parametrize("text", ["", "7", "sev5", "p99", "s3", "sev", "11", "sev1 and more", "x" * 1000, "-"])
def test_what_is_no_severity(text: str) -> None:
    with pytest.raises(UnknownSeverity):
        parse_severity(text, POLICY)


def test_an_unknown_severity_gets_the_nearest_and_the_list() -> None:
    with pytest.raises(UnknownSeverity) as refusal:
        parse_severity("critcal", POLICY)
    assert refusal.value.sentence == (
        "“critcal” is not a severity. Did you mean SEV1? The levels are SEV1 (Critical), SEV2 (Major), SEV3 (Minor), SEV4 (Low)."
    )
    assert refusal.value.field == "severity"


@pytest.mark.parametrize(
    ("text", "level", "rest"),
    [
        ("sev1 Checkout is down", "SEV1", "Checkout is down"),
        ("SEV-2: Checkout is slow", "SEV2", "Checkout is slow"),
        ("sev 2 Checkout", "SEV2", "Checkout"),
        ("1 Checkout is down", "SEV1", "Checkout is down"),
        ("p1 - Checkout", "SEV1", "Checkout"),
        ("critical Checkout", "SEV1", "Checkout"),
        ("2", "SEV2", ""),
        ("low", "SEV4", ""),
        ("minor: typo", "SEV3", "typo"),
        ("", None, ""),
        ("Checkout is down", None, "Checkout is down"),
        ("3 nodes down", None, "3 nodes down"),
        ("2 of 3 replicas lost", None, "2 of 3 replicas lost"),
        ("Low disk space on db1", None, "Low disk space on db1"),
        ("s3 is down", None, "s3 is down"),
        ("500s on checkout", None, "500s on checkout"),
        ("p99 latency is high", None, "p99 latency is high"),
        ("sev9 odd", None, "sev9 odd"),
        ("9" * 90 + " things", None, "9" * 90 + " things"),
        ("¹ odd", "SEV1", "odd"),
    ],
)
def test_a_severity_in_front_of_a_title(text: str, level: str | None, rest: str) -> None:
    assert split_leading_severity(text, POLICY) == (level, rest)


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("sev7 Checkout is down", "sev7", "Checkout is down"),
        ("SEV-0: Checkout", "SEV-0", "Checkout"),
        ("sev 12", "sev 12", ""),
        ("p9 odd", "p9", "odd"),
        ("sev1 Checkout", None, "sev1 Checkout"),
        ("sev 1 Checkout", None, "sev 1 Checkout"),
        ("p99 latency is high", None, "p99 latency is high"),
        ("several nodes are down", None, "several nodes are down"),
        ("7 nodes down", None, "7 nodes down"),
        ("", None, ""),
    ],
)
def test_what_looks_like_a_severity_and_is_none(text: str, word: str | None, rest: str) -> None:
    assert split_unknown_severity(text, POLICY) == (word, rest)


TABLE = {
    (Impact.COMPLETE, Scope.WIDESPREAD): "SEV1",
    (Impact.COMPLETE, Scope.LIMITED): "SEV2",
    (Impact.COMPLETE, Scope.MINIMAL): "SEV3",
    (Impact.DEGRADED, Scope.WIDESPREAD): "SEV2",
    (Impact.DEGRADED, Scope.LIMITED): "SEV3",
    (Impact.DEGRADED, Scope.MINIMAL): "SEV4",
    (Impact.INCONVENIENCE, Scope.WIDESPREAD): "SEV3",
    (Impact.INCONVENIENCE, Scope.LIMITED): "SEV4",
    (Impact.INCONVENIENCE, Scope.MINIMAL): "SEV4",
    (Impact.NOT_SURE, Scope.WIDESPREAD): "SEV1",
    (Impact.NOT_SURE, Scope.LIMITED): "SEV2",
    (Impact.NOT_SURE, Scope.MINIMAL): "SEV3",
    (Impact.COMPLETE, Scope.NOT_SURE): "SEV1",
    (Impact.DEGRADED, Scope.NOT_SURE): "SEV2",
    (Impact.INCONVENIENCE, Scope.NOT_SURE): "SEV3",
    (Impact.NOT_SURE, Scope.NOT_SURE): "SEV1",
}


@pytest.mark.parametrize("impact", Impact)
@pytest.mark.parametrize("scope", Scope)
def test_impact_times_scope(impact: Impact, scope: Scope) -> None:
    assert from_impact(impact, scope, POLICY) == TABLE[impact, scope]


def test_a_missing_rank_goes_to_the_next_worse() -> None:
    assert from_impact(Impact.DEGRADED, Scope.WIDESPREAD, RENAMED) == "Red"
    assert from_impact(Impact.INCONVENIENCE, Scope.MINIMAL, RENAMED) == "Äußerst gelb"
    late = Policy.model_validate({"severities": {"SEV1": False, "SEV2": False}})
    assert from_impact(Impact.COMPLETE, Scope.WIDESPREAD, late) == "SEV3"


@pytest.mark.parametrize(
    ("label", "level"),
    [("critical", "SEV1"), ("P2", "SEV2"), ("3", "SEV3"), ("error", "SEV2"), ("WARNING", "SEV3"), ("info", "SEV4"),
     ("", "SEV2"), ("<!channel>" * 99, "SEV2"), ("quite bad", "SEV2")],
)  # fmt: skip
def test_what_monitoring_calls_it(label: str, level: str) -> None:
    assert of_alert(label, Policy()) == level


def test_what_monitoring_calls_it_where_levels_are_the_teams_own() -> None:
    policy = Policy.model_validate(
        {"severities": {"SEV3": False, "SEV4": False, "SEV2": {"aliases": ["warning"]}, "SEV9": {"rank": 9}}}
    )
    assert [of_alert(label, policy) for label in ("warning", "error", "info", "fatal")] == ["SEV2", "SEV2", "SEV9", "SEV1"]


def test_raising() -> None:
    assert is_raise("SEV3", "SEV1", POLICY)
    assert not is_raise("SEV1", "SEV3", POLICY)
    assert not is_raise("SEV2", "SEV2", POLICY)
    assert not is_raise("GONE", "SEV2", POLICY)


@given(st.text(max_size=120))
def test_parsing_raises_nothing_else(text: str) -> None:
    for policy in (POLICY, RENAMED):
        try:
            assert parse_severity(text, policy) in policy.severities
        except UnknownSeverity as refusal:
            assert len(refusal.sentence) < 300
        level, rest = split_leading_severity(text, policy)
        assert level is None or level in policy.severities
        assert text.rstrip().endswith(rest)
