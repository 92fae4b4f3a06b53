"""The page in a real browser: a server of its own, and a fresh visitor for every test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.app.browser.visitor import Visitor, link
from tests.conftest import TESTS, missing
from tests.patience import PATIENCE_SECONDS

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 240_000
"""How long to wait for anything in the page: the machine may be busy with much else."""
expect.set_options(timeout=PATIENCE_MILLISECONDS)
OF_A_SLOW_START = "Loading the simulator"
"""What is only printed on a machine that is slow or busy."""
PATIENT = """(() => {
  const ask = window.fetch;
  window.fetch = (what, how) => ask(what, what === "readyz" ? { ...how, signal: null } : how);
})()"""
"""Waits as long as it takes for a server that is asked whether it is there.

After two seconds the page takes nothing any more, and says so: on a busy machine a key that a test
presses then would be lost. A server or network that is gone answers at once that it is.
"""
PAGE = ("-m", "modelops_abm", "page", "--no-browser", "--port", "0")


@dataclass
class Server:
    """A page that is served, and what it has printed."""

    process: int
    address: str = ""
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    def listen(self, stream: Iterator[str]) -> None:
        """Keep what is printed, and note the address in it."""
        for line in stream:
            if line.startswith(OF_A_SLOW_START):
                continue
            self.lines.append(line)
            if found := re.search(r"http://\S+:\d+", line):
                self.address = found.group()
                self.ready.set()


@contextmanager
def serving(arguments: Sequence[str]) -> Iterator[Server]:
    """Run Python with arguments that serve the page; it prints its address.

    It also prints what leaves the machine.
    """
    with subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(TESTS / "offline")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        served = Server(process.pid)
        listener = threading.Thread(target=served.listen, args=(process.stdout,), daemon=True)
        listener.start()
        try:
            assert served.ready.wait(PATIENCE_SECONDS), "".join(served.lines)
            yield served
        finally:
            process.terminate()
            listener.join()  # before the stream that it reads is closed


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Serve the page as a user does."""
    with serving(PAGE) as served:
        yield served


def chromium() -> str:
    """Return the path of Chromium, or skip where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    return program or missing("no Chromium on this machine")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser, or skip where there is none."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


class Tabs:
    """Tabs of a browser, each in a context of its own, for one visitor at a time.

    A tab is used again once its visitor has forgotten everything: a new one would load and compile
    the page's scripts anew, which costs a second that no test needs.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._free: dict[str, list[Visitor]] = {}

    def take(self, options: Mapping[str, Any]) -> Visitor:
        """Return a visitor who has not been here, in a context with some options."""
        free = self._free.get(repr(options))
        if free:
            return free.pop()
        return Visitor.of(new_context(self._browser, **options).new_page(), self._address)

    def give_back(self, visitor: Visitor, options: Mapping[str, Any]) -> None:
        """Let the tab be used again."""
        visitor.forget()
        self._free.setdefault(repr(options), []).append(visitor)


@pytest.fixture(scope="session")
def tabs(browser: Browser, server: Server) -> Tabs:
    """Return tabs for visitors."""
    return Tabs(browser, server.address)


class Arrive(Protocol):
    """Opens the page as a new visitor."""

    def __call__(self, query: str = ..., **options: Any) -> Visitor: ...


@pytest.fixture
def arrive(tabs: Tabs, server: Server) -> Iterator[Arrive]:
    """Return a function that opens the page, as visitors who share nothing.

    At the end, neither a console nor the server's log may hold an error.
    """
    printed = len(server.lines)
    visitors: list[tuple[Visitor, Mapping[str, Any]]] = []

    def open_page(query: str = "", **options: Any) -> Visitor:
        visitor = tabs.take(options)
        visitors.append((visitor, options))
        visitor.open(query)
        return visitor

    yield open_page
    for visitor, _ in visitors:
        visitor.leave()
    errors = [error for visitor, _ in visitors for error in visitor.errors]
    for visitor, options in visitors:
        tabs.give_back(visitor, options)
    assert errors == []
    assert server.lines[max(printed, 1) :] == []


@pytest.fixture
def visitor(arrive: Arrive) -> Visitor:
    """Return a visitor with a small organisation, which is answered quickly, as set."""
    return arrive(link())


@pytest.fixture
def decider(arrive: Arrive) -> Visitor:
    """Return a visitor as `visitor`, whose plan is answered over organisations like it as well."""
    visitor = arrive(link(is_over=True))
    visitor.settled()
    return visitor


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """Return a browser in which nothing is kept from others."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    context.add_init_script(PATIENT)
    return context
