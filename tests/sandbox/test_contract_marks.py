"""Contract: pins, reactions and bookmarks."""

import pytest

from tests.sandbox.contracts import Contract, covers, provokes


@pytest.fixture
def room(contract: Contract) -> str:
    id: str = contract.api.conversations_create(name="inc-1")["channel"]["id"]
    return id


@pytest.fixture
def post(contract: Contract, room: str) -> str:
    ts: str = contract.api.chat_postMessage(channel=room, text="Checkout is down")["ts"]
    return ts


@covers("pins.add", "pins.list", "pins.remove")
@provokes("already_pinned", "bad_timestamp", "message_not_found", "no_item_specified", "no_pin", "not_pinnable")
def test_pins(contract: Contract, room: str, post: str) -> None:
    api, no = contract.api, contract.refusal
    api.pins_add(channel=room, timestamp=post)
    assert no(api.pins_add, channel=room, timestamp=post) == "already_pinned"
    [item] = api.pins_list(channel=room)["items"]
    assert (item["message"]["ts"], item["created_by"], item["message"]["pinned_to"]) == (post, "U0MUSTER", [room])
    assert contract.events("pin_added")[0]["item"]["message"]["text"] == "Checkout is down"
    api.pins_remove(channel=room, timestamp=post)
    assert contract.events("pin_removed")[0]["has_pins"] is False
    assert no(api.pins_remove, channel=room, timestamp=post) == "no_pin"
    assert no(api.pins_add, channel=room) == "no_item_specified"
    assert no(api.pins_add, channel=room, timestamp="now") == "bad_timestamp"
    assert no(api.pins_add, channel=room, timestamp="1.000000") == "message_not_found"
    assert no(api.pins_add, channel=room, timestamp=contract.people.channel("#inc-1").notices[0].ts) == "not_pinnable"


@provokes("too_many_pins")
def test_a_hundred_pins_are_enough(contract: Contract, room: str) -> None:
    posts = [contract.api.chat_postMessage(channel=room, text="x")["ts"] for _ in range(101)]
    for ts in posts[:100]:
        contract.sandbox.workspace.call("pins.add", {"channel": room, "timestamp": ts})
    assert contract.refusal(contract.api.pins_add, channel=room, timestamp=posts[100]) == "too_many_pins"


@covers("reactions.add", "reactions.get", "reactions.remove")
@provokes("already_reacted", "invalid_name", "message_not_found", "no_access", "no_item_specified", "no_reaction")
def test_reactions(contract: Contract, room: str, post: str) -> None:
    api, no = contract.api, contract.refusal
    api.reactions_add(channel=room, timestamp=post, name="pushpin")
    assert no(api.reactions_add, channel=room, timestamp=post, name="pushpin") == "already_reacted"
    shown = api.reactions_get(channel=room, timestamp=post)["message"]["reactions"]
    assert shown == [{"name": "pushpin", "users": ["U0MUSTER"], "count": 1}]
    assert contract.events("reaction_added")[0]["item"] == {"type": "message", "channel": room, "ts": post}
    api.reactions_remove(channel=room, timestamp=post, name="pushpin")
    assert contract.events("reaction_removed")[0]["reaction"] == "pushpin"
    assert no(api.reactions_remove, channel=room, timestamp=post, name="pushpin") == "no_reaction"
    assert no(api.reactions_add, channel=room, timestamp=post, name="No Emoji") == "invalid_name"
    assert no(api.reactions_add, channel=room, timestamp="1.000000", name="eyes") == "message_not_found"
    assert no(lambda: api.api_call("reactions.add", params={"channel": room, "name": "eyes"})) == "no_item_specified"
    said = contract.people.person("alice").says("hello", in_="#random")
    assert no(api.reactions_add, channel="C0RANDOM", timestamp=said.ts, name="eyes") == "no_access"


@provokes("too_many_emoji")
def test_fifty_emoji_are_enough(contract: Contract, room: str, post: str) -> None:
    for n in range(50):
        contract.sandbox.workspace.call("reactions.add", {"channel": room, "timestamp": post, "name": f"e{n}"})
    assert contract.refusal(contract.api.reactions_add, channel=room, timestamp=post, name="eyes") == "too_many_emoji"


@covers("bookmarks.add", "bookmarks.edit", "bookmarks.list", "bookmarks.remove")
@provokes(
    "channel_not_found",
    "invalid_bookmark_type",
    "invalid_emoji",
    "invalid_link",
    "not_found",
    "parent_bookmark_disabled",
    "permission_denied",
    "too_many_bookmarks",
)
def test_bookmarks(contract: Contract, room: str) -> None:
    api, no = contract.api, contract.refusal
    link = {"channel_id": room, "title": "Bridge", "type": "link", "link": "https://meet.example.com/1"}
    made = api.bookmarks_add(**link, emoji=":phone:")["bookmark"]
    assert (made["title"], made["link"], made["emoji"]) == ("Bridge", "https://meet.example.com/1", ":phone:")
    api.bookmarks_edit(channel_id=room, bookmark_id=made["id"], title="Call")
    assert [item["title"] for item in api.bookmarks_list(channel_id=room)["bookmarks"]] == ["Call"]
    api.bookmarks_remove(channel_id=room, bookmark_id=made["id"])
    assert api.bookmarks_list(channel_id=room)["bookmarks"] == []
    assert no(api.bookmarks_remove, channel_id=room, bookmark_id=made["id"]) == "not_found"
    assert no(api.bookmarks_add, **link | {"type": "file"}) == "invalid_bookmark_type"
    assert no(api.bookmarks_add, **link | {"link": "javascript:alert(1)"}) == "invalid_link"
    assert no(api.bookmarks_add, **link | {"emoji": "phone"}) == "invalid_emoji"
    assert no(api.bookmarks_add, **link | {"parent_id": "Bk1"}) == "parent_bookmark_disabled"
    assert no(api.bookmarks_add, **link | {"channel_id": "C0RANDOM"}) == "permission_denied"
    assert no(api.bookmarks_add, **link | {"channel_id": "C1"}) == "channel_not_found"
    for _ in range(100):
        contract.sandbox.workspace.call("bookmarks.add", link)
    assert no(api.bookmarks_add, **link) == "too_many_bookmarks"
