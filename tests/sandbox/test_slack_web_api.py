"""The official WebClient against the workspace: what it answers, and what it refuses by which name."""

import json
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.in_process import InProcessClient
from sandbox.server import Sandbox
from sandbox.workspace import Workspace


class TestTokens:
    def test_who_am_i(self, client: WebClient) -> None:
        me = client.auth_test()
        assert (me["user_id"], me["bot_id"], me["team_id"]) == ("U0MUSTER", "B0MUSTER", "T0ACME")
        assert "pins:write" in me.headers["x-oauth-scopes"].split(",")

    @pytest.mark.parametrize(
        ("token", "error"),
        [("xoxb-other", "invalid_auth"), ("", "not_authed"), ("xapp-sandbox", "not_allowed_token_type")],
    )
    def test_a_wrong_token(self, workspace: Workspace, token: str, error: str) -> None:
        assert workspace.call("users.list", {}, token)["error"] == error

    def test_a_socket_needs_a_server(self, workspace: Workspace) -> None:
        assert workspace.call("apps.connections.open")["error"] == "internal_error"

    def test_unknown_method(self, workspace: Workspace) -> None:
        assert workspace.call("chat.shout")["error"] == "unknown_method"

    def test_unknown_and_missing_arguments_are_named(self, workspace: Workspace) -> None:
        answer = workspace.call("chat.postMessage", {"chanel": "C0GENERAL"})
        assert answer["error"] == "invalid_arguments"
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] unknown argument: chanel",
            "[ERROR] missing required field: channel",
        ]

    def test_scopes_come_from_the_manifest(self, manifest: dict[str, Any]) -> None:
        workspace = Workspace(manifest)
        answer = workspace.call("files.info", {"file": "F1"})
        assert (answer["error"], answer["needed"]) == ("missing_scope", "files:read")
        assert "chat:write" in answer["provided"].split(",")
        private = workspace.call("conversations.create", {"name": "secret", "is_private": True})
        assert (private["error"], private["needed"]) == ("missing_scope", "groups:write")
        assert "email" not in workspace.call("users.info", {"user": "U0BOB"})["user"]["profile"]

    def test_refusals_are_remembered(self, workspace: Workspace) -> None:
        workspace.call("pins.add", {"channel": "C0GENERAL", "timestamp": "1.0"})
        [refusal] = workspace.refusals
        assert (refusal.method, refusal.error) == ("pins.add", "not_in_channel")


class TestChannels:
    def test_create_makes_the_bot_creator_and_member(self, client: WebClient) -> None:
        room = client.conversations_create(name="inc-2")["channel"]
        assert (room["creator"], room["is_member"], room["is_private"]) == ("U0MUSTER", True, False)
        assert client.conversations_members(channel=room["id"])["members"] == ["U0MUSTER"]

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("", "invalid_name_required"),
            ("x" * 81, "invalid_name_maxlength"),
            ("Inc", "invalid_name_specials"),
            ("a b", "invalid_name_specials"),
            ("a.b", "invalid_name_specials"),
            ("--", "invalid_name_punctuation"),
            ("general", "name_taken"),
        ],
    )
    def test_names(self, workspace: Workspace, name: str, error: str) -> None:
        assert workspace.call("conversations.create", {"name": name})["error"] == error

    def test_an_archived_channel_keeps_its_name(self, client: WebClient, room: str, refusal: Any) -> None:
        client.conversations_archive(channel=room)
        assert refusal(client.conversations_create, name="inc-1") == "name_taken"
        assert refusal(client.conversations_archive, channel=room) == "already_archived"
        assert refusal(client.chat_postMessage, channel=room, text="x") == "is_archived"
        assert refusal(client.conversations_invite, channel=room, users="U0ERIN") == "is_archived"
        client.conversations_unarchive(channel=room)
        assert refusal(client.conversations_unarchive, channel=room) == "not_archived"

    def test_a_private_channel_of_others_does_not_exist_for_the_bot(self, slack: Any, client: WebClient, refusal: Any) -> None:
        room = slack.person("alice").creates("secret", private=True)
        assert refusal(client.conversations_info, channel=room.id) == "channel_not_found"
        assert refusal(client.conversations_create, name="secret") == "name_taken"
        slack.person("alice").invites("muster", to=room)
        assert client.conversations_info(channel=room.id)["channel"]["is_private"]

    def test_invite_is_all_or_nothing(self, client: WebClient, room: str) -> None:
        with pytest.raises(SlackApiError) as caught:
            client.conversations_invite(channel=room, users="U0ERIN,U0NOBODY,U0MUSTER")
        response = caught.value.response
        assert response["error"] == "user_not_found"
        assert {item["user"]: item["error"] for item in response["errors"]} == {
            "U0NOBODY": "user_not_found",
            "U0MUSTER": "cant_invite_self",
        }
        assert "U0ERIN" not in client.conversations_members(channel=room)["members"]
        client.conversations_invite(channel=room, users="U0ERIN,U0NOBODY", force=True)
        assert "U0ERIN" in client.conversations_members(channel=room)["members"]

    def test_invite_errors(self, client: WebClient, room: str, refusal: Any) -> None:
        assert refusal(client.conversations_invite, channel=room, users="U0ALICE") == "already_in_channel"
        assert refusal(client.conversations_invite, channel="C0GENERAL", users="U0ALICE") == "not_in_channel"
        assert refusal(client.conversations_invite, channel="C1", users="U0ALICE") == "channel_not_found"

    def test_join_twice_warns(self, client: WebClient) -> None:
        assert client.conversations_join(channel="C0GENERAL")["channel"]["is_member"]
        assert client.conversations_join(channel="C0GENERAL")["warning"] == "already_in_channel"

    def test_kick_and_leave(self, client: WebClient, room: str, refusal: Any) -> None:
        client.conversations_kick(channel=room, user="U0BOB")
        assert refusal(client.conversations_kick, channel=room, user="U0BOB") == "not_in_channel"
        assert refusal(client.conversations_kick, channel=room, user="U0MUSTER") == "cant_kick_self"
        client.conversations_leave(channel=room)
        assert client.conversations_members(channel=room)["members"] == ["U0ALICE"]

    def test_topic_and_rename_leave_lines(self, client: WebClient, room: str, refusal: Any) -> None:
        client.conversations_setTopic(channel=room, topic="SEV1")
        client.conversations_setPurpose(channel=room, purpose="p")
        client.conversations_rename(channel=room, name="inc-renamed")
        history = client.conversations_history(channel=room)["messages"]
        assert [message["subtype"] for message in history[:3]] == ["channel_name", "channel_purpose", "channel_topic"]
        info = client.conversations_info(channel=room, include_num_members=True)["channel"]
        assert (info["topic"]["value"], info["name"], info["previous_names"]) == ("SEV1", "inc-renamed", ["inc-1"])
        assert info["num_members"] == 3
        assert refusal(client.conversations_setTopic, channel=room, topic="x" * 251) == "too_long"
        assert refusal(client.conversations_rename, channel=room, name="general") == "name_taken"

    def test_lists_page(self, client: WebClient) -> None:
        names = []
        for page in client.conversations_list(limit=2):
            names += [room["name"] for room in page["channels"]]
        assert names == ["general", "random", "engineering"]
        assert client.users_conversations()["channels"] == []
        assert len(client.users_conversations(user="U0BOB")["channels"]) == 3

    def test_opening_a_direct_message(self, client: WebClient, refusal: Any) -> None:
        first = client.conversations_open(users=["U0ALICE"])
        again = client.conversations_open(users="U0ALICE", return_im=True)
        assert first["channel"]["id"] == again["channel"]["id"]
        assert again["already_open"] and again["channel"]["user"] == "U0ALICE"
        assert refusal(client.conversations_open, users="U0NOBODY") == "user_not_found"
        assert refusal(client.conversations_setTopic, channel="C1", topic="x") == "channel_not_found"


class TestPeople:
    def test_find(self, client: WebClient, refusal: Any) -> None:
        assert client.users_lookupByEmail(email="Alice@example.com")["user"]["id"] == "U0ALICE"
        assert refusal(client.users_lookupByEmail, email="x@example.com") == "users_not_found"
        assert refusal(client.users_info, user="U0NOBODY") == "user_not_found"
        alice = client.users_info(user="U0ALICE")["user"]
        assert (alice["tz"], alice["profile"]["email"]) == ("Europe/Berlin", "alice@example.com")
        assert sum(len(page["members"]) for page in client.users_list(limit=4)) == 6


class TestMessages:
    def test_a_message_carries_the_bot(self, client: WebClient, room: str) -> None:
        sent = client.chat_postMessage(channel=room, text="hello")["message"]
        assert (sent["user"], sent["bot_id"], sent["app_id"]) == ("U0MUSTER", "B0MUSTER", "A0MUSTER")
        assert sent["team"] == "T0ACME"

    def test_timestamps_grow_even_when_time_stands_still(self, client: WebClient, room: str) -> None:
        stamps = [client.chat_postMessage(channel=room, text="x")["ts"] for _ in range(5)]
        assert stamps == sorted(set(stamps)) and stamps[0].startswith("1763700000.")

    def test_membership(self, client: WebClient, refusal: Any) -> None:
        assert refusal(client.chat_postMessage, channel="#general", text="x") == "not_in_channel"
        assert refusal(client.chat_postMessage, channel="#nowhere", text="x") == "channel_not_found"
        client.conversations_join(channel="C0GENERAL")
        assert client.chat_postMessage(channel="#general", text="x")["channel"] == "C0GENERAL"

    def test_to_a_person_it_goes_to_their_direct_message(self, client: WebClient) -> None:
        sent = client.chat_postMessage(channel="U0ALICE", text="psst")
        assert sent["channel"] == client.conversations_open(users="U0ALICE")["channel"]["id"]

    def test_block_kit_is_checked(self, client: WebClient, room: str) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
        with pytest.raises(SlackApiError) as caught:
            client.chat_postMessage(channel=room, text="x", blocks=blocks)
        answer = caught.value.response.data
        assert answer["error"] == "invalid_blocks"
        assert answer["errors"] == ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]
        assert answer["response_metadata"]["messages"] == [f"[ERROR] {answer['errors'][0]}"]

    def test_two_tables(self, client: WebClient, room: str, refusal: Any) -> None:
        table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}
        assert refusal(client.chat_postMessage, channel=room, text="x", blocks=[table, table]) == "invalid_attachments"

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ({"text": ""}, "no_text"),
            ({"text": "x" * 40_001}, "msg_too_long"),
            ({"text": "x", "attachments": [{"text": "a"}] * 101}, "too_many_attachments"),
            ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
            ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
            ({"text": "x", "metadata": {"event_type": "a", "event_payload": {}, "more": 1}}, "invalid_metadata_schema"),
            ({"text": "x", "thread_ts": "1.2"}, "thread_not_found"),
            ({"text": "x", "blocks": "[oops"}, "invalid_blocks_format"),
        ],
    )
    def test_refused_contents(self, workspace: Workspace, room: str, arguments: dict[str, Any], error: str) -> None:
        assert workspace.call("chat.postMessage", {"channel": room} | arguments)["error"] == error

    def test_update_keeps_what_is_not_given(self, client: WebClient, room: str, card: Any, refusal: Any) -> None:
        metadata = {"event_type": "card", "event_payload": {"id": "1"}}
        ts = client.chat_postMessage(channel=room, text="old", blocks=card, metadata=metadata)["ts"]
        kept = client.chat_update(channel=room, ts=ts, text="new")["message"]
        assert (kept["text"], len(kept["blocks"]), kept["metadata"]) == ("new", 2, metadata)
        bare = client.chat_update(channel=room, ts=ts, text="bare", blocks=[], metadata={})["message"]
        assert "blocks" not in bare and "metadata" not in bare and bare["edited"]["user"] == "B0MUSTER"
        assert refusal(client.chat_update, channel=room, ts=ts, text="x" * 4001) == "msg_too_long"
        assert refusal(client.chat_update, channel=room, ts="1.0", text="x") == "message_not_found"

    def test_only_its_own_messages(self, slack: Any, client: WebClient, room: str, refusal: Any) -> None:
        post = slack.person("alice").says("mine", in_="#inc-1")
        assert refusal(client.chat_update, channel=room, ts=post.ts, text="x") == "cant_update_message"
        assert refusal(client.chat_delete, channel=room, ts=post.ts) == "cant_delete_message"
        own = client.chat_postMessage(channel=room, text="gone")["ts"]
        client.chat_delete(channel=room, ts=own)
        assert refusal(client.chat_delete, channel=room, ts=own) == "message_not_found"

    def test_threads(self, client: WebClient, room: str, refusal: Any) -> None:
        parent = client.chat_postMessage(channel=room, text="parent")["ts"]
        reply = client.chat_postMessage(channel=room, text="reply", thread_ts=parent)["ts"]
        deeper = client.chat_postMessage(channel=room, text="deeper", thread_ts=reply)
        assert deeper["message"]["thread_ts"] == parent
        client.chat_postMessage(channel=room, text="loud", thread_ts=parent, reply_broadcast=True)
        thread = client.conversations_replies(channel=room, ts=parent)["messages"]
        assert [item["text"] for item in thread] == ["parent", "reply", "deeper", "loud"]
        assert (thread[0]["reply_count"], thread[1]["parent_user_id"]) == (3, "U0MUSTER")
        shown = client.conversations_history(channel=room, limit=2)
        assert [item["text"] for item in shown["messages"]] == ["loud", "parent"]
        assert refusal(client.conversations_replies, channel=room, ts="1.0") == "thread_not_found"
        link = client.chat_getPermalink(channel=room, message_ts=reply)["permalink"]
        assert link.endswith(f"p{reply.replace('.', '')}?thread_ts={parent}&cid={room}")

    def test_metadata_is_shown_only_when_asked_for(self, client: WebClient, room: str) -> None:
        metadata = {"event_type": "card", "event_payload": {"key": "a:1"}}
        client.chat_postMessage(channel=room, text="x", metadata=metadata)
        assert "metadata" not in client.conversations_history(channel=room)["messages"][0]
        asked = client.conversations_history(channel=room, include_all_metadata=True)
        assert asked["messages"][0]["metadata"] == metadata

    def test_history_windows_and_pages(self, client: WebClient, room: str, refusal: Any) -> None:
        stamps = [client.chat_postMessage(channel=room, text=str(n))["ts"] for n in range(5)]

        def texts(**window: Any) -> list[str]:
            return [item["text"] for item in client.conversations_history(channel=room, **window)["messages"]]

        assert texts(oldest=stamps[2]) == ["4", "3"]
        assert texts(oldest=stamps[2], latest=stamps[3], inclusive=True) == ["3", "2"]
        paged = [m["text"] for page in client.conversations_history(channel=room, limit=2) for m in page["messages"]]
        assert paged[:5] == ["4", "3", "2", "1", "0"]
        assert refusal(client.conversations_history, channel=room, oldest="yesterday") == "invalid_ts_oldest"
        assert refusal(client.conversations_history, channel="C0GENERAL") == "not_in_channel"

    def test_ephemeral(self, client: WebClient, slack: Any, room: str, refusal: Any) -> None:
        client.chat_postEphemeral(channel=room, user="U0ALICE", text="for you")
        assert [post.text for post in slack.person("alice").ephemerals] == ["for you"]
        assert not slack.person("bob").ephemerals
        assert "for you" not in str(client.conversations_history(channel=room)["messages"])
        assert refusal(client.chat_postEphemeral, channel=room, user="U0ERIN", text="x") == "user_not_in_channel"

    @pytest.mark.parametrize(
        ("text", "blocks", "rings"),
        [
            ("<!channel> hi", [], "channel"),
            ("&lt;!channel&gt;", [], None),
            ("", [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here|here>"}}], "here"),
            ("", [{"type": "section", "text": {"type": "plain_text", "text": "<!here>"}}], None),
        ],
    )
    def test_what_rings_everybody(self, client: WebClient, slack: Any, room: str, text: str, blocks: Any, rings: Any) -> None:
        client.chat_postMessage(channel=room, text=text, blocks=blocks)
        assert slack.channel("#inc-1").messages[-1].notifies == rings


class TestMarks:
    def test_pins(self, client: WebClient, room: str, refusal: Any) -> None:
        ts = client.chat_postMessage(channel=room, text="card")["ts"]
        client.pins_add(channel=room, timestamp=ts)
        assert refusal(client.pins_add, channel=room, timestamp=ts) == "already_pinned"
        assert refusal(client.pins_add, channel=room) == "no_item_specified"
        assert refusal(client.pins_add, channel=room, timestamp="x") == "bad_timestamp"
        assert refusal(client.pins_add, channel=room, timestamp="1.0") == "message_not_found"
        [item] = client.pins_list(channel=room)["items"]
        assert (item["message"]["text"], item["created_by"]) == ("card", "U0MUSTER")
        client.pins_remove(channel=room, timestamp=ts)
        assert refusal(client.pins_remove, channel=room, timestamp=ts) == "no_pin"

    def test_reactions(self, client: WebClient, room: str, refusal: Any) -> None:
        ts = client.chat_postMessage(channel=room, text="x")["ts"]
        client.reactions_add(channel=room, timestamp=ts, name="eyes")
        assert refusal(client.reactions_add, channel=room, timestamp=ts, name="eyes") == "already_reacted"
        assert refusal(client.reactions_add, channel=room, timestamp=ts, name="no such!") == "invalid_name"
        shown = client.reactions_get(channel=room, timestamp=ts)["message"]
        assert shown["reactions"] == [{"name": "eyes", "users": ["U0MUSTER"], "count": 1}]
        client.reactions_remove(channel=room, timestamp=ts, name="eyes")
        assert refusal(client.reactions_remove, channel=room, timestamp=ts, name="eyes") == "no_reaction"

    def test_bookmarks(self, client: WebClient, room: str, refusal: Any) -> None:
        link = "https://example.com/runbook"
        made = client.bookmarks_add(channel_id=room, title="Runbook", type="link", link=link, emoji=":book:")
        id = made["bookmark"]["id"]
        client.bookmarks_edit(channel_id=room, bookmark_id=id, title="Run it")
        assert [item["title"] for item in client.bookmarks_list(channel_id=room)["bookmarks"]] == ["Run it"]
        assert refusal(client.bookmarks_add, channel_id=room, title="x", type="link", link="ftp://x") == "invalid_link"
        assert refusal(client.bookmarks_add, channel_id=room, title="x", type="app") == "invalid_bookmark_type"
        client.bookmarks_remove(channel_id=room, bookmark_id=id)
        assert refusal(client.bookmarks_remove, channel_id=room, bookmark_id=id) == "not_found"


class TestFiles:
    def test_upload_share_read_and_delete(self, client: WebClient, slack: Any, room: str, refusal: Any) -> None:
        done = client.files_upload_v2(channel=room, filename="post.md", content="# Postmortem", title="Draft")
        id = done["file"]["id"]
        [file] = slack.channel("#inc-1").files
        assert (file.name, file.title, file.text) == ("post.md", "Draft", "# Postmortem")
        assert client.files_info(file=id)["content"] == "# Postmortem"
        assert client.conversations_history(channel=room)["messages"][0]["files"][0]["id"] == id
        client.files_delete(file=id)
        assert refusal(client.files_info, file=id) == "file_deleted"
        assert slack.channel("#inc-1").files == []

    def test_unfinished_uploads_do_not_exist(self, client: WebClient, refusal: Any) -> None:
        id = client.files_getUploadURLExternal(filename="a.txt", length=3)["file_id"]
        assert refusal(client.files_info, file=id) == "file_not_found"
        assert refusal(client.files_completeUploadExternal, files=[{"id": id}]) == "file_not_found"

    def test_over_http(self, sandbox: Sandbox) -> None:
        client = WebClient("xoxb-sandbox", base_url=sandbox.api_url)
        room = client.conversations_create(name="files")["channel"]["id"]
        client.files_upload_v2(channel=room, filename="a.bin", file=bytes(range(256)), initial_comment="see")
        [document] = sandbox.people.channel("#files").files
        assert document.file.content == bytes(range(256))
        assert sandbox.people.channel("#files").messages[-1].text == "see"


class TestOverHttp:
    def test_the_same_over_the_wire(self, sandbox: Sandbox, card: Any) -> None:
        client = WebClient("xoxb-sandbox", base_url=sandbox.api_url)
        room = client.conversations_create(name="inc-1")["channel"]["id"]
        client.conversations_invite(channel=room, users=["U0ALICE"])
        assert client.chat_postMessage(channel=room, text="a", blocks=card)["message"]["blocks"][0]["block_id"]
        assert [item["text"] for item in client.conversations_history(channel=room, limit=1)["messages"]] == ["a"]
        with pytest.raises(SlackApiError) as caught:
            client.pins_add(channel=room, timestamp="1.0")
        assert caught.value.response.status_code == 200
        # Form-encoded, with JSON inside, as the curl examples do it.
        client.api_call("chat.postMessage", params={"channel": room, "text": "b", "blocks": json.dumps(card)})
        assert len(sandbox.people.channel("#inc-1").messages[-1].blocks) == 2

    def test_garbage(self, sandbox: Sandbox) -> None:
        headers = {"authorization": "Bearer xoxb-sandbox", "content-type": "application/json"}
        answer = httpx.post(f"{sandbox.api_url}chat.postMessage", content=b"{oops", headers=headers)
        assert answer.json()["error"] == "invalid_json"

    def test_both_clients_are_told_of_rate_limits_alike(self, sandbox: Sandbox) -> None:
        for client in (WebClient("xoxb-sandbox", base_url=sandbox.api_url), InProcessClient(sandbox.workspace)):
            sandbox.workspace.faults.fail_next("auth.test", error="ratelimited", retry_after=7)
            with pytest.raises(SlackApiError) as caught:
                client.auth_test()
            assert caught.value.response.status_code == 429
            assert caught.value.response.headers["Retry-After"] == "7"
