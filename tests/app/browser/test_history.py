"""Undo, redo, replay, reset: by button and by key."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.app.browser.visitor import AUTOMATION, DEVELOPERS, MONITORING, Visitor


def test_undo_and_redo_bring_plans_and_figures_back(visitor: Visitor) -> None:
    plans, figures = [visitor.plan], [visitor.settled()]
    for key in ("Home", "PageUp"):
        visitor.press(AUTOMATION, key)
        plans.append(visitor.plan)
        figures.append(visitor.settled())
    assert len(set(plans)) == 3
    for name, order in (("Undo", (1, 0)), ("Redo", (1, 2))):
        for place in order:
            with visitor.changing_the_plan():
                visitor.button(name).click()
            assert visitor.plan == plans[place]
            assert visitor.settled() == figures[place]
    expect(visitor.button("Redo")).to_be_disabled()


def test_keys_undo_and_redo_from_anywhere(visitor: Visitor) -> None:
    first = visitor.plan
    visitor.press(MONITORING, "Home")
    second = visitor.plan
    visitor.page.locator("body").click(position={"x": 700, "y": 5})
    for keys, plan in (("Control+z", first), ("Control+Shift+z", second), ("Control+z", first)):
        with visitor.changing_the_plan():
            visitor.page.keyboard.press(keys)
        assert visitor.plan == plan


def test_keys_belong_to_the_text_that_is_being_edited(visitor: Visitor) -> None:
    visitor.press(MONITORING, "Home")
    plan = visitor.plan
    field = visitor.typed(DEVELOPERS)
    field.click()
    visitor.page.keyboard.type("12")
    visitor.page.keyboard.press("Control+z")
    visitor.page.keyboard.press("Escape")
    visitor.settled()
    assert visitor.plan == plan


SHOWN_AND_ANSWERED = """(plan) => {
  const part = (name) => document.querySelector(`[data-part=${name}]`).dataset;
  return part("rail").plan === plan && part("verdict").answers === plan;
}"""


def test_replay_shows_the_plan_before_and_the_change_again(visitor: Visitor) -> None:
    first = visitor.plan
    visitor.press(AUTOMATION, "Home")
    second = visitor.plan
    visitor.settled()
    visitor.button("Replay the last change").click()
    for plan in (first, second):  # in every frame: the first is there for a second
        visitor.page.wait_for_function(SHOWN_AND_ANSWERED, arg=plan)


def test_the_browser_goes_back_within_the_page_and_undo_survives_a_reload(visitor: Visitor) -> None:
    here = visitor.page.locator('nav [aria-current="page"]')
    plans = [visitor.plan]
    for key in ("Home", "PageUp"):
        visitor.press(AUTOMATION, key)
        plans.append(visitor.plan)
    visitor.show("Understand")
    visitor.page.wait_for_url("**view=understand**")  # and with it to the top
    visitor.page.wait_for_function("() => { scrollTo(0, 150); return scrollY === 150; }")
    visitor.show("Your organisation")
    visitor.page.wait_for_function("scrollY === 0")
    for part in ("Understand", "Decide"):
        visitor.page.go_back()
        expect(here).to_have_text(part)
    visitor.page.go_forward()
    expect(here).to_have_text("Understand")
    visitor.show("Decide")
    visitor.page.wait_for_function("!location.search.includes('view=')")
    visitor.page.reload()
    assert visitor.plan == plans[2]
    for button, place in (("Undo", 1), ("Undo", 0), ("Redo", 1)):
        with visitor.changing_the_plan():
            visitor.button(button).click()
        assert visitor.plan == plans[place]


def test_reset_goes_back_to_the_preset_and_can_be_undone(visitor: Visitor) -> None:
    changed = visitor.plan
    with visitor.changing_the_plan():
        visitor.button("Reset to All five capabilities").click()
    expect(visitor.slider(DEVELOPERS)).to_have_value("8")
    with visitor.changing_the_plan():
        visitor.button("Undo").click()
    assert visitor.plan == changed


_PLACES = (
    "[data-part=drawer]",
    ".rail-settings",
    "[data-part=comparison]",
    ".timeline-rail",
    "[data-part=understand]",
    "#effects[open]",
    "#verified[open]",
    "[data-part=interview]",
)
"""What takes the place of something else on the screen."""


def test_every_place_is_a_step_of_the_browser_and_survives_a_reload(visitor: Visitor) -> None:
    """One rule for drawer, lists, comparison, timeline, parts, and the sections of Understand."""
    page = visitor.page

    def see(*places: str) -> None:
        for place in _PLACES:
            expect(page.locator(place)).to_have_count(int(place in places))

    drawer, settings, comparison, timeline, understand, effects, verified, interview = _PLACES
    contents = page.locator("nav.contents")
    visitor.settled()
    visitor.button("Keep this plan").click()
    steps = (
        (page.locator(".rail-assumptions-head button"), (settings,)),
        (visitor.button("Compare side by side"), (settings, comparison)),
        (visitor.button("About Automation"), (settings, comparison, drawer)),
        (visitor.button("Close the explanation"), (settings, comparison)),
        (visitor.button("Timeline"), (timeline,)),  # which has a rail of its own
        (visitor.button("Understand"), (understand,)),
        (contents.get_by_text("Effects"), (understand, effects)),
        (page.locator("#verified > summary"), (understand, effects, verified)),
        (page.locator("#effects > summary"), (understand, verified)),
        (visitor.button("Your organisation"), (interview,)),
    )
    seen: list[tuple[str, ...]] = [()]
    for what, places in steps:
        what.click()
        see(*places)
        seen.append(places)
    for places in seen[-2::-1]:
        page.go_back()
        see(*places)
    for at, places in enumerate(seen[1:], 1):
        page.go_forward()
        see(*places)
        if at in (3, 9):
            page.reload()
            see(*places)
