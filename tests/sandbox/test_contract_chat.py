"""Contract: what the bot says, edits, deletes and reads again."""

from typing import Any

from tests.sandbox.contracts import Contract, covers, provokes

SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Checkout is down*"}}]


def room_of(contract: Contract) -> str:
    id: str = contract.api.conversations_create(name="inc-1")["channel"]["id"]
    contract.api.conversations_invite(channel=id, users="U0ALICE")
    return id


@covers(
    "chat.delete",
    "chat.getPermalink",
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.replies",
)
def test_a_message_and_its_thread(contract: Contract) -> None:
    api, room = contract.api, room_of(contract)
    metadata = {"event_type": "muster", "event_payload": {"key": "1"}}
    card = api.chat_postMessage(channel=room, text="Checkout is down", blocks=SECTION, metadata=metadata)
    assert card["message"]["bot_id"] == "B0MUSTER" and card["message"]["blocks"][0]["block_id"]
    reply = api.chat_postMessage(channel=room, text="Looking", thread_ts=card["ts"])
    api.chat_postMessage(channel=room, text="Found it", thread_ts=reply["ts"], reply_broadcast=True)
    history = api.conversations_history(channel=room, include_all_metadata=True, limit=10)["messages"]
    assert [item["text"] for item in history][:2] == ["Found it", "Checkout is down"]
    assert history[1]["metadata"] == metadata and history[1]["reply_count"] == 2
    thread = api.conversations_replies(channel=room, ts=card["ts"])["messages"]
    assert [item["text"] for item in thread] == ["Checkout is down", "Looking", "Found it"]
    assert {item["thread_ts"] for item in thread} == {card["ts"]}
    link = api.chat_getPermalink(channel=room, message_ts=reply["ts"])["permalink"]
    assert f"thread_ts={card['ts']}" in link
    edited = api.chat_update(channel=room, ts=card["ts"], text="Checkout is up", blocks=[])
    assert edited["text"] == "Checkout is up" and edited["message"]["edited"]["user"]
    [changed] = contract.events("message", "message_changed")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("Checkout is up", "Checkout is down")
    api.chat_delete(channel=room, ts=reply["ts"])
    [gone] = contract.events("message", "message_deleted")
    assert gone["deleted_ts"] == reply["ts"] and gone["previous_message"]["text"] == "Looking"
    api.chat_delete(channel=room, ts=card["ts"])
    assert api.conversations_history(channel=room)["messages"][1]["subtype"] == "tombstone"


@covers("chat.postEphemeral")
@provokes("user_not_in_channel", "message_not_found")
def test_what_only_one_person_sees(contract: Contract) -> None:
    api, room = contract.api, room_of(contract)
    seen = api.chat_postEphemeral(channel=room, user="U0ALICE", text="For you")["message_ts"]
    assert contract.people.person("alice").ephemerals[-1].text == "For you"
    assert "For you" not in str(api.conversations_history(channel=room)["messages"])
    assert contract.refusal(api.chat_postEphemeral, channel=room, user="U0BOB", text="x") == "user_not_in_channel"
    assert contract.refusal(api.chat_update, channel=room, ts=seen, text="x") == "message_not_found"
    assert contract.refusal(api.chat_delete, channel=room, ts=seen) == "message_not_found"


@provokes(
    "cannot_reply_to_message",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "markdown_text_conflict",
    "metadata_too_large",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
)
def test_what_cannot_be_said(contract: Contract) -> None:
    api, room = contract.api, room_of(contract)
    joined = contract.people.channel("#inc-1").notices[0].ts
    big = {"event_type": "x", "event_payload": {"text": "x" * 20_000}}

    def post(**arguments: Any) -> str:
        return contract.refusal(api.chat_postMessage, channel=room, **arguments)

    assert post(text="") == "no_text"
    assert post(text="x" * 40_001) == "msg_too_long"
    assert post(text="x", blocks=[{"type": "section"}]) == "invalid_blocks"
    assert post(text="x", blocks="[{") == "invalid_blocks_format"
    assert post(text="x", blocks=[{"type": "divider"}] * 51) == "invalid_blocks"
    assert post(text="x", attachments=[{"text": "x"}] * 101) == "too_many_attachments"
    assert post(text="x", attachments={"text": "x"}) == "invalid_attachments"
    assert post(text="x", metadata={"event_type": "x"}) == "invalid_metadata_format"
    assert post(text="x", metadata=big | {"more": 1}) == "invalid_metadata_schema"
    assert post(text="x", metadata=big) == "metadata_too_large"
    assert post(text="x", markdown_text="y") == "markdown_text_conflict"
    assert post(text="x", thread_ts=joined) == "cannot_reply_to_message"
    said = api.chat_postMessage(channel=room, text="x")["ts"]
    assert contract.refusal(api.chat_update, channel=room, ts=said, text="x" * 4_001) == "msg_too_long"


@provokes("cant_delete_message", "cant_update_message", "channel_not_found", "message_not_found", "not_in_channel")
def test_what_others_have_said(contract: Contract) -> None:
    api, room = contract.api, room_of(contract)
    said = contract.people.person("alice").says("hello", in_="#inc-1")
    assert contract.refusal(api.chat_update, channel=room, ts=said.ts, text="x") == "cant_update_message"
    assert contract.refusal(api.chat_delete, channel=room, ts=said.ts) == "cant_delete_message"
    assert contract.refusal(api.chat_delete, channel=room, ts="1.000000") == "message_not_found"
    assert contract.refusal(api.chat_getPermalink, channel=room, message_ts="1.000000") == "message_not_found"
    assert contract.refusal(api.chat_postMessage, channel="C0RANDOM", text="x") == "not_in_channel"
    assert contract.refusal(api.chat_postMessage, channel="#nowhere", text="x") == "channel_not_found"


@provokes("invalid_cursor", "invalid_limit", "invalid_ts_latest", "invalid_ts_oldest", "thread_not_found")
def test_reading_in_pages(contract: Contract) -> None:
    api, room = contract.api, room_of(contract)
    sent = [api.chat_postMessage(channel=room, text=str(n))["ts"] for n in range(5)]
    pages = [[item["ts"] for item in page["messages"]] for page in api.conversations_history(channel=room, limit=3)]
    assert sum(pages, [])[:5] == sent[::-1] and max(map(len, pages)) == 3
    window = api.conversations_history(channel=room, oldest=sent[1], latest=sent[3])["messages"]
    assert [item["text"] for item in window] == ["2"]
    window = api.conversations_history(channel=room, oldest=sent[1], latest=sent[3], inclusive=True)["messages"]
    assert [item["text"] for item in window] == ["3", "2", "1"]
    assert contract.refusal(api.conversations_history, channel=room, oldest="x") == "invalid_ts_oldest"
    assert contract.refusal(api.conversations_history, channel=room, latest="x") == "invalid_ts_latest"
    assert contract.refusal(api.conversations_history, channel=room, cursor="x") == "invalid_cursor"
    assert contract.refusal(api.conversations_history, channel=room, limit=1000) == "invalid_limit"
    assert contract.refusal(api.conversations_replies, channel=room, ts="1.000000") == "thread_not_found"


@provokes("messages_tab_disabled", "missing_scope", "not_in_channel")
def test_what_the_manifest_does_not_declare(declaring: Any) -> None:
    contract = declaring("chat:write", "im:write")
    assert contract.refusal(contract.api.chat_postMessage, channel="U0ALICE", text="x", username="Pager") == "missing_scope"
    assert contract.refusal(contract.api.conversations_history, channel="C0GENERAL") == "missing_scope"
    assert contract.refusal(contract.api.chat_postMessage, channel="C0GENERAL", text="x") == "not_in_channel"
    assert contract.api.chat_postMessage(channel="U0ALICE", text="x")["ok"]
    manifest = contract.sandbox.workspace.manifest
    contract.sandbox.workspace.manifest = type(manifest)(**vars(manifest) | {"messages_tab": False})
    assert contract.refusal(contract.api.chat_postMessage, channel="U0ALICE", text="x") == "messages_tab_disabled"
    public = declaring("chat:write", "chat:write.public", "chat:write.customize")
    assert public.api.chat_postMessage(channel="C0GENERAL", text="x", username="Pager")["message"]["username"] == "Pager"
