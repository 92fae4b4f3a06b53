"""The drawer, and the tables that stand for charts."""

from __future__ import annotations

from playwright.sync_api import expect

from modelops_abm.experiments.running import LOOKS
from tests.app.browser.visitor import AUTOMATION, Visitor


def test_the_drawer_explains_a_capability_and_uses_its_best_level(visitor: Visitor) -> None:
    visitor.button("About Automation").click()
    drawer = visitor.part("drawer")
    expect(drawer.locator("h2")).to_have_text("Automation")
    expect(drawer.locator('[data-chart="worth of automation"]')).to_be_visible()
    expect(drawer.locator(".reasons")).to_contain_text("here:")
    # With fewer replications another level may seem the best, before this one is used or after.
    settled = drawer.locator(f'.best-level[data-futures="{LOOKS[-1]}"]')
    use = settled.locator("button")
    level = str(use.get_attribute("data-value"))
    with visitor.changing_the_plan():
        use.click()
    expect(visitor.slider(AUTOMATION)).to_have_value(level.removesuffix(" %"))
    expect(settled).to_be_visible()
    expect(use).to_have_count(0)


def test_a_level_chosen_or_typed_in_the_drawer_moves_the_slider(visitor: Visitor) -> None:
    visitor.button("About Automation").click()
    drawer = visitor.part("drawer")
    with visitor.changing_the_plan():
        drawer.get_by_role("button", name="Half", exact=True).click()
    expect(visitor.slider(AUTOMATION)).to_have_value("50")
    field = drawer.get_by_label("Level of automation, in %")
    with visitor.changing_the_plan():
        field.fill("30")
        field.press("Enter")
    expect(visitor.slider(AUTOMATION)).to_have_value("30")
    field.fill("thirty")
    field.press("Enter")
    expect(drawer.get_by_role("alert")).to_contain_text("number")


def test_the_drawer_explains_a_value_and_closes(visitor: Visitor) -> None:
    visitor.button("About Team").click()
    drawer = visitor.part("drawer")
    expect(drawer).to_contain_text("Team")
    visitor.page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    visitor.button("About Team").click()
    drawer.get_by_role("button", name="Close the explanation").click()
    expect(drawer).to_have_count(0)


def test_every_chart_has_a_table(decider: Visitor) -> None:
    visitor = decider
    visitor.known()
    for card in (".net-value", ".over-time", ".team-time", ".losses-card", ".card.credit"):
        place = visitor.page.locator(card)
        switch = place.get_by_role("button", name="Show as a table")
        switch.click()
        expect(place.locator("table"), card).to_be_visible()
        assert place.locator("tbody tr").count() >= 3, card
        expect(switch, card).to_have_attribute("aria-pressed", "true")
        switch.click()
        expect(place.locator("table"), card).to_have_count(0)


def test_users_and_predictions_over_time(visitor: Visitor) -> None:
    visitor.known()
    card = visitor.page.locator(".over-time")
    for name in ("Users", "Predictions", "Availability"):
        card.get_by_role("button", name=name, exact=True).click()
        expect(card.locator(f'[data-chart="{name.lower()}"]')).to_be_visible()
