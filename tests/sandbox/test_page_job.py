"""The whole job on the page, with the real Muster behind it: by mouse, by keyboard, and by nothing but the guide's words."""

import re
import time
from typing import Any

import pytest

from tests.sandbox.acme import Acme
from tests.sandbox.windows import PHONE, Open, Window


def test_two_people_do_the_whole_job_with_the_mouse(acme: Acme, open_window: Open) -> None:
    alice, bob = open_window(acme.at("alice")), open_window(acme.at("bob"))

    alice.types("/incident")
    alice.button("Declare").click()
    alice.page.get_by_text("Please complete this required field.").wait_for()
    alice.page.get_by_label("What is wrong?").fill("Checkout is down")
    alice.page.get_by_label("Severity").select_option(label=option(alice, "Severity", "SEV1"))
    alice.page.get_by_label("Services").click()
    alice.page.get_by_label("checkout").check()
    alice.button("Done").click()
    alice.button("Declare").click()
    alice.form.wait_for(state="detached")
    alice.sees("INC-1 is declared")
    assert not bob.page.get_by_text("INC-1 is declared").count(), "an ephemeral message is for its person alone"

    alice.page.locator(".place", has_text="inc-").click()
    alice.sees("Declared by")
    alice.page.get_by_role("button", name="1 pinned").wait_for()

    bob.page.locator(".place.unread", has_text="muster").click()
    bob.sees("You are paged")
    bob.button("Acknowledge").click()
    alice.sees("acknowledged; paging stopped")

    alice.button("Roles").click()
    alice.button("Take scribe").click()
    alice.sees("is now Scribe")
    bob.page.locator(".place", has_text="inc-").click()
    bob.sees("acknowledged; paging stopped")
    assert not bob.page.get_by_role("button", name="Take scribe").count()

    alice.page.get_by_role("button", name="Update", exact=True).first.click()
    alice.page.get_by_label("Impact").first.fill("Nobody can pay")
    alice.button("Post").click()
    alice.form.wait_for(state="detached")
    bob.sees("Nobody can pay")

    bob.types("the release at 14:00 leaks connections")
    said = alice.sees("leaks connections")
    tool(said, "Reply in thread").click()
    alice.types("rolled back", into="Reply")
    bob.page.get_by_role("button", name="1 reply").click()
    bob.sees("rolled back", "#thread .message")
    alice.page.get_by_role("button", name="Close thread").click()
    tool(said, "React with eyes").click()
    bob.page.locator("#main .reaction", has_text="1").first.wait_for()
    tool(said, "More actions").click()
    alice.page.get_by_role("menuitem", name="Add to timeline").click()
    alice.page.get_by_role("menu").wait_for(state="detached")
    rolled = bob.page.locator("#thread .message", has_text="rolled back")
    tool(rolled, "Pin to channel").click()
    wait_until(lambda: [each.kind for each in acme.world.events()].count("message.captured") == 2)

    alice.types("/incident resolve")
    alice.sees("Resolve anyway")
    alice.button("Resolve anyway").click()
    bob.sees("to resolved before the watch was over")
    bob.page.locator("#main .file-open").click()
    draft = bob.page.locator("dialog.wide")
    draft.get_by_role("heading", name="INC-1: Checkout is down").wait_for()
    assert "leaks connections" in draft.inner_text() and "rolled back" in draft.inner_text()
    acme.sandbox.people.assert_nothing_refused([("conversations.invite", "already_in_channel")])


def test_one_person_does_it_with_the_keyboard(acme: Acme, open_window: Open) -> None:
    window = open_window(acme.at("alice"))
    keys = window.page.keyboard

    keys.type("/inc")
    window.page.get_by_role("option", name="/incident").wait_for()
    keys.press("Enter")
    keys.press("Enter")
    window.form.wait_for()
    keys.type("Checkout is down")
    keys.press("Tab")
    keys.type("SEV1")
    keys.press("Shift+Tab")
    keys.press("Enter")
    window.form.wait_for(state="detached")

    window.page.locator(".face .badge").wait_for()
    keys.press("Alt+2")
    window.page.locator(".who", has_text="bob").wait_for()
    jump(window, "muster")
    walk(window, "Shift+Tab", "Acknowledge")
    keys.press("Enter")

    keys.press("Alt+1")
    window.page.locator(".who", has_text="alice").wait_for()
    jump(window, "inc-")
    window.sees("acknowledged; paging stopped")
    walk(window, "Shift+Tab", "", ".message")
    keys.press("Home")
    keys.press("ArrowDown")
    walk(window, "Tab", "Update")
    keys.press("Enter")
    window.form.wait_for()
    walk(window, "Tab", "", "[data-block*=impact] *")
    keys.type("Nobody can pay")
    walk(window, "Tab", "Post")
    keys.press("Enter")
    window.form.wait_for(state="detached")
    window.sees("Nobody can pay")

    walk(window, "F6", "", ".composer-field")
    keys.type("/incident resolve")
    keys.press("Enter")
    window.sees("Resolve anyway")
    walk(window, "Shift+Tab", "Resolve anyway")
    keys.press("Enter")
    window.sees("postmortem draft")
    window.page.locator("#main .file-open").wait_for()
    walk(window, "Tab", "postmortem draft")
    keys.press("Enter")
    window.page.locator("dialog.wide").get_by_role("heading", name="INC-1: Checkout is down").wait_for()
    keys.press("Escape")
    window.page.locator("dialog.wide").wait_for(state="detached")


LOOKS = {"in the light": {}, "in the dark, on a phone": {"color_scheme": "dark", **PHONE}}


@pytest.mark.parametrize("look", LOOKS)
def test_a_visitor_who_only_follows_the_guide_s_words_is_through_in_two_minutes(acme: Acme, open_window: Open, look: str) -> None:
    began = time.monotonic()
    window = open_window(acme.base_url, **LOOKS[look])
    obeyed: list[str] = []
    while not (words := guide_says(window)).startswith("Done."):
        assert words not in obeyed, f"the guide did not notice that this was done: {words}"
        obeyed.append(words)
        obey(window, words)
        wait_until(lambda words=words: guide_says(window) != words)  # type: ignore[misc]
    assert len(obeyed) == 6
    assert time.monotonic() - began < 120
    assert acme.world.incident().status == "resolved"
    acme.sandbox.people.assert_nothing_refused()


# --- following the guide: a visitor who knows nothing, and does what is written


def guide_says(window: Window) -> str:
    """The words that are shown, with `typed words` and *names of things* marked as they are set apart on the page."""
    words: str = window.page.locator(".guide-words").evaluate(
        """node => [...node.querySelectorAll("span")].at(-1) && [...node.childNodes].map(function read(each) {
             const inner = [...each.childNodes].map(read).join("");
             return { CODE: "`" + inner + "`", B: "*" + inner + "*" }[each.nodeName] ?? (each.data ?? inner);
           }).join("")"""
    )
    return re.sub(r"^\*(.*?)\*", r"\1", words).strip()


def obey(window: Window, words: str) -> None:
    """Do what a step says, in its order; press the button beside it first, where there is one."""
    page = window.page
    beside = page.locator(".guide > .button")
    if beside.count():
        beside.click()
    orders = (
        r"type `(?P<typed>.+?)`|Write `(?P<text>.+?)` under \*(?P<field>.+?)\*|choose \*(?P<choice>.+?)\* under \*(?P<list>.+?)\*"
    )
    orders += r"|write something under \*(?P<any>.+?)\*|(?:[Pp]ress|and) \*(?P<button>.+?)\*|Open the file \*(?P<file>.+?)\*"
    for order in re.finditer(orders, words):
        if order["typed"]:
            window.types(order["typed"])
            window.form.wait_for()
        elif order["field"]:
            page.get_by_label(order["field"]).fill(order["text"])
        elif order["list"]:
            page.get_by_label(order["list"]).select_option(label=option(window, order["list"], order["choice"]))
        elif order["any"]:
            page.get_by_label(order["any"]).first.fill("Nobody can pay")
        elif order["button"]:
            page.get_by_role("button", name=order["button"], exact=True).last.click()
        else:
            page.locator("#main .file-open", has_text=order["file"].split("…")[-1].strip()).click()
            page.locator("dialog.wide").get_by_role("button", name="Close").click()


# --- hands


def option(window: Window, label: str, begins: str) -> str:
    """The text of the option that begins so."""
    texts: list[str] = window.page.get_by_label(label).locator("option").all_inner_texts()
    return next(text for text in texts if text.startswith(begins))


def tool(message: Any, name: str) -> Any:
    message.hover()
    return message.get_by_role("toolbar").get_by_role("button", name=name)


def jump(window: Window, place: str) -> None:
    keys, found = window.page.keyboard, window.page.locator(".jump-list [aria-selected=true]", has_text=place)
    window.page.locator("dialog[open]").wait_for(state="detached")
    keys.press("Control+k")
    keys.type(place)
    found.wait_for()
    keys.press("Enter")
    window.page.locator(".channel-name", has_text=place).wait_for()
    window.page.locator("#main .message").first.wait_for()


def walk(window: Window, key: str, text: str, selector: str = "button") -> None:
    """Press a key until the focus is on something of that text."""
    looks = "([text, selector]) => document.activeElement.matches(selector) && document.activeElement.textContent.includes(text)"
    for _ in range(60):
        if window.page.evaluate(looks, [text, selector]) and window.page.evaluate("document.activeElement !== document.body"):
            return
        window.page.keyboard.press(key)
    raise AssertionError(f"{key} never comes to {text or selector}")


def wait_until(true: Any, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)
