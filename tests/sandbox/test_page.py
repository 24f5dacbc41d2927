"""The page of the local workspace: what its files promise, and what people do in it with a real browser.

The browser tests need Debian's chromium and the playwright package; where either is missing they say so and are skipped.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from sandbox import blocks
from sandbox.server import PAGE, Sandbox
from tests.sandbox.windows import Open, Window, comes_true

SCRIPTS = sorted(PAGE.glob("*.js"))
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> *bold* [x](javascript:window.hacked=1)'


def source(name: str) -> str:
    return (PAGE / name).read_text()


# --- what the files promise


def test_people_s_text_never_becomes_html() -> None:
    for script in SCRIPTS:
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function",
            script.read_text(),
        )
        assert not found, f"{script.name} uses {found}"


def test_the_page_fetches_nothing_from_elsewhere() -> None:
    for file in PAGE.iterdir():
        addresses = set(re.findall(r"https?://[\w.-]+", file.read_text()))
        assert addresses <= {"http://www.w3.org"} | {"https://example.com"}, f"{file.name} names {addresses}"


def test_the_page_runs_only_its_own_scripts() -> None:
    page = source("index.html")
    assert "script-src 'self'" in page and "default-src 'none'" in page
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.S) == [""]
    assert not re.search(r"\son\w+=|\sstyle=", page)


def test_every_module_that_is_imported_exists() -> None:
    names = {script.name for script in SCRIPTS}
    for script in SCRIPTS:
        wanted = set(re.findall(r'from "\./([\w-]+\.js)"', script.read_text()))
        assert wanted <= names, f"{script.name} imports {wanted - names}"


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'^  (\w+):\s+"M', source("icons.js"), re.M))
    for script in SCRIPTS:
        used = set(re.findall(r'\bicon\("(\w+)"\)|icon: "(\w+)"', script.read_text()))
        assert {name for pair in used for name in pair if name} <= drawn, script.name


def test_every_block_and_element_that_slack_takes_is_shown() -> None:
    shown = source("blocks.js") + source("controls.js")
    kinds = {*blocks.IN_MESSAGES, *blocks.IN_MODALS, *blocks.ELEMENTS} - {"file_input"}
    missing = [kind for kind in kinds if not re.search(rf"\b{kind}\b", shown)]
    assert not missing, f"the page has no words for {missing}"


# --- what people do in it


@pytest.fixture
def window(open_window: Open, served: tuple[Sandbox, Any]) -> Open:
    """Open the page as somebody, in a channel."""

    def opened(who: str = "alice", channel: str = "general", **options: Any) -> Window:
        return open_window(f"{served[0].base_url}/#as={who}&channel={channel}", **options)

    return opened


@pytest.fixture
def card_room(served: tuple[Sandbox, Any], card: list[dict[str, Any]]) -> str:
    """A channel of the app's with alice and bob and a card in it."""
    api = served[1].client
    id = str(api.conversations_create(name="inc-1")["channel"]["id"])
    api.conversations_invite(channel=id, users="U0ALICE,U0BOB")
    api.chat_postMessage(channel=id, text="Checkout is down", blocks=card)
    return id


def test_a_form_is_filled_refused_corrected_and_taken(window: Open) -> None:
    alice = window()
    alice.types("/incident form")
    page = alice.page
    page.get_by_label("What is wrong?").fill("bad")
    alice.button("Go").click()
    page.get_by_text("Please complete this required field.").wait_for()
    page.get_by_label("Severity").select_option(label="SEV2 how bad")
    alice.button("Go").click()
    page.get_by_text("Say more.").wait_for()
    assert page.get_by_label("What is wrong?").input_value() == "bad"
    page.get_by_label("What is wrong?").fill("war-room")
    alice.button("Go").click()
    page.locator("dialog.modal").wait_for(state="detached")
    page.locator(".place", has_text="war-room").click()
    card = alice.sees("Checkout is down")
    assert "Pinned" in card.inner_text()
    card.get_by_role("button", name="Acknowledge").click()
    assert "Only visible to you" in alice.sees("It is yours.").inner_text()


def test_what_was_typed_survives_a_pushed_form(window: Open) -> None:
    alice = window()
    alice.types("/incident form")
    alice.page.get_by_label("What is wrong?").fill("push")
    alice.page.get_by_label("Severity").select_option(label="SEV1 how bad")
    alice.button("Go").click()
    alice.page.get_by_role("heading", name="Second").wait_for()
    assert alice.page.get_by_label("What is wrong?").input_value() == ""
    alice.button("Cancel").click()
    alice.page.get_by_role("heading", name="Declare").wait_for()
    assert alice.page.get_by_label("What is wrong?").input_value() == "push"
    alice.page.keyboard.press("Escape")
    alice.page.locator("dialog.modal").wait_for(state="detached")


def test_two_people_at_once(window: Open) -> None:
    alice, bob = window("alice", "random"), window("bob", "general")
    alice.types("hello @bob & :tada: <b>")
    place = bob.page.locator(".place.unread", has_text="random")
    place.wait_for()
    place.click()
    said = bob.sees("hello")
    assert "@Bob Brown & " in said.inner_text() and "<b>" in said.inner_text()
    said.focus()
    bob.page.keyboard.press("r")
    bob.page.keyboard.type("fire")
    bob.page.keyboard.press("Enter")
    alice.page.locator(".reaction", has_text="1").first.wait_for()
    said.focus()
    bob.page.keyboard.press("t")
    bob.page.locator("#thread").wait_for()
    bob.types("in the thread", into="Reply")
    alice.page.get_by_role("button", name="1 reply").click()
    alice.sees("in the thread", "#thread .message")
    bob.page.locator(".message", has_text="hello").first.focus()
    bob.page.keyboard.press("p")
    alice.page.get_by_role("button", name="1 pinned").wait_for()


def test_a_confirmation_a_menu_and_a_shortcut(window: Open, served: tuple[Sandbox, Any], card_room: str) -> None:
    alice = window("alice", card_room)
    alice.sees("Checkout is down").get_by_role("button", name="More actions").first.click()
    alice.page.get_by_role("menuitem", name="Rename").click()
    alice.sees("Checkout is down").hover()
    alice.page.get_by_role("toolbar").get_by_role("button", name="More actions").click()
    alice.page.get_by_role("menuitem", name="Add to timeline").click()
    alice.page.get_by_role("menu").wait_for(state="detached")
    alice.page.wait_for_timeout(300)
    told = [body.get("callback_id") or body["actions"][0]["action_id"] for body in served[1].told if "trigger_id" in body]
    assert told == ["more", "note"]


def test_a_press_is_a_click_though_the_message_changes_under_it(
    window: Open, served: tuple[Sandbox, Any], card: list[dict[str, Any]]
) -> None:
    app = served[1]
    room = app.client.conversations_create(name="inc-7")["channel"]["id"]
    app.client.conversations_invite(channel=room, users="U0ALICE")
    row = card[1] | {"block_id": "card"}
    posted = app.client.chat_postMessage(channel=room, text="Checkout is down", blocks=[card[0], row])
    alice = window("alice", room)
    alice.button("Acknowledge").hover()
    alice.page.mouse.down()
    app.client.chat_update(channel=room, ts=posted["ts"], text="Payments are down", blocks=[row])
    alice.page.wait_for_timeout(300)
    assert alice.page.locator("#main .message", has_text="Checkout is down").count(), "nothing is redrawn under a finger"
    alice.page.mouse.up()
    alice.sees("It is yours.")
    alice.page.locator("#main .message", has_text="Checkout is down").wait_for(state="detached")


def test_everybody_sees_their_own(window: Open, served: tuple[Sandbox, Any]) -> None:
    people = served[0].people
    bob = people.person("bob")
    secret = bob.creates("secret", private=True)
    bob.says("nobody else", in_=secret)
    alice = window("alice", "secret")
    page = alice.page
    assert not page.locator(".place", has_text="secret").count() and not page.get_by_text("nobody else").count()
    bob.says("hello all", in_="#random")
    page.locator(".place.unread", has_text="random").wait_for()
    alice.types("/incident quietly")
    alice.sees("you said quietly")
    page.get_by_role("button", name="Be Bob Brown").click()
    page.locator(".who", has_text="bob").wait_for()
    assert not page.get_by_text("you said quietly").count()
    page.locator(".place", has_text="secret").click()
    alice.sees("nobody else")
    bob.invites("alice", secret)
    page.get_by_role("button", name="Be Alice Adams").click()
    page.locator(".place", has_text="secret").wait_for()


def test_hostile_text_stays_text(window: Open, served: tuple[Sandbox, Any], card_room: str) -> None:
    api = served[1].client
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"{HOSTILE} <javascript:window.hacked=1|click>"}}
    button = {"type": "button", "action_id": "b", "text": {"type": "plain_text", "text": HOSTILE[:70]}}
    markdown = {"type": "markdown", "text": f"# {HOSTILE}\n\n{HOSTILE}"}
    everything = [section, {"type": "actions", "elements": [button]}, markdown]
    api.chat_postMessage(channel=card_room, text=HOSTILE, blocks=everything)
    api.chat_postMessage(channel=card_room, text=HOSTILE)
    api.conversations_setTopic(channel=card_room, topic=HOSTILE)
    alice = window("alice", card_room)
    alice.types(HOSTILE)
    alice.sees("onerror")
    alice.page.wait_for_timeout(300)
    page = alice.page
    assert page.evaluate("window.hacked") is None
    assert page.locator("#main img, #main script").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_the_keyboard_alone(window: Open) -> None:
    alice = window()
    keys = alice.page.keyboard
    keys.press("Control+k")
    keys.type("random")
    keys.press("Enter")
    alice.page.get_by_role("heading", name="random").first.wait_for()
    keys.type("/inc")
    alice.page.get_by_role("option", name="/incident").wait_for()
    keys.press("Enter")
    assert alice.page.locator("#main .usage").inner_text() == "/incident declare"
    keys.type("form")
    keys.press("Enter")
    alice.page.locator("dialog.modal[open]").wait_for()
    assert alice.page.evaluate("document.activeElement.closest('.block').dataset.block") == "what"
    for _ in range(12):
        keys.press("Tab")
        assert alice.page.evaluate("!document.activeElement.closest('#app')")
    keys.press("Escape")
    alice.page.locator("dialog.modal").wait_for(state="detached")


def test_the_app_s_home(window: Open, served: tuple[Sandbox, Any], card: list[dict[str, Any]]) -> None:
    alice = window()
    alice.page.locator(".place", has_text="tiny").click()
    alice.page.get_by_text("Nothing has been published here yet.").wait_for()
    served[1].client.views_publish(user_id="U0ALICE", view={"type": "home", "blocks": card})
    alice.page.locator(".home").get_by_text("Checkout is down").wait_for()
    served[0].workspace.settle()
    assert served[1].events("app_home_opened")


def test_the_protocol_and_the_weather(window: Open, served: tuple[Sandbox, Any]) -> None:
    alice = window()
    alice.types("/incident hello")
    alice.sees("you said hello")
    alice.button("Protocol").click()
    alice.page.locator(".log-row", has_text="/incident").wait_for()
    alice.page.locator(".weather summary").click()
    alice.page.get_by_label("Latency of each call").fill("250")
    alice.page.keyboard.press("Tab")
    alice.page.get_by_text("250 ms", exact=True).wait_for()
    assert served[0].workspace.faults.latency == 0.25
    alice.button("Fair weather").click()
    alice.page.get_by_text("fair weather", exact=True).wait_for()
    assert served[0].workspace.faults.latency == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone(window: Open, card_room: str, scheme: str) -> None:
    alice = window("alice", card_room, width=390, has_touch=True, is_mobile=True, color_scheme=scheme)
    page = alice.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Channels and people").first.click()
    page.locator(".place", has_text="general").click()
    page.locator(".channel-name", has_text="general").wait_for()
    alice.types("/incident form")
    page.locator("dialog.modal[open]").wait_for()
    box = page.locator("dialog.modal").bounding_box()
    assert box["x"] >= 0 and box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_link_lays_out_a_scene(window: Open, served: tuple[Sandbox, Any], card_room: str) -> None:
    alice = window("bob", "inc-1&panel=1&text=/incident hello")
    assert "You are: bob" in alice.page.locator(".who").inner_text()
    assert alice.page.get_by_role("textbox", name="Message #inc-1").input_value() == "/incident hello"
    assert alice.page.locator("#panel").is_visible()
    message = served[0].people.channel("inc-1").messages[-1]
    for number in range(40):
        served[0].people.person("alice").says(f"line {number}", in_="#inc-1")
    alice.page.goto(message.link)
    target = alice.page.locator(".message.target", has_text="Checkout is down")
    target.wait_for()
    alice.page.wait_for_timeout(300)
    assert 0 < target.bounding_box()["y"] < 800, "a link to a message leads to it, not to the end"


def test_whoever_reads_the_end_stays_there(window: Open, served: tuple[Sandbox, Any]) -> None:
    bob = served[0].people.person("bob")
    for number in range(40):
        bob.says(f"a longer line so that it wraps in a narrower pane, and then some more words, number {number}", in_="#random")
    alice = window("alice", "random")
    alice.sees("number 39")
    left = "(node => node.scrollHeight - node.scrollTop - node.clientHeight)(document.querySelector('#main .message-scroll'))"
    alice.button("Protocol").click()
    comes_true(alice.page, f"{left} < 2")
    bob.says("number 40", in_="#random")
    alice.sees("number 40")
    comes_true(alice.page, f"{left} < 2")
    up = "node => new Promise(seen => { node.scrollTop = 0; requestAnimationFrame(() => requestAnimationFrame(seen)); })"
    alice.page.locator("#main .message-scroll").evaluate(up)
    bob.says("number 41", in_="#random")
    alice.page.get_by_role("button", name="New messages").click()
    comes_true(alice.page, f"{left} < 2")


def test_the_page_needs_nothing_built() -> None:
    assert {Path(file).suffix for file in PAGE.iterdir()} == {".html", ".js", ".css", ".svg"}
