"""Contract: conversations of every kind, from their making to their archiving."""

from tests.sandbox.contracts import Contract, covers, provokes


@covers(
    "conversations.create",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.rename",
    "conversations.setPurpose",
    "conversations.setTopic",
    "users.conversations",
)
def test_a_channel_is_made_and_found(contract: Contract) -> None:
    api = contract.api
    made = api.conversations_create(name="inc-1")["channel"]
    assert (made["name"], made["creator"], made["is_member"], made["is_private"]) == ("inc-1", "U0MUSTER", True, False)
    assert api.conversations_setTopic(channel=made["id"], topic="SEV1")["channel"]["topic"]["value"] == "SEV1"
    assert api.conversations_setPurpose(channel=made["id"], purpose="To mend it")["purpose"] == "To mend it"
    renamed = api.conversations_rename(channel=made["id"], name="inc-2")["channel"]
    assert (renamed["name"], renamed["previous_names"]) == ("inc-2", ["inc-1"])
    assert api.conversations_info(channel=made["id"], include_num_members=True)["channel"]["num_members"] == 1
    assert api.conversations_members(channel=made["id"])["members"] == ["U0MUSTER"]
    listed = [room["id"] for page in api.conversations_list(limit=2, exclude_archived=True) for room in page["channels"]]
    assert made["id"] in listed and len(listed) == 4
    assert [room["id"] for room in api.users_conversations()["channels"]] == [made["id"]]
    assert [item.message.subtype for item in contract.people.channel("#inc-2").notices] == [
        "channel_join",
        "channel_topic",
        "channel_purpose",
        "channel_name",
    ]
    assert contract.events("channel_rename")[0]["channel"]["name"] == "inc-2"


@covers("conversations.join", "conversations.invite", "conversations.kick", "conversations.leave")
@provokes(
    "already_in_channel",
    "cant_invite_self",
    "cant_kick_from_general",
    "cant_kick_self",
    "cant_leave_general",
    "last_member",
    "no_user",
    "not_in_channel",
    "user_not_found",
)
def test_people_come_and_go(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    api.conversations_invite(channel=room, users=["U0ALICE", "U0BOB"])
    assert contract.events("member_joined_channel")[-1]["inviter"] == "U0MUSTER"
    assert no(api.conversations_invite, channel=room, users="U0ALICE") == "already_in_channel"
    assert no(api.conversations_invite, channel=room, users="U0MUSTER") == "cant_invite_self"
    assert no(api.conversations_invite, channel=room, users="U0NOBODY") == "user_not_found"
    assert no(api.conversations_invite, channel=room, users="") == "no_user"
    api.conversations_kick(channel=room, user="U0BOB")
    assert contract.events("member_left_channel")[-1]["user"] == "U0BOB"
    assert no(api.conversations_kick, channel=room, user="U0BOB") == "not_in_channel"
    assert no(api.conversations_kick, channel=room, user="U0MUSTER") == "cant_kick_self"
    assert no(api.conversations_kick, channel=room, user="U0NOBODY") == "user_not_found"
    api.conversations_join(channel="C0GENERAL")
    assert api.conversations_join(channel="C0GENERAL")["warning"] == "already_in_channel"
    assert no(api.conversations_kick, channel="C0GENERAL", user="U0BOB") == "cant_kick_from_general"
    assert no(api.conversations_leave, channel="C0GENERAL") == "cant_leave_general"
    api.conversations_leave(channel=room)
    secret = api.conversations_create(name="secret", is_private=True)["channel"]["id"]
    assert no(api.conversations_leave, channel=secret) == "last_member"


@covers("conversations.archive", "conversations.unarchive")
@provokes("already_archived", "cant_archive_general", "is_archived", "is_inactive", "not_archived")
def test_an_archived_channel_takes_nothing_more(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    post = api.chat_postMessage(channel=room, text="x")["ts"]
    api.conversations_archive(channel=room)
    assert contract.events("channel_archive")[-1]["channel"] == room
    assert no(api.conversations_archive, channel=room) == "already_archived"
    for call, arguments in (
        (api.chat_postMessage, {"text": "x"}),
        (api.chat_postEphemeral, {"text": "x", "user": "U0ALICE"}),
        (api.conversations_invite, {"users": "U0ALICE"}),
        (api.conversations_join, {}),
        (api.conversations_rename, {"name": "inc-2"}),
        (api.conversations_setTopic, {"topic": "x"}),
        (api.reactions_add, {"timestamp": post, "name": "eyes"}),
    ):
        assert no(call, channel=room, **arguments) == "is_archived"
    assert no(api.chat_update, channel=room, ts=post, text="y") == "is_inactive"
    api.conversations_unarchive(channel=room)
    assert no(api.conversations_unarchive, channel=room) == "not_archived"
    api.conversations_join(channel="C0GENERAL")
    assert no(api.conversations_archive, channel="C0GENERAL") == "cant_archive_general"


@covers("conversations.open", "conversations.close")
@provokes(
    "channel_not_found",
    "method_not_supported_for_channel_type",
    "too_many_users",
    "user_disabled",
    "user_not_found",
    "users_list_not_supplied",
)
def test_direct_conversations(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    assert no(api.conversations_open, users="U0ALICE", prevent_creation=True) == "channel_not_found"
    direct = api.conversations_open(users="U0ALICE")["channel"]["id"]
    again = api.conversations_open(users="U0ALICE", return_im=True, prevent_creation=True)
    assert again["already_open"] and again["channel"]["user"] == "U0ALICE" and again["channel"]["id"] == direct
    assert api.chat_postMessage(channel="U0ALICE", text="You are paged")["channel"] == direct
    group = api.conversations_open(users=["U0ALICE", "U0BOB"])["channel"]["id"]
    assert api.conversations_open(channel=group)["already_open"]
    assert api.conversations_info(channel=group)["channel"]["is_mpim"]
    assert api.conversations_close(channel=group)["ok"]
    assert {room["id"] for room in api.users_conversations(types="im,mpim")["channels"]} == {direct, group}
    assert no(lambda: api.api_call("conversations.open")) == "users_list_not_supplied"
    assert no(api.conversations_open, users=[f"U{n}" for n in range(9)]) == "too_many_users"
    assert no(api.conversations_open, users="U0NOBODY") == "user_not_found"
    contract.sandbox.workspace.state.people["U0ERIN"].deleted = True
    assert no(api.conversations_open, users="U0ERIN") == "user_disabled"
    for call, arguments in (
        (api.conversations_archive, {}),
        (api.conversations_invite, {"users": "U0BOB"}),
        (api.conversations_join, {}),
        (api.conversations_rename, {"name": "x"}),
        (api.conversations_leave, {}),
        (api.conversations_kick, {"user": "U0ALICE"}),
    ):
        assert no(call, channel=direct, **arguments) == "method_not_supported_for_channel_type"


@provokes(
    "invalid_cursor",
    "invalid_limit",
    "invalid_name_maxlength",
    "invalid_name_punctuation",
    "invalid_name_required",
    "invalid_name_specials",
    "invalid_types",
    "name_taken",
    "not_authorized",
    "too_long",
)
def test_names_and_limits(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    for name, error in (
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("No Way", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
        ("general", "name_taken"),
    ):
        assert no(api.conversations_create, name=name) == error
    room = api.conversations_create(name="inc-1")["channel"]["id"]
    assert no(api.conversations_rename, channel=room, name="random") == "name_taken"
    api.conversations_join(channel="C0RANDOM")
    assert no(api.conversations_rename, channel="C0RANDOM", name="mine") == "not_authorized"
    assert no(api.conversations_setTopic, channel=room, topic="x" * 251) == "too_long"
    assert no(api.conversations_setPurpose, channel=room, purpose="x" * 251) == "too_long"
    assert no(api.conversations_list, types="public") == "invalid_types"
    assert no(api.conversations_list, limit=1001) == "invalid_limit"
    assert no(api.conversations_members, channel=room, cursor="nonsense") == "invalid_cursor"


@provokes("channel_not_found", "not_in_channel")
def test_private_channels_of_others_do_not_exist(contract: Contract) -> None:
    api, no = contract.api, contract.refusal
    room = contract.people.person("alice").creates("quiet", private=True)
    for call in (api.conversations_info, api.conversations_members, api.conversations_history, api.conversations_join):
        assert no(call, channel=room.id) == "channel_not_found"
    assert room.id not in {each["id"] for each in api.conversations_list(types="private_channel")["channels"]}
    assert no(api.conversations_history, channel="C0RANDOM") == "not_in_channel"
    contract.people.person("alice").invites("muster", to=room)
    assert api.conversations_info(channel=room.id)["channel"]["is_private"]
