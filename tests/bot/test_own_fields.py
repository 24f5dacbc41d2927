"""The team's own fields at their ends: the most and longest that a config may hold, and what has left it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import look
from bot.commands import Answer
from bot.modals import declare, fields, resolve, status
from bot.views.card import card
from incidents.dossier import gather
from incidents.fields import set_fields
from incidents.policy import Policy
from incidents.rules import fields as rules
from incidents.rules.lifecycle import Status
from sandbox.blocks import check_message, check_view
from tests.bot.desk import ALICE, NASTY, Desk, labels, shown

MakeDesk = Callable[..., Desk]
LONG = (NASTY * 3)[:75].rstrip()
FULL: dict[str, Any] = {
    "types": {f"type-{n}": {"name": f"{n} {NASTY}"[:40].strip(), "when": (NASTY * 4)[:300].strip()} for n in range(50)},
    "fields": {
        f"a_field_with_a_name_{n}": {
            "name": f"{n} {NASTY}"[:40].strip(),
            "hint": (NASTY * 2)[:150].strip(),
            "kind": ("choice", "number", "text", "people", "date")[n % 5],
            "choices": [f"{c} {LONG}"[:75].strip() for c in range(12)] if n % 5 == 0 else [],
            "card": n < 8,
            "required": "resolve",
        }
        for n in range(25)
    },
    "causes": [f"{c} " + "&" * 36 for c in range(100)],
}


@pytest.mark.parametrize("said", ["ci/cd, search and rescue", "Search and Rescue; CI/CD"])
def test_names_with_what_separates_others_in_them(said: str) -> None:
    """A form says what was chosen in it by commas."""
    policy = Policy.model_validate({"services": {"ci/cd": {}, "search and rescue": {}, "checkout": {}}})
    wanted = rules.read("services", said, policy, by=ALICE, now=datetime(2026, 11, 23, tzinfo=UTC), zone=lambda: UTC)
    assert sorted(wanted.split(", ")) == ["ci/cd", "search and rescue"]


def values(policy: Policy) -> dict[str, str]:
    by_kind = {"number": "999999999999999.999999", "text": (NASTY * 4)[:300].strip(), "date": "2026-12-01"}
    people = " ".join(f"<@U{n:010}>" for n in range(10))
    own = {key: its.choices[0] if its.kind == "choice" else by_kind.get(its.kind, people) for key, its in policy.fields.items()}
    return {**own, "type": "type-7", "causes": ", ".join(policy.causes[:10]), "detected_by": "customer"}


def test_the_fullest_config_fits_every_view(make_desk: MakeDesk) -> None:
    desk = make_desk(**FULL)
    desk.declared("sev1 Checkout is down")
    for filled in (False, True):
        if filled:
            set_fields(desk.core, 1, values(desk.policy), by=ALICE)
        scene = look.scene(desk.core, 1)
        views = [fields.view(scene), resolve.view(scene), status.view(scene, to=Status.RESOLVED)]
        for view in [*views, declare.view(desk.policy, ALICE, "{}", unknown=NASTY)]:
            assert check_view(view) == [], view
            assert len(view["private_metadata"]) <= 3000
        for whole in (False, True):
            message = card(scene, whole=whole)
            assert check_message(message.blocks) == [] and "<!channel>" not in str(message)
    answer = desk.says("set cause none")
    assert check_message(answer.blocks) == []


def test_what_left_the_config_stays_in_the_record(make_desk: MakeDesk) -> None:
    desk = make_desk(types={"outage": {"name": "Outage", "default": True}}, fields={"region": {"choices": ["eu"]}})
    desk.declared("sev1 Checkout is down")
    desk.says("set region eu")
    desk.policy = Policy()
    assert "Region" not in shown(desk.says("show")) and "outage" in shown(desk.says("show"))
    desk.says("set")
    assert labels(desk.form) == ["Detected by", "Cause"]
    assert desk.submits() == Answer("Nothing was changed.")
    document = str(gather(desk.core, 1).postmortem(names={}, link=lambda channel, ts, thread_ts: ""))
    assert "text='region:'" in document and "text='eu'" in document
    assert desk.incident().fields == {"region": "eu"}


@pytest.mark.parametrize("typed", ["1 200,5", "1,200.5", "1'200.5", "+1200.5"])
def test_numbers_as_people_write_them(make_desk: MakeDesk, typed: str) -> None:
    desk: Desk = make_desk(fields={"customers": {"kind": "number"}})
    desk.declared("sev1 Checkout is down")
    desk.says(f"set customers {typed}")
    assert desk.incident().fields == {"customers": "1200.5"}
