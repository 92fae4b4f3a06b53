"""Watch: one future of plan and baseline, played in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect

from modelops_abm import formats
from modelops_abm.app.state.answer import Question, answers
from modelops_abm.app.state.link import read_query
from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import Visitor, link

LISTEN = """() => {
    const part = document.querySelector("[data-part=watch]");
    window.seen = [];
    new MutationObserver(() => window.seen.push([part.dataset.playing, Number(part.dataset.day)]))
      .observe(part, { attributeFilter: ["data-day", "data-playing"] });
  }"""
HORIZON_DAYS = 365
ARRIVING_MILLISECONDS, ARRIVED_MILLISECONDS = 190, 300
WORDS_AFTER = """(milliseconds) => {
    for (const moving of document.getAnimations()) {
      moving.pause();
      moving.currentTime = milliseconds;
    }
    return [...document.querySelectorAll("[data-organisation=plan] .task-words")].map((words) =>
      [words.dataset.key, Number(getComputedStyle(words).opacity)]);
  }"""
"""How well the words beside tasks are seen so long after the tokens began to move."""


@pytest.fixture
def watcher(arrive: Arrive) -> Visitor:
    """Return a visitor of Watch whose run is set up."""
    visitor = arrive(link(view="watch"))
    expect(visitor.part("watch")).to_have_attribute("data-playing", "false")
    expect(visitor.page.locator(".token").first).to_be_visible()
    visitor.button("Back to day 0").click()  # it opens in the middle of a story
    expect_day(visitor, 0)
    return visitor


def day(visitor: Visitor) -> int:
    return int(visitor.part("watch").get_attribute("data-day") or -1)


def expect_day(visitor: Visitor, wanted: int) -> None:
    expect(visitor.part("watch")).to_have_attribute("data-day", str(wanted))


def jump(visitor: Visitor, wanted: int) -> None:
    visitor.page.evaluate(
        """(day) => {
          const slider = document.querySelector("input[data-name=day]");
          slider.value = day;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          slider.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        wanted,
    )
    expect_day(visitor, wanted)


def lane(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator(f'[data-organisation="{name}"]')


def figures(visitor: Visitor, name: str, wanted: int) -> str:
    """Return the figures of an organisation on a day, which come piece by piece."""
    of_day = lane(visitor, name).and_(visitor.page.locator(f'[data-day="{wanted}"]'))
    return of_day.locator(".organisation-figures").inner_text()


def test_it_plays_and_pauses(watcher: Visitor) -> None:
    watcher.button("20").click()
    watcher.button("Play").click()
    expect(watcher.part("watch")).to_have_attribute("data-playing", "true")
    watcher.page.wait_for_function("document.querySelector('[data-part=watch]').dataset.day > 10")
    watcher.page.evaluate(LISTEN)
    watcher.button("Pause").click()
    expect(watcher.part("watch")).to_have_attribute("data-playing", "false")
    watcher.page.wait_for_timeout(600)
    seen = watcher.page.evaluate("window.seen")
    days_at_rest = {day for playing, day in seen if playing == "false"}
    assert len(days_at_rest) == 1, "no later day is drawn once it says that it has paused"
    assert watcher.button("Play").is_visible()


def test_keys_play_pause_and_step(watcher: Visitor) -> None:
    keyboard = watcher.page.keyboard
    keyboard.press(".")
    expect_day(watcher, 1)
    keyboard.press("Space")
    expect(watcher.part("watch")).to_have_attribute("data-playing", "true")
    keyboard.press("Space")
    expect(watcher.part("watch")).to_have_attribute("data-playing", "false")


def test_single_days_jumps_forth_and_back_and_restart(watcher: Visitor) -> None:
    watcher.button("Day").click()
    expect_day(watcher, 1)
    jump(watcher, 200)
    later = figures(watcher, "plan", 200)
    jump(watcher, 50)
    jump(watcher, 200)
    assert figures(watcher, "plan", 200) == later
    watcher.button("Back to day 0").click()
    expect_day(watcher, 0)


def test_it_ends_at_the_horizon(watcher: Visitor) -> None:
    jump(watcher, HORIZON_DAYS - 2)
    watcher.button("max").click()
    watcher.button("Play").click()
    expect_day(watcher, HORIZON_DAYS)
    expect(watcher.part("watch")).to_have_attribute("data-playing", "false")
    expect(watcher.button("Day")).to_be_disabled()


def test_a_model_is_chosen_by_its_token_and_by_the_menu(watcher: Visitor) -> None:
    jump(watcher, 100)
    token = lane(watcher, "plan").locator(".token[data-model]").first
    number = token.get_attribute("data-value")
    token.click()
    expect(watcher.page.locator(f'[data-followed="{number}"]')).to_be_visible()
    expect(lane(watcher, "plan").locator(".token.chosen")).to_have_attribute(
        "data-value", str(number)
    )
    menu = watcher.page.get_by_label("Follow another model")
    other = next(
        value
        for option in menu.locator("option").all()
        if (value := option.get_attribute("value")) != number
    )
    menu.select_option(other)
    expect(watcher.page.locator(f'[data-followed="{other}"]')).to_be_visible()


def test_words_come_once_the_tokens_have(arrive: Arrive) -> None:
    """Tokens would move over them; words that were there stay."""
    watcher = arrive(
        link(view="watch", portfolio__initial_models=12, incidents__pipeline_per_year=60)
    )
    expect(watcher.page.locator(".token").first).to_be_visible()
    watcher.button("Back to day 0").click()
    expect_day(watcher, 0)
    words = lane(watcher, "plan").locator(".task-words")
    stayed, came = set[str](), set[str]()
    with standing_still(watcher):
        for today in range(1, 20):
            before = set(words.evaluate_all("(all) => all.map((words) => words.dataset.key)"))
            watcher.button("Day").click()
            expect_day(watcher, today)
            arriving = dict(watcher.page.evaluate(WORDS_AFTER, ARRIVING_MILLISECONDS))
            arrived = dict(watcher.page.evaluate(WORDS_AFTER, ARRIVED_MILLISECONDS))
            assert arriving == {name: float(name in before) for name in arriving}
            assert arrived == dict.fromkeys(arriving, 1.0)
            stayed |= before & set(arriving)
            came |= set(arriving) - before
    assert stayed
    assert {"repair", "repair 0"} <= {name.rpartition(" ")[0] or name for name in came}


@contextmanager
def standing_still(visitor: Visitor) -> Iterator[None]:
    """Let nothing on the page move by itself."""
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("Animation.enable")
    devtools.send("Animation.setPlaybackRate", {"playbackRate": 0.0})
    yield
    devtools.send("Animation.setPlaybackRate", {"playbackRate": 1.0})
    devtools.detach()


def test_the_twin_can_be_hidden(watcher: Visitor) -> None:
    expect(lane(watcher, "baseline")).to_be_visible()
    watcher.button("Paired run").click()
    expect(lane(watcher, "baseline")).to_have_count(0)
    watcher.button("Paired run").click()
    expect(lane(watcher, "baseline")).to_be_visible()


@pytest.mark.parametrize("future", [0, 5])
def test_a_watched_future_is_the_one_that_decide_has_counted(arrive: Arrive, future: int) -> None:
    query = link(view="watch", seed=11, future=future)
    linked = read_query(query)
    comparison = next(answers(Question(linked.plan, linked.seed))).comparison
    visitor = arrive(query)
    expect(visitor.page.locator(".token").first).to_be_visible()
    jump(visitor, HORIZON_DAYS)
    for name, runs in (("plan", comparison.plan), ("baseline", comparison.baseline)):
        npv = float(runs.summaries()["npv"].iloc[future])
        assert formats.money(npv) in figures(visitor, name, HORIZON_DAYS)


def test_another_future_is_chosen_and_shared(watcher: Visitor) -> None:
    watcher.button("Future 0").click()
    watcher.page.get_by_label("Number of the future").fill("12")
    watcher.page.get_by_label("Number of the future").press("Enter")
    expect(watcher.button("Future 12")).to_be_visible()
    watcher.page.wait_for_url("**future=12**")
    watcher.page.reload()
    expect(watcher.button("Future 12")).to_be_visible()


def test_a_plan_changed_meanwhile_is_watched_on_demand(watcher: Visitor) -> None:
    jump(watcher, 30)
    watcher.show("Decide")
    watcher.press("capabilities.automation.maximum", "Home")
    watcher.show("Watch")
    expect_day(watcher, 30)
    watcher.button("Start again").click()
    expect_day(watcher, 0)
    expect(watcher.page.locator(".notice.changed")).to_have_count(0)
