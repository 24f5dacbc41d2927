"""axe-core on the page with the real Muster behind it: no violation in any of the views that people spend time in."""

from collections.abc import Sequence
from typing import Any

import pytest

from sandbox import canvases, modals
from sandbox.server import Sandbox
from tests.sandbox.acme import Acme
from tests.sandbox.conftest import TinyApp
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


COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that the dark look can break: all else of it is as in the light."""


def violations(window: Window, rules: Sequence[str] = ()) -> list[str]:
    """What is wrong and stays so: what comes and goes while something is drawn keeps nobody out. By default by all rules."""
    first = seen(window, rules)
    if not first:
        return []
    window.page.wait_for_timeout(400)
    again = seen(window, rules)
    return [each for each in first if each in again]


def seen(window: Window, rules: Sequence[str]) -> list[str]:
    which = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    told = window.page.evaluate("which => axe.run(which).then(found => found.violations)", which)
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
    window = open_window(acme.at("alice", room), **options)
    window.page.evaluate(axe)
    found: list[str] = []
    for place in places:
        PLACES[place](window)
        found += [f"{place}: {each}" for each in violations(window, COLOURS if look == "dark" else ())]
        leave(window)
    assert not found, "\n".join(found)


# --- every kind of block, in a message, a form and the App Home


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def words(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": style}


def section(text: str, accessory: dict[str, Any]) -> dict[str, Any]:
    return {"type": "section", "text": marked(text), "accessory": accessory}


CHOICES = [{"text": plain(f"Option {n}"), "value": str(n), "description": plain("says more")} for n in (1, 2, 3)]
LINE = {"type": "rich_text_section", "elements": [words("bold", bold=True), {"type": "link", "url": "https://example.com"}]}
CELLS = [[{"type": "raw_text", "text": text} for text in row] for row in (("When", "What"), ("14:02", "alarms"))]
SURE = {"title": plain("Sure?"), "text": plain("It stays so."), "confirm": plain("Yes"), "deny": plain("No")}
BUTTONS = [
    {"type": "button", "text": plain("Go"), "style": "primary", "action_id": "go"},
    {"type": "button", "text": plain("Stop"), "style": "danger", "action_id": "stop", "confirm": SURE},
    {"type": "users_select", "action_id": "who", "placeholder": plain("Somebody")},
    {"type": "radio_buttons", "action_id": "one", "options": CHOICES},
]
EVERYWHERE: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Header :fire:")},
    section(
        "*b* _i_ ~s~ `c` <https://example.com|link> <@U0BOB> <!here>\n> quote\n```pre```",
        {"type": "overflow", "action_id": "o", "options": CHOICES},
    ),
    {"type": "section", "fields": [marked("*Severity*\nSEV1"), marked("*IC*\n<@U0ALICE>")]},
    section("Pick one", {"type": "static_select", "action_id": "s", "placeholder": plain("Choose"), "options": CHOICES}),
    section("A day", {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-21"}),
    section("*Checklist*", {"type": "checkboxes", "action_id": "c", "options": CHOICES, "initial_options": CHOICES[:1]}),
    {"type": "divider"},
    {"type": "actions", "elements": BUTTONS},
    {"type": "context", "elements": [marked("context with :eyes: and <#C0GENERAL>")]},
    {"type": "rich_text", "elements": [LINE, {"type": "rich_text_list", "style": "bullet", "elements": [LINE]}]},
]
INPUTS: list[dict[str, Any]] = [
    {"type": "plain_text_input", "multiline": True},
    {"type": "email_text_input"},
    {"type": "number_input", "is_decimal_allowed": False},
    {"type": "static_select", "options": CHOICES},
    {"type": "multi_users_select", "initial_users": ["U0BOB"]},
    {"type": "conversations_select"},
    {"type": "checkboxes", "options": CHOICES},
    {"type": "radio_buttons", "options": CHOICES},
    {"type": "datepicker"},
    {"type": "timepicker"},
    {"type": "datetimepicker"},
]
FIELDS = [
    {
        "type": "input",
        "block_id": f"b{n}",
        "label": plain(f"Field {n}"),
        "hint": plain("A hint"),
        "element": each | {"action_id": f"a{n}"},
    }
    for n, each in enumerate(INPUTS)
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_block_keeps_anybody_out(
    served: tuple[Sandbox, TinyApp], open_window: Open, axe: str, scheme: str, form: dict[str, Any]
) -> None:
    sandbox, app = served
    room = app.client.conversations_create(name="all")["channel"]["id"]
    app.client.conversations_invite(channel=room, users="U0ALICE")
    app.client.chat_postMessage(channel=room, text="all", blocks=[*EVERYWHERE, {"type": "table", "rows": CELLS}])
    app.client.chat_postMessage(
        channel=room, text="md", blocks=[{"type": "markdown", "text": "# A\n\n- [x] [b](https://example.com)"}]
    )
    app.client.views_publish(user_id="U0ALICE", view={"type": "home", "blocks": EVERYWHERE})
    window = open_window(f"{sandbox.base_url}/#as=alice&channel=all", color_scheme=scheme)
    page, rules = window.page, COLOURS if scheme == "dark" else ()
    page.evaluate(axe)
    window.sees("Header")
    found = violations(window, rules)
    page.goto(f"{sandbox.base_url}/#as=alice&channel=@app&tab=home")
    page.locator(".home").get_by_text("Header").wait_for()
    found += violations(window, rules)
    everything = modals.checked(sandbox.workspace, form | {"blocks": [*EVERYWHERE, *FIELDS]})
    modals.show(sandbox.workspace, "U0ALICE", everything)
    window.form.get_by_text("Field 10").wait_for()
    found += violations(window, rules)
    assert not found, "\n".join(found)
