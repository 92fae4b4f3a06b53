"""Moving the plan: sliders, typed values, presets; and the figures that follow."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import AUTOMATION, DEVELOPERS, MONITORING, Visitor, link

PRESS = """(slider, keys) => {
  for (const key of keys) {
    for (const kind of ["keydown", "keyup"]) {
      slider.dispatchEvent(new KeyboardEvent(kind, { key, bubbles: true }));
    }
  }
}"""


def test_layout_and_plan_are_there_before_any_figure(arrive: Arrive) -> None:
    visitor = arrive()
    for name in ("automation", "monitoring", "rollback", "lineage", "autoscaling"):
        expect(visitor.slider(f"capabilities.{name}.maximum")).to_have_value("100")
    expect(visitor.slider(DEVELOPERS)).to_have_value("8")
    for name in ("verdict", "figures", "credit", "tray"):
        expect(visitor.part(name)).to_be_visible()
    visitor.settled()
    assert "All five capabilities in full are worth" in visitor.headline()
    assert int(visitor.part("verdict").get_attribute("data-futures") or 0) > 200


def test_keys_move_a_slider_and_the_figures_follow(visitor: Visitor) -> None:
    before = visitor.settled()
    visitor.press(AUTOMATION, "Home")
    expect(visitor.slider(AUTOMATION)).to_have_value("0")
    after = visitor.settled()
    assert after != before
    visitor.press(AUTOMATION, "PageUp", "ArrowRight")
    expect(visitor.slider(AUTOMATION)).to_have_value("26")
    expect(visitor.typed(AUTOMATION)).to_have_value("26")
    assert visitor.settled() not in (before, after)


def test_held_keys_are_one_step_to_undo(visitor: Visitor) -> None:
    slider = visitor.slider(AUTOMATION)
    slider.focus()
    with visitor.changing_the_plan():
        for _ in range(3):
            visitor.page.keyboard.down("ArrowLeft")
        visitor.page.keyboard.up("ArrowLeft")
    expect(slider).to_have_value("97")
    visitor.button("Undo").click()
    expect(slider).to_have_value("100")


def test_number_and_word_follow_while_a_slider_is_dragged(visitor: Visitor) -> None:
    before = visitor.settled()
    plan = visitor.plan
    with visitor.changing_the_plan(), visitor.dragging(MONITORING, 0.5):
        expect(visitor.typed(MONITORING)).to_have_value("50")
        text = re.compile("Half$")
        expect(visitor.slider(MONITORING)).to_have_attribute("aria-valuetext", text)
        assert visitor.plan == plan
        assert visitor.figures() == before
    assert visitor.settled() != before


def test_dragging_snaps_to_a_stop(visitor: Visitor) -> None:
    visitor.drag(MONITORING, 0.74)
    expect(visitor.slider(MONITORING)).to_have_value("75")


def test_the_value_before_stands_beside_a_changed_one(visitor: Visitor) -> None:
    visitor.press(AUTOMATION, "Home")
    expect(visitor.row(AUTOMATION)).to_contain_text("None, was 100")
    expect(visitor.row(AUTOMATION).locator(".ghost")).to_be_visible()


def test_a_typed_value_moves_the_slider(visitor: Visitor) -> None:
    with visitor.changing_the_plan():
        visitor.type(DEVELOPERS, "6")
    expect(visitor.slider(DEVELOPERS)).to_have_value("6")
    visitor.settled()


def test_a_refused_value_says_why_and_changes_nothing(visitor: Visitor) -> None:
    plan = visitor.plan
    for name, text, told in (
        (AUTOMATION, "140", "0 to 100"),
        (DEVELOPERS, "many", "number"),
        (DEVELOPERS, "2.5", "whole"),
        (DEVELOPERS, "<img src=x onerror=alert(1)>", "number"),
    ):
        visitor.type(name, text)
        expect(visitor.row(name).get_by_role("alert")).to_contain_text(told)
        expect(visitor.typed(name)).to_have_attribute("aria-invalid", "true")
        assert visitor.plan == plan
    with visitor.changing_the_plan():
        visitor.type(DEVELOPERS, "3")
    expect(visitor.row(DEVELOPERS).get_by_role("alert")).to_have_count(0)


def test_escape_gives_up_what_is_being_typed(visitor: Visitor) -> None:
    plan = visitor.plan
    visitor.typed(DEVELOPERS).fill("77")
    visitor.typed(DEVELOPERS).press("Escape")
    expect(visitor.typed(DEVELOPERS)).to_have_value("2")
    assert visitor.plan == plan


def test_the_plan_is_laid_on_another_organisation(visitor: Visitor) -> None:
    with visitor.changing_the_plan():
        visitor.page.get_by_label("Organisation", exact=True).select_option("small_team")
    expect(visitor.slider(DEVELOPERS)).to_have_value("5")
    with visitor.changing_the_plan():
        visitor.button("Undo").click()
    expect(visitor.slider(DEVELOPERS)).to_have_value("2")


def test_the_horizon_is_chosen(visitor: Visitor) -> None:
    with visitor.changing_the_plan():
        visitor.button("3 years").click()
    expect(visitor.button("3 years")).to_have_attribute("aria-pressed", "true")
    visitor.settled()
    assert "over three years" in visitor.headline()


def test_any_value_of_the_scenario_can_be_found_and_set(visitor: Visitor) -> None:
    visitor.page.locator(".rail-assumptions-head button").click()
    visitor.page.get_by_role("searchbox").fill("team focus")
    with visitor.changing_the_plan():
        visitor.type("team.focus", "0.5")
    expect(visitor.row("team.focus").first).to_contain_text("was 0.6")
    visitor.settled()


def test_start_and_pace_open_under_a_slider(visitor: Visitor) -> None:
    visitor.page.locator(f'[data-opens="{AUTOMATION}"]').click()
    with visitor.changing_the_plan():
        visitor.type("capabilities.automation.start_day", "6")
    visitor.page.wait_for_url("**capabilities.automation.start_day=18*")


def test_of_many_quick_moves_only_the_last_is_answered(arrive: Arrive) -> None:
    visitor = arrive(link({}))
    visitor.settled()
    answered = visitor.page.evaluate_handle(
        """() => {
          const seen = [];
          const card = document.querySelector("[data-part=verdict]");
          new MutationObserver(() => {
            const key = document.querySelector("[data-part=verdict]").dataset.answers;
            if (seen.at(-1) !== key) seen.push(key);
          }).observe(card.parentElement, { subtree: true, attributes: true, childList: true });
          return seen;
        }"""
    )
    # At once: each of moves that come slowly is answered, as by a test that the machine lets wait.
    visitor.slider(MONITORING).evaluate(PRESS, [*["PageDown", "ArrowUp"] * 8, "Home"])
    visitor.page.wait_for_url("**monitoring.maximum=0&**")
    visitor.settled()
    seen = answered.json_value()
    assert seen[-1] == visitor.plan
    assert len(seen) < 16


def test_who_goes_there_and_back_before_the_answer_is_back(arrive: Arrive) -> None:
    visitor = arrive(link({}))
    visitor.settled()
    visitor.slider(MONITORING).evaluate(PRESS, ["Home", "End"])
    # What comes later is taken later.
    visitor.slider("capabilities.rollback.maximum").press("Home")
    visitor.page.wait_for_url("**rollback.maximum=0&**")
    assert "monitoring" not in visitor.page.url
    assert visitor.slider(MONITORING).input_value() == "100"


def test_a_plan_that_raises_nothing_is_the_baseline(arrive: Arrive) -> None:
    visitor = arrive(link(preset="reference"))
    visitor.settled()
    assert "This is the baseline" in visitor.headline()


def test_a_plan_that_loses_says_so(arrive: Arrive) -> None:
    visitor = arrive(link(model__value_per_prediction=0.001))
    visitor.settled()
    assert "loses" in visitor.headline()
