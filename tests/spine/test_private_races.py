"""An incident becomes private while somebody who has read it as it was before is delivering: no word of it stays outside."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from incidents import edit, postmortems, private, timeline, updates
from incidents.declare import Declaration, declare
from incidents.rules.lifecycle import Status
from incidents.updates import Report
from tests.spine.harness import ACME, Crash, House
from workers.deliver import Courier

SECRET = "alaries"
WORDED = frozenset(
    {"chat.postMessage", "chat.update", "conversations.create", "conversations.setTopic", "bookmarks.add",
     "conversations.canvases.create", "canvases.edit", "files.completeUploadExternal"}
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> Iterator[House]:
    url = "" if database == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = House(tmp_path, ACME, url)
    yield made
    made.close()


class Latecomer:
    """A courier in a thread of its own that stops in the middle: before its `nth` call that carries words, until it may go on."""

    def __init__(self, house: House, nth: int) -> None:
        self._house, self._nth = house, nth
        self.stopped, self.may_go_on, self.over = threading.Event(), threading.Event(), threading.Event()
        self.calls: list[str] = []
        self.thread = threading.Thread(target=self._deliver)
        house.refuses = self._before
        self.thread.start()

    def _before(self, method: str, args: dict[str, Any]) -> str | None:
        if threading.current_thread() is self.thread and method in WORDED:
            self.calls.append(method)
            if len(self.calls) == self._nth:
                self.stopped.set()
                self.may_go_on.wait(10)
        return None

    def _deliver(self) -> None:
        courier = Courier(self._house.core, self._house.api, self._house.muster.table)
        try:
            while not self.may_go_on.is_set() and courier.one():
                pass
        except Crash:
            pass
        self.over.set()
        self.stopped.set()

    def dies(self, step: str) -> None:
        """Its call is made, and it is killed before it can say so."""
        if threading.current_thread() is self.thread and step.startswith("after "):
            raise Crash(step)

    def goes_on(self) -> None:
        self.may_go_on.set()
        self.thread.join(10)
        assert not self.thread.is_alive()
        self._house.refuses = None


def leaked(house: House) -> list[str]:
    """Where somebody who is not in it reads of it."""
    state, found = house.workspace.state, []
    for channel in state.channels.values():
        if channel.kind == "private" or (channel.is_direct and "U0ALICE" in channel.members):
            continue
        said = [m for m in channel.messages.values() if m.subtype not in ("channel_topic", "channel_name", "channel_purpose")]
        found += [f"{channel.name}: {m.text}" for m in said if SECRET in f"{m.text} {m.blocks}"]
        found += [f"{channel.name} has {bookmark.title}" for bookmark in channel.bookmarks]
        found += [f"the topic of {channel.name}"] if SECRET in channel.topic.value else []
        found += [f"the name {channel.name}"] if SECRET in channel.name else []
    public = {channel.id for channel in state.channels.values() if channel.kind == "public"}
    files = [file for file in state.files.values() if not file.deleted and public & set(file.shares)]
    return found + [f"the file {file.name}" for file in files]


def _declared(house: House, number: int) -> None:
    """All of it is still to be delivered."""


def _lived(house: House, number: int) -> None:
    """It has its room, and more has happened."""
    house.settle()
    edit.edit(house.core, number, "impact", "the salaries of all", by="U0ALICE")
    edit.change_severity(house.core, number, "SEV2", by="U0ALICE", why="some salaries")
    timeline.note(house.core, number, "Salaries of three people", by="U0ALICE")
    report = Report(Status.IDENTIFIED, "SEV2", "Salaries")
    updates.post_update(house.core, number, lambda _: report, by="U0ALICE")
    postmortems.draft(house.core, number, by="U0ALICE")


@pytest.mark.parametrize("late", [False, True], ids=["in time", "after its lease"])
@pytest.mark.parametrize("before", [_declared, _lived])
def test_whoever_read_it_before_leaves_nothing_outside(
    house: House, database: str, before: Callable[[House, int], None], late: bool
) -> None:
    """Stopped before one of its calls that carries words; a quarter of them each, in time and late, on either database."""
    numbers = []
    for nth in range(1 + 2 * late + (database == "sqlite"), 14, 4):
        number = declare(house.core, Declaration(f"Salaries {nth} leaked", "SEV1", by="U0ALICE")).incident_id
        before(house, number)
        courier = Latecomer(house, nth)
        assert courier.stopped.wait(10)
        private.make_private(house.core, number, by="U0ALICE")
        if late:
            house.passes(20)  # another one has done it, and all that was said is taken back
        courier.goes_on()
        house.settle()
        numbers.append(number)
    house.passes(130)
    assert not leaked(house), leaked(house)
    assert all(house.incident(number).room_channel for number in numbers)


@pytest.mark.parametrize(("before", "calls"), [(_declared, (1, 3, 5)), (_lived, (1, 7))])
def test_whoever_stood_still_for_minutes_and_died_over_the_call_leaves_nothing_outside(
    tmp_path: Path, before: Callable[[House, int], None], calls: tuple[int, ...]
) -> None:
    """The lease was checked, the process stood still, the call was made, and nobody was left to say so."""
    house = House(tmp_path)
    for nth in calls:
        number = declare(house.core, Declaration(f"Salaries {nth} leaked", "SEV1", by="U0ALICE")).incident_id
        before(house, number)
        courier = Latecomer(house, nth)
        assert courier.stopped.wait(10)
        private.make_private(house.core, number, by="U0ALICE")
        house.passes(90)
        house.steps.watch = courier.dies
        courier.goes_on()
        house.steps.watch = None
    house.passes(600)
    assert not leaked(house), leaked(house)
    house.close()


@pytest.mark.parametrize("method", sorted(WORDED))
def test_what_slack_does_late_is_taken_back(tmp_path: Path, method: str) -> None:
    """A timeout that takes effect half a minute later, when it is private for long."""
    house = House(tmp_path)
    number = declare(house.core, Declaration("Salaries leaked", "SEV1", by="U0ALICE")).incident_id
    if method == "conversations.create":
        house.lateness = lambda called: 30.0 if called == method else None
        house.settle()
    else:
        _lived(house, number)
        house.lateness = lambda called: 30.0 if called == method else None
        house.settle()
    house.lateness = None
    private.make_private(house.core, number, by="U0ALICE")
    house.passes(130)
    assert not leaked(house), leaked(house)
    assert house.incident(number).room_channel
    house.close()
