"""Every view, every message that an event can cause, every form: drawn from the strangest records and checked as Slack does.

The views are found by walking `bot.views` and `bot.modals`, the messages by asking the table of reactions what each kind of
event causes. A new one is drawn here without anybody's doing; one that takes what `_argument` does not know fails until it does.
"""

import importlib
import inspect
import itertools
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import bot.modals
import bot.views
from bot.acts.automation import TellChannel
from bot.acts.pages import PagesOver
from bot.acts.runbook import ShowRunbook
from bot.commands import Answer, Command
from bot.drill import badged, said
from bot.findings import Finding, Grade
from bot.look import Alike
from bot.reactions import reactions
from bot.routes import router
from bot.scene import Scene
from bot.views import canvas
from bot.views.blocks import Block, Message
from bot.views.home import Mine
from bot.views.lists import Found
from bot.views.posts import plain_sentence
from bot.views.quoted import Quoted
from bot.views.texts import escape
from incidents import events as kinds
from incidents.automations import Outlook
from incidents.drill_files import MOST, Scenario, Scenarios
from incidents.drill_script import Script
from incidents.errors import Refused
from incidents.events import KINDS, LevelPaged
from incidents.events.automations import Told
from incidents.exports.markdown import EXPORT
from incidents.handoffs import Brief
from incidents.maintenance import Silenced
from incidents.on_call import Rota
from incidents.phrase import TOKEN
from incidents.policy import Policy
from incidents.policy_automations import Automation
from incidents.policy_file import Problem
from incidents.rules.checklists import CHECKLISTS
from incidents.rules.lifecycle import Status
from incidents.rules.metrics import MEASURES, Metrics, Share, Spread
from incidents.rules.on_call import Turn
from incidents.rules.postmortem.document import Document, Items
from incidents.rules.runbook import Runbook
from integrations.webhooks import HttpWebhooks
from models import ActionItem, CoverRequest, Event, Incident, Maintenance, OnCallOverride, Page, RunbookRun, Task
from sandbox.blocks import check_message, check_view
from tests.bot.desk import COMMANDS
from tests.bot.strange import NOW, NUMBER, Strange, strange

PIECES = frozenset({"bot.views.blocks", "bot.views.texts", "bot.views.forms", "bot.modals"})
"""What views are made of; it is seen in them."""

ABOUT: dict[str, tuple[type[kinds.Happened], ...]] = {
    "posts.automated": (kinds.Automated,),
    "answers.severity_changed": (kinds.SeverityChanged,),
    "answers.moved": (kinds.StatusChanged,),
    "answers.resolved": (kinds.StatusChanged,),
    "answers.moment_corrected": (kinds.MomentCorrected,),
    "answers.fields_set": (kinds.FieldsSet,),
    "answers.merged": (kinds.MergedFrom,),
    "answers.update_posted": (kinds.UpdatePosted,),
    "answers.acknowledged": (kinds.Acknowledged,),
    "followers.lost": (kinds.Unsubscribed,),
    "followers.summary": (kinds.UpdatePosted,),
    "followers.update": (kinds.UpdatePosted,),
    "handoffs.offered": (kinds.HandoffOffered,),
    "handoffs.offered_dm": (kinds.HandoffOffered,),
    "handoffs.over_dm": (kinds.HandoffDeclined, kinds.HandoffExpired, kinds.HandoffWithdrawn),
    "handoffs.suggested_dm": (kinds.HandoffSuggested,),
    "handoffs.take_empty": (kinds.RoleMissing,),
    "posts.moved": (kinds.RoomOpened,),
    "posts.update": (kinds.UpdatePosted,),
    "posts.role_dm": (kinds.RoleAssigned,),
    "posts.page_dm": (kinds.LevelPaged,),
    "posts.page_channel": (kinds.LevelPaged,),
    "posts.nudge": (kinds.UpdateNudged,),
    "deploys.listed": (kinds.DeploysListed,),
    "drills.inject": (kinds.DrillInjected,),
    "drills.score": (kinds.DrillEnded,),
}
"""Views that are about certain events only; the others must do with any."""

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
ONE_OF_ANY = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: strange([kind])).map(lambda made: made[0])


@dataclass(frozen=True)
class View:
    """A public function of a module of views."""

    name: str
    draw: Callable[..., Any]


def _views() -> Iterator[View]:
    for folder in (bot.views, bot.modals):
        for found in pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."):
            module = importlib.import_module(found.name)
            if found.name in PIECES:
                continue
            for name, function in vars(module).items():
                ours = inspect.isfunction(function) and function.__module__ == found.name and not name.startswith("_")
                if ours and name not in ("submit", "redraw"):
                    yield View(f"{found.name.split('.', 2)[2]}.{name}", function)


VIEWS = list(_views())
NOT_SHOWN = frozenset(
    {"bookmarks.about", "lists.finished", "capture.carried", "capture.shared_files", "declare.chosen_severity", "answers.answer",
     "drill.begun", "posts.push", "checklists.known"}
)  # fmt: skip
"""Public functions of these modules that draw nothing, or what others have drawn."""


# --- what views are drawn from ----------------------------------------------------------------------------------------


def _argument(name: str, hint: Any, made: Strange, path: str) -> Any:
    """One argument, by what it is called and by what it is."""
    if (name, hint) in _NAMED:
        return _NAMED[name, hint](made)
    if hint in _TYPED:
        return _TYPED[hint](made)
    raise AssertionError(f"nothing is known of what {path} is drawn from: {name}: {hint}")


_TYPED: dict[Any, Callable[[Strange], Any]] = {
    Scene: lambda made: made.scene,
    Policy: lambda made: made.policy,
    Event: lambda made: made.scene.event,
    Incident: lambda made: made.scene.incident,
    Page: lambda made: made.page,
    RunbookRun: lambda made: _run(made),
    Sequence[Runbook]: lambda made: made.books,
    datetime: lambda made: NOW,
    date: lambda made: NOW.date(),
    bool: lambda made: made.choice,
    str: lambda made: made.text,
    Refused: lambda made: Refused(f"Merge {made.text}?"),
    Brief: lambda made: Brief(*[made.text[:1500]] * 5),
    Quoted: lambda made: _quoted(made),
    Mine: lambda made: _mine(made),
    Found: lambda made: Found(
        f"incidents with “{made.scene.incident.title}”",
        made.rows[:20],
        made.many,
        _commanders(made),
        skipped=40 * made.choice,
        over=made.many * made.choice,
        **dict.fromkeys(("more", "back", "everything"), f"{made.text[:300]} page:2"),
    ),
    canvas.Kept: lambda made: canvas.Kept(_record(made), made.tasks, [], {}),
    Message: lambda made: plain_sentence(made.scene),
    Command: lambda made: COMMANDS["note"],
    Alike: lambda made: _alike(made) or Alike(),
    Alike | None: lambda made: _alike(made),
    LevelPaged: lambda made: _level(made.scene),
    kinds.Deployed: lambda made: kinds.Deployed(service=made.text[:40], version=made.text[:80], at=NOW, by=made.text[:60]),
    Scenarios: lambda made: _scenarios(made),
    OnCallOverride: lambda made: _rota(made).ahead[0],
    CoverRequest: lambda made: _cover(made),
    Rota | None: lambda made: _rota(made) if made.choice else None,
    Sequence[OnCallOverride]: lambda made: _rota(made).ahead,
    Sequence[Rota]: lambda made: [_rota(made)] * made.many,
    tuple[str, str] | None: lambda made: ("erin@example.com", made.text[:40]) if made.choice else None,
    kinds.DrillMark: lambda made: kinds.DrillMark(label=made.text[:60], took=timedelta(minutes=made.many)),
    Status | None: lambda made: Status.RESOLVED if made.choice else None,
    Sequence[Incident]: lambda made: made.rows,
    Metrics: lambda made: _metrics(made),
    timedelta: lambda made: timedelta(days=1 + made.many),
    Sequence[Finding]: lambda made: [Finding(g, made.text[:40], made.text, made.text) for g in Grade] * made.many,
    Maintenance: lambda made: _window(made, 1),
    Sequence[Maintenance]: lambda made: [_window(made, n) for n in range(made.many)],
    Mapping[int, Silenced]: lambda made: {n: Silenced(n, n % 3) for n in range(0, made.many, 2)},
    Sequence[Outlook]: lambda made: _outlook(made),
    Sequence[Event]: lambda made: made.events,
    Sequence[Task]: lambda made: made.tasks,
    Sequence[ActionItem]: lambda made: made.actions,
    Sequence[Command]: lambda made: list(COMMANDS.values()),
    Sequence[Block]: lambda made: _quoted(made).blocks(None),
    Sequence[tuple[str, datetime]]: lambda made: [(f"U0P{n:03d}", NOW) for n in range(made.many)],
    Sequence[tuple[datetime, str]]: lambda made: [(NOW, "watch"), (NOW, "status update"), (NOW, "unsent page")],
    Sequence[kinds.LinkAdded]: lambda made: [],
    Sequence[str]: lambda made: [task.text for task in made.tasks],
    Mapping[int, str]: lambda made: _commanders(made),
    Mapping[str, str | None]: lambda made: dict.fromkeys(made.policy.roles, "U0BOB"),
    Mapping[str, Any]: lambda made: {"ts": "1.000001", "text": made.text, "user": "U0BOB", "files": [{"name": made.text}] * 10},
}


def _outlook(made: Strange) -> list[Outlook]:
    """As many rules, with everything that they can do as often as they can."""
    said = (made.text.strip() or "x")[:900]
    then: list[dict[str, Any]] = [{"task": "look"}]
    rule = Automation.model_validate({"name": escape(said)[:60].strip() or "x", "when": {"event": "task.added"}, "then": then})
    does = kinds.Automated(
        rule="x",
        because=said,
        on=1,
        invites=[f"U0P{n:03d}" for n in range(made.many)],
        pages=[said] * 20,
        posts=[Told(text=said, channel="general" * (n % 2)) for n in range(20)],
        tasks=[said] * 20,
        webhooks=[f"https://{n}.example.com/" + "x" * 200 for n in range(20)],
    )
    return [Outlook(rule, n % 3, NOW if n % 2 else None, does) for n in range(made.many)]


_NAMED: dict[tuple[str, Any], Callable[[Strange], Any]] = {
    **dict.fromkeys((("by", str), ("to", str), ("whom", str), ("holder", str), ("to", str | None)), lambda made: "U0BOB"),
    ("owner", str | None): lambda made: "U0BOB" if made.choice else None,
    ("due", date | None): lambda made: NOW.date() if made.choice else None,
    ("role", str): lambda made: next(iter(made.scene.standing.holders), "ic"),
    ("role_name", str): lambda made: escape(made.policy.role_name("ic")),
    ("found", Sequence[Incident]): lambda made: made.rows or [made.scene.incident],
    ("name", str): lambda made: sorted(CHECKLISTS)[made.choice],
    ("title", str): lambda made: made.scene.incident.title,
    ("severity", str | None): lambda made: made.scene.incident.severity if made.choice else None,
    ("status", str): lambda made: made.scene.incident.status,
    ("what", str): lambda made: "note",
    ("said", str): lambda made: "The draft comes.",
    ("hint", str): lambda made: " Star it: `/incident timeline edit`",
    ("command", str): lambda made: "merge",
    ("at", str | None): lambda made: made.scene.incident.room_channel if made.choice else None,
    ("before", Incident | None): lambda made: made.scene.incident if made.choice else None,
    ("rank", int): lambda made: made.scene.severity.rank,
    ("skip", int): lambda made: made.many // 2,
    ("total", int): lambda made: made.many,
    ("number", int): lambda made: NUMBER,
    ("channel", str): lambda made: "C0ROOM",
    **dict.fromkeys((("private", str), ("carried", str)), lambda made: "{}"),
    ("gone", Sequence[str]): lambda made: [_window(made, n).service for n in range(made.many)],
    ("people", Sequence[str]): lambda made: [f"U0{n:09}" for n in range(made.many)],
    ("looked", Sequence[tuple[str, datetime]]): lambda made: [(f"U0{n:09}", NOW) for n in range(made.many)],
    ("response_url", str): lambda made: "https://hooks.slack.com/actions/T0/1/x",
    ("unknown", str | None): lambda made: made.text[:30] if made.choice else None,
    ("link", str | None): lambda made: "https://acme.slack.com/archives/C0ROOM/p1" if made.choice else None,
    ("merged", str): lambda made: "INC-41" if made.choice else "",
}


def _window(made: Strange, number: int) -> Maintenance:
    at = NOW + timedelta(hours=number % 2)
    ended = {"over_at": NOW, "ended_by": "U0CAROL"} if made.choice else {}
    said = escape(made.text)[:300]
    return Maintenance(id=number, service=said[:40], starts_at=at, ends_at=at, owner="U0BOB", reason=said, set_at=NOW, **ended)


def _commanders(made: Strange) -> dict[int, str]:
    return {row.number: "U0BOB" for row in made.rows[::2]}


def _mine(made: Strange) -> Mine:
    opened, roles = made.rows[:15], list(made.policy.roles)
    return Mine(
        opened=opened,
        total=made.many,
        commanders=_commanders(made),
        roles=[(role, row) for role, row in zip(itertools.cycle(roles), made.rows[:50], strict=False)],
        tasks=made.tasks[:50],
        actions=made.actions[:50],
        on_call=[(name, (None, "U0BOB")[n % 2]) for n, name in enumerate(made.policy.rotations)],
    )


def _rota(made: Strange) -> Rota:
    name, later = made.text.strip()[:40] or "x", NOW + timedelta(hours=4)
    row = {"rotation": name, "person": "U0BOB", "starts_at": NOW, "ends_at": later, "set_by": "U0ALICE", "set_at": NOW}
    rows = [OnCallOverride(id=n, **row) for n in range(made.many or 1)]
    turns = Turn("U0BOB", NOW, later, True), Turn((None, "erin@example.com")[made.choice], later, None)
    return Rota(name, *turns[:: (-1, 1)[made.choice]], rows)


def _cover(made: Strange) -> CoverRequest:
    shift = [_rota(made).name, NOW.isoformat(), NOW.isoformat()]
    taken = "U0BOB" if made.choice else None
    return CoverRequest(id=7, asked_by="U0ALICE", asked_at=NOW, shifts=[shift] * 20, asked=["U0BOB"] * 99, taken_by=taken)


def _run(made: Strange) -> RunbookRun:
    if not made.scene.runbooks:
        raise Refused("it follows none")
    return made.scene.runbooks[0]


def _scenarios(made: Strange) -> Scenarios:
    script = Script(title=made.scene.incident.title, severity="SEV1", about=made.text.strip()[:300] or "…")
    problem = Problem(Path("ours.yml"), 3, f"`at` is “{made.text}”", "write 5m")
    return Scenarios(tuple(Scenario(f"s{n}", script) for n in range(min(made.many, MOST))), (problem,) * made.many)


def _metrics(made: Strange) -> Metrics:
    """As many severities, names and weeks as there can be, and the longest."""
    took = timedelta(days=999, hours=23, minutes=59)
    spreads = dict.fromkeys(MEASURES, Spread(100_000, took, took, took, 99_999))
    named = {f"{n}{made.text[:150]}": 10_000 for n in range(made.many)}
    share = Share(made.many, 100, 80 if made.choice else None)
    levels = dict.fromkeys([*made.scene.policy.severities, made.text[:20]], 9)
    repeats = [(n + 1, n) for n in range(made.many)]
    weeks = [(NOW.date(), 10_000 * n) for n in range(made.many)]
    times = dict.fromkeys(levels, spreads)
    return Metrics(made.many, levels, named, named, named, times, share, share, share, repeats, weeks)


def _alike(made: Strange) -> Alike | None:
    return (
        Alike(made.rows[0], made.rows[-1], next(iter(made.scene.runbooks), None), "https://x.slack.com/a") if made.rows else None
    )


def _level(scene: Scene) -> LevelPaged:
    about = scene.happened
    return about if isinstance(about, LevelPaged) else LevelPaged(page_id=1, round=1, level=0, people=["U0BOB"])


def _quoted(made: Strange) -> Quoted:
    return Quoted("C0ROOM", "1.000001", None, "U0BOB", made.text)


def _record(made: Strange) -> Document:
    return Document("INC-42", made.scene.incident.title, (), Items(()), ())


# --- what is checked --------------------------------------------------------------------------------------------------

_OURS = re.compile(
    TOKEN.pattern
    + r"|<!date\^(?!666)\d+\^[^|<>]*\|[^<>|]*>|<!subteam\^S0TEAM>"
    + r"|<https?://(?!evil)[^\s<>|]+(\|[^<>|\n]*)?>"
    + r"|&(amp|lt|gt);"
)


def unsafe(text: str) -> str:
    """What Slack would read as markup of its own and is not ours; what was cut in the middle; empty where all is well."""
    left = _OURS.sub("", text)
    found = re.search(r".{0,20}(<|&|(?m:(?<!^)>)).{0,20}", left)
    return found.group() if found else ""


def _marked(part: Any) -> Iterator[str]:
    """Every text that Slack reads as mrkdwn."""
    if isinstance(part, list):
        for each in part:
            yield from _marked(each)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for each in part.values():
            yield from _marked(each)


def _controls(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for each in part:
            yield from _controls(each)
    elif isinstance(part, dict):
        if part.get("type") == "button":
            yield part["action_id"], part["value"]
        for each in part.values():
            yield from _controls(each)


def faults(shown: Any) -> Iterator[str]:
    """What is wrong with anything that a view can be."""
    if not shown:  # a piece that has nothing to say now
        return
    if isinstance(shown, list | tuple) and isinstance(shown[0], str):
        shown = "\n".join(map(str, shown))
    if isinstance(shown, str):
        shown = Message(shown)
    if isinstance(shown, Message | Answer):
        yield from map(str, check_message(list(shown.blocks)))
        if not shown.text.strip():
            yield "an empty text"
        if unsafe(shown.text):
            yield f"unsafe text: {unsafe(shown.text)}"
        if isinstance(shown, Answer) and len(shown.text) > 4000:
            yield f"an answer of {len(shown.text)} characters"
        shown = shown.blocks
    elif isinstance(shown, dict) and shown.get("type") in ("modal", "home"):
        yield from map(str, check_view(shown))
        if len(json.dumps(shown)) > 250_000:
            yield "more than 250 kB"
    elif isinstance(shown, dict):
        yield from map(str, check_message([shown]))
    elif isinstance(shown, list) and shown:
        whole = shown if all("elements" in each or "text" in each and each["type"] == "section" for each in shown) else None
        yield from map(str, check_message(whole or [{"type": "actions", "elements": shown}]))
    for text in _marked(shown):
        if unsafe(text):
            yield f"unsafe: {unsafe(text)}"
    controls = list(_controls(shown))
    twins = {each for each in controls if controls.count(each) > 1}
    if twins:
        yield f"buttons that are the same: {sorted(twins)[:3]}"
    for action, value in controls:
        if not re.match(r"run:[a-z]+(:|$)", action) or not re.match(r"(INC-\d+|-)( |$)", value):
            yield f"a button that leads nowhere: {action} {value[:40]}"


# --- the tests --------------------------------------------------------------------------------------------------------


def drawn(view: View, made: Strange) -> Iterator[str]:
    """What is wrong with one view of this."""
    if view.name in NOT_SHOWN:
        return
    hints = get_type_hints(view.draw)
    names = [name for name, part in inspect.signature(view.draw).parameters.items() if part.kind is not part.VAR_POSITIONAL]
    try:
        shown = view.draw(**{name: _argument(name, hints[name], made, view.name) for name in names})
    except Refused:
        return
    if isinstance(shown, Document):
        assert EXPORT.render(shown)
    else:
        yield from (f"{view.name}: {fault}" for fault in faults(shown))


@FEW
@given(ONE_OF_ANY)
def test_every_view_of_anything(made: Strange) -> None:
    found = [fault for view in VIEWS if view.name not in ABOUT for fault in drawn(view, made)]
    assert not found, "\n".join(found[:20])


CERTAIN = [(view, kind.kind) for view in VIEWS for kind in ABOUT.get(view.name, ())]


@FEW
@given(strange([kind for _, kind in CERTAIN]))
def test_every_view_of_certain_events(made: list[Strange]) -> None:
    found = [fault for (view, _), one in zip(CERTAIN, made, strict=True) for fault in drawn(view, one)]
    assert not found, "\n".join(found[:20])


def test_no_view_is_listed_that_is_none() -> None:
    assert {*ABOUT, *NOT_SHOWN} <= {view.name for view in VIEWS}


TABLE = reactions(lambda desk: "", lambda desk: "", HttpWebhooks({}))
SILENT = frozenset(
    {
        "room",
        "pin",
        "invite",
        "owner.group",
        "draft",
        "bookmark",
        "tick",
        "archive",
        "unarchive",
        "canvas",
        "homes",
        "members",
        "digest",
        "webhook",
        "automation.webhook",
        "withdraw",
        "asked.over",
    }
)
"""Reactions that post no view of their own: what they draw is checked above, or has no words."""


KINDS_BY_8 = [sorted(KINDS)[n : n + 8] for n in range(0, len(KINDS), 8)]


@pytest.mark.parametrize("kinds", KINDS_BY_8, ids=lambda kinds: f"{kinds[0]}…{kinds[-1]}")
def test_every_message_that_an_event_causes(kinds: Sequence[str]) -> None:
    @FEW
    @given(strange(kinds))
    def check(made: list[Strange]) -> None:
        found = [fault for one in made for fault in _said_wrongly(one)]
        assert not found, "\n".join(found[:20])

    check()


def _said_wrongly(made: Strange) -> Iterator[str]:
    scene = made.scene
    for route in router(TABLE, lambda: made.policy)(scene.happened, scene.event, scene.incident):
        if route.reaction in SILENT:
            continue
        act = TABLE[route.reaction].act
        if isinstance(act, PagesOver):
            shown = act.view(scene, made.page, _level(scene), at_home=isinstance(scene.happened, LevelPaged))
        elif isinstance(act, TellChannel):
            shown = act.told(scene, route.target)
        elif isinstance(act, ShowRunbook):
            if not scene.runbooks:
                continue
            shown = act.shown(scene, scene.runbooks[0])
        elif route.reaction == "topic":
            topic = act.text(scene)  # type: ignore[attr-defined]
            if not topic or len(topic) > 250 or re.search("<[!h]", topic):
                yield f"{scene.event.kind} -> topic: {topic!r}"
            continue
        else:
            shown = act.view(scene)  # type: ignore[attr-defined]
        if scene.incident.drill is not None:
            shown = Message(said(shown.text), badged(shown.blocks) if shown.blocks else [])
        for fault in (*faults(shown), *_lacks(route.reaction, shown.text, scene)):
            yield f"{scene.event.kind} -> {route.reaction}: {fault}"


AT_HOME = frozenset({"post", "quiet", "moved", "rules", "update.thread", "runbook", "automation.post"})
"""Read where the incident is at home, under its title; or in the team's own words."""
UNTITLED = frozenset({"room.failed", "private.alarm"})
"""Of a private incident, to somebody who is in it: a phone may show the text to anybody."""
WORDLESS = frozenset({"glass"})
"""Of a private incident, to somebody who is not in it."""
FIRST_SIGHT = frozenset({"page", "page.channel", "page.group", "announcement", "card", "alarm", "leadership", "leadership.update",
                         "follower.update", "follower.welcome", "update.thread"})  # fmt: skip
"""Read by somebody who may not know of the incident yet: how bad it is belongs to it."""


def _lacks(reaction: str, text: str, scene: Scene) -> Iterator[str]:
    """`text` alone says what it is about: it is all that a notification and a screen reader have."""
    incident = scene.incident
    if reaction in WORDLESS or (incident.private and reaction == "page.channel"):
        return
    if reaction != "rules" and incident.key not in text:
        yield f"its text does not name {incident.key}: {text[:80]}"
    if reaction not in AT_HOME | UNTITLED and escape(incident.title)[:10] not in text:
        yield f"its text has not the title {incident.title[:20]!r}: {text[:120]!r}"
    level = getattr(scene.happened, "severity", incident.severity)
    if reaction in FIRST_SIGHT and incident.severity not in text and level not in text:
        yield f"its text does not say how bad it is: {text[:120]!r}"
