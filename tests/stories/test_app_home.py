"""The App Home: what is open, what is mine, who is on call; kept current for whoever has opened it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import select

from bot import homes
from models import Delivery
from sandbox.people import Somebody
from sandbox.seen import Form
from tests.stories.telling import ON_CALL, saying
from tests.world import World


def home(world: World, person: Somebody) -> Form:
    """What their Home shows once everything has settled, without opening it again."""
    world.settle()
    return Form(world.workspace, world.workspace.state.homes[person.id])


def opens(world: World, person: Somebody) -> Form:
    person.client.home()
    return home(world, person)


def published(world: World) -> int:
    return len([entry for entry in world.workspace.log.recent(10_000) if entry["kind"] == "views.publish"])


def test_declares(world: World) -> None:
    """Slack names no channel there: what is said comes as a direct message."""
    alice = world.person("alice")
    seen = opens(world, alice)
    assert "No incident is open" in seen and "Nobody is on call" in seen
    assert alice.clicks("Declare an incident", in_=seen).form
    alice.fills("What is wrong?", "Checkout is down")
    alice.chooses("Severity", "SEV1")
    assert alice.submits() == {}
    world.settle()
    assert saying(alice.inbox, "*INC-1* is declared") and "Open: 1" in home(world, alice)
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_what_is_mine_comes_and_goes(make_world: Callable[..., World]) -> None:
    world = make_world(ON_CALL)
    alice, bob = world.slack.people("alice", "bob")
    assert "primary: @bob" in opens(world, alice)
    bob.runs("/incident declare sev1 Checkout is down <!channel>")
    seen = home(world, alice)
    assert "Open: 1" in seen and "IC @bob" in seen and f"#{world.room().name}" in seen
    assert not [text for text in seen.texts() if "<!channel>" in text] and "Your roles" not in seen

    alice.joins(world.room())
    alice.runs("/incident tech", in_=world.room())
    bob.runs(f"/incident task drain eu-west {alice.mention}", in_=world.room())
    bob.runs(f"/incident action add an alert {alice.mention} by 2026-12-01", in_=world.room())
    seen = home(world, alice)
    assert "Technical lead of *INC-1*" in seen
    assert "INC-1: drain eu-west" in seen and "INC-1: add an alert\ndue 2026-12-01" in seen

    alice.clicks("Done", in_=seen)  # the task's, which stands first
    assert "No open tasks in INC-1" in alice.form
    alice.closes()
    seen = home(world, alice)
    assert "drain eu-west" not in seen and "add an alert" in seen

    alice.clicks("Show", in_=seen)
    assert "INC-1  Checkout is down" in alice.form
    assert alice.clicks("Update").form and alice.form.title.startswith("Status update"), "over what it was asked in"
    alice.closes(all=True)
    bob.runs("/incident resolve", in_=world.room())
    bob.clicks("Resolve anyway")
    assert "No incident is open" in home(world, alice)
    world.slack.assert_nothing_refused(allow=["already_in_channel"])


def test_only_for_whoever_opened_it_and_once_for_a_burst(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    bob.runs("/incident declare sev1 Checkout is down")
    world.settle()
    assert not published(world) and not world.workspace.state.homes
    opens(world, alice)
    before = published(world)
    for number in range(5):
        bob.runs(f"/incident declare sev3 Search is slow {number}")
    bob.runs("/incident sev INC-1 2 not so bad")
    assert "Open: 6" in home(world, alice)
    assert published(world) == before + 1 and list(world.workspace.state.homes) == [alice.id]
    bob.runs("/incident note INC-1 nothing that a Home shows")
    home(world, alice)
    assert published(world) == before + 1


def test_nothing_is_left_for_it_while_nobody_has_one(world: World) -> None:
    world.person("bob").runs("/incident declare sev1 Checkout is down")
    world.settle()
    with world.core.view() as session:
        assert not [row for row in session.exec(select(Delivery)) if row.reaction == "homes"]


def test_what_happens_while_it_is_shown_for_the_first_time_is_in_it(world: World) -> None:
    """It began before anybody knew of this Home, so it leaves nothing for it."""
    alice = world.person("alice")
    slack = world.courier.slack

    class Slow:
        """Slack takes its time; meanwhile somebody declares, and what that left for Homes is not looked at."""

        def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
            if method == "views.publish" and not world.workspace.state.homes:
                world.person("bob").runs("/incident declare sev1 Checkout is down")
            return slack.call(method, args)

        def upload(self, url: str, content: bytes) -> None:
            raise AssertionError("nothing is uploaded")

    homes.opened(world.core, alice.id)
    homes.show(world.core, Slow(), alice.id)
    assert "Open: 1" in Form(world.workspace, world.workspace.state.homes[alice.id])


def test_another_one_was_published_in_between(world: World) -> None:
    """A view that was drawn earlier and arrives later is drawn again."""
    alice, bob = world.slack.people("alice", "bob")
    opens(world, alice)
    world.workspace.faults.fail_next("views.publish", error="hash_conflict")
    bob.runs("/incident declare sev1 Checkout is down")
    assert "Checkout is down" in home(world, alice)


def test_slack_away(world: World) -> None:
    """It is shown when Slack is back."""
    alice, bob = world.slack.people("alice", "bob")
    opens(world, alice)
    world.workspace.faults.fail_next("views.publish", times=2, error="internal_error", status=500)
    bob.runs("/incident declare sev1 Checkout is down")
    world.advance(minutes=1)
    assert "Checkout is down" in home(world, alice)


def test_long_lists_fit(world: World) -> None:
    alice, bob = world.slack.people("alice", "bob")
    opens(world, alice)
    for number in range(18):
        bob.runs(f"/incident declare sev4 {number} {'🔥&<' * 36}")
        bob.runs(f"/incident task INC-{number + 1} {'<&>' * 300} {alice.mention}")
        bob.runs(f"/incident action INC-{number + 1} {'<&>' * 300} {alice.mention}")
    seen = home(world, alice)
    assert "Open: 18" in seen and seen.reads.count("and 8 more") == 2 and "and 3 more" in seen
    world.slack.assert_nothing_refused()


def test_finds_what_is_typed_there(world: World) -> None:
    """As `/incident list` answers it, in a form of its own; Enter on an empty field shows what is open."""
    alice = world.person("alice")
    alice.runs("/incident declare sev3 Checkout is confirmed slow")
    alice.runs("/incident declare sev3 Search is down, not confirmed")
    alice.runs("/incident resolve 1")
    seen = opens(world, alice)
    for typed, finds in (
        ("all checkout", "INC-1"),
        ("sev3 mine", "INC-2"),
        ("not confirmed", "INC-2"),
        ("", "INC-2"),
        ("nothing like that", "There are no"),
        ("type:oops", "type"),
    ):
        alice.fills("Find an incident", typed, in_=seen)
        assert finds in alice.form, typed
        assert alice.runs(f"/incident list {typed}").reads.split("\n")[0] in alice.form, typed
        alice.closes()
    alice.fills("Find an incident", "x" * 300, in_=seen)
    assert "There are no" in alice.form
    world.slack.assert_nothing_refused()
