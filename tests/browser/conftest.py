"""A served demo network, and a browser: what a person meets after the one command of the README."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.accessibility import ask_axe

# The shell first: without windows of its own, it opens a page at half the cost.
CHROMIUM = (
    os.environ.get("CRM_CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or "/usr/bin/chromium"
)
WIDTHS = {"phone": (390, 844), "desktop": (1366, 768)}
_START_SECONDS = 90
_cookies: dict[tuple[str, str], Any] = {}  # of each person who has logged in, by server and role


def _why_no_browser() -> str | None:
    try:
        import axe_playwright_python  # noqa: F401, PLC0415 - only this layer needs it
        import playwright  # noqa: F401, PLC0415
    except ImportError:
        return "the e2e layer is not installed: python3 tools/install.py base test e2e"
    return None if Path(CHROMIUM).exists() else f"there is no Chromium at {CHROMIUM}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and skip them all, visibly, without a browser.

    They come first, in small shares (Makefile): each is long, and the short ones fill what is left.
    """
    reason = _why_no_browser()
    here = Path(__file__).parent
    items.sort(key=lambda item: here not in item.path.parents)
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if reason and not os.environ.get("CRM_REQUIRE_BROWSER"):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `crm serve --demo` on an empty folder and give its address."""
    if reason := _why_no_browser():
        pytest.fail(reason, pytrace=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        **os.environ,
        "CRM_DATA_DIRECTORY": str(tmp_path_factory.mktemp("served")),
        "CRM_BASE_URL": f"http://127.0.0.1:{port}",
    }
    environ.pop("DATABASE_URL", None)
    with subprocess.Popen(  # noqa: S603 - our own command
        [Path(sys.executable).with_name("crm"), "serve", "--demo", "--port", str(port)],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("`crm serve --demo` did not start", pytrace=False)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Launch the machine's Chromium once."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run",
            ],
        )  # fmt: skip
        yield browser
        browser.close()


class Visitor:
    """One person's browser window, which remembers what went wrong."""

    def __init__(self, chromium: Any, address: str, width: str, theme: str = "light") -> None:
        wide, high = WIDTHS[width]
        self.width, self.theme = width, theme
        self.address = address
        self.context = chromium.new_context(
            viewport={"width": wide, "height": high},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            color_scheme=theme,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"http://{parts.netloc}" != self.address:
            self.faults.append(f"foreign: {request.url}")

    def open(self, path: str) -> Any:
        """Go to a page and return it, once it and its scripts are loaded."""
        self.page.goto(self.address + path)
        return self.page

    def resize(self, width: str) -> None:
        """Show the page in view as wide as a phone or a desktop: only style sheets know of it."""
        wide, high = WIDTHS[width]
        self.width = width
        self.page.set_viewport_size({"width": wide, "height": high})

    def sign_in(self, role: str) -> "Visitor":
        """Be one of the demo network's people: through the page at first, then by the cookie."""
        if (self.address, role) not in _cookies:
            self._log_in(role)
            _cookies[self.address, role] = self.context.cookies()
        self.context.add_cookies(_cookies[self.address, role])
        return self

    def _log_in(self, role: str) -> None:
        from crm.demo.users import DEMO_LOGINS, DEMO_PASSWORD  # noqa: PLC0415

        email = next(email for email, its_role in DEMO_LOGINS if its_role == role)
        page = self.open("/connexion")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", DEMO_PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/connexion" not in url)

    def check(self) -> None:
        """Assert that the page in view has no axe violation, error, foreign request or overflow."""
        ask_axe(self.page, self.width, self.theme)
        overflow = self.page.evaluate(
            "() => document.documentElement.scrollWidth - window.innerWidth"
        )
        assert overflow <= 1, f"{self.page.url} overflows by {overflow} px"
        assert self.faults == [], f"{self.page.url}: {self.faults}"

    def check_in_the_dark(self) -> None:
        """Assert that the page just checked, the same but for its colours, can be read at night."""
        self.page.emulate_media(color_scheme="dark")
        ask_axe(self.page, self.width, "dark", colours_alone=True)
        self.page.emulate_media(color_scheme="light")
        assert self.faults == [], f"{self.page.url}: {self.faults}"


@pytest.fixture(params=sorted(WIDTHS))
def width(request: pytest.FixtureRequest) -> str:
    """Visit with a phone and with a desktop."""
    return str(request.param)


@pytest.fixture
def visitor(chromium: Any, served: str, width: str) -> Iterator[Visitor]:
    """Return a window that has not signed in."""
    opened = Visitor(chromium, served, width)
    yield opened
    opened.context.close()
