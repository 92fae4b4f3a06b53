"""Links: the same figures for another visitor, hostile ones, and F5."""

from __future__ import annotations

from playwright.sync_api import expect

from modelops_abm.version import __version__
from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import AUTOMATION, DEVELOPERS, MONITORING, Visitor, link

HOSTILE = {
    "preset=../../etc/passwd": "preset",
    "team.developers=5&team.developers=6": "twice",
    "preset=reference&team.<script>document.title='hit'</script>=1": "script",
    "a=" + 7000 * "x": "characters",
    "preset=reference&team.developers=%00%ff%0d%0aX-Header:1": "team.developers",
}
"""What a notice must tell, by link: those at which a browser could stumble, see `test_link.py`."""


def shared_link(visitor: Visitor) -> str:
    visitor.button("Share").click()
    return visitor.part("share-link").input_value()


def test_a_link_shows_another_visitor_the_same_figures(arrive: Arrive) -> None:
    one = arrive(link(seed=7, is_over=True))
    one.press(MONITORING, "PageDown")
    figures = one.settled()
    shared = shared_link(one)
    assert f"v={__version__}" in shared
    assert shared.startswith(f"{one.address}/?")
    other = arrive(shared.partition("?")[2])
    assert other.settled() == figures
    assert other.headline() == one.headline()


def test_the_seed_matters(arrive: Arrive) -> None:
    assert arrive(link(seed=1)).settled() != arrive(link(seed=2)).settled()


def test_sharing_puts_the_link_on_the_clipboard(arrive: Arrive) -> None:
    visitor = arrive(link(), permissions=["clipboard-read", "clipboard-write"])
    shared = shared_link(visitor)
    expect(visitor.page.get_by_text("Copied to the clipboard.")).to_be_visible()
    assert visitor.page.evaluate("navigator.clipboard.readText()") == shared


def test_a_link_of_another_version_says_so(arrive: Arrive) -> None:
    visitor = arrive(link(v="0.0.1"))
    expect(visitor.notice).to_contain_text("made with version 0.0.1")
    expect(visitor.slider(DEVELOPERS)).to_have_value("2")


def test_a_hostile_link_gives_a_notice_and_the_page(arrive: Arrive) -> None:
    visitor = arrive()
    for query, told in HOSTILE.items():
        visitor.open(query)
        expect(visitor.notice).to_contain_text("This link cannot be used")
        expect(visitor.notice).to_contain_text(told)
        expect(visitor.slider(DEVELOPERS)).to_have_value("8")
        assert visitor.page.title() == "ModelOps simulator"
    visitor.button("Dismiss").click()
    expect(visitor.notice).to_have_count(0)


def test_a_reload_restores_plan_part_and_seed(arrive: Arrive) -> None:
    visitor = arrive(link(seed=3))
    visitor.press(AUTOMATION, "Home")
    plan, figures = visitor.plan, visitor.settled()
    visitor.page.wait_for_url("**automation**")
    visitor.page.reload()
    assert visitor.plan == plan
    assert visitor.settled() == figures
    expect(visitor.button("As set")).to_have_attribute("aria-pressed", "true")
    visitor.button("Organisations like yours").click()
    visitor.page.wait_for_url(lambda url: "answers=" not in url)
    visitor.show("Understand")
    visitor.page.wait_for_url("**view=understand**")
    visitor.page.reload()
    expect(visitor.page.locator('nav [aria-current="page"]')).to_have_text("Understand")


def test_the_address_follows_the_plan(visitor: Visitor) -> None:
    visitor.type(DEVELOPERS, "4")
    visitor.page.wait_for_url("**team.developers=4**")
    with visitor.changing_the_plan():
        visitor.button("Undo").click()
    visitor.page.wait_for_url("**team.developers=2**")
