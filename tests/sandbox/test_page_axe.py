"""axe-core on the page with the real Muster behind it: no violation in any of the views that people spend time in."""

from typing import Any

import pytest

from sandbox import canvases
from tests.sandbox.acme import Acme
from tests.sandbox.windows import PHONE, Open, Window

CANVAS = "# What we know\n\n- the release of 14:00\n\n| when | what |\n|---|---|\n| 14:02 | alarms |\n\n[The runbook](https://example.com)"


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    package = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    return str(package.Axe().axe_script)


@pytest.fixture
def room(acme: Acme) -> str:
    """An incident with everything in it, and the name of its room."""
    alice, bob = acme.world.slack.people("alice", "bob")
    alice.runs("/incident declare sev1 Checkout is down", in_="#incidents")
    slack = acme.world.slack
    slack.until(lambda: any(bob.is_in(each) for each in slack.channels_starting("inc-")) and bob.inbox)
    room = slack.channels_starting("inc-")[0]
    said = bob.says("*rolled back*, see `deploy.log` and <https://example.com|the graph>\n> it was quiet", in_=room)
    alice.reacts("eyes", said)
    alice.says("thanks", in_=room, thread=said)
    alice.runs("/incident roles", in_=room)
    canvases.create(acme.world.workspace, "What we know", CANVAS, "U0ALICE", room.channel, is_channels=True)
    return room.name


def violations(window: Window) -> list[str]:
    told = window.page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"{each['id']} ({each['help']}): {node['html'][:160]} {node['any'][:1]}" for each in told for node in each["nodes"][:3]
    ]


def stay(window: Window) -> None:
    window.sees("rolled back")


def form(window: Window) -> None:
    window.types("/incident update")
    window.form.wait_for()


def form_with_errors(window: Window) -> None:
    window.types("/incident declare")
    window.form.wait_for()
    window.form.locator("button[type=submit]").click()
    window.form.get_by_text("Please complete this required field.").wait_for()


def panel(window: Window) -> None:
    window.page.get_by_role("button", name="Protocol", exact=True).click()
    window.page.locator(".log-row details").first.click()
    window.page.locator(".log-body pre").first.wait_for()
    window.page.locator(".weather summary").click()


def thread(window: Window) -> None:
    window.page.get_by_role("button", name="1 reply").click()
    window.sees("thanks", "#thread .message")


def canvas(window: Window) -> None:
    window.page.locator(".bookmarks .bookmark").first.click()
    window.page.locator("#canvas").locator(".md-h1").wait_for()


def menu(window: Window) -> None:
    message = window.sees("rolled back")
    message.focus()
    message.press("Enter")
    window.page.get_by_role("menu").wait_for()


def commands(window: Window) -> None:
    window.page.get_by_role("textbox", name="Message ").fill("/")
    window.page.get_by_role("option", name="/incident").wait_for()


def keys(window: Window) -> None:
    window.page.keyboard.press("Control+/")
    window.page.get_by_role("heading", name="Keyboard shortcuts").wait_for()


def jump(window: Window) -> None:
    window.page.keyboard.press("Control+k")
    window.page.locator(".jump-list").wait_for()


PLACES = {each.__name__: each for each in (stay, form, form_with_errors, panel, thread, canvas, menu, commands, keys, jump)}


LOOKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "light": ({"color_scheme": "light"}, list(PLACES)),
    "dark": ({"color_scheme": "dark"}, ["stay", "form_with_errors", "panel", "canvas", "menu"]),
    "phone": ({"color_scheme": "light", **PHONE}, ["stay", "form", "panel", "thread"]),
}


def leave(window: Window) -> None:
    """Close whatever is open, and empty the message field."""
    for _ in range(3):
        window.page.keyboard.press("Escape")
    window.page.evaluate("document.querySelectorAll('dialog.dialog[open]').forEach(each => each.close())")
    for name in ("Close thread", "Close the canvas", "Close the protocol panel"):
        button = window.page.get_by_role("button", name=name)
        if button.count():
            button.click()
    window.page.locator("dialog[open]").wait_for(state="detached")
    window.page.get_by_role("textbox", name="Message ").fill("")


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_keeps_anybody_out(acme: Acme, room: str, open_window: Open, axe: str, look: str) -> None:
    options, places = LOOKS[look]
    window = open_window(acme.at("alice", room), reduced_motion="reduce", **options)
    window.page.evaluate(axe)
    found: list[str] = []
    for place in places:
        PLACES[place](window)
        found += [f"{place}: {each}" for each in violations(window)]
        leave(window)
    assert not found, "\n".join(found)
