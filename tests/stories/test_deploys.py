"""What was deployed is told to the incidents that it may be the cause of, once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from incidents.deploys import Said, record
from integrations.deploys import generic
from models import Deploy, Wake
from sandbox.seen import Post
from tests.stories.telling import saying
from tests.stories.test_alerts import alert, announced
from tests.world import World

SHOP = "services: {checkout: {depends_on: [postgres]}, postgres: {depends_on: [disks]}, disks: {}, search: {}}\n"


@pytest.fixture
def shop(make_world: Callable[..., World]) -> World:
    return make_world(SHOP)


def deployed(world: World, version: str, service: str = "checkout", *, ago: float = 0, **said: Any) -> None:
    """Somebody says so, in the documented form."""
    at = world.clock.at - timedelta(minutes=ago)
    body = {"service": service, "version": version, "at": at.isoformat(), "by": "carol"} | said
    record(world.core, generic.read({}, json.dumps(body).encode()))


def versions(world: World) -> list[str]:
    with world.core.view() as session:
        return list(session.exec(select(Deploy.version).order_by(col(Deploy.id))))


def declared(world: World) -> None:
    """By Alice, who names the service in the form."""
    alice = world.person("alice")
    alice.runs("/incident")
    alice.fills("What is wrong?", "Nobody can pay")
    alice.chooses("Severity", "SEV1")
    alice.chooses("Services", "checkout")
    alice.submits()
    world.settle()


def told(world: World, number: int = 1) -> list[Post]:
    return [post for post in world.room(number).messages if ":rocket:" in post or "Deployed meanwhile" in post]


def test_a_declaration_is_told_of_what_was_deployed_before(shop: World) -> None:
    deployed(shop, "41", ago=25 * 60)
    deployed(shop, "42", ago=20, url="https://ci.example.com/42", environment="production")
    deployed(shop, "15.2", "disks", ago=90)
    deployed(shop, "7", "search", ago=5)
    shop.advance(seconds=5)
    declared(shop)
    [post] = told(shop)
    assert "Recent deploys" in post and post.reads.index("checkout 42") < post.reads.index("disks 15.2")
    assert "<https://ci.example.com/42|checkout 42> (production)" in json.dumps(post.blocks) and "by carol" in post
    assert "41" not in post.reads.replace("15.2", "") and "search" not in post
    assert "checkout 42" in post.text, "by text alone, too"
    shop.advance(hours=1)
    assert len(told(shop)) == 1
    alice = shop.person("alice")
    assert "checkout 42" in alice.runs("/incident timeline 1")
    assert "recent deploys: checkout 42, disks 15.2" in alice.runs("/incident checklist 1 investigation")
    alice.runs("/incident resolve 1")
    alice.clicks("Resolve anyway")
    shop.settle()
    assert "Last deploy before" in shop.room().files[0].text
    shop.slack.assert_nothing_refused()


def test_of_many_the_newest_and_a_count(shop: World) -> None:
    for one in range(9):
        deployed(shop, f"v{one}", ago=100 - one)
    declared(shop)
    [post] = told(shop)
    assert [f"v{one}" in post.reads for one in range(9)] == [False] * 4 + [True] * 5 and "and 4 more" in post


def test_nothing_is_said_where_there_is_nothing(shop: World) -> None:
    deployed(shop, "7", "search")
    shop.advance(seconds=5)
    declared(shop)
    assert told(shop) == [] and shop.incident().deploys_at is None
    with shop.core.view() as session:
        assert session.get(Wake, "deploys") is None, "nothing is left to be done"


def test_what_comes_while_it_is_open(shop: World) -> None:
    declared(shop)
    shop.advance(minutes=10)
    deployed(shop, "43")
    deployed(shop, "43")
    deployed(shop, "8", "search")
    shop.advance(seconds=5)
    [post] = told(shop)
    assert "Deployed meanwhile: checkout 43" in post
    for one in range(7):
        deployed(shop, f"x{one}", "postgres")
        shop.advance(seconds=20)
    assert len(told(shop)) == 1, "what follows soon is told together"
    shop.advance(minutes=5)
    assert len(told(shop)) == 2 and "and 2 more" in told(shop)[1] and "x6" in told(shop)[1]
    shop.advance(hours=3)
    assert len(told(shop)) == 2


def test_it_is_told_however_much_is_deployed_elsewhere(shop: World) -> None:
    declared(shop)
    deployed(shop, "44")
    for one in range(3):
        shop.advance(seconds=2)
        deployed(shop, f"x{one}", "search")
    assert len(told(shop)) == 1


def test_services_that_are_named_later_bring_theirs(shop: World) -> None:
    deployed(shop, "42", ago=5)
    deployed(shop, "7", "search", ago=5)
    declared(shop)
    shop.person("alice").runs("/incident set 1 services checkout, search")
    shop.settle()
    first, second = told(shop)
    assert "checkout 42" in first and "search" not in first and "search 7" in second and "checkout" not in second


def test_an_alert_that_is_declared_and_one_without_a_room(shop: World) -> None:
    deployed(shop, "42", ago=5)
    alert(shop, severity="warning")
    [card] = announced(shop)
    assert not saying(card.thread, "checkout 42"), "nobody has said that it is real"
    shop.person("bob").clicks("Declare", in_=card)
    shop.settle()
    assert len(saying(card.thread, "checkout 42")) == 1 and len(shop.slack.channel("incidents").messages) == 1


def test_what_was_missed_while_it_was_over(shop: World) -> None:
    declared(shop)
    alice = shop.person("alice")
    alice.runs("/incident resolve 1")
    alice.clicks("Resolve anyway")
    shop.settle()
    deployed(shop, "44")
    shop.advance(minutes=10)
    assert told(shop) == []
    alice.runs("/incident reopen 1 it is back")
    shop.settle()
    assert "checkout 44" in told(shop)[0]


def test_what_the_team_wants_to_know(make_world: Callable[..., World]) -> None:
    policy = "deploys: {environments: [production], show_within: 2h, keep: 3d}\n"
    world = make_world("services: {checkout: {repositories: [acme/shop]}, search: {repositories: [Acme/Shop]}}\n" + policy)
    deployed(world, "0")
    world.advance(days=4)
    deployed(world, "1", ago=5, environment="staging")
    deployed(world, "2", ago=6, environment="Production")
    deployed(world, "3", ago=180)
    record(world.core, Said("github", "v4", repository="acme/shop", id="x"))
    record(world.core, Said("github", "v5", repository="acme/checkout", id="y"))
    world.advance(seconds=5)
    declared(world)
    reads = told(world)[0].reads
    assert "checkout 2" in reads and "checkout v4" in reads and "checkout v5" in reads
    assert "checkout 1" not in reads and "checkout 3" not in reads
    assert versions(world) == ["1", "2", "3", "v4", "v4", "v5"], "what is old is forgotten"


def test_said_twice_it_is_there_once(shop: World) -> None:
    for at in (None, shop.clock.at.isoformat()):
        for _ in range(2):
            deployed(shop, "1", at=at)
    for _ in range(2):
        deployed(shop, "1", id=7)
        shop.clock.at += timedelta(minutes=9)
        deployed(shop, "2", at=None)
    deployed(shop, "1", at=None)
    assert versions(shop) == ["1", "1", "1", "2", "1"], "within ten minutes"


NASTY = "<!channel> <@U0ALICE> <<@U0ALICE>> <https://evil.example|click> & \u202e*b*"


def test_what_others_say_is_never_trusted(shop: World) -> None:
    deployed(shop, NASTY * 30, by=NASTY * 30, environment=NASTY, url="javascript:alert(1)", id=NASTY * 90)
    declared(shop)
    said = json.dumps([[post.text, post.blocks] for post in told(shop)])
    assert "<!channel>" not in said and "<@U0ALICE>" not in said and "<https://evil" not in said and "javascript" not in said
    shop.slack.assert_nothing_refused()
