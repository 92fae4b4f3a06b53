"""What goes wrong becomes a message; the page stays."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.app.browser.conftest import Arrive, Server, new_context, serving
from tests.app.browser.visitor import DEVELOPERS, Visitor, link

FAULTY_PAGE = Path(__file__).with_name("faulty_page.py")


def visit(browser: Browser, server: Server) -> Visitor:
    visitor = Visitor.of(new_context(browser).new_page(), server.address)
    visitor.open(link())
    return visitor


def logged(server: Server) -> int:
    """Return how many faults the server's log tells of."""
    return sum("ZeroDivisionError: a fault that was built in" in line for line in server.lines)


def test_a_faulty_handler_becomes_a_notice_and_a_faulty_part_leaves_the_others(
    browser: Browser,
) -> None:
    with serving([str(FAULTY_PAGE), "handler", "part"]) as server:
        visitor = visit(browser, server)
        visitor.settled()
        visitor.button("Reset to All five capabilities").click()
        expect(visitor.notice).to_contain_text("mistake of this program (ZeroDivisionError)")
        visitor.button("Dismiss").click()
        visitor.type(DEVELOPERS, "3")
        visitor.settled()
        of_handler = logged(server)
        assert of_handler
        visitor.show("Your organisation")
        expect(visitor.page.locator(".modelops")).to_contain_text("mistake of this program")
        assert "Traceback" not in visitor.page.inner_text("body")
        visitor.show("Decide")
        visitor.settled()
        assert logged(server) > of_handler


def test_a_faulty_run_becomes_a_notice(browser: Browser) -> None:
    with serving([str(FAULTY_PAGE), "run"]) as server:
        visitor = visit(browser, server)
        expect(visitor.notice).to_contain_text("could not be simulated")
        expect(visitor.slider(DEVELOPERS)).to_be_enabled()
        assert logged(server)


def test_a_plan_that_is_too_large_for_the_page_is_refused_in_words(arrive: Arrive) -> None:
    too_large = {"portfolio.initial_models": 100_000, "horizon_days": 36_500}
    visitor = arrive(link(too_large))
    expect(visitor.notice).to_contain_text("too large")
    visitor.settled()
    assert "All five capabilities in full are worth" in visitor.headline()
