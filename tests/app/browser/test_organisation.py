"""Your organisation: answers by thumb and by typing, a belief to decide with, columns to map."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import Visitor, link

OWN_FORM = (
    b"Beginn,Ende,Dienst\n"
    b"2025-01-05 10:00,2025-01-05 12:00,a\n"
    b"2025-03-05 10:00,2025-03-05 13:00,a\n"
    b"2025-03-07 10:00,,b\n"
)


def question(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator(f'[data-question="{name}"]')


def test_an_answer_is_given_by_thumb_key_and_typing(arrive: Arrive) -> None:
    visitor = arrive(link(view="data"))
    row = question(visitor, "outages_per_month")
    row.get_by_role("button", name="Answer").click()
    typed = row.locator("[data-typed]")
    thumb = row.locator("[data-thumb]")
    before = int(thumb.input_value())
    thumb.press("PageUp")
    expect(thumb).to_have_value(str(before + 10))
    thumb.press("ArrowLeft")
    expect(thumb).to_have_value(str(before + 9))
    typed.fill("0,125")
    typed.press("Enter")
    expect(row.locator(".problem")).to_contain_text("0.125")
    row.get_by_role("button", name="between").click()
    for field, text in zip(row.locator("[data-typed]").all(), ("20", "50"), strict=True):
        field.fill(text)
        field.press("Enter")
    expect(row.locator(".problem")).to_have_count(0)
    low, high = row.locator("[data-thumb]").all()
    low.press("End")  # of two thumbs neither passes the other
    expect(high).to_have_value(str(int(low.input_value()) + 1))
    row.get_by_role("button", name="don’t know").click()
    expect(row.get_by_role("button", name="don’t know")).to_have_attribute("aria-pressed", "true")
    expect(visitor.page.locator(".interview-head")).to_contain_text("0 of 8")
    expect(typed).to_have_value("")
    typed.fill("30")  # whoever does not say how well it is known knows about so many
    typed.press("Enter")
    expect(row.get_by_role("button", name="about")).to_have_attribute("aria-pressed", "true")
    expect(thumb).to_have_attribute("aria-valuetext", "30 a month")


def test_a_belief_is_decided_with_and_is_there_after_a_reload(arrive: Arrive) -> None:
    visitor = arrive(link(view="data", is_over=True))
    row = question(visitor, "people")
    row.get_by_role("button", name="Answer").click()
    row.locator("[data-typed]").fill("5")
    row.locator("[data-typed]").press("Enter")
    belief = visitor.part("belief")
    expect(belief).to_have_attribute("data-settled", "true")
    expect(belief).to_contain_text("draws count: enough")
    expect(belief).to_have_attribute("data-answered", "true")
    said = belief.locator(".belief-headline").inner_text()
    visitor.button("Decide with this").first.click()
    expect(visitor.part("verdict").locator("h1")).to_have_text(said)
    portfolio = visitor.page.locator(".top .portfolio")
    expect(portfolio).to_contain_text("5 people")
    visitor.page.wait_for_url("**belief=**")
    visitor.page.reload()
    expect(portfolio).to_contain_text("5 people")
    expect(visitor.part("missing-belief")).to_have_count(0)
    visitor.show("Your organisation")
    expect(row).to_contain_text("about 5")
    expect(belief).to_have_attribute("data-settled", "true")
    visitor.button("In use on Decide: put aside").click()
    expect(portfolio).to_contain_text("Example portfolio")


def test_columns_of_a_log_are_chosen_on_a_phone_one_question_at_a_time(arrive: Arrive) -> None:
    visitor = arrive(link(view="data"), viewport={"width": 390, "height": 844})
    visitor.choose_file("log-incidents", "eigen.csv", OWN_FORM)
    form = visitor.part("mapping-incidents")
    for field, column in (("opened", "Beginn"), ("closed", "Ende"), ("service", "Dienst")):
        form.locator(f'[data-action="map incidents {field}"]').select_option(column)
    form.get_by_role("button", name="Read it").click()
    expect(visitor.part("log-incidents")).to_contain_text("3 incidents of 2 services")
    visitor.choose_file("log-incidents", "eigen.csv", OWN_FORM + b"2025-04-07 10:00,,b\n")
    expect(visitor.part("log-incidents")).to_contain_text("4 incidents of 2 services")
    visitor.button("Answer: People").click()
    expect(question(visitor, "people").locator(".range")).to_be_visible()
    expect(question(visitor, "users").locator(".range")).to_be_hidden()
    visitor.button("Next: value a year ›").click()
    expect(question(visitor, "value_per_year")).to_contain_text("worth in a year?")
    expect(question(visitor, "people").locator(".range")).to_be_hidden()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
