"""A connection that is lost is told, nothing pretends meanwhile, and the page comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from tests.app.browser.conftest import PAGE, Arrive, new_context, serving
from tests.app.browser.visitor import AUTOMATION, MONITORING, Visitor, link

OF_NO_NETWORK = ("ERR_INTERNET", "Connection lost", "WebSocket is closed before")
"""What a browser says of a network that is gone, and of sockets that it tried meanwhile."""
LOST, BACK = ".connection.lost", ".connection.back"


def expect_held(visitor: Visitor, *, held: bool) -> None:
    expect(visitor.page.locator("[role=main]")).to_have_js_property("inert", held)
    expect(visitor.page.locator(LOST)).to_have_count(1 if held else 0)


@contextmanager
def no_network(visitor: Visitor) -> Iterator[None]:
    visitor.page.context.set_offline(True)
    yield
    visitor.page.context.set_offline(False)


def test_a_network_that_drops_is_told_and_the_page_goes_on(arrive: Arrive) -> None:
    visitor = arrive(link())
    visitor.settled()
    plan, level = visitor.plan, visitor.slider(AUTOMATION).input_value()
    with no_network(visitor):
        expect_held(visitor, held=True)
        visitor.page.evaluate("solara.debug.dropConnection()")  # as a network of our own would
        visitor.page.locator(f'input[data-name="{AUTOMATION}"]').evaluate(
            "(track) => track.focus()"
        )
        visitor.page.keyboard.press("Home")
        assert visitor.slider(AUTOMATION).input_value() == level
    expect(visitor.page.locator(BACK)).to_contain_text("Connected again")
    expect_held(visitor, held=False)
    assert visitor.plan == plan
    visitor.press(AUTOMATION, "Home")
    assert visitor.settled()
    visitor.errors[:] = [
        each for each in visitor.errors if not any(words in each for words in OF_NO_NETWORK)
    ]


@pytest.mark.slow(15)
def test_a_server_that_restarts_is_told_and_all_comes_back(browser: Browser) -> None:
    with serving(PAGE) as server:
        visitor = Visitor.of(new_context(browser).new_page(), server.address)
        visitor.open(link())
        plans = [visitor.plan]
        for name in (AUTOMATION, MONITORING):
            visitor.press(name, "Home")
            plans.append(visitor.plan)
        visitor.button("Keep this plan").click()
        expect(visitor.part("tray").locator(".tray-item")).to_have_count(2)
        with visitor.changing_the_plan():
            visitor.button("Undo").click()
        visitor.show("Understand")
        visitor.show("Decide")
        visitor.page.wait_for_url("**automation.maximum=0&**")
        address = server.address
    expect_held(visitor, held=True)
    with serving([*PAGE[:-1], address.rpartition(":")[2]]):
        expect(visitor.page.locator(BACK)).to_contain_text("Connected again")
        expect_held(visitor, held=False)
        assert visitor.plan == plans[1]
        expect(visitor.part("tray").locator(".tray-item")).to_have_count(2)
        for button, place in (("Undo", 0), ("Redo", 1), ("Redo", 2)):
            with visitor.changing_the_plan():
                visitor.button(button).click()
            assert visitor.plan == plans[place]
        assert visitor.settled()
        visitor.page.context.close()
