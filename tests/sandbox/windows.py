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
        page.on("pageerror", self._trouble)
        page.goto(address)
        page.locator(".channel-name").wait_for()

    def _trouble(self, error: object) -> None:
        self.troubles.append(str(error))

    def leaves(self) -> None:
        """Nothing of it is left to whoever comes next."""
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.remove_listener("pageerror", self._trouble)
        self.page.goto("about:blank")

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


class Tabs:
    """Tabs that are used again: making one and a profile for it takes a browser longer than most tests take in it."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._free: dict[str, list[Any]] = {}

    def take(self, width: int, height: int, options: dict[str, Any]) -> Any:
        """A page that is nobody's, whose profile has these options."""
        free, size = self._free.setdefault(repr(options), []), {"width": width, "height": height}
        if not free:
            return self._browser.new_context(viewport=size, **options).new_page()
        page = free.pop()
        page.set_viewport_size(size)
        return page

    def give_back(self, window: Window, options: dict[str, Any]) -> None:
        window.leaves()
        self._free[repr(options)].append(window.page)


@pytest.fixture(scope="session")
def tabs(browser: Any) -> Tabs:
    return Tabs(browser)


WINDOWS = pytest.StashKey[list[tuple[dict[str, Any], Window]]]()


@pytest.fixture
def open_window(tabs: Tabs, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Open an address in a window of its own; none of them may have met an error by the end."""
    windows = request.node.stash.setdefault(WINDOWS, [])

    def opened(address: str, width: int = 1280, height: int = 844, **options: Any) -> Window:
        options = {"reduced_motion": "reduce", **options}  # drawing what moves takes the processor from all else
        made = Window(tabs.take(width, height, options), address)
        windows.append((options, made))
        return made

    yield opened
    for options, made in windows:
        tabs.give_back(made, options)
        assert not made.troubles, made.troubles


def looks(windows: list[tuple[dict[str, Any], Window]]) -> str:
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
