"""The control API that the page stands on, and who may use it."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.server import Sandbox


@pytest.fixture
def page(served: tuple[Sandbox, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{served[0].base_url}/control", timeout=5) as client:
        yield client


def state(page: httpx.Client, who: str = "U0ALICE") -> Any:
    return page.get("/state", params={"as": who}).json()


def messages(page: httpx.Client, who: str, channel: str, **more: str) -> Any:
    return page.get("/messages", params={"as": who, "channel": channel, **more}).json()


def act(page: httpx.Client, what: str, who: str = "U0ALICE", **body: Any) -> Any:
    return page.post(f"/{what}", json={"as": who, **body}).json()


def test_state(page: httpx.Client) -> None:
    shown = state(page)
    assert shown["team"] == {"id": "T0ACME", "name": "Acme", "domain": "acme"}
    assert [room["name"] for room in shown["channels"]] == ["general", "random", "engineering"]
    assert shown["commands"] == [{"command": "/incident", "description": "Runs it", "usage_hint": "declare"}]
    assert {item["name"] for item in shown["shortcuts"]} == {"Add to timeline", "Declare"}
    assert shown["view"] is None and shown["home"] is None
    assert page.get("/state", params={"as": "U0NOBODY"}).status_code == 400


def test_a_form_by_hand(page: httpx.Client) -> None:
    assert act(page, "command", channel="C0GENERAL", text="/incident form")["ok"]
    view = state(page)["view"]
    assert view["title"]["text"] == "Declare" and state(page, "U0BOB")["view"] is None
    refused = act(page, "submit", view_id=view["id"], values={"what": {"text": {"value": "bad"}}})
    assert not refused["ok"] and set(refused["errors"]) == {"severity"}
    values = {
        "what": {"text": {"type": "plain_text_input", "value": "inc-page"}},
        "severity": {"choice": {"type": "static_select", "selected_option": {"value": "1"}}},
    }
    assert act(page, "submit", view_id=view["id"], values=values)["ok"]
    room = next(room for room in state(page)["channels"] if room["name"] == "inc-page")
    assert room["is_member"] and room["unread"] == 1 and room["kind"] == "public"
    shown = messages(page, "U0ALICE", room["id"])
    card = shown["messages"][-2]
    assert shown["pins"] == [card["ts"]] and card["pinned"] and card["username"] == "tiny"
    block = card["blocks"][1]
    pressed = act(page, "action", "U0BOB", channel=room["id"], message_ts=card["ts"], block_id=block["block_id"], action_id="ack")
    assert pressed["ok"]
    assert messages(page, "U0BOB", room["id"])["messages"][-1]["ephemeral"]
    assert not messages(page, "U0ALICE", room["id"])["messages"][-1]["ephemeral"]
    act(page, "read", channel=room["id"])
    assert next(r for r in state(page)["channels"] if r["id"] == room["id"])["unread"] == 0


def test_talking(page: httpx.Client) -> None:
    said = act(page, "message", channel="C0GENERAL", text="hello @bob")
    act(page, "message", "U0BOB", channel="C0GENERAL", text="reply", thread_ts=said["ts"])
    act(page, "react", "U0BOB", channel="C0GENERAL", ts=said["ts"], name="eyes", add=True)
    act(page, "pin", channel="C0GENERAL", ts=said["ts"], add=True)
    act(page, "edit", channel="C0GENERAL", ts=said["ts"], text="hello again")
    [shown, _] = messages(page, "U0ERIN", "C0GENERAL")["messages"]
    assert shown["text"] == "hello again" and shown["edited"] and shown["reply_count"] == 1
    assert shown["reactions"] == [{"name": "eyes", "users": ["U0BOB"]}]
    assert len(messages(page, "U0ERIN", "C0GENERAL", thread=said["ts"])["messages"]) == 2
    refused = page.post("/delete", json={"as": "U0BOB", "channel": "C0GENERAL", "ts": said["ts"]})
    assert refused.status_code == 400
    assert refused.json() == {"ok": False, "error": "Only whoever wrote a message can change it."}
    act(page, "delete", channel="C0GENERAL", ts=said["ts"])
    assert messages(page, "U0ERIN", "C0GENERAL")["messages"][0]["deleted"]


def test_rooms(page: httpx.Client) -> None:
    made = act(page, "create", name="quiet", private=True)
    assert made["ok"] and made["channel"] not in [room["id"] for room in state(page, "U0BOB")["channels"]]
    assert act(page, "join", "U0BOB", channel=made["channel"])["error"] == "There is no such channel."
    assert act(page, "invite", channel=made["channel"], user="U0BOB")["ok"]
    assert act(page, "leave", "U0BOB", channel=made["channel"])["ok"]
    assert "(invalid_name_specials)" in act(page, "create", name="No Way")["error"]
    assert act(page, "home")["ok"] and act(page, "message", channel="C0GENERAL")["ok"] is False


def test_canvases_and_groups(page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
    workspace = served[0].workspace
    workspace.manifest = type(workspace.manifest)()
    room = workspace.call("conversations.create", {"name": "inc-1"})["channel"]["id"]
    quiet = workspace.call("conversations.create", {"name": "quiet", "is_private": True})["channel"]["id"]
    content = {"type": "markdown", "markdown": "# <script>alert(1)</script>"}
    own = workspace.call("conversations.canvases.create", {"channel_id": room, "title": "INC-1", "document_content": content})
    workspace.call("canvases.create", {"channel_id": room, "title": "Notes"})
    hidden = workspace.call("canvases.create", {"channel_id": quiet, "title": "Secret"})["canvas_id"]
    shown = messages(page, "U0BOB", room)["canvases"]
    assert [(item["title"], item["is_channels"]) for item in shown] == [("INC-1", True), ("Notes", False)]
    canvas = page.get("/canvas", params={"as": "U0BOB", "id": own["canvas_id"]})
    assert canvas.headers["content-type"] == "application/json"
    assert canvas.json()["canvas"]["markdown"] == content["markdown"]
    assert page.get("/canvas", params={"as": "U0BOB", "id": hidden}).status_code == 404
    assert page.get("/canvas", params={"as": "U0NOBODY", "id": own["canvas_id"]}).status_code == 404
    workspace.call("usergroups.create", {"name": "On call", "handle": "oncall"})
    assert [(group["handle"], group["enabled"]) for group in state(page)["groups"]] == [("oncall", True)]
    assert state(page)["plan"] == "pro"


def test_faults_log_and_redelivery(page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
    assert page.post("/faults", json={"latency": 0.01, "ratelimited": 0.5}).json()["latency"] == 0.01
    assert page.get("/faults").json()["ratelimited"] == 0.5
    assert page.post("/faults", json={"rain": 1}).status_code == 400
    page.post("/faults", json={"clear": True})
    act(page, "command", channel="C0GENERAL", text="/incident hi")
    assert page.post("/redeliver", json={"n": 1}).json() == {"ok": True, "redelivered": 1}
    served[0].people.settle()
    kinds = [(entry["direction"], entry["kind"]) for entry in page.get("/log", params={"limit": 2}).json()["entries"]]
    assert kinds == [("to_app", "/incident"), ("to_app", "/incident")]


def test_the_stream_tells_of_changes(page: httpx.Client) -> None:
    told: list[Any] = []
    ready, heard = threading.Event(), threading.Event()

    def listen() -> None:
        with page.stream("GET", "/stream", params={"as": "U0ALICE"}) as lines:
            for line in lines.iter_lines():
                ready.set()
                if line.startswith("data: "):
                    told.append(json.loads(line.removeprefix("data: ")))
                    if "C0RANDOM" in told[-1]["changed"]:
                        heard.set()
                        return

    threading.Thread(target=listen, daemon=True).start()
    assert ready.wait(5)
    act(page, "message", channel="C0RANDOM", text="psst")
    assert heard.wait(5)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:80"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_strangers_are_kept_out(page: httpx.Client, headers: dict[str, str]) -> None:
    for answer in (page.get("/state?as=U0ALICE", headers=headers), page.post("/faults", json={}, headers=headers)):
        assert answer.status_code == 403


def test_the_page_itself_may(page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
    headers = {"origin": served[0].base_url, "sec-fetch-site": "same-origin"}
    assert page.get("/state?as=U0ALICE", headers=headers).status_code == 200


def test_files_come_as_downloads(page: httpx.Client, served: tuple[Sandbox, Any]) -> None:
    client = served[1].client
    workspace = served[0].workspace
    workspace.manifest = type(workspace.manifest)()
    room = client.conversations_create(name="files")["channel"]["id"]
    client.files_upload_v2(channel=room, filename='x".html', content="<script>alert(1)</script>")
    workspace.call("conversations.invite", {"channel": room, "users": "U0ALICE"})
    file = next(m for m in messages(page, "U0ALICE", room)["messages"] if m["files"])["files"][0]
    answer = httpx.get(served[0].base_url + file["url"])
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["content-disposition"] == 'attachment; filename="x.html"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_root_is_a_page_or_says_what_this_is(served: tuple[Sandbox, Any]) -> None:
    answer = httpx.get(served[0].base_url)
    assert answer.status_code == 200 and answer.text
