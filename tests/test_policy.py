"""The config file: its defaults are PRODUCT's, its mistakes are named by line, and a bad edit changes nothing."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.errors import BadDuration, UnknownSeverity, quote
from incidents.policy import (
    EscalationLevel,
    EscalationPolicy,
    Handover,
    Policy,
    RoomRule,
    Target,
    duration_text,
    parse_duration,
)
from incidents.policy_file import LARGEST, PolicyError, PolicyFile, load_policy

MUSTER_YML = Path(__file__).parent.parent / "muster.yml"

DESIGN_4 = """
workspace:
  announce_channel: incidents
  leadership_channel: leadership
  room_name: "inc-{date}-{slug}-{number}"     # date as YYYY-MM-DD
  timezone: Europe/Berlin
severities:
  SEV1:
    name: Critical
    when: Complete outage, data loss or a breach
    aliases: [p1, critical]
    rank: 1
    room: now                    # now | after 30m | on request | no
    first_response: 5m
    update_every: 30m
    nudge_before: 5m
    status_page_within: 15m
    escalation: critical
    watch_for: 60m
    bridge: "https://meet.example.com/{key}"
    postmortem: {required: true, draft_within: 48h, final_within: 7d}
roles:
  ic: {name: Incident commander, ask_if_empty_after: 5m}
people:
  U0ALICE: {email: alice@example.com, notify: ["mailto://…", "ntfys://…"]}
rotations:
  primary: {people: [U0ALICE, U0BOB], every: 1w, handover: "Mon 09:00", timezone: Europe/Berlin}
  secondary: {ical: "https://…/calendar.ics"}
escalations:
  critical:
    levels:
      - {page: [rotation:primary], wait: 5m}
      - {page: [rotation:secondary], wait: 5m}
      - {page: [person:U0CAROL], wait: 5m}
      - {page: [person:U0ERIN], wait: 5m}
    repeat: 1                    # extra rounds
    last_resort: [person:U0DAVE, channel:leadership]
services:                        # a service's escalation comes before its severity's
  checkout: {owner: payments, tier: 1, depends_on: [postgres], escalation: critical, runbooks: [runbooks/checkout.md]}
"""


def load(tmp_path: Path, text: str | bytes) -> Policy:
    path = tmp_path / "muster.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_policy(path)


def refused(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text)
    return str(caught.value).split("\n")


# --- Defaults and merging ---------------------------------------------------------------------------------------------


def test_no_file_is_products_defaults(tmp_path: Path) -> None:
    policy = load_policy(tmp_path / "none.yml")
    assert policy == load_policy(None) == Policy()
    assert policy.levels() == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert [str(policy.severity(level).room) for level in policy.levels()] == [
        "now",
        "after 30m",
        "on request",
        "on request",
    ]
    minutes = [s.update_every and s.update_every.total_seconds() / 60 for s in map(policy.severity, policy.levels())]
    assert minutes == [30, 60, 240, None]
    watches = [s.watch_for and s.watch_for.total_seconds() / 60 for s in map(policy.severity, policy.levels())]
    assert watches == [60, 30, None, None]
    assert [policy.severity(level).postmortem.required for level in policy.levels()] == [True, True, False, False]
    assert [policy.severity(level).escalation for level in policy.levels()] == ["critical", "major", None, None]
    assert policy.escalations == {}
    assert list(policy.roles) == ["ic", "tech", "comms", "scribe"]
    assert policy.roles["ic"].ask_if_empty_after == timedelta(minutes=5)
    assert policy.workspace.announce_channel == "incidents"
    assert policy.workspace.leadership_channel is None


@pytest.mark.parametrize("text", ["", "\n# only a comment\n", "---\n", "{}", "workspace:\nseverities:\n", "\ufeff"])
def test_an_empty_file_is_the_defaults(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == Policy()


def test_the_example_shows_the_defaults() -> None:
    assert load_policy(MUSTER_YML) == Policy()


def test_what_the_example_comments_out_works_too(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^#(?! \S|$)", "", MUSTER_YML.read_text(encoding="utf-8"))
    policy = load(tmp_path, text)
    assert list(policy.rotations) == ["primary", "secondary"]
    assert str(policy.escalations["critical"].last_resort[1]) == "channel:leadership"
    assert policy.services["checkout"].escalation == "critical"


def test_every_setting_of_the_example_is_commented_or_real() -> None:
    said = MUSTER_YML.read_text(encoding="utf-8")
    for name in Policy.model_fields:
        assert re.search(rf"(?m)^#?{name}:", said), name


def test_the_design_page_loads(tmp_path: Path) -> None:
    policy = load(tmp_path, DESIGN_4)
    critical = policy.escalations["critical"]
    assert [[str(target) for target in level.page] for level in critical.levels] == [
        ["rotation:primary"],
        ["rotation:secondary"],
        ["person:U0CAROL"],
        ["person:U0ERIN"],
    ]
    assert critical.repeat == 1
    assert policy.severity("SEV1").bridge == "https://meet.example.com/{key}"
    assert policy.severity("SEV2").name == "Major"
    assert [str(target) for target in policy.escalations["major"].levels[0].page] == [
        "rotation:primary",
        "rotation:secondary",
    ]
    assert policy.rotations["secondary"].timezone == "Europe/Berlin"
    assert policy.person_id("Alice@Example.com") == "U0ALICE"


def test_a_level_overrides_only_the_keys_it_gives(tmp_path: Path) -> None:
    policy = load(tmp_path, "severities:\n  SEV2: {update_every: 3s, postmortem: {required: false}}\n")
    assert policy.severity("SEV2").update_every == timedelta(seconds=3)
    assert policy.severity("SEV2").watch_for == timedelta(minutes=30)
    assert policy.severity("SEV2").postmortem.required is False
    assert policy.severity("SEV2").postmortem.draft_within == timedelta(hours=48)
    assert policy.severity("SEV1") == Policy().severity("SEV1")


def test_levels_can_be_added_and_taken_out(tmp_path: Path) -> None:
    policy = load(tmp_path, "severities:\n  SEV0: {rank: 0, room: now}\n  SEV4: false\n")
    assert policy.levels() == ["SEV0", "SEV1", "SEV2", "SEV3"]
    assert policy.severity("SEV0").name == "SEV0"
    assert policy.severity("SEV0").update_every is None
    assert policy.severity("SEV0").escalation == "critical" and policy.is_worst("SEV0") and not policy.is_worst("SEV2")
    quiet = load(tmp_path, "severities:\n  SEV0: {rank: 0, escalation: none}\n")
    assert quiet.severity("SEV0").escalation is None and quiet.is_worst("SEV1")


def test_none_takes_a_deadline_away(tmp_path: Path) -> None:
    text = "severities:\n  SEV1: {update_every: none, nudge_before: none, watch_for: null, escalation: none, room: no}\n"
    severity = load(tmp_path, text).severity("SEV1")
    assert severity.update_every is None
    assert severity.nudge_before == timedelta(0)
    assert severity.watch_for is None
    assert severity.escalation is None
    assert severity.room.kind == "no"


def test_general_settings_reach_what_does_not_set_its_own(tmp_path: Path) -> None:
    text = """
workspace: {timezone: Asia/Tokyo}
updates: {nudge_before: 2m}
paging: {wait: 7s}
severities: {SEV1: {nudge_before: 1m}}
rotations: {primary: {people: [U0A]}, night: {people: [U0A], timezone: UTC}}
escalations: {db: {levels: [{page: [rotation:night]}, {page: [rotation:night], wait: 9s}]}}
"""
    policy = load(tmp_path, text)
    assert policy.severity("SEV1").nudge_before == timedelta(minutes=1)
    assert policy.severity("SEV3").nudge_before == timedelta(minutes=2)
    assert policy.rotations["primary"].timezone == "Asia/Tokyo"
    assert policy.rotations["night"].timezone == "UTC"
    assert [level.wait for level in policy.escalations["db"].levels] == [timedelta(seconds=7), timedelta(seconds=9)]
    assert [level.wait for level in policy.escalations["critical"].levels] == [timedelta(seconds=7)]


def test_a_default_escalation_may_be_wanted_where_none_is_set_up(tmp_path: Path) -> None:
    policy = load(tmp_path, "severities: {SEV1: {escalation: critical}}")
    assert policy.severity("SEV1").escalation == "critical"
    assert policy.escalations == {}
    assert load(tmp_path, "escalations: {db: {levels: [{page: [person:U0A]}]}}").severity("SEV1").escalation == "critical"


def test_a_stored_level_that_is_gone_follows_the_worst() -> None:
    policy = Policy()
    assert policy.severity("GONE") is policy.severity("SEV1")
    assert policy.check_level("SEV3") == "SEV3"
    with pytest.raises(UnknownSeverity, match="SEV1, SEV2, SEV3, SEV4"):
        policy.check_level("GONE")


def test_roles_are_found_by_what_people_type() -> None:
    policy = Policy.model_validate({"roles": {"legal": {"name": "Legal counsel", "aliases": ["law"]}}})
    assert [policy.role_called(text) for text in ("IC", "ops", "technical lead", "Law", "legal", "nope", "")] == [
        "ic",
        "tech",
        "tech",
        "legal",
        "legal",
        None,
        None,
    ]
    assert policy.roles["ic"] == Policy().roles["ic"]


def test_lenient_spellings(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        """
workspace: {announce_channel: "#ops-alerts", leadership_channel: C024BE91L, pin_emoji: ":memo:"}
severities:
  SEV2: {room: After 1h30m, aliases: [2nd, 22]}
rotations: {a: {people: [U0A], handover: monday 9:05, starts: 2026-01-05}, b: {people: [U0A], handover: "21:00"}}
""",
    )
    assert policy.workspace.announce_channel == "ops-alerts"
    assert policy.workspace.leadership_channel == "C024BE91L"
    assert policy.workspace.pin_emoji == "memo"
    assert policy.severity("SEV2").room == RoomRule(kind="after", after=timedelta(minutes=90))
    assert policy.severity("SEV2").aliases == ["2nd", "22"]
    assert str(policy.rotations["a"].handover) == "Mon 09:05"
    assert policy.rotations["b"].handover.weekday is None


# --- What escalations store -------------------------------------------------------------------------------------------


def test_a_frozen_escalation_comes_back_equal() -> None:
    policy = EscalationPolicy(
        levels=[
            EscalationLevel(page=[Target(kind="person", name="U0A"), Target(kind="channel", name="ops")]),
            EscalationLevel(page=[Target(kind="rotation", name="primary")], wait=timedelta(seconds=90)),
        ],
        repeat=2,
        last_resort=[Target(kind="person", name="a@example.com")],
    )
    stored = policy.model_dump(mode="json")
    assert stored["levels"][1] == {"page": ["rotation:primary"], "wait": "1m30s"}
    assert EscalationPolicy.model_validate(stored) == policy
    assert EscalationPolicy.model_validate_json(policy.model_dump_json()) == policy


def test_a_whole_policy_comes_back_equal(tmp_path: Path) -> None:
    policy = load(tmp_path, DESIGN_4)
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Policy().severity("SEV1").rank = 3  # type: ignore[misc]


# --- Durations --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("4h", 14400),
        ("2d", 172800),
        ("1w", 604800),
        ("1h30m", 5400),
        (" 1 hour 30 min ", 5400),
        ("90 Minutes", 5400),
        ("1.5h", 5400),
        ("0s", 0),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5x", "1h1h", "5 m m", "1e3s", "٥m", "99999999999s", "500w" * 9])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(BadDuration, match="Write it like|shorter"):
        parse_duration(text)


def test_what_is_too_long_is_no_duration() -> None:
    with pytest.raises(BadDuration, match="ten years"):
        parse_duration("600w")


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3000)))
def test_durations_survive_being_written(length: timedelta) -> None:
    rounded = timedelta(milliseconds=length // timedelta(milliseconds=1))
    assert parse_duration(duration_text(rounded)) == rounded


@given(st.text(max_size=80))
def test_parsing_a_duration_raises_nothing_else(text: str) -> None:
    try:
        assert timedelta(0) <= parse_duration(text) <= timedelta(days=3660)
    except BadDuration as refusal:
        assert len(refusal.sentence) < 200


def test_quote_is_one_short_line() -> None:
    assert quote("a\nb  `c`") == "a b 'c'"
    assert len(quote("x" * 5000)) == 60


# --- Mistakes ---------------------------------------------------------------------------------------------------------


def test_a_wrong_key_is_named_with_its_line_and_the_right_one(tmp_path: Path) -> None:
    text = "\n" * 9 + "severities:\n  SEV1:\n    update_evry: 30m\n"
    assert refused(tmp_path, text) == ["muster.yml line 12: `update_evry` is not a setting here; did you mean `update_every`?"]


def test_a_wrong_duration_shows_how_to_write_one(tmp_path: Path) -> None:
    (sentence,) = refused(tmp_path, "severities:\n  SEV1:\n    update_every: 30 minits\n")
    assert sentence == (
        "muster.yml line 3: `update_every` is “30 minits”, which is not a duration; write it like 30s, 5m, 4h, 2d, 1w or 1h30m"
    )


MISTAKES = [
    ("workspce: {}", 1, "`workspce` is not a setting here; did you mean `workspace`?"),
    ("zzz: 1", 1, "`zzz` is not a setting here; the settings here: workspace, severities,"),
    (
        "severities:\n  SEV1: {postmortem: {draft: 1d}}",
        2,
        "`draft` is not a setting here; did you mean `draft_within`?",
    ),
    ("rotations:\n  p:\n    people: [U0A]\n    handovr: x", 4, "did you mean `handover`?"),
    ("escalations:\n  e:\n    levels:\n    - page: [person:U0A]\n      wiat: 5m", 5, "did you mean `wait`?"),
    ("severities:\n  SEV1:\n    update_every: 30", 3, "`update_every` is “30”, which has no unit; write it like 30s"),
    ("severities:\n  SEV1:\n    update_every: 0s", 3, "`update_every` is “0s”; it has to be 1s or longer"),
    ("severities:\n  SEV1:\n    room: later", 3, "write now, after 30m, on request or no"),
    ("severities:\n  SEV1:\n    rank: one", 3, "`rank` is “one”; write a whole number, such as 2"),
    ("severities:\n  SEV1:\n    rank: -1", 3, "`rank` is “-1”; write 0 or more"),
    ("severities:\n  SEV1:\n    bridge: meet", 3, 'write a link such as "https://meet.example.com/{key}"'),
    ("severities:\n  SEV1:\n    postmortem: {required: maybe}", 3, "`required` is “maybe”; write true or false"),
    ("severities:\n  SEV9:\n    name: New", 2, "`SEV9` has no `rank`; a new level needs its own rank"),
    (
        "severities:\n  SEV9:\n    rank: 1",
        3,
        "`rank` is 1, which is SEV1's; each level has its own rank; if SEV1 is of",
    ),
    ("severities:\n  SEV3: {aliases: [p1]}", 2, "`SEV3` is called “p1”, and so is SEV1; a word can mean only one"),
    ("severities:\n  sev1: {rank: 7}", 2, "`sev1` is called “sev1”, and so is SEV1"),
    ("severities:\n  '!!': {rank: 7}", 2, "which is no name for a level; write it like SEV1 or P1"),
    (
        "severities: {SEV1: false, SEV2: false, SEV3: false, SEV4: false}",
        1,
        "leaves no level at all; keep at least one",
    ),
    ("severities: [SEV1]", 1, "`severities` is a list; write settings under it"),
    ("severities:\n  SEV1: bad", 2, "`SEV1` is “bad”; write settings under it"),
    (
        "severities:\n  SEV1:\n    escalation: db",
        3,
        "names the escalation “db”, which does not exist; no escalation is",
    ),
    (
        "severities:\n  SEV1: {escalation: critical}\nescalations: {critcal: {levels: [{page: [person:U0A]}]}}",
        2,
        "`escalation` names the escalation “critical”, which does not exist; there are: critcal",
    ),
    ("workspace:\n  announce_channel: #incidents", 2, "`announce_channel` is empty; write a value, or delete the line"),
    (
        "workspace:\n  announce_channel: Two words",
        2,
        "which is no channel name; write it like incidents, in lower case",
    ),
    (
        "workspace:\n  timezone: Europe/Berln",
        2,
        "`timezone` is “Europe/Berln”, which is no time zone; write it like Eu",
    ),
    ("workspace:\n  timezone: ../../etc/passwd", 2, "which is no time zone"),
    ("workspace:\n  timezone: Europe", 2, "which is no time zone"),
    ('workspace:\n  room_name: "inc-{slug}"', 2, "it holds {number} once, so that no two rooms have the same name"),
    (
        'workspace:\n  room_name: "inc-{sev}-{number}"',
        2,
        "it may hold {date}, {slug} and {number}, and no other braces",
    ),
    ("workspace: hello", 1, "`workspace` is “hello”; write settings under it"),
    ("rotations:\n  p: {people: []}", 2, "`p` has nobody in it; write people:"),
    ("rotations:\n  p: {people: [bob]}", 2, "`people` has “bob”, which is no person; write a Slack user id"),
    (
        "rotations:\n  p: {people: [U0A], handover: Foo 09:00}",
        2,
        "`handover` is “Foo 09:00”, which is no moment of the",
    ),
    ("rotations:\n  p: {people: [U0A], starts: 2026-13-01}", 2, "`starts` is “2026-13-01”; write a day, such as"),
    ("escalations:\n  e: {levels: []}", 2, "`levels` is a list; write at least one"),
    (
        "escalations:\n  e: {levels: [{page: [primary]}]}",
        2,
        "`page` is “primary”, which names nobody; write rotation:<n",
    ),
    ("escalations:\n  e: {repeat: 1}", 2, "`e` has no `levels`"),
    (
        "rotations:\n  primary: {people: [U0A]}\nescalations:\n  e:\n    levels:\n    - page:\n      - rotation:primry",
        7,
        "`page` names the rotation “primry”, which does not exist; there are: primary",
    ),
    ("services:\n  s: {escalation: e}", 2, "`escalation` names the escalation “e”, which does not exist"),
    ("services:\n  s: {rotation: e}", 2, "`rotation` names the rotation “e”, which does not exist"),
    ("roles:\n  ic: {rotation: e}", 2, "`rotation` names the rotation “e”, which does not exist"),
    ("people:\n  alice: {}", 2, "which is no person; write a Slack user id"),
    ("roles:\n  legal: {}", 2, "`legal` has no `name`"),
    ("roles:\n  Legal: {name: Law}", 2, "is “Legal”, which is no name for a role"),
    ("roles:\n  law: {name: Law, aliases: [ops]}", 2, "`law` is called “ops”, and so is tech"),
    ("types:\n  Outage: {}", 2, "is “Outage”, which is no name for a type; write a short word in lower case, such as outage"),
    ("types:\n  outage: {severity: SEV7}", 2, "names the severity “SEV7”, which does not exist; there are: SEV1, SEV2"),
    ("types:\n  a: {default: true}\n  b: {default: true}", 3, "`default` is set, and so is that of a; only one type"),
    ("types:\n  a: {name: Outage}\n  b: {name: outage}", 3, "`b` is called “outage”, and so is a"),
    ("fields:\n  region: {kind: choise}", 2, "`kind` is “choise”; write text, choice, number, people or date"),
    ("fields:\n  region: {kind: choice}", 2, "`region` is a choice without choices; write choices: [eu, us]"),
    ("fields:\n  region: {choices: [eu, EU]}", 2, "`choices` has “EU” twice; write each choice once"),
    ("fields:\n  region: {kind: text, choices: [eu]}", 2, "`choices` are given, but the field is of the kind text"),
    ("fields:\n  region: {required: soon}", 2, "`required` is “soon”; write declare, mitigate, resolve, close or never"),
    ("fields:\n  region: {required: true}", 2, "`required` is “True”; write declare, mitigate, resolve, close or never"),
    ("fields:\n  region: {types: [outage]}", 2, "names the type “outage”, which does not exist; no type is defined"),
    ("fields:\n  severity: {}", 2, "is “severity”, which has a meaning already; choose another word"),
    ("fields:\n  region: {naem: Region}", 2, "`naem` is not a setting here; did you mean `name`?"),
    ("fields: {" + ", ".join(f"f{n}: {{}}" for n in range(26)) + "}", 1, "25 entries are the most"),
    ("fields:\n" + "".join(f"  f{n}: {{card: true}}\n" for n in range(9)), 10, "8 are the most that a card shows"),
    (
        "fields:\n" + "".join(f"  f{n}: {{choices: [{', '.join(f'{c} ' + 'x' * 70 for c in range(100))}]}}\n" for n in range(5)),
        6,
        "`choices` are too many for one form together with the others'; shorten them",
    ),
    ("causes: [deploy, Deploy]", 1, "`causes` has “Deploy”; write each tag once, without commas"),
    ("permissions: {edit: {colour: [person:U0A]}}", 1, "names the field “colour”; these can be restricted: title,"),
    ("updates: {silent_before_ic_told: 0}", 1, "write 1 or more"),
    ("- a\n- b", 1, "does not hold settings; it is made of `name: value`, with these names: workspace,"),
    ("just words", 1, "does not hold settings"),
    (
        "paging:\n  wait: 1m\n  unsent_after: 1m\n  wait: 2m",
        4,
        "`wait` is set twice, first on line 2; keep one of them",
    ),
    ("workspace:\n  a: [1\n  b: 2", 3, "is not valid YAML"),
    ("workspace:\n\tannounce_channel: x", 2, "is not valid YAML"),
    ("a: 1\n---\nb: 2", 2, "begins a second document"),
    ("? [a]\n: 1", 1, "has a list or mapping as the name of a setting"),
    ("a: *b", 1, "`*b` refers to itself or to nothing"),
    ("a: &b [*b]", 1, "`*b` refers to itself or to nothing"),
    ("workspace:\n  timezone: \x07", 2, "holds a character that YAML does not allow"),
    ("a: " + "[" * 500 + "]" * 500, 1, "is nested too deep"),
    ("a: !!python/object/apply:os.system [id]", 1, "`a` is not a setting here"),
    ("alerts:\n  routes:\n    - {severity: SEV9, then: page}", 3, "names the severity “SEV9”, which does not exist"),
    ("alerts:\n  routes:\n    - {service: checkot, then: page}\nservices: {checkout: {}}", 3, "did you mean checkout?"),
    ("alerts:\n  routes:\n    - {severity: SEV1, then: wake}", 3, "write 'triage', 'page' or 'drop'"),
    ("alerts:\n  routes:\n    - {severity: SEV1}", 3, "has no `then`"),
    ("alerts:\n  routes:\n    - {then: drop}\n    - {severity: SEV1, then: page}", 3, "no later route is looked at"),
    ("alerts: {quiet_after: 2}", 1, "which has no unit"),
    ("metrics: {targets: {SEV9: {mitigate: 1h}}}", 1, "names the severity “SEV9”"),
]


@pytest.mark.parametrize(("text", "line", "said"), MISTAKES, ids=[str(n) for n in range(len(MISTAKES))])
def test_mistakes(tmp_path: Path, text: str, line: int, said: str) -> None:
    (sentence,) = refused(tmp_path, text)
    assert sentence.startswith(f"muster.yml line {line}: ")
    assert said in sentence


def test_what_was_filled_in_is_not_reported_twice(tmp_path: Path) -> None:
    text = """
workspace: {timezone: Nowhere}
updates: {nudge_before: soon}
paging: {wait: long}
rotations: {primary: {people: [U0A]}}
escalations: {e: {levels: [{page: [person:U0A]}]}}
"""
    assert [sentence.split(";")[0] for sentence in refused(tmp_path, text)] == [
        "muster.yml line 2: `timezone` is “Nowhere”, which is no time zone",
        "muster.yml line 3: `nudge_before` is “soon”, which is not a duration",
        "muster.yml line 4: `wait` is “long”, which is not a duration",
    ]


def test_all_mistakes_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "roles:\n  ic: {nam: x}\nseverities:\n  SEV1: {rank: x, room: y}\nworkspce: {}\n"
    with pytest.raises(PolicyError) as caught:
        load(tmp_path, text)
    assert [problem.line for problem in caught.value.problems] == [2, 4, 4, 5]
    assert (caught.value.line, caught.value.what) == (2, "`nam` is not a setting here")
    assert caught.value.expected == "did you mean `name`?"
    assert caught.value.path == tmp_path / "muster.yml"


def test_a_great_many_mistakes_are_cut_short(tmp_path: Path) -> None:
    said = refused(tmp_path, "".join(f"wrong{n}: 1\n" for n in range(50)))
    assert len(said) == 21
    assert "30 more" in said[-1]


def test_files_that_are_no_config(tmp_path: Path) -> None:
    assert "larger than a megabyte" in refused(tmp_path, "# " + "x" * LARGEST)[0]
    assert refused(tmp_path, b"a: b\nc: \xff\xfe")[0].startswith("muster.yml line 2: is not UTF-8")
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(tmp_path)
    os.mkfifo(tmp_path / "pipe.yml")
    with pytest.raises(PolicyError, match="is a pipe"):
        load_policy(tmp_path / "pipe.yml")


def test_aliases_work_within_bounds(tmp_path: Path) -> None:
    text = "people: {U0A: {notify: &urls [a, b]}, U0B: {notify: *urls}}"
    assert load(tmp_path, text).people["U0B"].notify == ["a", "b"]
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, before in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    assert "too many values" in refused(tmp_path, bomb)[0]


@given(st.text(alphabet=st.sampled_from(list("abSEV12:{}[]\n -&*!|>'\"#%,?~@`\t\x00é")), max_size=60))
def test_no_text_makes_anything_but_a_policy_or_its_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"fuzz-{os.getpid()}.yml"
    path.write_text(text, encoding="utf-8")
    try:
        load_policy(path)
    except PolicyError as error:
        assert str(error).startswith(path.name)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["5m", "now", "U0A"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["SEV1", "x", "rank", "levels"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(Policy.model_fields)), VALUES))
def test_no_shape_makes_anything_but_a_policy_or_its_error(raw: dict[str, object]) -> None:
    try:
        Policy.model_validate(raw)
    except ValidationError:
        pass


# --- Reloading --------------------------------------------------------------------------------------------------------


class Ticks:
    """A monotonic clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, text: str, at: int) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(at * 10**9, at * 10**9))


def test_an_edit_is_seen_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    path, ticks = tmp_path / "muster.yml", Ticks()
    write(path, "updates: {snooze: 5m}", 1)
    file = PolicyFile(path, ticks)
    assert file.current().updates.snooze == timedelta(minutes=5)

    write(path, "updates: {snooze: 6m}", 2)
    assert file.current().updates.snooze == timedelta(minutes=5), "looked at once a second at most"
    ticks.now += 1
    assert file.current().updates.snooze == timedelta(minutes=6)
    assert file.version == 2

    write(path, "updates: {snoze: 7m}", 3)
    ticks.now += 1
    assert file.current().updates.snooze == timedelta(minutes=6)
    assert "did you mean `snooze`?" in str(file.problem)

    write(path, "updates: {snooze: 8m}", 4)
    ticks.now += 1
    assert file.current().updates.snooze == timedelta(minutes=8)
    assert file.problem is None
    assert file.version == 3

    path.unlink()
    ticks.now += 1
    assert file.current().updates.snooze == timedelta(minutes=8)
    assert "the file is gone" in str(file.problem)


def test_no_file_at_first_and_one_later(tmp_path: Path) -> None:
    path, ticks = tmp_path / "muster.yml", Ticks()
    file = PolicyFile(path, ticks)
    assert file.current() == Policy()
    write(path, "updates: {snooze: 5m}", 1)
    ticks.now += 2
    assert file.current().updates.snooze == timedelta(minutes=5)


def test_a_process_does_not_start_on_a_bad_file(tmp_path: Path) -> None:
    write(tmp_path / "muster.yml", "nope: 1", 1)
    with pytest.raises(PolicyError):
        PolicyFile(tmp_path / "muster.yml", Ticks())


@pytest.mark.parametrize(("text", "shown"), [("Mon 09:00", "Mon 09:00"), ("sunday 23:59", "Sun 23:59"), ("7:05", "07:05")])
def test_handovers(text: str, shown: str) -> None:
    assert str(Handover.model_validate(text)) == shown
