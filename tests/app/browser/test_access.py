"""What pages of others can do with the page, in a real browser; and every way of starting it."""

from __future__ import annotations

import http.server
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.browser.conftest import (
    CHROMIUM_OPTIONS,
    PATIENCE_MILLISECONDS,
    Arrive,
    Server,
    chromium,
    new_context,
    serving,
)
from tests.app.browser.visitor import Visitor, link
from tests.patience import PATIENCE_SECONDS, until

ASSET = "/_solara/cdn/requirejs@2.3.6/require.js"
SOCKET = "/jupyter/api/kernels/{0}/channels?session_id={0}"
IDENTIFIER = "01234567-89ab-4cde-8f01-23456789abcd"

_OPENED = """(address) => new Promise((resolve) => {
  const socket = new WebSocket(address);
  socket.onopen = () => resolve("opened");
  socket.onerror = () => resolve("refused");
})"""
_LOADED = """([kind, name, address]) => new Promise((resolve) => {
  const element = document.createElement(kind);
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("refused");
  element[name] = address;
  if (kind === "link") element.rel = "stylesheet";
  document.body.append(element);
})"""
_FETCHED = """(address) => fetch(address, { mode: "no-cors", credentials: "include" })
  .then(() => "answered", () => "refused")"""
_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  (window.violations ??= []).push(event.violatedDirective);
})"""


class Foreign(http.server.BaseHTTPRequestHandler):
    """A page of somebody else."""

    def do_GET(self) -> None:
        """Answer with a page that has a link and nothing more."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another</title><a>link</a>")

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def foreign_address() -> Iterator[str]:
    """Serve a page of somebody else on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def foreign(browser: Browser, server: Server, foreign_address: str) -> Iterator[Page]:
    """Return a page of another origin in the browser of somebody who visits the page."""
    context = new_context(browser)
    visitor = Visitor.of(context.new_page(), server.address)
    visitor.open(link())
    page = context.new_page()
    page.goto(foreign_address)
    yield page
    assert visitor.errors == []
    context.close()


def test_a_page_of_another_origin_can_do_nothing_but_link(foreign: Page, server: Server) -> None:
    for host in ("localhost", "127.0.0.1"):
        address = server.address.replace("127.0.0.1", host)
        socket_address = address.replace("http", "ws") + SOCKET.format(IDENTIFIER)
        assert foreign.evaluate(_OPENED, socket_address) == "refused"
        assert foreign.evaluate(_FETCHED, f"{address}/") == "refused"
        for kind, name in (("img", "src"), ("script", "src"), ("link", "href")):
            assert foreign.evaluate(_LOADED, [kind, name, address + ASSET]) == "refused"
        assert "another" in foreign.title()
        foreign.evaluate(_LOADED, ["iframe", "src", f"{address}/"])
        assert foreign.frames[-1].locator(".modelops").count() == 0
    foreign.evaluate(f"document.querySelector('a').href = '{server.address}/?{link()}'")
    foreign.locator("a").click()
    expect(foreign.locator(".modelops .top")).to_be_visible()


def test_another_name_for_this_machine_shows_nothing(browser: Browser, server: Server) -> None:
    """A name whose owner lets it resolve to this machine."""
    rule = "--host-resolver-rules=MAP evil.test 127.0.0.1"
    options: dict[str, Any] = {"executable_path": chromium(), "args": [*CHROMIUM_OPTIONS, rule]}
    other = browser.browser_type.launch(**options)
    page = new_context(other).new_page()
    answer = page.goto(server.address.replace("127.0.0.1", "evil.test"))
    assert answer is not None
    assert answer.status == 421
    assert page.locator(".modelops").count() == 0
    address = server.address.replace("http://127.0.0.1", "ws://evil.test")
    assert page.evaluate(_OPENED, address + SOCKET.format(IDENTIFIER)) == "refused"
    other.close()


def test_a_script_that_is_put_into_the_page_does_not_run(visitor: Visitor) -> None:
    visitor.page.evaluate(_VIOLATIONS)
    visitor.page.evaluate(
        """() => {
          const place = document.createElement("div");
          document.body.append(place);
          place.innerHTML = '<img src="data:," onerror="window.hurt = true">';
          const script = document.createElement("script");
          script.textContent = "window.hurt = true";
          document.body.append(script);
          const far = document.createElement("script");
          far.src = "http://localhost:1/x.js";
          document.body.append(far);
        }"""
    )
    visitor.page.wait_for_function("window.violations?.length >= 3")
    assert visitor.page.evaluate("window.hurt") is None
    blocked = [error for error in visitor.errors if "Content Security" in error or "csp" in error]
    assert visitor.errors == blocked
    visitor.errors.clear()


def test_scripts_do_not_see_the_session(arrive: Arrive) -> None:
    visitor = arrive(link())
    assert visitor.page.evaluate("document.cookie") == ""
    kept = visitor.page.context.cookies()
    assert [cookie["name"] for cookie in kept] == ["solara-session-id"]
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in kept)


SOLARA = ("-m", "solara", "run", "--no-check-version", "--no-open", "--port")


@pytest.mark.slow(12)
@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "modelops_abm", "page", "--mesa", "--no-browser", "--port"),
        (*SOLARA[:-1], "run.py", "--port"),
        (*SOLARA[:-1], "modelops_abm.app.page", "--port"),
        (*SOLARA[:-1], "modelops_abm.app.mesa_page", "--port"),
    ],
    ids=lambda arguments: " ".join(arguments[1:]),
)
def test_every_way_of_starting_is_guarded_and_stays_here(
    browser: Browser, arguments: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving([*arguments, str(port)]) as server:
        visitor = Visitor.of(new_context(browser).new_page(), server.address)
        visitor.address = f"http://localhost:{port}"
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        wait_for(f"{visitor.address}/readyz")
        if "mesa" in " ".join(arguments):
            use_mesa_page(visitor.page, visitor.address)
        else:
            visitor.open(link())
            visitor.settled()
            for name in ("Watch", "Understand", "Your organisation", "Decide"):
                visitor.show(name)
        request = urllib.request.Request(f"{visitor.address}/", headers={"Host": "evil.test"})
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)
        visitor.leave()
        assert visitor.errors == []
        here = (visitor.address, f"blob:{visitor.address}", "data:", "about:")
        assert [url for url in asked if not url.startswith(here)] == []
    assert server.lines[1:] == []


def use_mesa_page(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Step").click()
    expect(page.locator("body")).to_contain_text("Time: 7", timeout=PATIENCE_MILLISECONDS)
    page.get_by_role("button", name="Reset").click()


def wait_for(address: str) -> None:
    until(partial(answers, address))


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS):
            return True
    except OSError:
        return False
