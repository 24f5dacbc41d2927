"""What is gathered for the postmortem: everything on record, by name, linked, from either database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from incidents import dossier, edit, paging, postmortems, roles, status, timeline, updates, work
from incidents.core import Core, NoSuchIncident
from incidents.declare import Declaration, declare
from incidents.events import Noted, read
from incidents.exports.markdown import render
from incidents.policy import Policy
from incidents.rules.lifecycle import Status
from incidents.rules.times import duration_words
from incidents.updates import Report
from models import Event, Incident, Person
from models.database import make_engine
from tests.databases import furnish

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
NAMES = {"UALICE": "Alice", "UBOB": "Bob", "UCAROL": "Carol"}


class HandClock:
    """The time, moved by hand."""

    def __init__(self) -> None:
        self.at = START

    def now(self, session: Session | None = None) -> datetime:
        return self.at

    def to(self, minutes: float) -> None:
        self.at = START + timedelta(minutes=minutes)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def core(database_url: str, clock: HandClock) -> Iterator[Core]:
    """The verbs on a real database, with nobody on the other side of it."""
    engine = make_engine(database_url)
    furnish(database_url)
    policy = Policy.model_validate({"rotations": {"primary": {"people": ["UBOB"]}, "secondary": {"people": ["UCAROL"]}}})
    yield Core(engine, clock=clock, policy=lambda: policy, router=lambda *_: (), timers={}, bell=lambda *_: None)
    engine.dispose()


def link(channel: str, ts: str, thread_ts: str | None) -> str:
    return f"https://acme.slack.com/archives/{channel}/p{ts.replace('.', '')}" + (f"?t={thread_ts}" if thread_ts else "")


def posted(core: Core) -> None:
    """Every event is shown by a message, as the deliveries would leave it."""
    with core.transaction() as session:
        for event in session.exec(select(Event).where(col(Event.ts).is_(None))):
            event.channel, event.ts = "CROOM", f"1700.{event.id:06d}"
            session.add(event)


def whole_story(core: Core, clock: HandClock) -> None:
    """Declare, page, update, raise, capture, mitigate, resolve."""
    declare(
        core,
        Declaration(
            "Checkout is down",
            "SEV2",
            "UALICE",
            commander="UALICE",
            impact="Some payments fail",
            detected_by="customer",
        ),
    )
    clock.to(3)
    paging.acknowledge(core, 1, by="UBOB")
    clock.to(5)
    edit.change_severity(core, 1, "SEV1", by="UALICE", why="<@UBOB> sees *all* payments fail")
    clock.to(8)
    timeline.note(core, 1, "Deploy 7 went out\nat the same time", by="UBOB", at=START - timedelta(minutes=4))
    timeline.capture(
        core,
        1,
        channel="COTHER",
        ts="1699.000100",
        thread_ts="1699.000001",
        author="UCAROL",
        text="is it [the deploy](https://evil.example)?",
        at=START + timedelta(minutes=7),
        by="UBOB",
        how="pin",
    )
    clock.to(10)
    report = Report(Status.IDENTIFIED, "SEV1", impact="All payments fail", theory="Deploy 7", actions="Rolling back")
    updates.post_update(core, 1, lambda _: report, by="UALICE")
    clock.to(11)
    roles.assign(core, 1, "scribe", "UCAROL", by="UALICE")
    work.add_task(core, 1, "Tell the bank", owner="UCAROL", by="UALICE")
    clock.to(40)
    with core.unit(1) as unit:
        updates.post_timed(unit)
    clock.to(41)
    status.move(core, 1, Status.MONITORING, by="UALICE")
    clock.to(65)
    status.move(core, 1, Status.RESOLVED, by="UALICE", confirmed=True)
    clock.to(70)
    work.add_action(core, 1, "Alert on errors | latency", owner="UBOB", due_on=date(2026, 12, 1), by="UALICE")
    posted(core)


def drafted(core: Core, names: dict[str, str] = NAMES) -> str:
    return render(dossier.gather(core, 1).postmortem(names=names, link=link))


def test_the_whole_story(core: Core, clock: HandClock) -> None:
    whole_story(core, clock)
    text = drafted(core)
    for said in (
        "# INC-1: Checkout is down",
        "- **Severity:** SEV1 Critical (raised from SEV2 to SEV1 at [14:05](https://acme.slack.com/archives/CROOM/",
        f"- **Duration:** {duration_words(timedelta(minutes=65))}, from detection at",
        "- **What users saw:** All payments fail (Alice, [14:10](",
        "- **Reported earlier:** Some payments fail (Alice, [14:00](",
        "- **Last theory on record:** Deploy 7 (Alice, [14:10](",
        "Bob: Deploy 7 went out at the same time (noted at 14:08)",
        "- [14:07](https://acme.slack.com/archives/COTHER/p1699000100?t=1699.000001) Carol wrote: is it \\[the",
        "Alice raised the severity from SEV2 to SEV1: Bob sees \\*all\\* payments fail",
        "- A customer noticed it first",
        "- 1 timed update had nothing new to report: [14:40](",
        "- It was resolved before the watch was over: [15:05](",
        "- Tell the bank (Carol, added [14:11](",
        "| Alert on errors \\| latency | Bob | 2026-12-01 | open | [15:10](",
        f"| acknowledge | {duration_words(timedelta(minutes=3))} | {duration_words(timedelta(minutes=5))}, met |",
        "| Scribe | Carol | [14:11](",
        "| Bob, Carol | major | Bob acknowledged at [14:03](",
        "TODO(@Alice): ",
    ):
        assert said in text
    assert not [id for id in NAMES if id in text]


def test_every_headline_once_in_order(core: Core, clock: HandClock) -> None:
    whole_story(core, clock)
    document = dossier.gather(core, 1).postmortem(names=NAMES, link=link)
    (entries,) = [block for part in document.sections for block in part.blocks if hasattr(block, "entries")]
    with core.view() as session:
        events = session.exec(select(Event)).all()
    shown = [event for event in events if read(event.kind, event.payload).headline]
    assert [entry.at for entry in entries.entries] == [event.at for event in sorted(shown, key=lambda e: (e.at, e.id))]
    assert all(entry.link for entry in entries.entries)


def test_same_record_same_bytes_and_nothing_is_written(core: Core, clock: HandClock) -> None:
    whole_story(core, clock)
    with core.view() as session:
        before = len(session.exec(select(Event)).all())
    assert drafted(core) == drafted(core)
    with core.view() as session:
        assert len(session.exec(select(Event)).all()) == before


def test_declared_and_resolved(core: Core, clock: HandClock) -> None:
    declare(core, Declaration("It blinked", "SEV3", "UALICE"))
    clock.to(2)
    status.move(core, 1, Status.RESOLVED, by="UALICE")
    text = drafted(core)
    assert "- 14:00 Alice declared SEV3: It blinked\n- 14:02 Alice moved it from investigating to **resolved**" in text
    assert "](" not in text


def test_open_incident(core: Core, clock: HandClock) -> None:
    declare(core, Declaration("Still on", "SEV2", "UALICE"))
    clock.to(30)
    postmortems.draft(core, 1, by="UALICE")
    text = drafted(core)
    assert "INC-1 is still open (investigating)" in text
    assert f"{duration_words(timedelta(minutes=30))} so far" in text
    assert "as of 2026-11-21 14:30 UTC" in text


def test_names_come_from_the_caller_then_from_memory_then_the_id(core: Core, clock: HandClock) -> None:
    declare(core, Declaration("Who?", "SEV4", "UALICE"))
    for person in ("UBOB", "UCAROL"):
        timeline.note(core, 1, "seen in <#CROOM>", by=person)
    with core.transaction() as session:
        session.add(Person(id="UBOB", name="Bob as remembered", fetched_at=START))
        session.add(Person(id="UALICE", name="Alice as remembered", fetched_at=START))
        incident = session.get_one(Incident, 1)
        incident.room_channel, incident.room_name = "CROOM", "inc-who-1"
        session.add(incident)
    text = drafted(core, {"UALICE": "Alice"})
    assert "14:00 Alice declared" in text
    assert "14:00 Bob as remembered: seen in #inc-who-1" in text
    assert "14:00 UCAROL: seen in #inc-who-1" in text


def test_a_message_that_nobody_can_link_is_told_without_a_link(core: Core, clock: HandClock) -> None:
    declare(core, Declaration("No address", "SEV4", "UALICE"))
    posted(core)
    assert "](" not in render(dossier.gather(core, 1).postmortem(names=NAMES, link=lambda *_: ""))


def test_no_such_incident(core: Core) -> None:
    with pytest.raises(NoSuchIncident):
        dossier.gather(core, 7).postmortem(names={}, link=link)


def test_500_events(core: Core, clock: HandClock) -> None:
    declare(core, Declaration("Long", "SEV4", "UALICE"))
    with core.unit(1) as unit:
        for number in range(500):
            unit.record(Noted(text=f"entry {number} of many"), by="UBOB")
    posted(core)
    text = drafted(core)
    assert [text.count(f"entry {number} of many") for number in range(500)] == [1] * 500
