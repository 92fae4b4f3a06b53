"""Many visitors at once: never mixed up, and nothing is left of those who have gone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.app.browser.conftest import (
    CHROMIUM_OPTIONS,
    PATIENCE_MILLISECONDS,
    Arrive,
    Server,
    chromium,
    new_context,
    serving,
)
from tests.app.browser.visitor import AUTOMATION, DEVELOPERS, MONITORING, Visitor, link
from tests.patience import until

TELLING_PAGE = Path(__file__).with_name("telling_page.py")


def test_visitors_are_never_mixed_up(arrive: Arrive) -> None:
    one, other = arrive(link()), arrive(link(team__developers=3))
    for key in ("PageDown", "ArrowUp", "Home"):
        one.press(AUTOMATION, key)
        other.press(MONITORING, key)
    one.button("Keep this plan").click()
    expect(one.part("tray").locator(".tray-item")).to_have_count(2)
    assert one.plan != other.plan
    figures = [visitor.settled() for visitor in (one, other)]
    assert figures[0] != figures[1]
    expect(other.part("tray").locator(".tray-item")).to_have_count(1)
    expect(one.slider(DEVELOPERS)).to_have_value("2")
    expect(other.slider(DEVELOPERS)).to_have_value("3")
    one.page.wait_for_url("**automation.maximum=0&**")
    other.page.wait_for_url("**monitoring.maximum=0&**")
    alone = [arrive(visitor.query.partition("&seed")[0]) for visitor in (one, other)]
    assert [visitor.settled() for visitor in alone] == figures


def test_two_tabs_of_a_browser_are_two_visits(arrive: Arrive) -> None:
    visitor = arrive(link())
    second = type(visitor).of(visitor.page.context.new_page(), visitor.address)
    second.open(link())
    second.press(AUTOMATION, "Home")
    expect(visitor.slider(AUTOMATION)).to_have_value("100")
    second.leave()
    assert second.errors == []


def test_who_leaves_leaves_nothing_behind(browser: Browser) -> None:
    """Threads end, also those of a plan that is still being answered and of a run that plays."""
    with serving([str(TELLING_PAGE)]) as server:
        tabs = [new_context(browser).new_page() for _ in range(3)]
        first, *_ = visitors = [Visitor.of(tab, server.address) for tab in tabs]
        first.open(link())
        first.settled()
        first.leave()
        before = _at_rest(server)
        for visitor in visitors:
            visitor.open("view=watch")
            visitor.button("Play").click()
        until(lambda: _threads(server) > before, lambda: server.lines)
        for visitor in visitors:
            visitor.leave()
        until(lambda: _threads(server) <= before, lambda: server.lines)
    for visitor in visitors:
        visitor.page.context.close()
        assert visitor.errors == []


def test_a_browser_that_is_killed_leaves_nothing_behind(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It says no goodbye; its visit ends once it has not come back for a while."""
    monkeypatch.setenv("SOLARA_KERNEL_CULL_TIMEOUT", "1s")
    telling = serving([str(TELLING_PAGE)])
    with telling as server, _browser_to_kill(browser, tmp_path) as (context, kill):
        visitor = Visitor.of(context.new_page(), server.address)
        visitor.open()
        visitor.show("Watch")
        visitor.button("Play").click()
        until(lambda: _visits(server) == 1, lambda: server.lines)
        kill()
        until(lambda: _visits(server) == 0, lambda: server.lines)
        told = ("The page is at ", "threads: ", "visits: ")
        assert [line for line in server.lines if not line.startswith(told)] == []


def _visits(server: Server) -> int:
    """Return how many visits the server has said it holds."""
    return _told(server, "visits")


@contextmanager
def _browser_to_kill(
    browser: Browser, folder: Path
) -> Iterator[tuple[BrowserContext, Callable[[], None]]]:
    """Start a browser of its own; yield a context, and what kills it on the spot."""
    context = browser.browser_type.launch_persistent_context(
        str(folder), executable_path=chromium(), args=CHROMIUM_OPTIONS
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield context, lambda: _kill(f"--user-data-dir={folder}")


def _kill(marked: str) -> None:
    """Kill the processes of a browser, which are known by an option."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with suppress(OSError):
                if marked.encode() in (process / "cmdline").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)


def _at_rest(server: Server) -> int:
    """Return how many threads the server has once their number does not change."""
    seen = -1
    while seen != (seen := _threads(server)):
        time.sleep(2.0)
    return seen


def _threads(server: Server) -> int:
    """Return how many threads the server has said it has."""
    return _told(server, "threads")


def _told(server: Server, what: str) -> int:
    told = [line for line in server.lines if line.startswith(f"{what}: ")]
    return int(told[-1].removeprefix(f"{what}: "))
