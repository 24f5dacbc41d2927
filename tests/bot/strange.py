"""The strangest that can be on record, made by hypothesis: incidents, their events, people's words, configs at their limits."""

import types
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from random import Random
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from bot.scene import Scene
from incidents.alerts import SHOWN, Ringing
from incidents.drill_script import Script
from incidents.events import AUDIENCES, KINDS, Deployed, DrillMark, Happened, Told
from incidents.likeness import Alike
from incidents.moments import MOMENTS
from incidents.policy import Policy
from incidents.rules.checklists import CHECKLISTS
from incidents.rules.lifecycle import OPEN, Status
from incidents.rules.runbook import Runbook
from incidents.standing import Standing
from models import ActionItem, Alert, Drill, Event, Incident, Notice, Page, RoleAssignment, RunbookRun, Task

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NUMBER = 42
PEOPLE = ("U0ALICE", "U0BOB", "U0CAROL")
LEVELS = ("SEV1", "SEV2", "SEV3", "SEV4", "SEV0")  # the last one was taken out of the config since

PIECES = (
    "Checkout is down",
    "<!channel>",
    "<!here> <!everyone>",
    "<!subteam^S0EVIL>",
    "<!date^666^{time}|evil>",
    "<https://evil.example|click here>",
    "<mailto:evil@evil.example|me>",
    "<@U0EVIL|alice>",
    "<@U0BOB>",
    "<#C0ROOM>",
    "&lt;!channel&gt;",
    "& < >",
    "🔥👩‍👩‍👧‍👦🏳️‍🌈",
    "עברית والعربية",
    "\u202egnp.exe",
    "\u200b\u200d\ufeff",
    "*bold* _it_ ~gone~ `code` ```pre```",
    "{by} {0} %s \\",
    "|",
    "𝒳" * 40,
    "A" * 90,
    "&" * 60,
    "<" * 60,
)


@cache
def words(most: int, *, least: int = 1, lines: bool = True) -> SearchStrategy[str]:
    """What somebody typed, often as long as it may be; the same pieces again and again where it is long."""
    return st.integers(0, 2**32).map(lambda dice: _words(Random(dice), most, least, lines))


def _words(dice: Random, most: int, least: int, lines: bool) -> str:
    """Of one draw: a text takes hypothesis a thousandth of a second where it chooses piece by piece, and a record has forty."""
    pieces = (*PIECES, "\n\n>", "\n• ") if lines else PIECES
    said = " ".join(dice.choices(pieces, k=dice.randint(1, 5)))
    length = dice.choice((least, min(most, 40), most, most))
    said = (said + " ") * (length // (len(said) + 1) + 1) if length > 200 or length == most else said
    said = said[:most]
    return said if said.strip(" \n\u200b\u200d\ufeff\u202e") or not least else ("x" + said)[:most]


@cache
def policies() -> tuple[Policy, ...]:
    """No config at all, and one that uses up all that a config may hold, with the longest and strangest names."""
    strange = "<!channel> & " + "𝒳" * 27
    roles = {
        f"a-role-with-a-long-nam{n:02d}": {
            "name": f"{n:02d}{strange}"[:40],
            "duties": "<!channel> & " * 70,
            "not_for": "&" * 1000,
        }
        for n in range(16)
    }
    services = {
        f"{n:02d} {strange}"[:40]: {"escalation": "critical", "runbooks": ["https://a.b/1", "no link"]} for n in range(120)
    }
    full = Policy.model_validate(
        {
            "workspace": {"leadership_channel": "leadership", "status_page": "https://status.example.com"},
            "severities": {
                "SEV1": {"name": strange[:40], "when": "<!channel> & " * 20, "rank": 1, "update_every": "30m", "watch_for": "1h"},
                **{f"LEVEL{n}": {"name": f"{n} {strange}"[:40], "rank": n} for n in range(10, 25)},
            },
            "roles": roles,
            "rotations": {f"{n:02d} {strange}"[:40]: {"people": ["U0BOB"]} for n in range(60)},
            "escalations": {
                "critical": {"levels": [{"page": ["person:U0BOB"]}]},
                **{f"{n:02d} {strange}"[:40]: {"levels": [{"page": ["person:U0BOB"]}]} for n in range(60)},
            },
            "services": services,
            "types": {f"type{n}": {"name": f"{n} {strange}"[:40], "when": "<!channel> & " * 20} for n in range(50)},
            "fields": {f"a-field-with-a-long-n{n:02d}": _field(n, strange) for n in range(25)},
            "causes": [f"{n:02d} {strange}"[:40] for n in range(100)],
        }
    )
    return Policy(), full


def _field(number: int, strange: str) -> dict[str, Any]:
    kind = ("choice", "text", "number", "people", "date")[number % 5]
    return {
        "name": f"{number:02d} {strange}"[:40],
        "kind": kind,
        "choices": [f"{n:02d} {strange} {strange}"[:75] for n in range(12)] if kind == "choice" else [],
        "types": [] if number % 2 else ["type1"],
        "required": "resolve",
        "card": number < 8,
        "hint": "<!channel> & " * 11,
    }


@st.composite
def values(draw: DrawFn, policy: Policy) -> dict[str, str]:
    """What the team's own fields hold: nothing, or as much as they can; one has left the config."""
    if draw(st.booleans()):
        return {}
    full = {"text": draw(words(300, lines=False)), "number": "-999999999999999.999999", "date": "2026-12-01"}
    full["people"] = " ".join(f"<@U0P{n:03d}>" for n in range(10))
    known = {key: its.choices[-1] if its.choices else full[its.kind] for key, its in policy.fields.items()}
    return {**known, "gone": full["text"]}


moments = st.integers(0, 90 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
ahead = st.integers(1, 600).map(lambda minutes: NOW + timedelta(minutes=minutes))
somebody = st.sampled_from(PEOPLE)
nobody_or = st.sampled_from([None, *PEOPLE])
targets = st.sampled_from([*PEOPLE, "group:S0TEAM", "ann@example.com", "C0SUPPORT"])


@st.composite
def incidents(draw: DrawFn, policy: Policy, number: int = NUMBER) -> Incident:
    """One in any state, with nothing known or with all that can be known."""
    status = draw(st.sampled_from(list(Status)))
    declared = draw(moments)
    known = draw(st.booleans())
    room = draw(st.sampled_from(["", "wanted", "open", "archived"]))
    texts = words(3000) if known else st.just("")
    return Incident(
        id=number,
        title=draw(words(150, lines=False)),
        severity=draw(st.sampled_from([*policy.levels(), *LEVELS])),
        status=str(status),
        declared_by=draw(nobody_or),
        summary=draw(texts),
        impact=draw(texts),
        theory=draw(texts),
        private=draw(st.sampled_from([False, False, True])),
        several_teams=draw(st.booleans()),
        cause_unclear=draw(st.booleans()),
        services=draw(st.sampled_from([[], list(policy.services)[:1], list(policy.services)])),
        drill=draw(st.sampled_from([None, None, "", "checkout-outage"])),
        type=draw(st.sampled_from([None, "gone", *list(policy.types)[:2]])),
        fields=draw(values(policy)),
        causes=draw(st.sampled_from([[], policy.causes[:10], ["gone"]])),
        detected_by=draw(st.sampled_from([None, "customer"])),
        ticked=draw(_ticked()) if known else {},
        impact_started_at=draw(moments) if known else None,
        declared_at=declared,
        acknowledged_at=declared + timedelta(minutes=4) if known else None,
        mitigated_at=NOW if known else None,
        resolved_at=None if status in OPEN else NOW,
        closed_at=NOW if status is Status.CLOSED else None,
        merged_into=31 if status is Status.MERGED else None,
        room_wanted_at=declared if room else None,
        room_name="inc-2026-11-23-" + "x" * 65 if room else None,
        room_channel="C0ROOM" if room in ("open", "archived") else None,
        room_archived_at=NOW if room == "archived" else None,
        room_shut=room == "archived" and status in OPEN,
        announce_channel=draw(st.sampled_from([None, "C0INCIDENTS"])),
        announce_ts="1.000001",
        update_anchor_at=declared,
        updates_paused=draw(st.booleans()),
        subscribers=draw(st.sampled_from([[], [*PEOPLE, "C0SUPPORT"]])),
        changed={"title": [draw(words(150, lines=False)), NOW.isoformat()], "impact": ["~" * 3000, NOW.isoformat()]}
        if known
        else {},
        last_event=7,
    )


@st.composite
def books(draw: DrawFn) -> Runbook:
    """As much as a runbook's file can hold."""
    say, short = words(1500), words(150, lines=False)
    many = draw(st.sampled_from([1, 100]))
    branches = [{"label": draw(words(60, lines=False)), "to": 1 + n % many} for n in range(5)]
    hook = {"method": "POST", "url": "https://" + "a" * 300 + ".example.com/" + "x" * 600}
    text, code, section = draw(say), draw(words(1200)), draw(short)
    steps = [
        {
            "number": n,
            "section": section,
            "text": text,
            "code": [code] * 3,
            "branches": branches[: n % 6],
            "webhook": hook if n % 2 else None,
            "rollback": n > 90,
        }
        for n in range(1, many + 1)
    ]
    deadline = {"after": "PT30M", "who": draw(words(60, lines=False))}
    kinds = ("context", "escalation", "causes", "permissions")
    return Runbook.model_validate(
        {
            "name": draw(st.sampled_from(["checkout", "x" * 60])),
            "title": draw(short),
            "services": [draw(words(40, lines=False))] * 50,
            "owner": draw(short),
            "permissions": draw(words(1500, lines=False)),
            "last_tested": draw(st.sampled_from([None, "2026-01-01", "2026-11-20"])),
            "parts": [{"kind": kind, "title": draw(short), "text": draw(words(2000))} for kind in kinds],
            "steps": steps,
            "deadlines": [{**deadline, "step": n % 3, "by_step": n % 2} for n in range(20)],
        }
    )


@st.composite
def runs(draw: DrawFn, id: int) -> RunbookRun:
    """A runbook that is followed, at any place of it."""
    book, by = draw(books()), draw(somebody)
    at = draw(st.sampled_from([None, 1, len(book.steps)]))
    path = [[1 + n % len(book.steps), by, NOW.isoformat(), draw(words(60, lines=False)), n % 2 == 0] for n in range(10)]
    return RunbookRun(
        id=id,
        incident_id=NUMBER,
        name=book.name,
        title=book.title,
        content=book.model_dump(mode="json", exclude_defaults=True),
        state=draw(st.sampled_from(["offered", "open", "solved", "unsolved"])),
        at=at,
        path=path[: draw(st.sampled_from([0, 1, 10]))],
        stuck=draw(nobody_or),
        calls=draw(st.sampled_from([{}, {"1": "calling"}, {"1": "called"}, {"1": "failed"}, {"1": "doubt"}])),
        opened_at=NOW,
    )


@st.composite
def drills(draw: DrawFn) -> Drill:
    """How far a drill is, without a script or with the longest one."""
    script = draw(st.sampled_from([{}, _script(draw(words(2000)))]))
    ended, paused = draw(st.sampled_from([None, None, NOW])), draw(st.sampled_from([None, NOW]))
    said = draw(st.sampled_from([0, 149, 150])) if script else 0
    return Drill(incident_id=NUMBER, script=script, zero_at=NOW, said=said, paused_at=paused, ended_at=ended)


def _script(said: str) -> dict[str, Any]:
    said = said if said.strip() else "…"
    injects = [{"at": f"{n}m", "say": said, "as": " ".join(said.split())[:40].strip() or "…"} for n in range(100)]
    hints = [{"at": f"{n}m", "say": said, "unless": "take " + "x" * 34} for n in range(50)]
    made = {"title": "Trouble", "severity": "SEV1", "briefing": said, "injects": injects, "hints": hints, "end": "1d"}
    return Script.model_validate(made).stored()


@st.composite
def _ticked(draw: DrawFn) -> dict[str, dict[str, str]]:
    return {name: {item: draw(somebody) for item in items if draw(st.booleans())} for name, items in CHECKLISTS.items()}


@st.composite
def happenings(draw: DrawFn, kind: type[Happened], policy: Policy) -> Happened:
    """An event of this kind, its payload as strange as it can be stored."""
    hints = get_type_hints(kind)
    return kind.model_validate({name: draw(_part(name, hints[name], kind, policy)) for name in kind.model_fields})


def _part(name: str, hint: Any, kind: type[Happened], policy: Policy) -> SearchStrategy[Any]:
    """What may stand in one field of a payload. One that nobody has thought of yet is refused here."""
    if (kind.kind, name) in _OF_KIND:
        return _OF_KIND[kind.kind, name](policy)
    if get_origin(hint) in (Union, types.UnionType):
        inner = next(each for each in get_args(hint) if each is not type(None))
        return st.none() | _part(name, inner, kind, policy)
    if name in _FIELDS:
        return _FIELDS[name](policy)
    if hint is timedelta:
        return st.timedeltas(timedelta(), timedelta(days=1))
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(1, 10**9)
    if hint is datetime:
        return moments | ahead
    if hint is date:
        return st.just(NOW.date())
    if hint == dict[str, datetime]:
        return st.just({})
    if hint is str:
        return (
            st.sampled_from(["", kind.kind]) if name == "version" else words(_LONGEST.get(name, 3000), least=_least(kind, name))
        )
    if hint == list[int]:
        return st.sampled_from([[], list(range(1, 101))])
    if hint == list[str]:
        return st.lists(words(40, lines=False), max_size=20)
    raise AssertionError(f"nothing strange is known for {kind.__name__}.{name}: {hint}")


def _changes(policy: Policy) -> SearchStrategy[list[dict[str, str]]]:
    keys = ["type", "causes", "gone", *policy.fields]
    made = {name: words(300, least=0, lines=False) for name in ("old", "new", "says")}
    one = st.fixed_dictionaries({"name": words(40, lines=False), **made})
    return one.flatmap(lambda same: st.sampled_from([keys[:1], keys]).map(lambda some: [{**same, "field": key} for key in some]))


def _least(kind: type[Happened], name: str) -> int:
    return 1 if kind.model_fields[name].is_required() else 0


_LONGEST = {"title": 150, "name": 40, "role_name": 40, "trouble": 500, "url": 500, "item": 40, "checklist": 40, "scenario": 40}

_FIELDS: dict[str, Any] = {
    **dict.fromkeys(("person", "to", "previous", "author", "covers", "owner", "asked_by"), lambda policy: somebody),
    "paged": lambda policy: somebody,
    "posts": lambda policy: st.lists(
        st.builds(Told, text=words(2000), channel=st.sampled_from(["", "support", "leadership"])), max_size=20
    ),
    "deploys": lambda policy: st.lists(
        st.builds(
            Deployed,
            service=words(40, lines=False),
            version=words(80, lines=False),
            by=words(60, least=0, lines=False),
            environment=words(40, least=0, lines=False),
            url=st.sampled_from(["", "https://ci.example.com/?a=1&b=" + "x" * 1800, "https://ci.example.com/7"]),
            at=moments,
        ),
        min_size=1,
        max_size=5,
    ),
    "webhooks": lambda policy: st.sampled_from([[], [f"https://host{n}.example.com/x" for n in range(20)]]),
    "invites": lambda policy: st.sampled_from([[], ["U0BOB", "group:S0TEAM", "ann@example.com"]]),
    "path": lambda policy: st.just([[1, "U0BOB", NOW.isoformat(), "", False]]),
    "calls": lambda policy: st.just({"1": "doubt"}),
    "stuck": lambda policy: somebody,
    "timer": lambda policy: st.just("1:0:7"),
    "host": lambda policy: st.just("deploy.example.com"),
    "target": lambda policy: targets,
    "people": lambda policy: st.sampled_from([["U0BOB"], [*PEOPLE, "group:S0TEAM"], [f"U0P{n:03d}" for n in range(20)]]),
    "after": lambda policy: st.sampled_from([[], ["U0CAROL"], [f"U0P{n:03d}" for n in range(20)]]),
    "channels": lambda policy: st.sampled_from([[], ["leadership"]]),
    "channel": lambda policy: st.just("C0ROOM"),
    "room": lambda policy: st.sampled_from([None, "C0ROOM"]),
    "role": lambda policy: st.sampled_from(list(policy.roles)),
    "severity": lambda policy: st.sampled_from([*policy.levels(), *LEVELS]),
    "status": lambda policy: st.sampled_from([str(state) for state in Status]),
    "old": lambda policy: st.sampled_from([str(state) for state in Status]),
    "new": lambda policy: st.sampled_from([str(state) for state in Status]),
    "field": lambda policy: st.sampled_from(["title", "impact"]),
    "flag": lambda policy: st.sampled_from(["several_teams", "cause_unclear"]),
    "moment": lambda policy: st.sampled_from(list(MOMENTS)),
    "told": lambda policy: st.sampled_from([[], list(AUDIENCES)]),
    "tells": lambda policy: st.sampled_from([["home"], list(AUDIENCES)]),
    "files": lambda policy: st.lists(st.tuples(words(150), st.sampled_from(_ADDRESSES)), max_size=10),
    "services": lambda policy: st.sampled_from([[], list(policy.services)]),
    "fields": values,
    "changes": lambda policy: _changes(policy),
}
_MARKS = st.lists(
    st.builds(
        DrillMark,
        label=words(60, lines=False),
        took=st.none() | st.timedeltas(timedelta(), timedelta(days=1)),
        target=st.none() | st.just(timedelta(minutes=5)),
        met=st.sampled_from([None, True, False]),
    ),
    max_size=33,
)
_ADDRESSES = ["", "https://acme.slack.com/f>|<https://evil.example|x>", "javascript:alert(1)", "https://a.b/" + "x" * 480]
_OF_KIND: dict[tuple[str, str], Any] = {
    ("runbook.stuck", "asked"): lambda policy: nobody_or,
    ("webhook.answered", "status"): lambda policy: st.sampled_from([0, 200, 503]),
    ("runbook.step", "to"): lambda policy: st.none() | st.integers(1, 100),
    ("runbook.step", "off"): lambda policy: st.just(["1:0:7"]),
    ("field.edited", "old"): lambda policy: words(3000),
    ("field.edited", "new"): lambda policy: words(3000, least=0),
    ("subscription.removed", "target"): lambda policy: st.just("C0SUPPORT"),
    ("moment.corrected", "old"): lambda policy: st.none() | moments,
    ("moment.corrected", "new"): lambda policy: moments,
    ("incident.declared", "drill"): lambda policy: st.sampled_from([None, "", "checkout-outage"]),
    ("incident.declared", "script"): lambda policy: st.just({}),
    ("drill.inject", "says"): lambda policy: words(2000),
    ("drill.inject", "speaker"): lambda policy: words(40, lines=False),
    ("drill.ended", "marks"): lambda policy: _MARKS,
    ("drill.ended", "practise"): lambda policy: st.lists(words(300), max_size=33),
    ("severity.changed", "old"): lambda policy: st.sampled_from([*policy.levels(), *LEVELS]),
    ("severity.changed", "new"): lambda policy: st.sampled_from([*policy.levels(), *LEVELS]),
}


@dataclass
class Strange:
    """One picture and all that views are drawn from besides it: lists with nothing in them, with one, with too many."""

    scene: Scene
    page: Page
    text: str
    many: int
    choice: bool

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def __repr__(self) -> str:
        incident = self.scene.incident
        return f"<{self.scene.happened!r:.300} in {incident.status} {incident.severity} {incident.title!r}, {self.many} of each>"

    @property
    def policy(self) -> Policy:
        return self.scene.policy

    @cached_property
    def rows(self) -> list[Incident]:
        """Alike but for their numbers."""
        known = self.scene.incident.model_dump()
        return [Incident(**{**known, "id": 100 + n}) for n in range(self.many)]

    @cached_property
    def events(self) -> list[Event]:
        happened = self.scene.happened
        return [self.scene.event, *(stored(happened, id=10 + n, actor="U0BOB") for n in range(self.many))]

    @cached_property
    def books(self) -> list[Runbook]:
        return [Runbook.model_validate(run.content) for run in self.scene.runbooks[:1]] * self.many

    @cached_property
    def tasks(self) -> list[Task]:
        owners = (None, "U0BOB")
        return [Task(id=n, incident_id=NUMBER, text=self.text, owner=owners[n % 2], added_at=NOW) for n in range(self.many)]

    @cached_property
    def actions(self) -> list[ActionItem]:
        due = (None, date(2026, 1, 1))
        return [ActionItem(id=n, incident_id=NUMBER, text=self.text, due_on=due[n % 2], added_at=NOW) for n in range(self.many)]


@st.composite
def ringing(draw: DrawFn) -> Ringing:
    """None, or as many as a card shows and more."""
    url = st.sampled_from(
        [
            "",
            "https://grafana.example.com/d/" + "x" * 1800,
            "https://grafana.example.com/d/" + "&" * 270,
            "http://a.example/?b=1&c=2",
        ]
    )
    first = [
        Alert(id=n, incident_id=NUMBER, source="alertmanager", fingerprint="f", bundle="b", title=draw(words(150, lines=False)),
              severity="SEV1", url=draw(url), state=draw(st.sampled_from(["firing", "resolved"])),
              times=draw(st.sampled_from([1, 999])), started_at=NOW, received_at=NOW)
        for n in range(draw(st.sampled_from([0, 1, SHOWN])))
    ]  # fmt: skip
    firing = sum(alert.state == "firing" for alert in first)
    return Ringing(first, firing, len(first) + draw(st.sampled_from([0, 400])) * bool(first))


@st.composite
def strange(draw: DrawFn, kinds: Sequence[str]) -> list[Strange]:
    """Everything at one moment, which takes long to make up; once for each of these kinds, with such an event at its centre."""
    policy = draw(st.sampled_from(policies()))
    incident = draw(incidents(policy))
    happened = [draw(happenings(KINDS[kind], policy)) for kind in kinds]
    actor = draw(nobody_or)
    held = list(policy.roles)[: draw(st.sampled_from([0, 1, 30]))]
    holdings = [
        RoleAssignment(
            id=n,
            incident_id=NUMBER,
            role=role,
            person=draw(somebody),
            since=incident.declared_at,
            offered_to="U0CAROL",
            offer_event=draw(st.sampled_from([7, 6])),
        )
        for n, role in enumerate(held)
    ]
    name = draw(words(40, lines=False))
    page = Page(id=1, incident_id=NUMBER, name=name, policy={}, why=draw(words(300, least=0)), started_at=incident.declared_at,
                acknowledged_by=draw(nobody_or), acknowledged_at=NOW)  # fmt: skip
    pages = [page] * draw(st.sampled_from([0, 1, 30]))
    followed = [draw(runs(n)) for n in range(1, 1 + draw(st.sampled_from([0, 1, 3])))]
    incident.runbooks = [run.id or 0 for run in followed]
    incident.runbook_timers = {f"1:{n}:7": NOW.isoformat() for n in range(20)} if followed else {}
    notices = [Notice(id=1, page_id=1, round=0, level=0, target="U0BOB", at=NOW)]
    likes = st.none() | incidents(policy)
    scene = Scene(
        standing=Standing(incident, holdings, pages, notices, draw(drills()) if incident.drill is not None else None),
        policy=policy,
        now=NOW,
        event=stored(happened[0], id=7, actor=actor),
        happened=happened[0],
        next_update_at=draw(st.none() | ahead),
        open_tasks=draw(st.sampled_from([0, 1, 100])),
        open_actions=draw(st.sampled_from([0, 1, 100])),
        runbooks=followed,
        alerts=draw(ringing()),
        like=Alike(*draw(st.tuples(likes, likes)), draft=draw(st.none() | st.just("https://acme.slack.com/files/U1/F1/a.md")))
        if incident.status == "triage"
        else Alike(),
        fitting=draw(st.sampled_from([[], [words_ * 3 for words_ in PIECES]])),
        updates=draw(st.sampled_from([0, 1])),
        deployed=draw(_FIELDS["deploys"](policy)),
    )
    one = Strange(
        scene=scene, page=page, text=draw(words(3000)), many=draw(st.sampled_from([0, 1, 25, 110])), choice=draw(st.booleans())
    )
    return [replace(one, scene=replace(scene, event=stored(each, id=7, actor=actor), happened=each)) for each in happened]


def stored(happened: Happened, *, id: int, actor: str | None) -> Event:
    """As the record has it."""
    payload = happened.model_dump(mode="json", exclude_defaults=True)
    return Event(id=id, incident_id=NUMBER, kind=happened.kind, actor=actor, at=NOW, recorded_at=NOW, payload=payload)
