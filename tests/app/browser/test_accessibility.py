"""Use without a mouse, without sight, with little room, on touch; in every part of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import AUTOMATION, Visitor, link, show_tables

PARTS = {
    "Decide": ".decide",
    "Watch": ".watch .token",
    "Understand": ".understand",
    "Your organisation": ".organisation",
}
"""What is there once a part is shown."""
SMALLEST_PIXELS, SMALLEST_ON_TOUCH_PIXELS = 24, 40
WIDTHS = (1440, 1024, 768, 720)  # 720: a laptop's page at 200 %

CONTROLS = """() => [...document.querySelectorAll(
    ".modelops :is(button, input, select, textarea, summary, a[href], [tabindex='0'])"
  )].filter((element) => !element.disabled && element.checkVisibility({ visibilityProperty: true })
    && element.getClientRects().length)"""
NAMELESS = f"""() => ({CONTROLS})().filter((element) => {{
    const words = (id) => document.getElementById(id)?.textContent;
    const by = (ids) => ids.split(" ").map(words).join("");
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join("");
    const name = element.ariaLabel || by(element.getAttribute("aria-labelledby") ?? "") || labels
      || (element.matches("input, select") ? "" : element.textContent) || element.title;
    return !name.trim();
  }}).map((element) => element.outerHTML.slice(0, 120))"""
SMALL = f"""(least) => ({CONTROLS})().filter((element) => {{
    if (element.matches(".token, .spoken, [role=region]")) return false;
    const target = element.closest("label") ?? element;
    return Math.min(target.offsetWidth, target.offsetHeight) < least;
  }}).map((element) => `${{element.outerHTML.slice(0, 100)}} ${{element.offsetWidth}} x `
    + element.offsetHeight)"""
REACHED = f"""() => {{
    const element = document.activeElement;
    const ring = [element, element.closest("label")].some((shown) => {{
      const style = shown && getComputedStyle(shown);
      return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    }});
    return [({CONTROLS})().indexOf(element), ring, element.outerHTML.slice(0, 120)];
  }}"""
TOO_WIDE = """(width) => [document.scrollingElement.scrollWidth]
    .filter((needed) => needed > width)"""
OVERLAPPING = """() => [...document.querySelectorAll(".figure > *")]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.textContent)"""
MOVING = """() => [...document.querySelectorAll(".modelops, .modelops *")].filter((element) => {
    const style = getComputedStyle(element);
    return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
  }).map((element) => element.outerHTML.slice(0, 100))"""
SPOKEN = """() => {
    const said = [];
    const note = () => {
      const card = document.querySelector("[data-part=verdict]");
      const text = card.querySelector("[aria-live=polite]")?.textContent ?? "";
      said.push([card.dataset.settled, text]);
    };
    new MutationObserver(note).observe(document.querySelector(".decide-head"),
      { subtree: true, attributes: true, childList: true, characterData: true });
    return said;
  }"""


def test_every_control_has_a_name_and_is_large_enough(decider: Visitor) -> None:
    for part in (*PARTS, "drawer"):
        show(decider, part)
        assert decider.page.evaluate(NAMELESS) == [], part
        assert decider.page.evaluate(SMALL, SMALLEST_PIXELS) == [], part


def test_targets_are_larger_on_touch(arrive: Arrive) -> None:
    visitor = arrive(link(is_over=True), viewport={"width": 768, "height": 1024}, has_touch=True)
    visitor.settled()
    for part in PARTS:
        show(visitor, part)
        if part == "Your organisation":
            visitor.button("Try a made-up one").click()
            expect(visitor.part("portfolio-models")).to_be_visible()
        assert visitor.page.evaluate(SMALL, SMALLEST_ON_TOUCH_PIXELS) == [], part


def test_targets_of_panels_and_the_drawer_are_larger_on_touch(arrive: Arrive) -> None:
    visitor = arrive(link(), viewport={"width": 1024, "height": 900}, has_touch=True)
    visitor.settled()
    visitor.button("About Automation").click()
    expect(visitor.part("drawer").locator(".reasons")).to_be_visible()
    assert visitor.page.evaluate(SMALL, SMALLEST_ON_TOUCH_PIXELS) == []
    visitor.button("Close the explanation").click()
    for opens in ("Share", "Export"):
        visitor.button(opens).click()
        assert visitor.page.evaluate(SMALL, SMALLEST_ON_TOUCH_PIXELS) == []
        visitor.page.keyboard.press("Escape")
    visitor.show("Watch")
    visitor.button("Future 0").click()
    assert visitor.page.evaluate(SMALL, SMALLEST_ON_TOUCH_PIXELS) == []


def test_tables_have_heads_and_landmarks_hold_no_others(decider: Visitor) -> None:
    page = decider.page
    decider.known()
    for part in (*PARTS, "drawer"):
        show(decider, part)
        show_tables(decider)
        heads = page.locator(".modelops :is(th, [role=columnheader])").all_text_contents()
        assert [head for head in heads if not head.strip()] == [], part
        held = page.locator(
            "[role=complementary] header, [role=main] :is([role=banner], header:not(section *))"
        )
        expect(held, part).to_have_count(0)


def test_a_part_has_a_main_landmark_a_title_and_a_language(visitor: Visitor) -> None:
    for part in PARTS:
        show(visitor, part)
        expect(visitor.page.get_by_role("main"), part).to_have_count(1)
        expect(visitor.page.get_by_role("heading", level=1), part).to_have_count(1)
        expect(visitor.page.locator("html"), part).to_have_attribute("lang", "en")


@pytest.mark.parametrize("part", ["Decide", "Your organisation"])
def test_tab_reaches_every_control_in_order_and_shows_where_it_is(
    decider: Visitor, part: str
) -> None:
    decider.known()  # with the last that is found out comes the last button
    show(decider, part)
    page = decider.page
    count = page.evaluate(f"({CONTROLS})().length")
    page.evaluate("document.activeElement.blur()")
    page.locator(".brand").click()
    places = [-1]
    while len(places) <= count:
        page.keyboard.press("Tab")
        place, has_ring, control = page.evaluate(REACHED)
        if place == places[-1]:  # a date has several fields
            continue
        assert has_ring or 'type="range"' in control, control
        places.append(place)
    assert places == list(range(-1, count))


def test_a_slider_shows_that_it_has_the_focus(visitor: Visitor) -> None:
    track = visitor.page.locator(".track", has=visitor.slider(AUTOMATION))
    visitor.page.locator(".brand").click()
    before = track.screenshot()
    visitor.typed(AUTOMATION).focus()
    visitor.page.keyboard.press("Tab")
    expect(visitor.slider(AUTOMATION)).to_be_focused()
    assert track.screenshot() != before


def test_the_verdict_is_spoken_when_it_is_settled_and_only_then(decider: Visitor) -> None:
    said = decider.page.evaluate_handle(SPOKEN)
    decider.press(AUTOMATION, "Home")
    decider.settled()
    states = said.json_value()
    # None may be unsettled: what somebody has asked before is answered for good at once.
    assert {text for is_settled, text in states if is_settled == "false"} <= {""}
    assert states[-1] == ["true", decider.headline()]


def test_nothing_moves_for_those_who_ask_for_that(arrive: Arrive) -> None:
    visitor = arrive(link(), reduced_motion="reduce")
    visitor.settled()
    assert visitor.page.evaluate(MOVING) == []
    show(visitor, "Watch")
    assert visitor.page.evaluate(MOVING) == []


def test_nothing_is_cut_off_at_the_widths_of_laptops_and_tablets_and_at_200_percent(
    decider: Visitor,
) -> None:
    for part in PARTS:
        show(decider, part)
        for width in WIDTHS:
            decider.page.set_viewport_size({"width": width, "height": 900})
            assert decider.found(TOO_WIDE, width) == [], f"{part} at {width}"


def test_figures_never_overlap(decider: Visitor) -> None:
    for width in WIDTHS:
        decider.page.set_viewport_size({"width": width, "height": 900})
        assert decider.found(OVERLAPPING) == [], f"at {width}"


def show(visitor: Visitor, part: str) -> None:
    """Open a part, or the drawer in Decide, and wait until it is there."""
    if part == "drawer":
        visitor.show("Decide")
        visitor.button("About Rollback").click()
        expect(visitor.part("drawer").locator(".reasons")).to_be_visible()
        return
    visitor.show(part)
    expect(visitor.page.locator(PARTS[part]).first).to_be_visible()
