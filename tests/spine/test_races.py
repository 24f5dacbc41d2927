"""Many at once, on both databases: nothing mixed, nothing doubled, nothing out of order."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.workspace import Workspace
from incidents import edit, fields, handoffs, merge, paging, private, roles, status, timeline, updates, work
from incidents.clock import SystemClock
from incidents.core import Core, Repeated
from incidents.declare import Declaration, declare
from incidents.errors import Refused
from incidents.handoffs import Brief
from incidents.roles import RoleHeld
from incidents.rules.lifecycle import Status
from models import Event, Incident, RoleAssignment
from sandbox.transports import Direct
from tests.spine import test_fold
from tests.spine.harness import ACME, House, assert_kept, at_once, dice, process
from workers import leases
from workers.clock import fire_due
from workers.deliver import Courier

CROWD = 8


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> Iterator[House]:
    url = "" if database == "sqlite" else request.getfixturevalue("postgres_url")
    made = House(tmp_path, ACME, url)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def declared(core: Core, title: str = "Checkout is down", severity: str = "SEV3", by: str = "U0ALICE") -> int:
    return declare(core, Declaration(title, severity, by=by)).incident_id


def events(core: Core, number: int, kind: str = "") -> list[Event]:
    with core.view() as session:
        query = select(Event).where(Event.incident_id == number).order_by(col(Event.id))
        return [event for event in session.exec(query) if event.kind.startswith(kind)]


def only(came: list[Any], *allowed: type[Exception]) -> list[Any]:
    """What succeeded; fails on any exception but those."""
    wrong = [one for one in came if isinstance(one, Exception) and not isinstance(one, allowed)]
    assert not wrong, wrong
    return [one for one in came if not isinstance(one, Exception)]


def attempt(verb: Callable[[], Any]) -> None:
    try:
        verb()
    except Refused:
        pass


def test_everybody_changes_everything_at_once(house: House) -> None:
    """By the machine's own clock: moments in the order of the events, and each change starts from the one before."""
    cores = [process(house), process(house)]
    for core in cores:
        core.clock = SystemClock()
    number = declared(cores[0])
    states = [Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATING, Status.MONITORING]

    def crowd(one: int) -> None:
        chance, core = dice("crowd", one), cores[one % 2]
        by = f"U0P{one}"
        for _ in range(12):
            level = chance.choice(("SEV1", "SEV2", "SEV3"))
            attempt(
                chance.choice(
                    [
                        partial(edit.change_severity, core, number, level, by=by, why="so it is"),
                        partial(status.move, core, number, chance.choice(states), by=by),
                        partial(
                            roles.assign,
                            core,
                            number,
                            chance.choice(("ic", "tech")),
                            by,
                            by=by,
                            replaces=f"U0P{chance.randrange(CROWD)}",
                        ),
                        partial(roles.leave, core, number, "ic", by=by),
                        partial(edit.edit, core, number, "impact", f"as {by} sees it {chance.random()}", by=by),
                        partial(fields.set_fields, core, number, {"causes": f"cause {chance.randrange(9)}", "seen": by}, by=by),
                        partial(paging.acknowledge, core, number, by=by),
                        partial(work.add_task, core, number, "look", owner=None, by=by),
                    ]
                )
            )

    only(at_once(*[partial(crowd, one) for one in range(CROWD)]))
    told = events(cores[0], number)
    assert [event.recorded_at for event in told] == sorted(event.recorded_at for event in told)
    house.core.clock = cores[0].clock
    test_fold.check(house.core, number)
    with house.core.view() as session:
        held = session.exec(select(RoleAssignment).where(col(RoleAssignment.until).is_(None))).all()
    assert max(Counter(row.role for row in held).values(), default=0) <= 1
    for core in cores:
        core.engine.dispose()


def test_one_of_many_takes_a_role(house: House) -> None:
    cores = [house.core, process(house)]
    for turn in range(5):
        number = declared(house.core, f"Trouble {turn}")
        came = at_once(*[partial(roles.assign, cores[n % 2], number, "ic", f"U0P{n}", by=f"U0P{n}") for n in range(CROWD)])
        [taken] = only(came, RoleHeld)
        assert len([one for one in came if isinstance(one, RoleHeld)]) == CROWD - 1
        assert [event.id for event in events(house.core, number, "role.")] == [taken.id]
    cores[1].engine.dispose()


def test_taking_it_and_changing_ones_mind_at_once(house: House) -> None:
    """The other accepts, the holder takes the question back, and a third one replaces the holder: one of them is first,
    and whoever is too late reads how it stands."""
    cores = [house.core, process(house)]
    for turn in range(8):
        number = declared(house.core, f"Trouble {turn}")
        roles.assign(house.core, number, "ic", "U0ALICE", by="U0ALICE")
        handoffs.offer(house.core, number, "ic", "U0BOB", Brief(known="so far"), by="U0ALICE")
        ways = [
            partial(handoffs.accept, cores[0], number, "ic", by="U0BOB"),
            partial(handoffs.decline, cores[1], number, "ic", by="U0BOB"),
            partial(handoffs.withdraw, cores[1], number, "ic", by="U0ALICE"),
            partial(roles.assign, cores[0], number, "ic", "U0CAROL", by="U0CAROL", replaces="U0ALICE"),
        ]
        came = at_once(*ways)
        only(came, Refused)
        assert all(isinstance(one, Event) or one.sentence for one in came)
        ended = [event for event in events(house.core, number, "handoff.") if event.kind != "handoff.offered"]
        accepted = [event for event in events(house.core, number, "role.") if event.payload.get("accepted")]
        assert len(ended) + len(accepted) <= 1, "it ends once"
        test_fold.check(house.core, number)
    cores[1].engine.dispose()


def test_many_press_take_at_once(house: House) -> None:
    """One has it; each of the others reads who was faster, and is asked before anything changes."""
    number = declared(house.core)
    house.clock.at += timedelta(minutes=5)
    came = at_once(*[partial(roles.assign, house.core, number, "comms", f"U0P{n}", by=f"U0P{n}") for n in range(CROWD)])
    [taken] = only(came, RoleHeld)
    winner = taken.payload["person"]
    said = {one.sentence for one in came if isinstance(one, RoleHeld)}
    assert len(said) == 1 and said.pop().startswith(f"Somebody was a moment faster: <@{winner}> is Communications lead. Replace")


def test_two_move_it_from_the_same_state(house: House) -> None:
    """One is first; the other is told that it is so already, or moves it on from there. Who names services with it undoes
    nobody else's."""
    for turn in range(5):
        number = declared(house.core, f"Trouble {turn}")
        came = at_once(*[partial(status.move, house.core, number, Status.IDENTIFIED, by=f"U0P{n}") for n in range(4)])
        assert len(only(came, Refused)) == 1
        moved = events(house.core, number, "status.")
        assert [(event.payload["old"], event.payload["new"]) for event in moved] == [("investigating", "identified")]
    report = updates.Report(Status.IDENTIFIED, "SEV3", actions="looking")
    update, named = partial(updates.post_update, house.core, number, lambda _: report), [f"service{n}" for n in range(CROWD)]
    only(at_once(*[partial(update, by="U0BOB", services=[service]) for service in named]))
    with house.core.view() as session:
        assert sorted(session.get_one(Incident, number).services) == named


def test_thirty_declare_at_once(house: House) -> None:
    cores = [house.core, process(house)]
    came = at_once(*[partial(declared, cores[n % 2], f"Trouble {n}", "SEV1", f"U0P{n % 5}") for n in range(30)])
    assert sorted(only(came)) == list(range(1, 31))
    cores[1].engine.dispose()


def test_one_person_declares_the_same_twice_at_once(house: House) -> None:
    """By two clicks, through two processes: one incident, and both are told of it."""
    cores = [house.core, process(house)]
    said = Declaration("Checkout is down", "SEV1", by="U0ALICE")
    came = at_once(*[partial(declare, cores[n % 2], said, f"click:{n}") for n in range(CROWD)])
    [event] = only(came, Repeated)
    assert {one.event.incident_id for one in came if isinstance(one, Repeated)} == {event.incident_id}
    assert len([one for one in came if isinstance(one, Repeated)]) == CROWD - 1
    cores[1].engine.dispose()


@pytest.mark.parametrize("verb", ["note", "declare", "update", "role"])
def test_slack_delivers_one_request_many_times_at_once(house: House, verb: str) -> None:
    number = declared(house.core)
    report = updates.Report(Status.IDENTIFIED, "SEV2", impact="1 in 3 payments fail")
    verbs: dict[str, Callable[[], Event]] = {
        "note": lambda: timeline.note(house.core, number, "It began at noon", by="U0BOB", key="cmd:1"),
        "declare": lambda: declare(house.core, Declaration("Search is slow", "SEV1", by="U0BOB"), "cmd:1"),
        "update": lambda: updates.post_update(house.core, number, lambda _: report, by="U0BOB", key="cmd:1"),
        "role": lambda: roles.assign(house.core, number, "tech", "U0BOB", by="U0BOB", key="cmd:1"),
    }
    came = at_once(*[verbs[verb]] * CROWD)
    [event] = only(came, Repeated)
    assert {one.event.id for one in came if isinstance(one, Repeated)} == {event.id}
    before = house.rows()
    with pytest.raises(Repeated):
        verbs[verb]()
    assert house.rows() == before


def test_one_command_through_the_app_many_times_at_once(house: House) -> None:
    number = declared(house.core)
    house.person("alice").runs(f"/incident note {number} It began at noon")
    request, _ = house.line.heard[-1]
    command = type(request)(request.kind, {**request.payload, "trigger_id": "1.2.another"})
    line = Direct(house._receive, house.workspace.signing_secret)
    acks = only(at_once(*[lambda: line.send(command)] * CROWD))
    assert all(ack.ok for ack in acks) and not line.raised
    assert len(events(house.core, number, "note.")) == 2


def test_many_deliver(house: House) -> None:
    """Each thing once, and each lane in its order, with any number of workers in several processes."""
    for n in range(4):
        declared(house.core, f"Trouble {n}", "SEV1")
    house.settle()
    for n in range(40):
        timeline.note(house.core, 1 + n % 4, f"Note {n}", by="U0BOB")
    cores = [house.core, process(house)]

    def deliver(core: Core) -> int:
        courier, count = Courier(core, house.api, house.muster.table), 0
        idle = 0
        while idle < 3:  # somebody else's claim may hide the rest for a moment
            idle = 0 if courier.one() else idle + 1
            count += not idle
        return count

    counts = only(at_once(*[partial(deliver, cores[n % 2]) for n in range(CROWD)]))
    house.advance(seconds=3)
    assert sum(counts) >= 40
    assert_kept(house)
    cores[1].engine.dispose()


def test_many_deliver_while_others_change_it(house: House) -> None:
    """However edits and changes interleave, the card shows the newest in the end."""
    number = declared(house.core, severity="SEV1")
    house.settle()
    over = threading.Event()
    core = process(house)

    def change(one: int) -> None:
        for n in range(15):
            edit.edit(core, number, ("impact", "theory", "summary")[one], f"{one} knows {n}", by="U0BOB")

    def deliver() -> None:
        courier = Courier(house.core, house.api, house.muster.table)
        while not over.is_set():
            courier.one()

    workers = [threading.Thread(target=deliver) for _ in range(4)]
    for worker in workers:
        worker.start()
    came = at_once(*[partial(change, one) for one in range(3)])
    over.set()
    for worker in workers:
        worker.join()
    only(came)
    house.settle()
    house.passes(100)
    assert_kept(house)
    core.engine.dispose()


def test_two_clocks_fire_the_same(house: House) -> None:
    numbers = [declared(house.core, f"Trouble {n}", "SEV1") for n in range(6)]
    cores = [house.core, process(house), process(house)]
    fired = 0
    for minutes in (5, 5, 15, 6):
        house.clock.at += timedelta(minutes=minutes)
        came = only(at_once(*[partial(fire_due, core) for core in cores]))
        assert all(clean for _, clean in came)
        fired += sum(count for count, _ in came)
    for number in numbers:
        keyed = [event.key for event in events(house.core, number) if event.key]
        assert len(keyed) == len(set(keyed))
        kinds = Counter(event.kind for event in events(house.core, number))
        assert kinds["page.level"] == 3 and kinds["page.exhausted"] == 1
        assert kinds["update.posted"] == 1 and kinds["ic.missing"] == 1
        test_fold.check(house.core, number)
    assert fired > 0
    for core in cores[1:]:
        core.engine.dispose()


def test_the_clock_fires_while_people_work(house: House) -> None:
    """Whoever is first is first: an acknowledgement and the next level never mix."""
    numbers = [declared(house.core, f"Trouble {n}", "SEV1") for n in range(5)]
    other = process(house)
    over = threading.Event()

    def sweep() -> int:
        fired = 0
        while not over.is_set():
            count, clean = fire_due(other)
            assert clean
            fired += count
        return fired

    def people() -> None:
        chance = dice("people")
        for _ in range(60):
            house.clock.at += timedelta(seconds=chance.choice((1, 30, 90)))
            number = chance.choice(numbers)
            attempt(
                chance.choice(
                    [
                        partial(paging.acknowledge, house.core, number, by="U0BOB"),
                        partial(paging.escalate, house.core, number, by="U0BOB"),
                        partial(updates.snooze, house.core, number, by="U0BOB"),
                        partial(paging.page, house.core, number, "U0ERIN", by="U0BOB"),
                        partial(edit.change_severity, house.core, number, "SEV2", by="U0BOB", why="less"),
                        partial(edit.change_severity, house.core, number, "SEV1", by="U0BOB"),
                    ]
                )
            )
        over.set()

    only(at_once(sweep, people))
    assert fire_due(house.core)[1]
    for number in numbers:
        test_fold.check(house.core, number)
    other.engine.dispose()


def test_many_learn_the_same_at_once(house: House) -> None:
    """The first look at a channel, at a person, at a brake, by everybody together."""
    cores = [house.core, process(house)]
    knowing = [Workspace(cores[n % 2], house.api) for n in range(CROWD)]
    for name in ("incidents", "general", "random", "engineering", "alerts"):
        ids = only(at_once(*[partial(one.channel, name, make=True) for one in knowing]))
        assert len(set(ids)) == 1
    names = only(at_once(*[partial(one.names, ["U0ALICE", "U0BOB"]) for one in knowing]))
    assert [sorted(one) for one in names] == [["U0ALICE", "U0BOB"]] * CROWD and len({str(one) for one in names}) == 1
    assert len(set(only(at_once(*[lambda one=one: one.install for one in knowing])))) == 1
    only(at_once(*[partial(leases.brake, cores[n % 2], "chat.update", 1.0 + n) for n in range(CROWD)]))
    cores[1].engine.dispose()


def test_many_numbers_are_all_there(house: House) -> None:
    """Nobody's number is used twice, also when some of the requests are repeated meanwhile."""
    said = [Declaration(f"Trouble {n % 10}", "SEV4", by=f"U0P{n % 10}") for n in range(30)]
    came = at_once(*[partial(declare, house.core, one, f"cmd:{n}") for n, one in enumerate(said)])
    assert len(only(came, Repeated)) == 10
    with house.core.view() as session:
        assert len(session.exec(select(Incident)).all()) == 10


def test_two_incidents_merged_into_each_other_at_once(house: House) -> None:
    """One goes on in the other; never both, never neither."""
    for number in range(CROWD // 2):
        one, other = declared(house.core, f"Checkout {number}"), declared(house.core, f"Payments {number}")
        came = at_once(
            partial(merge.merge, house.core, one, other, by="U0ALICE"),
            partial(merge.merge, house.core, other, one, by="U0BOB"),
            partial(timeline.note, house.core, one, "errors began", by="U0CAROL"),
            partial(status.move, house.core, other, Status.IDENTIFIED, by="U0DAVE"),
        )
        only(came, Refused)
        with house.core.view() as session:
            rows = [session.get_one(Incident, each) for each in (one, other)]
        assert sorted(row.status == Status.MERGED for row in rows) == [False, True]
        [merged] = [row for row in rows if row.merged_into is not None]
        assert {merged.number, merged.merged_into} == {one, other}
        assert len(events(house.core, merged.number, "incident.merged")) == 1
        assert len(events(house.core, merged.merged_into or 0, "incident.absorbed")) == 1


def public_words(house: House) -> str:
    """What Muster said where everybody reads it; Slack's own lines left out."""
    rooms = [room for room in house.slack.channels_starting("") if not room.is_private]
    said = [post for room in rooms for post in room.all if post.message.subtype not in ("channel_topic", "channel_name")]
    return "\n".join([*(post.reads for post in said), *(room.name for room in rooms)])


def test_made_private_while_others_deliver_and_change_it(house: House) -> None:
    """Whatever was on its way at that moment, nothing of it stands in public in the end."""
    core = process(house)
    for wait in (1, 3):  # its room is being opened; it is there
        number = declared(house.core, f"Salaries {wait} leaked", "SEV1")
        if wait == 3:
            house.settle()
        over = threading.Event()

        def deliver() -> None:
            courier = Courier(house.core, house.api, house.muster.table)
            while not over.is_set():  # noqa: B023
                courier.one()

        def change(number: int) -> None:
            for n in range(6):
                edit.edit(core, number, "title", f"Salaries leaked {n} times", by="U0BOB")
                timeline.note(core, number, f"Salaries of {n} people", by="U0BOB")

        def shut(number: int, wait: int) -> None:
            time.sleep(0.03 * wait)
            private.make_private(house.core, number, by="U0ALICE")

        workers = [threading.Thread(target=deliver) for _ in range(3)]
        for worker in workers:
            worker.start()
        came = at_once(partial(change, number), partial(shut, number, wait), partial(change, number))
        over.set()
        for worker in workers:
            worker.join()
        only(came, Refused)
        house.settle()
        house.passes(100)
        with house.core.view() as session:
            incident = session.get_one(Incident, number)
        assert incident.private and incident.room_channel is not None
        assert house.slack.channel(incident.room_channel).is_private
        assert "alaries" not in public_words(house).replace("salaries-leaked", ""), public_words(house)
    core.engine.dispose()


def test_merged_and_made_private_at_once(house: House) -> None:
    """Either it is merged and both are private, or it is refused and stays what it was."""
    for number in range(CROWD // 2):
        one, other = declared(house.core, f"Checkout {number}"), declared(house.core, f"Salaries {number}")
        came = at_once(
            partial(merge.merge, house.core, one, other, by="U0ALICE"),
            partial(private.make_private, house.core, other, by="U0BOB"),
        )
        only(came, Refused)
        with house.core.view() as session:
            seen, shut = (session.get_one(Incident, each) for each in (one, other))
        assert shut.private and seen.private == (seen.status == Status.MERGED)
