"""Scenarios that are kept, and compared."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import AUTOMATION, Visitor, link

HOSTILE = "<img src=x onerror=document.title='hit'>"


def kept(visitor: Visitor, name: str) -> Locator:
    return visitor.part("tray").locator(".tray-item", has_text=name)


def rename(visitor: Visitor, old: str, new: str) -> None:
    item = kept(visitor, old)
    item.locator("summary").click()
    item.get_by_role("textbox", name="Name").fill(new)
    item.get_by_role("textbox", name="Name").press("Enter")


def test_a_kept_plan_is_renamed_loaded_compared_and_removed(visitor: Visitor) -> None:
    first, figures = visitor.plan, visitor.settled()
    visitor.button("Keep this plan").click()
    rename(visitor, "All five", "Before")
    visitor.press(AUTOMATION, "Home")
    visitor.settled()
    page, table = visitor.page, visitor.page.get_by_role("region", name="Scenarios side by side")
    page.set_viewport_size({"width": 390, "height": 700})  # where it opens screens above
    visitor.button("Compare side by side").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    visitor.button("Compare side by side").click()
    expect(table).to_be_visible()
    expect(visitor.part("comparison").locator("h2")).to_be_in_viewport()
    page.go_back()
    expect(table).to_have_count(0)
    page.wait_for_function("(top) => Math.abs(scrollY - top) < 60", arg=before)
    visitor.button("Compare side by side").click()
    expect(table.get_by_role("columnheader")).to_have_text(["This plan", "Before"])
    expect(visitor.page.get_by_role("region", name="Differences of scenarios")).to_be_visible()
    with visitor.changing_the_plan():
        visitor.button("Before").click()
    assert visitor.plan == first
    assert visitor.settled() == figures
    item = kept(visitor, "Before")
    item.locator("summary").click()
    item.get_by_role("button", name="Remove").click()
    expect(item).to_have_count(0)


def test_a_kept_plan_is_answered_for_good(arrive: Arrive) -> None:
    """Also if the visitor goes on before its answer is there."""
    visitor = arrive(link(is_over=True))
    visitor.button("Keep this plan").click()
    visitor.press(AUTOMATION, "Home")
    expect(kept(visitor, "All five").locator(".tray-range")).to_contain_text(" of 100 earn")


def test_names_in_the_tray_are_text_and_differ(visitor: Visitor) -> None:
    visitor.settled()
    visitor.button("Keep this plan").click()
    rename(visitor, "All five", HOSTILE)
    expect(visitor.button(HOSTILE)).to_be_visible()
    visitor.button("Keep this plan").click()
    rename(visitor, "All five", HOSTILE)
    expect(visitor.notice).to_contain_text("already")
    assert visitor.page.title() == "ModelOps simulator"


def test_a_reload_keeps_the_tray_in_its_tab_only(visitor: Visitor) -> None:
    visitor.settled()
    visitor.button("Keep this plan").click()
    rename(visitor, "All five", HOSTILE)
    visitor.press(AUTOMATION, "Home")
    visitor.settled()
    visitor.page.wait_for_url("**automation**")
    visitor.page.reload()
    expect(kept(visitor, HOSTILE).locator(".tray-range")).to_contain_text(" lose")
    assert visitor.page.title() == "ModelOps simulator"
    other = type(visitor).of(visitor.page.context.new_page(), visitor.address)
    other.open(link())
    expect(other.part("tray").locator(".tray-item")).to_have_count(1)
    other.leave()


def test_a_tray_that_somebody_has_forged_is_left_out(visitor: Visitor) -> None:
    visitor.settled()
    visitor.page.evaluate(
        """() => sessionStorage.setItem("modelops-kept:tray", JSON.stringify(
             [["bad", "preset=all_five&team.developers=lots"], [1, {}], ["x".repeat(900), ""]]))"""
    )
    visitor.page.reload()
    visitor.settled()
    expect(visitor.part("tray").locator(".tray-item")).to_have_count(1)
    expect(visitor.notice).to_have_count(0)
