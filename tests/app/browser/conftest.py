"""The page in a real browser: a server of its own, and a fresh visitor for every test."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import missing

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 120.0
HARMLESS = ("Failed to evaluate Vue script",)
"""What Solara's own components say in the console."""


@dataclass
class Server:
    """A page that is served, and what it has printed."""

    address: str = ""
    lines: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Serve the page as a user does; it must not print anything but its address."""
    command = [sys.executable, "-m", "modelops_abm", "page", "--no-browser", "--port", "0"]
    served = Server()
    ready = threading.Event()

    def read(stream: Iterator[str]) -> None:
        for line in stream:
            served.lines.append(line)
            if found := re.search(r"http://\S+:\d+", line):
                served.address = found.group()
                ready.set()

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        threading.Thread(target=read, args=(process.stdout,), daemon=True).start()
        try:
            assert ready.wait(READY_SECONDS), "".join(served.lines)
            yield served
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser, or skip where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        missing("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a visitor's browser with nothing kept from others."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Iterator[Page]:
    """Open the page; afterwards neither the console nor the server's log may hold an error."""
    printed = len(server.lines)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: _note(errors, message.type, message.text))
    page.on("requestfailed", lambda request: errors.append(f"not loaded: {request.url}"))
    page.goto(server.address)
    page.wait_for_selector(".modelops .top")
    yield page
    assert errors == []
    assert server.lines[max(printed, 1) :] == []


def _note(errors: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning") and not text.startswith(HARMLESS):
        errors.append(text)
