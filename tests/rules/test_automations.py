"""Which rules fire on what: pure, by literals."""

import pytest
from pydantic import ValidationError

from incidents.events import Change, Declared, FieldsSet, Happened, Noted, SeverityChanged, StatusChanged
from incidents.policy import Policy
from incidents.policy_automations import Automation
from incidents.rules.automations import MOST, MOST_OF_A_RULE, Facts, after_each, fill, firings
from incidents.rules.lifecycle import Status

NOW = Facts("SEV1", "resolved", ("checkout",), "outage", (("region", "eu"),))


def rule(when: dict[str, object], **more: object) -> Automation:
    return Automation.model_validate({"when": when, "then": [{"post": "x"}], **more})


def events() -> list[Happened]:
    return [
        Declared(title="t", severity="SEV3", status=Status.INVESTIGATING),
        SeverityChanged(old="SEV3", new="SEV1"),
        FieldsSet(changes=[Change(field="region", name="Region", old="us", new="eu")]),
        FieldsSet(changes=[Change(field="type", name="Type", old="", new="outage")]),
        Noted(text="n"),
        StatusChanged(old=Status.INVESTIGATING, new=Status.RESOLVED),
    ]


def test_how_it_stood_after_each_event() -> None:
    found = after_each(events(), NOW)
    assert [(f.severity, f.status, f.type, dict(f.fields)["region"]) for f in found] == [
        ("SEV3", "investigating", None, "us"),
        ("SEV1", "investigating", None, "us"),
        ("SEV1", "investigating", None, "eu"),
        ("SEV1", "investigating", "outage", "eu"),
        ("SEV1", "investigating", "outage", "eu"),
        ("SEV1", "resolved", "outage", "eu"),
    ]


@pytest.mark.parametrize(
    ("when", "at"),
    [
        ({"severity": "SEV1"}, 1),
        ({"severity": ["SEV3", "SEV4"]}, 0),
        ({"event": "status.changed", "severity": "SEV1"}, 5),
        ({"event": "note.added"}, 4),
        ({"status": "resolved", "service": ["search", "checkout"]}, 5),
        ({"type": "outage"}, 3),
        ({"field": {"region": "eu"}}, 2),
        ({"field": {"region": ["us", "asia"]}, "severity": "SEV1"}, 1),
        ({"service": "search"}, None),
        ({"event": "task.added"}, None),
    ],
)
def test_when_a_rule_fires(when: dict[str, object], at: int | None) -> None:
    found = firings([rule(when)], events(), NOW, {})
    assert [firing.at for firing in found] == ([] if at is None else [at])


def test_private_incidents_are_for_rules_that_say_so() -> None:
    declared: list[Happened] = [Declared(title="t", severity="SEV1", status=Status.INVESTIGATING)]
    public, private = rule({"severity": "SEV1"}), rule({"severity": "SEV1", "private": True})
    for secret, fires in ((False, public), (True, private)):
        now = Facts("SEV1", "investigating", private=secret)
        assert [firing.rule for firing in firings([public, private], declared, now, {})] == [fires]


def test_once_or_every_time_and_never_without_end() -> None:
    notes: list[Happened] = [Noted(text="n")] * 200
    once, each = rule({"event": "note.added"}, name="once"), rule({"event": "note.added"}, name="each", every=True)
    assert len(firings([once], notes, NOW, {})) == 1 and not firings([once], notes, NOW, {once.key: 1})
    assert len(firings([each], notes, NOW, {each.key: 5})) == MOST_OF_A_RULE - 5
    many = [rule({"event": "note.added"}, name=f"r{n}", every=True) for n in range(10)]
    assert len(firings(many, notes, NOW, {})) == MOST


def test_nothing_in_a_value_is_a_template() -> None:
    assert fill("{key}: {title} {", {"key": "INC-1", "title": "{severity} {0} {title.__class__}"}) == (
        "INC-1: {severity} {0} {title.__class__} "
    )


def test_a_rule_is_known_again_wherever_it_stands() -> None:
    assert rule({"severity": "SEV1"}).key == rule({"severity": ["SEV1"]}).key != rule({"severity": "SEV2"}).key
    assert rule({"severity": "SEV1"}, name="Über All!").key == "ber-all"
    assert rule({"severity": ["SEV1", "SEV2"], "service": "checkout", "status": "resolved"}).because == (
        "SEV1/SEV2 on checkout is resolved"
    )


@pytest.mark.parametrize(
    ("automation", "said"),
    [
        ({"when": {}, "then": [{"post": "x"}]}, "says nothing"),
        ({"when": {"event": "severity.change"}, "then": [{"post": "x"}]}, "did you mean severity.changed"),
        ({"when": {"event": "automation.fired"}, "then": [{"post": "x"}]}, "which is no event"),
        ({"when": {"severity": "SEV9"}, "then": [{"post": "x"}]}, "names the severity “SEV9”"),
        ({"when": {"service": "zebra"}, "then": [{"post": "x"}]}, "names the service “zebra”"),
        ({"when": {"status": "sleeping"}, "then": [{"post": "x"}]}, "which is no state"),
        ({"when": {"severity": "SEV1"}, "then": [{"post": "x", "task": "y"}]}, "does not say one thing"),
        ({"when": {"severity": "SEV1"}, "then": [{"post": "{tilte}"}]}, "in braces may stand"),
        ({"when": {"severity": "SEV1"}, "then": [{"webhook": "http://a.example.com"}]}, "only https is called"),
        ({"when": {"severity": "SEV1"}, "then": [{"page": "nobody"}]}, "names the escalation “nobody”"),
        ({"when": {"severity": "SEV1"}, "then": [{"page": "rotation:none"}]}, "names the rotation “none”"),
        ({"when": {"severity": "SEV1"}, "then": [{"invite": "channel:x"}]}, "invites a channel"),
        ({"when": {"severity": "SEV1"}, "then": []}, "at least 1"),
        (
            {"when": {"private": True}, "then": [{"post": {"channel": "x", "text": "y"}}]},
            "takes a private incident out of its room",
        ),
        ({"when": {"private": True}, "then": [{"webhook": "https://a.example.com"}]}, "takes a private incident out of its room"),
    ],
)
def test_mistakes(automation: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Policy.model_validate({"automations": [automation]})
    assert said in " ".join(f"{found['msg']} {found.get('ctx', '')}" for found in error.value.errors())
