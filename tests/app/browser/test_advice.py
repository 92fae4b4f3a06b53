"""What to buy first, asked for on Decide by a visitor."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from modelops_abm.formats import NARROW_SPACE
from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import DEVELOPERS, link


@pytest.mark.slow(8)
def test_what_to_buy_is_found_out_used_and_undone(arrive: Arrive) -> None:
    visitor = arrive(link(is_over=True))
    card = visitor.part("advice")
    field = card.get_by_label("Budget on capital")
    field.fill("0,125")
    field.press("Enter")
    expect(card.get_by_role("alert")).to_have_text("'0,125' is no number: write 0.125.")
    field.fill("600 000")
    field.press("Enter")
    expect(card.get_by_role("alert")).to_have_count(0)
    card.get_by_role("button", name="Find out").click()
    expect(card.locator(".advice-story")).to_contain_text("Buy ")  # something or nothing
    # Sliders go on meanwhile and after; another team is another organisation.
    visitor.press(DEVELOPERS, "ArrowRight")
    expect(card).to_contain_text("the organisation changed since")
    with visitor.changing_the_plan():
        visitor.button("Undo").click()
    expect(card).not_to_contain_text("changed since")
    card.get_by_role("button", name="All its numbers").click()
    expect(card.get_by_role("button", name="Show less")).to_be_visible()
    visitor.page.reload()
    expect(visitor.part("advice").get_by_label("Budget on capital")).to_have_value(
        f"$600{NARROW_SPACE}000"
    )
