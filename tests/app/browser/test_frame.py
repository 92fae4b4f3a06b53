from __future__ import annotations

from playwright.sync_api import expect

from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import Visitor


def test_every_part_opens(visitor: Visitor) -> None:
    for name in ("Watch", "Understand", "Your organisation", "Decide"):
        visitor.show(name)


def test_the_theme_is_remembered(visitor: Visitor) -> None:
    root = visitor.page.locator("html")
    before = root.get_attribute("data-theme")
    visitor.button("Light or dark").click()
    after = {"light": "dark", "dark": "light"}[str(before)]
    expect(root).to_have_attribute("data-theme", after)
    visitor.page.reload()
    expect(root).to_have_attribute("data-theme", after)


def test_nothing_comes_from_the_internet(visitor: Visitor) -> None:
    visitor.settled()
    names = "performance.getEntriesByType('resource').map((entry) => entry.name)"
    # The charts' script may come after the figures.
    visitor.page.wait_for_function(f"{names}.some((name) => name.includes('echarts'))")
    entries = visitor.page.evaluate(names)
    host = visitor.page.evaluate("location.host")
    elsewhere = [entry for entry in entries if f"//{host}/" not in entry and "data:" not in entry]
    assert elsewhere == []


LINES = """() => [...document.querySelectorAll(".figure .change")].map((element) =>
  element.clientHeight / parseFloat(getComputedStyle(element).lineHeight))"""


def test_what_a_figure_has_changed_by_is_in_one_line_on_a_laptop(arrive: Arrive) -> None:
    visitor = arrive("preset=all_five&answers=as_set")  # whose points have a range of two digits
    visitor.settled()
    for width in (1440, 1366):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        lines = visitor.page.evaluate(LINES)
        assert len(lines) == 6
        assert max(lines) < 1.5, width
