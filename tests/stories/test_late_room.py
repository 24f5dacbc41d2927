"""A room that comes late is as complete as any."""

from collections.abc import Callable

from tests.world import World

ONE_LEVEL = """
rotations:
  primary: {people: [U0BOB]}
"""


def test_who_was_paged_is_invited_though_the_page_is_over(make_world: Callable[..., World]) -> None:
    world = make_world(ONE_LEVEL)
    alice, bob = world.slack.people("alice", "bob")
    world.workspace.faults.fail_next("conversations.invite", error="ratelimited", retry_after=20)
    alice.runs("/incident declare sev1 Checkout is down")
    world.settle()
    bob.clicks("Acknowledge")
    world.settle()
    assert not bob.is_in(world.room())
    world.advance(seconds=30)
    assert bob.is_in(world.room()) and alice.is_in(world.room())
