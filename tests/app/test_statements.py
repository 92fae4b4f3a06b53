"""What is said of a plan in many places holds, and does not contradict itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modelops_abm import formats, with_values
from modelops_abm.app.decide import credit_card, organisations_card, sentences, tray_card
from modelops_abm.app.decide.figures import figures
from modelops_abm.app.decide.organisations_card import DOTS, dots_of, organisations
from modelops_abm.app.decide.sentences import headline, second_line
from modelops_abm.app.decide.tray_card import Item
from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS, Answer, credit_told
from modelops_abm.app.state.estimation import CreditSoFar
from modelops_abm.app.state.plan import Plan
from modelops_abm.charts.comparison import net_value
from modelops_abm.experiments import Comparison, compare, draws_of, stream_single_changes
from modelops_abm.experiments.credit_levels import best_single_change, single_changes
from modelops_abm.experiments.plans import raised
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario
from tests.app.comparisons import answer_of, made_comparison, quick_plan
from tests.app.test_numbers_agree import plain

START = "capabilities.rollback.start_day"


def starting(day: float) -> Scenario:
    return with_values(quick_plan(rollback=1.0), {START: day}, source="test")


def over_draws(plan: Scenario, futures: int = 20) -> Comparison:
    draws = draws_of(plan, futures)
    return compare(plan, futures, draws=draws, daily=BANDS, period_days=PERIOD_DAYS)


@pytest.fixture(scope="module")
def after_the_end() -> Comparison:
    """Return a plan of which no work begins within its time."""
    return over_draws(starting(500.0))


@pytest.fixture(scope="module")
def mixed() -> Comparison:
    """Return a plan that loses in some futures, earns in others and changes nothing in the rest."""
    return made_comparison([-2e5, -1e5, 0.0, 0.0, 3e5], paybacks=[np.inf, np.inf, 0.0, 0.0, 120.0])


def second(answer: Answer) -> str:
    credit = credit_told(answer) if raised(answer.plan.scenario) else None
    return "".join(word.text for word in second_line(answer, credit)).strip()


def test_a_plan_that_begins_after_the_end_changes_nothing_and_says_so(
    after_the_end: Comparison,
) -> None:
    assert after_the_end.over is not None
    as_set = after_the_end.over.as_set
    assert as_set.is_worth_nothing
    assert as_set.paid_back.paid == 0
    answer = answer_of(as_set)
    late = "No work on it begins within 400 days."
    assert headline(as_set).text.startswith("This plan is worth $0 over 400 days")
    assert second(answer).startswith(late)
    assert "0.0 to" not in second(answer)
    both = replace(answer, over=after_the_end)
    every = formats.count_of(20, 20)
    assert f"it ends as the baseline does in {every} org" in headline(as_set, after_the_end).text
    assert second(both).startswith(late)
    payback, loss = figures(as_set, after_the_end)[-2:]
    assert (payback.value, payback.range) == (formats.NOTHING, "nothing to pay back")
    assert loss.value == "0 of 20"
    assert "changes nothing" in net_value(as_set).finding
    shown = credit_card.shares_of(credit_told(answer), as_set)
    assert credit_card.finding(shown) == "Dropping rollback makes no difference."
    row = plain(str(credit_card.rows(shown)))
    assert "0 nothing" in row
    assert "0.0000" not in row
    dots = plain(str(organisations(as_set, after_the_end)))
    assert f"0 lose {DOTS} as the baseline 0 earn" in dots


def test_futures_without_any_difference_neither_lose_nor_earn_nor_pay_back(
    mixed: Comparison,
) -> None:
    assert (mixed.finance.loss.count, mixed.chance.count) == (2, 1)
    paid = mixed.paid_back
    assert (paid.paid, paid.same, paid.futures) == (1, 2, 5)
    assert paid.day == np.inf, "two of the three in which it changes anything never pay back"
    assert "Pays back in 1 of 5 futures within 400 days; 2 end as the baseline does." in second(
        answer_of(mixed)
    )
    assert mixed.payback().endswith("; 2 end as the baseline does.")
    found = dots_of(mixed, 1e6)
    assert (found.losing, found.same, found.earning) == (40, 40, 20)
    (payback,) = (figure for figure in figures(mixed) if figure.name == "payback")
    assert (payback.value, payback.range) == ("never", "in 2 of 5")


@pytest.mark.parametrize(
    ("worths", "counts"),
    [
        ([-1.0] * 3, (100, 0, 0)),
        ([0.0] * 3, (0, 100, 0)),
        ([1.0] * 3, (0, 0, 100)),
        ([0.0] * 300 + [-1.0], (1, 99, 0)),
        ([0.0] + [1.0] * 300, (0, 1, 99)),
    ],
)
def test_of_a_hundred_dots_each_kind_is_there_that_is_among_the_futures(
    worths: list[float], counts: tuple[int, int, int]
) -> None:
    found = dots_of(made_comparison([1e5 * worth for worth in worths]), 1e6)
    assert (found.losing, found.same, found.earning) == counts
    assert len(found.values) == DOTS
    text = str(organisations_card.dots(found))
    for kind, count in zip(("lose", "same", "earn"), counts, strict=True):
        assert text.count(f'class="{kind}"') == count


@pytest.mark.parametrize("is_over", [False, True])
def test_a_plan_that_comes_too_late_loses_what_it_costs_in_a_unit_of_its_size(
    is_over: bool,
) -> None:
    found = over_draws(starting(392.0))
    assert found.over is not None
    as_set = found.over.as_set
    assert as_set.paid_back.paid == as_set.chance.count
    answer = answer_of(as_set)
    text = headline(as_set, found if is_over else None).text
    assert "$0.0" not in text
    assert text.startswith("This plan loses $")
    tray = plain(str(tray_card.scenarios([Item("This plan", as_set)], tray_card.money_of(as_set))))
    assert "0.000" not in f"{tray} {second(answer)} {text}"
    levels, figure = text.split("$")[1], figures(as_set)[0]
    number = levels.split(" over")[0].split(formats.NARROW_SPACE)[0]
    assert number in figure.change
    assert number in tray


def test_the_baseline_says_what_to_begin_with() -> None:
    plan = quick_plan()
    assert {change.level for change in single_changes(plan)} == {0.25, 0.5, 0.75, 1.0}
    assert len(single_changes(plan)) == 4 * len(CAPABILITY_NAMES)
    answer = answer_of(made_comparison(np.zeros(20), plan=plan))
    both = replace(answer, over=answer.comparison)
    assert sentences.progress(both, is_superseded=False).precision == ""
    asked = sentences.asked_of(answer)
    assert asked is not None
    assert asked.may_be_better
    (changes,) = stream_single_changes(plan, (12,), seed=0)
    gain = np.zeros_like(changes.npv)
    gain[5] = 4e5 + 1e3 * np.arange(12)
    made = replace(changes, npv=changes.npv[0] + gain)
    advice = best_single_change(made)
    assert advice.startswith("The best single change is ")
    assert "The plan is then" not in advice, "of a baseline it is the same number once more"
    words = "".join(word.text for word in second_line(answer, None, advice))
    assert words.startswith("It brings $")
    assert words.endswith(advice)
    over = replace(answer, over=answer.comparison)
    assert "".join(word.text for word in second_line(over, None)).startswith("As set it brings $")


def test_what_cannot_be_told_has_the_unit_of_the_figures_beside_it() -> None:
    luck = np.random.default_rng(0).normal(0.0, 8e5, 40)
    found = made_comparison(luck - luck.mean() + 1e4)
    text = headline(found).text
    assert f"{formats.NARROW_SPACE}M on average" in text
    assert f"{formats.NARROW_SPACE}k" not in text


def test_the_kept_baseline_and_a_plan_like_it_say_so_in_the_tray() -> None:
    nothing = made_comparison([0.0, 0.0])
    baseline = made_comparison([0.0, 0.0], plan=quick_plan())
    for comparison, words in ((nothing, "ends as the baseline does"), (baseline, "the baseline")):
        items = [Item("This plan", comparison)]
        text = plain(str(tray_card.scenarios(items, tray_card.money_of_items(items))))
        assert f"This plan 0 {words}" in text
        assert "0.0" not in text


def test_a_capability_without_effect_is_told_and_not_unknown() -> None:
    """In every future it is the same with it as without: that is told."""
    plan = Plan("test", quick_plan(automation=0.5, rollback=1.0))
    found = compare(plan.scenario, 6, daily=BANDS, period_days=PERIOD_DAYS)
    answer = answer_of(found)
    credit = credit_told(answer)
    worths = np.tile(found.plan.outcome("npv"), (4, 1))
    worths[[0, 2]] = found.baseline.outcome("npv")
    same = replace(credit, worths={"npv": worths}, questions=("dropped", "share", "alone"))
    known = credit_card.known_credit(answer, CreditSoFar(answer.plan, same))
    assert known is not None
    for question in known.questions:
        shown = credit_card.shares_of(known, found, question)
        assert "ollback" in credit_card.finding(shown)
        assert "makes no difference" in credit_card.finding(shown)
    worths[[1, 3]] = found.baseline.outcome("npv") + 4e5
    earning = replace(same, worths={"npv": worths})
    words = "".join(word.text for word in second_line(answer, earning))
    assert words.endswith("Rollback makes no difference.")
