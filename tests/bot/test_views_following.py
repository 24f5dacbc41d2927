"""What goes with hand-offs, followers, leaders and quiet rooms: each with the longest and strangest words, as Slack checks it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot.scene import Scene, picture
from bot.views import digest, followers, handoffs, lists, posts
from bot.views.blocks import Message
from incidents import handoffs as verbs
from incidents import subscriptions
from incidents.events import BRIEF, HandoffOffered, HandoffSuggested, RoleMissing, RoomQuiet, UpdatePosted
from incidents.handoffs import PART_LENGTH, Brief
from models import Event, Incident
from sandbox.blocks import check_message, check_view
from tests.bot.desk import ALICE, BOB, NASTY, START, Desk

LONG = (NASTY + " " + "&<>" * 900)[:PART_LENGTH]
NAME = ("<@U0BOB> & " + "𝒳" * 40)[:40]
TITLE = (NASTY + "&" * 150)[:150]
ROLES = {"legal": {"name": NAME, "duties": LONG[:1000], "not_for": LONG[:1000]}}


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """Alice has a role with a nasty name in an incident with a nasty title."""
    made = make_desk(roles=ROLES, workspace={"leadership_channel": "leadership"})
    made.declared(f"sev1 {TITLE}"[:155])
    for what in ("impact", "theory", "decision"):
        made.says(f"{what} {LONG}")
    made.says("role legal")
    return made


def fits(message: Message) -> None:
    assert check_message(message.blocks) == []
    assert 0 < len(message.text) <= 12_000  # the gateway cuts it to what one message holds
    assert "<!channel>" not in str(message) and "<https://evil" not in str(message)


def scene(desk: Desk, kind: str) -> Scene:
    """About the newest event of this kind."""
    with desk.core.view() as session:
        found = session.exec(select(Event.id).where(Event.kind == kind).order_by(col(Event.id).desc())).first()
        return picture(desk.core, session, 1, found)


def record(desk: Desk, happened: Any, by: str | None = None) -> Scene:
    with desk.core.unit(1) as unit:
        unit.record(happened, by=by)
    return scene(desk, happened.kind)


def test_a_brief_of_the_longest_words(desk: Desk) -> None:
    desk.says("handoff legal <@U0BOB>")
    view = desk.form
    assert check_view(view) == []
    asked = desk.submits(**dict.fromkeys(BRIEF, LONG))
    assert "You stay" in asked.text
    offered = scene(desk, HandoffOffered.kind)
    for made in (handoffs.offered(offered), handoffs.offered_dm(offered), posts.post(offered)):
        fits(made)
    fits(lists.roles(offered, ALICE))
    desk.says("handoff legal decline", by=BOB)
    fits(handoffs.over_dm(scene(desk, "handoff.declined")))
    fits(handoffs.offered_dm(scene(desk, HandoffOffered.kind)))


def test_what_is_too_long_is_said_at_its_field(desk: Desk) -> None:
    with pytest.raises(Exception, match="1500 is the most"):
        verbs.offer(desk.core, 1, "legal", BOB, Brief(theory=LONG + "!"), by=ALICE)


def test_nothing_known_yet(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.declared("sev4 A typo")
    desk.says("handoff ic <@U0BOB>")
    assert check_view(desk.form) == []
    desk.submits()
    fits(handoffs.offered_dm(scene(desk, HandoffOffered.kind)))


def test_short_questions(desk: Desk) -> None:
    fits(handoffs.suggested_dm(record(desk, HandoffSuggested(role="legal", role_name=NAME, person=ALICE, since=START))))
    fits(posts.post(record(desk, RoleMissing(role="scribe", role_name=NAME, covers=ALICE))))
    fits(posts.quiet(record(desk, RoomQuiet(since=START))))


def test_followers_and_leaders(desk: Desk) -> None:
    subscriptions.subscribe(desk.core, 1, "C0SUPPORT", by=BOB)
    fits(followers.welcome(scene(desk, "subscription.added")))
    desk.says(f"sev 2 {LONG}")
    fits(followers.changed(scene(desk, "severity.changed")))
    desk.says("update")
    assert check_view(desk.form) == []
    desk.submits(impact=LONG, theory=LONG, actions=LONG)
    posted = scene(desk, UpdatePosted.kind)
    fits(followers.summary(posted))
    assert "Theory" not in str(followers.summary(posted))
    fits(followers.update(posted))
    with desk.core.unit(1) as unit:
        subscriptions.drop(unit, "C0SUPPORT", by=None, why="channel_not_found", asked_by=BOB)
    fits(followers.lost(scene(desk, "subscription.removed")))


@pytest.mark.parametrize("count", [1, 20, 500])
def test_the_digest(desk: Desk, count: int) -> None:
    rows = [
        Incident(
            id=number + 1,
            title=TITLE,
            severity="SEV1",
            status="investigating",
            impact=LONG,
            declared_at=START - timedelta(days=number),
            update_anchor_at=START,
            room_channel="C0ROOM",
        )
        for number in range(count)
    ]
    fits(digest.digest(rows[: digest.SHOWN], count, {1: ALICE}, desk.policy, START))
