"""Whatever reaches `/slack/events`: always an answer, in time, and never a 5xx."""

import copy
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot.commands
import bot.modals
from bot.commands import RUN, Command
from bot.modals import Modal
from bot.requests import BROKEN
from incidents.registry import collect
from models import Event, Incident
from tests.processes.harness import until
from tests.web.conftest import FORM, SECRET, TOKEN, Kept, Web, command, signed

Json = dict[str, Any]

USER = {"id": "U0ALICE", "name": "alice", "team_id": "T0ACME"}
TEAM = {"id": "T0ACME", "domain": "acme"}
MESSAGE = {"type": "message", "user": "U0BOB", "text": "It is the database", "ts": "1795000000.000100"}


def payloads() -> dict[str, Json]:
    """One valid request of each kind that is not a command."""
    value = {"value": {"type": "plain_text_input", "value": "Checkout is down"}}
    view = {
        "id": "V0A1",
        "hash": "1.abc",
        "type": "modal",
        "team_id": "T0ACME",
        "callback_id": "declare",
        "private_metadata": json.dumps({"response_url": "http://127.0.0.1:1/response/x"}),
        "blocks": [{"type": "input", "block_id": name} for name in ("title", "severity", "summary")],
        "state": {"values": {"title": value, "severity": {"value": {"selected_option": {"value": "SEV1"}}}}},
    }
    base = {"team": TEAM, "user": USER, "api_app_id": "A0MUSTER", "token": "t", "trigger_id": "1.2.abc"}
    press = {"action_id": "run:show:1", "block_id": "b", "type": "button", "value": "1", "action_ts": "1.1"}
    pick = {"action_id": "run:role:1", "block_id": "b", "type": "users_select", "selected_user": "U0BOB"}
    event = {"type": "event_callback", "team_id": "T0ACME", "api_app_id": "A0MUSTER", "event_id": "Ev1", "event_time": 1}
    item = {"type": "message", "channel": "C0GENERAL"}
    pin = item | {"message": MESSAGE | {"thread_ts": None, "files": None}}  # without a ts of its own
    pinned = {"type": "pin_added", "user": "U0ALICE", "channel_id": "C0GENERAL", "item": pin, "event_ts": "1.1"}
    mark = item | {"ts": MESSAGE["ts"]}
    reacted = {"type": "reaction_added", "user": "U0ALICE", "reaction": "pushpin", "item": mark, "event_ts": "1.1"}
    joined = {"type": "member_joined_channel", "user": "U0BOB", "channel": "C0GENERAL", "team": "T0ACME", "event_ts": "1.1"}
    return {
        "button": base | {"type": "block_actions", "actions": [press], "channel": {"id": "C0GENERAL"}, "message": MESSAGE,
                          "container": {"type": "message", "is_ephemeral": True}, "response_url": "http://127.0.0.1:1/r"},
        "picker": base | {"type": "block_actions", "actions": [pick], "channel": {"id": "C0GENERAL"}, "container": {}},
        "in a form": base | {"type": "block_actions", "actions": [press], "view": view, "container": {"type": "view"}},
        "form": base | {"type": "view_submission", "view": view, "response_urls": []},
        "closed": base | {"type": "view_closed", "view": view, "is_cleared": False},
        "message shortcut": base | {"type": "message_action", "callback_id": "add_to_timeline", "message": MESSAGE,
                                    "channel": {"id": "C0GENERAL"}, "response_url": "http://127.0.0.1:1/r", "message_ts": "1.1"},
        "shortcut": base | {"type": "shortcut", "callback_id": "add_to_timeline", "action_ts": "1.1"},
        "suggestion": base | {"type": "block_suggestion", "action_id": "x", "block_id": "b", "value": "x", "view": view},
        "pin": event | {"event": pinned, "authorizations": [{"team_id": "T0ACME", "user_id": "U0MUSTER", "is_bot": True}]},
        "reaction": event | {"event": reacted},
        "join": event | {"event": joined},
        "url_verification": {"type": "url_verification", "challenge": "c", "token": "t"},
    }  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(log: Kept) -> Iterator[None]:
    """After each test: nothing broke, and no secret was written down."""
    yield
    assert not log.broken, "\n".join(log.broken)[:4000]
    assert SECRET not in log.text and TOKEN not in log.text


# --- who may ask at all


def refused(answer: httpx.Response) -> int:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    return answer.status_code


BODY = urlencode(command("declare sev1 Never")).encode()


def now(offset: float = 0) -> str:
    return str(int(time.time() + offset))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": FORM},
        {"x-slack-signature": signed(BODY, now())["x-slack-signature"]},
        {"x-slack-request-timestamp": now()},
        signed(BODY, now(), secret="another"),
        signed(BODY + b" ", now()),
        signed(BODY, now()) | {"x-slack-signature": "v0="},
        signed(BODY, now()) | {"x-slack-signature": "v1=" + "0" * 64},
        signed(BODY, now()) | {"x-slack-signature": "v0=" + "é" * 32},
        signed(BODY, now(-310)),
        signed(BODY, now(+900)),
        signed(BODY, "0"),
        signed(BODY, "yesterday"),
        signed(BODY, "-1"),
        signed(BODY, "1e9"),
        signed(BODY, ""),
        signed(BODY, "²"),
        signed(BODY, "9" * 400),
        signed(BODY, f" {now()}x"),
    ],
)
def test_whoever_is_not_slack_is_refused(web: Web, headers: dict[str, str]) -> None:
    before = web.count(Incident)
    answer = web.post(BODY, {name: value.encode("latin-1") for name, value in headers.items()})
    assert refused(answer) == 401
    assert web.count(Incident) == before


def test_an_empty_body_is_refused(web: Web) -> None:
    assert refused(web.post(b"")) == 401
    assert refused(web.signed("")) == 400


def test_a_certificate_check_is_answered_without_a_signature(web: Web) -> None:
    assert web.post(b"ssl_check=1&token=x").status_code == 200
    assert web.signed("ssl_check=1&token=x").status_code == 200
    assert refused(web.post(b"ssl_check=1&" + BODY)) == 401


def test_the_url_is_verified(web: Web) -> None:
    answer = web.event({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1aB"})


# --- what may be asked


@pytest.mark.parametrize(
    "body",
    [
        "payload=",
        "payload={",
        "payload=%7B%22type%22",
        "payload=null",
        "payload=[]",
        "payload=1",
        "payload=" + "[" * 50_000,
        "payload=" + '{"a":' * 20_000,
        'payload={"type":"block_actions"}&payload={',
        "payload=" + "1" * 10_000,
        "a&" * 200_000,
        "command=/incident",
        "command=/incident&user_id=U0ALICE",
        "command=/incident&user_id=&trigger_id=1",
        f"command=/incident&user_id=U{'0' * 999}&trigger_id=1",
        '{"command": "/incident"}&command=/incident&user_id=U1&trigger_id=',
        "%",
        "=",
        "\x00",
    ],
)
def test_a_broken_form_is_refused(web: Web, body: str) -> None:
    assert refused(web.signed(body)) == 400


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "1", '"x"', "[" * 50_000, '{"type":"event_callback"}', "\ufeff{}", "NaN"]
)
def test_broken_json_is_refused(web: Web, body: str) -> None:
    assert refused(web.signed(body, "application/json")) == 400
    assert refused(web.signed(body, "APPLICATION/JSON ; charset=utf-8")) == 400


@pytest.mark.parametrize("body", [b"\xff\xfe", b"command=/incident&user_id=U1&trigger_id=1&text=\xff", b"\x80" * 1000])
def test_what_is_no_utf8_is_refused(web: Web, body: bytes) -> None:
    assert refused(web.signed_bytes(body, FORM)) == 400
    assert refused(web.signed_bytes(body, "application/json")) == 400


@pytest.mark.parametrize("length", [1_000_001, 5_000_000])
def test_what_is_too_large_is_refused(web: Web, length: int) -> None:
    assert refused(web.signed("payload=" + "x" * length)) == 413


def test_each_kind_of_request_is_understood(web: Web) -> None:
    taken = ("button", "picker", "in a form", "form", "message shortcut", "pin", "reaction", "join")
    answers = {name: web.event(one) if "event" in one else web.interaction(one) for name, one in payloads().items()}
    assert {name: answers[name].status_code for name in taken} == dict.fromkeys(taken, 200)
    for name in ("shortcut", "suggestion", "closed"):  # nothing of ours causes them
        refused(answers[name])


def test_what_nobody_registered_is_refused_or_passed_over(web: Web) -> None:
    form, button = payloads()["form"], payloads()["button"]
    form["view"]["callback_id"] = "another app's"
    button["actions"][0] |= {"action_id": "another app's", "value": "x" * 2000}
    assert web.interaction(form).status_code == 200
    assert web.interaction(button).status_code == 200
    refused(web.command("list", command="/another"))
    refused(web.event(payloads()["pin"] | {"event": {"type": "star_added", "user": "U0ALICE"}}))
    refused(web.interaction(payloads()["message shortcut"] | {"callback_id": "another"}))


def test_a_command_with_payload_in_its_text_is_not_lost(web: Web) -> None:
    """Bolt's own parser takes it for an interaction without one."""
    answer = web.command("declare sev3 The payload= of orders is empty")
    assert "The payload= of orders is empty" in answer.json()["text"]


def test_a_form_that_cannot_be_opened_is_answered_with_a_sentence(fresh_web: Web) -> None:
    web, alice = fresh_web, fresh_web.person("alice")
    for title in ("Checkout is down", "Search is slow"):
        alice.runs(f"/incident declare sev3 {title}")
    web.sandbox.workspace.faults.fail_next("views.open", error="expired_trigger_id")
    answer = alice.uses_shortcut("Add to timeline", alice.says("The database is full"))
    assert answer.ok
    until(lambda: "did not open the form" in alice.ephemerals[-1], 5, "no answer")


def test_nul_and_half_pairs_are_left_out(web: Web) -> None:
    form = payloads()["form"]
    form["view"] |= {"id": "V0NUL"}
    form["view"]["state"]["values"]["title"]["value"]["value"] = "Chat\x00 is \ud800down"
    assert web.interaction(form).text == ""
    assert "Chat is ?down" in web.command("list").text
    assert "database" not in web.command("show \x00").text


def test_an_event_sent_again_changes_nothing(fresh_web: Web) -> None:
    web, alice = fresh_web, fresh_web.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    web.settle()
    room = next(room for room in web.sandbox.people.channels_starting("inc-"))
    post = alice.says("The database is full", in_=room)
    item = {"type": "message", "channel": room.id, "message": {"ts": post.ts, "user": alice.id, "text": post.text}}
    event = {"type": "pin_added", "user": alice.id, "channel_id": room.id, "item": item, "event_ts": "1.1"}
    envelope = payloads()["pin"] | {"event": event}
    for retry in range(4):
        assert web.event(envelope, retry=retry).status_code == 200
        web.settle()
    assert len(web.rows(Event, Event.kind == "message.captured")) == 1
    assert post.reactions == {"memo": ["muster"]}


def test_whoever_joins_is_told_once_though_the_event_comes_again(fresh_web: Web) -> None:
    web, bob = fresh_web, fresh_web.person("bob")
    web.person("alice").runs("/incident declare sev1 Checkout is down")
    web.settle()
    room = next(room for room in web.sandbox.people.channels_starting("inc-"))
    bob.joins(room)
    until(lambda: bob.ephemerals, 5, "no catch-up")
    sent = next(e for e in web.sandbox.workspace.log.entries if e.kind == "event:member_joined_channel" and bob.id in e.payload)
    for retry in (1, 2):
        assert web.event(json.loads(sent.payload), retry=retry).status_code == 200
    time.sleep(0.3)
    assert len(bob.ephemerals) == 1


# --- anything at all


TEXTS = ["", "\x00", "\ud800", "<!channel>", "0", "-1", "../..", "{", "null", "[]", "NaN", "🔥" * 3000, "U0" + "A" * 5000]
SCRAPS = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.just({}))
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.sampled_from(TEXTS),
    st.text(max_size=30),
    st.just([]),
    st.just({}),
    st.lists(SCRAPS, max_size=3),
    st.dictionaries(st.sampled_from(["id", "type", "value", "ts", "text"]), SCRAPS),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload, its own root left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from places(inner, (*path, name))


def put(payload: Any, path: tuple[Any, ...], value: Any, remove: bool) -> None:
    *way, last = path
    try:
        for name in way:
            payload = payload[name]
        if remove:
            del payload[last]
        else:
            payload[last] = value
    except (KeyError, IndexError, TypeError):
        return  # an earlier change took the place away


@st.composite
def spoiled(draw: st.DrawFn) -> Json:
    """A valid payload with up to three members gone or of another kind."""
    payload = copy.deepcopy(draw(st.sampled_from(list(payloads().values()))))
    payload["trigger_id"] = f"{draw(st.integers(1, 10**9))}.2.abc"
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(payload)) or [("type",)]))
        put(payload, path, draw(JUNK), draw(st.booleans()))
    return payload


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.parametrize("kind", payloads())
def test_a_signed_request_without_one_of_its_members_is_never_a_5xx(web: Web, kind: str) -> None:
    whole = payloads()[kind]
    for path in places(whole):
        payload = copy.deepcopy(whole)
        put(payload, path, None, True)
        answer = web.event(payload) if kind in ("pin", "reaction", "join", "url_verification") else web.interaction(payload)
        assert answer.status_code < 500, (answer.status_code, answer.text, path)


@FUZZ
@given(spoiled())
def test_a_signed_request_with_wrong_members_is_never_a_5xx(web: Web, payload: Json) -> None:
    is_event = payload.get("type") in ("event_callback", "url_verification")
    answer = web.event(payload) if is_event else web.interaction(payload)
    assert answer.status_code < 500, (answer.status_code, answer.text, payload)


@FUZZ
@given(st.recursive(SCRAPS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)))
def test_signed_json_of_any_shape_is_refused(web: Web, payload: Any) -> None:
    assert web.interaction(payload).status_code == 400
    assert web.event(payload).status_code == 400


@FUZZ
@given(st.binary(max_size=200), st.sampled_from([FORM, "application/json", "text/plain", "", "application/json; charset=x"]))
def test_signed_bytes_are_refused(web: Web, body: bytes, content_type: str) -> None:
    assert 400 <= web.signed_bytes(body, content_type).status_code < 500


COMMANDS = sorted(collect(bot.commands, "COMMAND", Command))
FIELDS = ["title", "summary", "note", "why", "status", "severity", "at", "who", "group", "ic", "impact", "theory", "next_update"]
FORMS = sorted(collect(bot.modals, "MODAL", Modal))
TAILS = st.one_of(
    st.just(""),
    st.sampled_from(TEXTS),
    st.text(max_size=40),
    st.sampled_from(["1", "INC-1", "9" * 20, "sev1", "<@U0BOB>", "1 <@U0BOB> x", "1 sev1 sev2", "14:05 x", "-1", "1 1 1"]),
    st.builds(lambda number, text: f"{number} {text}", st.integers(0, 3), st.text(max_size=20)),
)


@FUZZ
@given(
    st.sampled_from([*COMMANDS, "", "ic", "comms", "nothing"]),
    TAILS,
    st.sampled_from(["U0ALICE", "U0" + "9" * 200, "' --", "<!channel>"]),
)
def test_a_command_of_any_text_gets_a_sentence(web: Web, word: str, tail: str, user: str) -> None:
    answer = web.command(f"{word} {tail}", user_id=user, channel_id="C0NOWHERE")
    assert answer.status_code == 200
    assert answer.text == "" or answer.json()["text"]


@FUZZ
@given(st.sampled_from([*COMMANDS, "nothing"]), TAILS, st.booleans())
def test_a_button_of_any_value_is_answered(web: Web, name: str, value: str, menu: bool) -> None:
    payload = payloads()["button"]
    press = payload["actions"][0]
    press |= (
        {"action_id": "menu", "selected_option": {"value": f"{name} {value}"}}
        if menu
        else {"action_id": f"{RUN}{name}:1", "value": value}
    )
    assert web.interaction(payload).status_code in (200, 400)


@FUZZ
@given(st.sampled_from([*FORMS, "nothing"]), st.dictionaries(st.sampled_from(FIELDS), TAILS, max_size=4), st.integers(-1, 3))
def test_a_form_of_any_content_is_answered(web: Web, name: str, filled: dict[str, str], number: int) -> None:
    payload = payloads()["form"]
    states = [{"value": text, "selected_user": "U0BOB"} for text in filled.values()]
    payload["view"] |= {
        "callback_id": name,
        "id": f"V{time.monotonic_ns()}",
        "private_metadata": json.dumps({"incident": number}) if number >= 0 else "",
        "state": {"values": {field: {"value": state} for field, state in zip(filled, states, strict=True)}},
    }
    answer = web.interaction(payload)
    assert answer.status_code in (200, 400)
    assert BROKEN not in answer.text
