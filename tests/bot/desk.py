"""Commands and forms on a real Core over SQLite, with a clock moved by hand; every answer is checked as Slack would."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

import bot.commands
import bot.modals
import incidents.timers
from bot.commands import RUN, Answer, Command, Request
from bot.modals import FormError, Modal, Submission
from incidents.core import Core
from incidents.events import Happened, read
from incidents.policy import Policy
from incidents.registry import collect
from incidents.rules.naming import incident_ref
from incidents.standing import holders
from incidents.timers import Timer
from models import Event, Incident
from models.database import make_engine
from sandbox.blocks import check_message, check_view
from tests.databases import furnish, share_statements

ALICE, BOB, CAROL = "U0ALICE", "U0BOB", "U0CAROL"
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
COMMANDS = collect(bot.commands, "COMMAND", Command)
MODALS = collect(bot.modals, "MODAL", Modal)
TIMERS = collect(incidents.timers, "TIMER", Timer)
NASTY = "<!channel> <https://evil.example|click> & 🔥 עברית " + "𝒳" * 40

Json = dict[str, Any]


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self, session: Session | None = None) -> datetime:
        return self.at


@dataclass
class Opened:
    """The forms that were opened, the newest last."""

    views: list[Json] = field(default_factory=list)

    def open(self, view: Json) -> None:
        assert check_view(view) == [], view
        assert len(view["private_metadata"]) <= 3000
        self.views.append(view)


class Desk:
    """What a person at Slack can do to Muster, without Slack."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        furnish(f"sqlite:///{folder}/muster.db")
        self.clock = HandClock()
        self.policy = Policy.model_validate(dict(settings))
        self.core = Core(
            make_engine(f"sqlite:///{folder}/muster.db"),
            clock=self.clock,
            policy=lambda: self.policy,
            router=lambda happened, event, incident: [],
            timers=TIMERS,
            bell=lambda priority=0: None,
        )
        share_statements(self.core.engine)
        self.forms = Opened()
        self._keys = itertools.count(1)

    # --- asking -----------------------------------------------------------------------------------------------------

    def request(self, text: str = "", *, by: str = ALICE, number: int | None = None, key: str = "") -> Request:
        return Request(
            core=self.core,
            forms=self.forms,
            by=by,
            text=text,
            key=key or f"cmd:{next(self._keys)}",
            channel="C0ROOM",
            zone=lambda person: ZoneInfo("Europe/Berlin"),
            now=self.clock.at,
            number=number,
            response_url="https://hooks.slack.invalid/commands/T0/1/x",
        )

    def says(self, text: str, *, by: str = ALICE, number: int | None = 1, key: str = "") -> Answer:
        """`/incident <text>` in the room of INC-1."""
        word, _, rest = text.partition(" ")
        return self._checked(COMMANDS[word].run(self.request(rest, by=by, number=number, key=key)))

    def presses(self, answer: Answer, label: str, *, by: str = ALICE) -> Answer:
        """A button of an answer, by its words."""
        name, text = button_of(answer, label)
        confirmed = text.endswith(" confirmed")
        ref, _, rest = text.removesuffix(" confirmed").partition(" ")
        request = replace(self.request(rest, by=by, number=incident_ref(ref)), confirmed=confirmed)
        return self._checked(COMMANDS[name].run(request))

    def declared(self, text: str = "sev1 Checkout is down", *, by: str = ALICE) -> Answer:
        return self.says(f"declare {text}", by=by, number=None)

    def resolves(self, why: str = "", *, number: int = 1) -> Answer:
        """`/incident resolve`, and "Resolve anyway" where it is asked."""
        answer = self.says(f"resolve {why}".strip(), number=number)
        return self.presses(answer, "Resolve anyway") if "Resolve anyway" in buttons(answer) else answer

    @property
    def form(self) -> Json:
        """The form on top."""
        return self.forms.views[-1]

    def submits(self, *, by: str = ALICE, key: str = "", **filled: Any) -> Answer:
        """The form on top, as it was opened but for `filled`: texts, option values, people, moments; None clears."""
        view = self.form
        private = json.loads(view["private_metadata"])
        request = self.request(by=by, number=private.get("incident"), key=key or f"view:{next(self._keys)}")
        values = {block["block_id"]: {"value": state(block["element"])} for block in inputs(view)}
        for name, value in filled.items():
            assert name in values, f"the form has no field {name}; it has {', '.join(values)}"
            values[name] = {"value": state(element(view, name), value)}
        said = MODALS[view["callback_id"]].submit(Submission(request, values, private))
        return self._checked(said() if callable(said) else said)

    def refuses(self, **filled: Any) -> dict[str, str]:
        """The sentences at the form's fields."""
        try:
            self.submits(**filled)
        except FormError as error:
            assert set(error.errors) <= {block["block_id"] for block in inputs(self.form)}
            return error.errors
        raise AssertionError("the form was carried out")

    def _checked(self, answer: Answer) -> Answer:
        assert check_message(answer.blocks) == [], answer.blocks
        assert len(answer.text) <= 4000
        assert answer.text or not answer.blocks
        assert "<!channel>" not in shown(answer) and "<https://evil" not in shown(answer)
        return answer

    # --- what came of it --------------------------------------------------------------------------------------------

    def incident(self, number: int = 1) -> Incident:
        with self.core.view() as session:
            return session.get_one(Incident, number)

    def holders(self, number: int = 1) -> dict[str, str]:
        with self.core.view() as session:
            return holders(session, number)

    def events(self, number: int = 1) -> list[Happened]:
        with self.core.view() as session:
            rows = session.exec(select(Event).where(Event.incident_id == number).order_by(Event.id))
            return [read(row.kind, row.payload) for row in rows]

    def kinds(self, number: int = 1) -> list[str]:
        return [event.kind for event in self.events(number)]

    def passes(self, **length: float) -> None:
        self.clock.at += timedelta(**length)


# --- reading answers and forms ----------------------------------------------------------------------------------------


def shown(answer: Answer) -> str:
    """All that is written in an answer."""
    return answer.text + json.dumps(answer.blocks, ensure_ascii=False)


def buttons(answer: Answer) -> dict[str, tuple[str, str]]:
    """The buttons by their words: the command and the text of each."""
    elements = [each for block in answer.blocks for each in (*block.get("elements", []), block.get("accessory"))]
    found = [each for each in elements if each and each["type"] == "button"]
    return {each["text"]["text"]: (each["action_id"].removeprefix(RUN).partition(":")[0], each["value"]) for each in found}


def button_of(answer: Answer, label: str) -> tuple[str, str]:
    found = buttons(answer)
    assert label in found, f"no button “{label}” in {list(found)}"
    return found[label]


def inputs(view: Json) -> list[Json]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def labels(view: Json) -> list[str]:
    return [block["label"]["text"] for block in inputs(view)]


def element(view: Json, name: str) -> Json:
    return next(block["element"] for block in inputs(view) if block["block_id"] == name)


def options(view: Json, name: str) -> list[str]:
    return [each["text"]["text"] for each in element(view, name)["options"]]


_UNTOUCHED = object()


def state(made: Json, value: Any = _UNTOUCHED) -> Json:
    """An element's state as Slack sends it."""
    kind = made["type"]
    if kind in ("static_select", "radio_buttons"):
        initial = made.get("initial_option")
        chosen = initial if value is _UNTOUCHED else next((o for o in made["options"] if o["value"] == value), None)
        assert value in (_UNTOUCHED, None) or chosen, f"no option {value}"
        return {"type": kind, "selected_option": chosen}
    if kind in ("checkboxes", "multi_static_select"):
        wanted = [] if value is _UNTOUCHED or value is None else value
        return {"type": kind, "selected_options": [o for o in made["options"] if o["value"] in wanted]}
    names = {
        "plain_text_input": ("value", "initial_value"),
        "users_select": ("selected_user", "initial_user"),
        "datetimepicker": ("selected_date_time", "initial_date_time"),
    }
    name, initial_name = names[kind]
    return {"type": kind, name: made.get(initial_name) if value is _UNTOUCHED else value}
