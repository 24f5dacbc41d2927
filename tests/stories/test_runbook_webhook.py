"""A step of a runbook calls a real server: after a confirmation, once, and what came back stands in the room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models import Delivery
from sandbox.seen import Post, Room
from tests.integrations.answering import Answering, answering
from tests.stories.telling import saying
from tests.world import World

BOOK = """---
services: [checkout]
last_tested: 2026-11-01
---
## Fix
1. Roll it back.
   ```webhook
   POST {url}/rollback
   X-Team: payments

   {{"because": "{{key}}"}}
   ```
2. Look.
"""


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as told:
        yield told


@pytest.fixture
def world(make_world: Callable[..., World], tmp_path: Path, server: Answering) -> World:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "checkout.md").write_text(BOOK.format(url=server.url))
    return make_world("services: {checkout: {}}\nseverities: {SEV1: {escalation: none}}\n")


@pytest.fixture
def room(world: World) -> Room:
    alice = world.person("alice")
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    alice.runs("/incident runbook checkout", in_=world.room())
    world.settle()
    return world.room()


def book(room: Room) -> Post:
    [post] = saying(room.messages, "*Runbook: Checkout*")
    return post


def button(post: Post) -> str:
    return next(text for text in post.buttons if text.startswith("Call"))


def test_it_is_called_once_and_the_answer_is_shown(world: World, room: Room, server: Answering) -> None:
    alice = world.person("alice")
    server.text = "rolled back ``` <!channel>"
    element = next(
        e for block in book(room).blocks for e in block.get("elements", []) if e.get("action_id") == "run:runbook:call"
    )
    assert element["confirm"]["text"]["text"] == f"POST {server.url}/rollback"
    alice.clicks(button(book(room)), in_=book(room))
    alice.clicks(button(book(room)), in_=book(room))
    world.settle()
    [asked] = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/rollback", '{"because": "INC-1"}')
    assert asked.headers["X-Team"] == "payments" and asked.headers["Idempotency-Key"]
    [told] = saying(room.messages, "answered 200")
    assert "rolled back ''' <!channel>" in told and "<!channel>" not in "".join(told.texts())
    assert "It was called." in book(room) and "Done" in book(room).buttons
    assert not [text for text in book(room).buttons if text.startswith("Call")]
    alice.runs("/incident runbook call 1 1", in_=room)
    alice.clicks("Call it")
    world.settle()
    assert "carried out already" in alice.ephemerals[-1] and len(server.asked) == 1


def test_a_refusal_may_be_tried_again(world: World, room: Room, server: Answering) -> None:
    alice = world.person("alice")
    server.status = 503
    alice.clicks(button(book(room)), in_=book(room))
    world.settle()
    assert saying(room.messages, "answered 503, so it was not carried out")
    server.status = 200
    alice.clicks("Call again", in_=book(room))
    world.settle()
    keys = [asked.headers["Idempotency-Key"] for asked in server.asked]
    assert len(set(keys)) == len(keys) == 2 and "It was called." in book(room)


def test_no_answer_is_said_and_it_is_not_called_again_by_itself(world: World, room: Room, server: Answering) -> None:
    alice = world.person("alice")
    server.status = 0
    alice.clicks(button(book(room)), in_=book(room))
    world.advance(hours=1)
    assert len(server.asked) == 1
    [told] = saying(room.messages, "It may have been carried out or not: look there before calling it again")
    assert "Nobody knows whether it was carried out." in book(room)


def test_a_worker_that_dies_in_the_middle_leaves_doubt_and_no_second_call(world: World, room: Room, server: Answering) -> None:
    alice = world.person("alice")
    alice.clicks(button(book(room)), in_=book(room))
    with world.core.transaction() as session:  # claimed by somebody who is no more
        [row] = [row for row in session.query(Delivery) if row.reaction == "webhook"]
        row.attempt, row.lease_until = 1, world.clock.at
    world.clock.at = world.clock.at.replace(second=59)
    world.settle()
    assert server.asked == []
    assert saying(room.messages, "It may have been carried out or not") and len(saying(room.messages, "called 127.0.0.1")) == 1


def test_in_a_drill_nothing_is_called(world: World, server: Answering) -> None:
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Checkout is down")
    alice.chooses("Severity", "SEV1")
    alice.checks("Also", "This is a drill")
    assert alice.submits() == {}
    world.settle()
    room = world.room()
    alice.runs("/incident runbook checkout", in_=room)
    world.settle()
    alice.clicks(button(book(room)), in_=book(room))
    world.settle()
    assert server.asked == [] and saying(room.messages, "it is a drill, in which nothing real is called")
