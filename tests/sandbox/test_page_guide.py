"""The guide, the scenes, the faces to be and the keys, on a workspace with a tiny app behind it."""

import copy
import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox import canvases, usergroups
from sandbox.guide import Guide
from sandbox.people import Slack
from sandbox.server import Sandbox
from sandbox.transports import Direct
from sandbox.workspace import Workspace
from tests.sandbox.acme import GUIDE
from tests.sandbox.conftest import TinyApp
from tests.sandbox.windows import Open, comes_true

STEPS: dict[str, Any] = {
    "title": "Try it",
    "start": {"as": "bob", "channel": "random"},
    "steps": [
        {"say": "Type `/incident form`.", "until": {"form": "Declare"}, "point": {"field": True}},
        {"say": "Make a *room*.", "until": {"channel": "inc-*"}},
        {
            "say": "Say `hello` there.",
            "until": {"message": "hello *all*", "in": "inc-*"},
            "go": {"as": "alice", "channel": "inc-*"},
        },
        {
            "say": "Look around.",
            "until": {"click": True},
            "go": {"as": "@unread", "channel": "@app", "label": "Become who was called"},
            "point": {"face": "@unread"},
        },
    ],
    "end": "Well done.",
    "scenes": {
        "form": {"title": "A form", "as": "alice", "channel": "general", "run": "/incident form"},
        "said": {
            "as": "bob",
            "channel": "made-*",
            "first": {"as": "alice", "channel": "general", "run": "/incident open made-1"},
        },
        "page": {"as": "@unread", "channel": "@app"},
        "night": {"as": "alice", "channel": "general", "theme": "dark", "panel": "1"},
        "pocket": {"as": "alice", "channel": "general", "width": "phone"},
    },
}


@pytest.fixture
def guided(manifest: dict[str, Any]) -> Iterator[tuple[Sandbox, TinyApp]]:
    guide = json.loads(json.dumps(STEPS))
    guide["steps"][2]["until"]["message"] = "hello all"
    declared = copy.deepcopy(manifest)
    declared["oauth_config"]["scopes"]["bot"].append("im:write")
    running = Sandbox(declared, guide=Guide(guide))
    app = TinyApp(WebClient("xoxb-sandbox", base_url=f"{running.start()}/api/"), running.workspace.signing_secret)
    running.connect(Direct(app.receive, running.workspace.signing_secret))
    yield running, app
    running.stop(wait=False)


def test_the_guide_of_make_run_can_be_read() -> None:
    content = json.loads(GUIDE.read_text())
    assert Guide.read(GUIDE)
    assert all(step["title"] and step["say"] for step in content["steps"])


@pytest.mark.parametrize("content", [{"steps": [{"say": "x"}]}, {"steps": [{"say": "x", "until": {"weather": "fair"}}]}])
def test_a_guide_that_cannot_be_followed_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="step 1 needs"):
        Guide(content)


def test_what_was_there_before_does_not_count(workspace: Workspace, clock: Any) -> None:
    guide = Guide(
        {"steps": [{"say": "", "until": {"channel": "inc-*"}}, {"say": "", "until": {"message": "hello", "in": "inc-*"}}]}
    )
    alice = Slack(workspace).person("alice")
    alice.creates("inc-1")
    alice.says("hello", in_="#inc-1")
    clock.advance(2)
    assert guide.shape(workspace)["at"] == 0
    clock.advance(5)
    alice.creates("inc-2")
    assert guide.shape(workspace)["at"] == 1
    alice.says("hello", in_="#inc-1")
    assert guide.shape(workspace)["at"] == 2 and guide.shape(workspace)["took"] == 5
    clock.advance(2)
    guide.start_over(workspace)
    assert guide.shape(workspace)["at"] == 0, "not even what was made within the same second"
    alice.creates("inc-3")
    assert guide.shape(workspace)["at"] == 1
    clock.advance(1)
    alice.says("hello", in_="#inc-2")
    assert guide.shape(workspace)["at"] == 2, "whoever does a later step has done with those before it"


def test_it_goes_on_as_things_happen_and_can_be_put_away(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    window = open_window(guided[0].base_url)
    page, words = window.page, window.page.locator(".guide-words")
    assert page.locator(".who").inner_text().split()[-1] == "bob" and page.locator(".channel-name").inner_text() == "random"
    words.get_by_text("1 of 4").wait_for()
    assert page.locator(".composer-box.pointed").count() == 1
    window.types("/incident form")
    page.locator(".guide-note", has_text="Make a room.").wait_for()
    page.keyboard.press("Escape")
    guided[0].people.person("alice").creates("inc-7")
    words.get_by_text("3 of 4").wait_for()
    page.get_by_role("button", name="Go there").click()
    page.locator(".channel-name", has_text="inc-7").wait_for()
    window.types("hello *all*")
    words.get_by_text("4 of 4").wait_for()
    page.get_by_role("button", name="Next").click()
    words.get_by_text("Well done.").wait_for()
    page.get_by_role("button", name="Put the guide away").click()
    page.reload()
    page.locator("#main .message").first.wait_for()
    assert not words.count()
    page.get_by_role("button", name="Guide and scenes").click()
    page.get_by_role("menuitem", name="Try it").click()
    words.get_by_text("1 of 4").wait_for()


def test_nobody_is_offered_to_become_who_they_are(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    sandbox, app = guided
    alice = sandbox.people.person("alice")
    window = open_window(f"{sandbox.base_url}/#as=bob&channel=random")
    page, words = window.page, window.page.locator(".guide-words")
    words.get_by_text("1 of 4").wait_for()
    alice.creates("inc-7")
    alice.says("hello all", in_="#inc-7")
    words.get_by_text("4 of 4").wait_for()
    for person, text in (("U0ERIN", "You are wanted"), ("U0CAROL", "So are you")):
        app.client.chat_postMessage(channel=app.client.conversations_open(users=person)["channel"]["id"], text=text)
        page.locator(f'[data-face="{person}"] .badge').wait_for()
    become = page.get_by_role("button", name="Become who was called")
    become.click()
    page.locator(".who", has_text=re.compile("erin|carol")).wait_for()
    become.wait_for(state="detached")
    page.locator(".place", has_text="general").click()
    become.wait_for()


def test_scenes_are_laid_out_by_their_address(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    sandbox, app = guided
    window = open_window(f"{sandbox.base_url}/#scene=form")
    page = window.page
    window.form.wait_for()
    page.keyboard.press("Escape")
    window.form.wait_for(state="detached")

    page.goto(f"{sandbox.base_url}/#scene=nothing")
    page.get_by_role("alert").get_by_text("There is no scene").wait_for()

    room = app.client.conversations_open(users="U0ERIN")["channel"]["id"]
    app.client.chat_postMessage(channel=room, text="You are wanted")
    page.locator('[data-face="U0ERIN"] .badge').wait_for()
    page.goto(f"{sandbox.base_url}/#scene=page")
    page.locator(".who", has_text="erin").wait_for()
    window.sees("You are wanted")

    page.goto(f"{sandbox.base_url}/#scene=night")
    page.locator("#panel").wait_for()
    comes_true(page, "document.documentElement.dataset.theme === 'dark'")

    page.goto(f"{sandbox.base_url}/#scene=pocket")
    inside = page.frame_locator("iframe")
    inside.locator(".channel-name", has_text="general").wait_for()
    assert inside.locator("body").evaluate("innerWidth") == 390
    assert inside.locator("#rail").is_hidden()


def test_a_scene_does_first_what_it_needs(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    sandbox, app = guided

    def opened(ack: Any, body: dict[str, Any]) -> None:
        app.client.conversations_create(name=body["text"].split()[-1])
        ack()

    app.app._listeners.clear()
    app.app.command("/incident")(opened)
    window = open_window(f"{sandbox.base_url}/#scene=said")
    window.page.locator(".channel-name", has_text="made-1").wait_for()
    window.page.locator(".who", has_text="bob").wait_for()


def test_an_app_without_a_home_can_be_written_to(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    workspace = guided[0].workspace
    workspace.manifest = dataclasses.replace(workspace.manifest, home_tab=False)
    window = open_window(f"{guided[0].base_url}/#as=alice&channel=general")
    window.page.locator(".place", has_text="tiny").click()
    window.page.get_by_role("textbox", name="Message tiny").wait_for()
    assert not window.page.get_by_role("link", name="Home").count()


def test_an_address_alone_runs_nothing(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    window = open_window(f"{guided[0].base_url}/#as=alice&channel=general&run=/incident form&text=/incident form")
    window.page.wait_for_timeout(300)
    assert not guided[1].told and not window.form.count()
    assert window.page.get_by_role("textbox", name="Message ").input_value() == "/incident form"


def test_keys_lead_everywhere(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    guided[0].people.person("bob").says("anybody?", in_="#random")
    window = open_window(f"{guided[0].base_url}/#as=alice&channel=general")
    page, keys = window.page, window.page.keyboard
    focus = "document.activeElement.closest('#rail, #sidebar, #main, #panel, dialog')?.id"
    keys.press("Alt+Shift+ArrowDown")
    page.locator(".channel-name", has_text="random").wait_for()
    keys.press("Alt+ArrowUp")
    page.locator(".channel-name", has_text="general").wait_for()
    keys.press("Alt+3")
    page.locator(".who", has_text="carol").wait_for()
    comes_true(page, f"{focus} === 'main'")
    seen = []
    for _ in range(3):
        keys.press("F6")
        seen.append(page.evaluate(focus))
    assert seen == ["rail", "sidebar", "main"]
    keys.press("Control+.")
    page.locator("#panel").wait_for()
    keys.press("Shift+F6")
    assert page.evaluate(focus) in ("panel", "main", "sidebar")
    keys.press("Control+/")
    page.get_by_role("heading", name="Keyboard shortcuts").wait_for()
    keys.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    assert page.locator("#panel").is_visible()
    keys.press("Escape")
    page.locator("#panel").wait_for(state="hidden")


def test_a_canvas_beside_the_channel_follows_every_change(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    workspace = guided[0].workspace
    room = workspace.channel("general")
    hostile = '<img src=x onerror="window.hacked=1"> [x](javascript:window.hacked=1)'
    item = canvases.create(workspace, "Notes", f"# First\n\n{hostile}", "U0BOB", room, is_channels=True)
    window = open_window(f"{guided[0].base_url}/#as=alice&channel=general")
    window.page.get_by_role("link", name="Notes").click()
    pane = window.page.locator("#canvas")
    pane.get_by_role("heading", name="First").wait_for()
    assert not pane.locator("img").count() and window.page.evaluate("window.hacked") is None
    canvases.change(workspace, item, "insert_at_end", None, "## Second")
    pane.get_by_role("heading", name="Second").wait_for()
    canvases.change(workspace, item, "insert_at_end", None, "## Third")  # within the same second
    pane.get_by_role("heading", name="Third").wait_for()
    window.page.locator(".canvas-scroll").focus()
    window.page.keyboard.press("Escape")
    pane.wait_for(state="hidden")


def test_a_mention_of_a_group_reads_as_its_handle(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    workspace = guided[0].workspace
    group = usergroups.create(workspace, "On call", "oncall", "", [], "U0BOB")
    usergroups.fill(workspace, group, ["U0ALICE"], "U0BOB")
    app = guided[1]
    app.client.chat_postMessage(
        channel=app.client.conversations_create(name="x")["channel"]["id"], text=f"<!subteam^{group.id}> look"
    )
    guided[0].people.person("alice").joins("#x")
    window = open_window(f"{guided[0].base_url}/#as=alice&channel=x")
    window.page.locator(".mention.me", has_text="@oncall").wait_for()


def test_the_panel_shows_which_calls_a_request_caused(guided: tuple[Sandbox, TinyApp], open_window: Open) -> None:
    window = open_window(f"{guided[0].base_url}/#as=alice&channel=general")
    window.types("/incident form")
    window.form.wait_for()
    window.page.keyboard.press("Escape")
    window.form.wait_for(state="detached")
    window.page.keyboard.press("Control+.")
    rows = window.page.locator(".log-row")
    rows.filter(has_text="views.open").wait_for()
    kinds = rows.locator(".log-kind").all_inner_texts()
    assert "views.open" in kinds[kinds.index("/incident") + 1 :][:3]
    assert "nested" in rows.filter(has_text="views.open").get_attribute("class")
    opened = rows.filter(has_text="views.open")
    opened.locator("summary").click()
    opened.get_by_text("It used the request's trigger.").wait_for()
    assert "What is wrong?" in opened.locator("pre").first.inner_text()
    meter = rows.filter(has_text="/incident").first.locator(".meter")
    assert meter.count() == 1
