"""Browser windows on a served workspace. They need Debian's chromium and the playwright package, and say so when skipped."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PHONE: dict[str, Any] = {"width": 390, "has_touch": True, "is_mobile": True}


class Window:
    """One person's browser window."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.goto(address)
        page.locator(".channel-name").wait_for()

    def types(self, text: str, into: str = "Message ") -> None:
        field = self.page.get_by_role("textbox", name=into)
        field.fill(text)
        field.press("Enter")

    def sees(self, text: str, where: str = "#main .message") -> Any:
        found = self.page.locator(where, has_text=text).last
        found.wait_for()
        return found

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True).last

    @property
    def form(self) -> Any:
        return self.page.locator("dialog.modal[open]")


Open = Callable[..., Window]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="the page's own tests need the playwright package")
    if CHROMIUM is None:
        missing = "the page's own tests need chromium (apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    with driver.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


WINDOWS = pytest.StashKey[list[tuple[Any, Window]]]()


@pytest.fixture
def open_window(browser: Any, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open an address in a window of its own; none of them may have met an error by the end."""
    windows = request.node.stash.setdefault(WINDOWS, [])

    def opened(address: str, width: int = 1280, height: int = 844, **options: Any) -> Window:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        made = Window(context.new_page(), address)
        windows.append((context, made))
        return made

    yield opened
    for context, made in windows:
        context.close()
        assert not made.troubles, made.troubles


def looks(windows: list[tuple[Any, Window]]) -> str:
    """What the windows show at this moment, for the report of a test that failed."""
    told = []
    for _, window in windows:
        try:
            text = window.page.locator("body").inner_text(timeout=2000)
            asked = window.page.evaluate("async () => (await (await fetch('/control/log?limit=12')).text())")
            told.append(f"{window.page.url}\n{text}\n{window.troubles}\n{asked}")
        except Exception as gone:
            told.append(f"could not be read: {gone}")
    return "\n----\n".join(told)


def comes_true(page: Any, expression: str, within: float = 15.0) -> None:
    """Wait until the page finds it so. The browser's own waiting would evaluate a string, which the page forbids."""
    end = time.monotonic() + within
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"{expression} did not come true"
        page.wait_for_timeout(50)
