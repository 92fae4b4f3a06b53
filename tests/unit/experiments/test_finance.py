from __future__ import annotations

import math

import numpy as np
import pytest

from modelops_abm.experiments import Comparison, compare
from modelops_abm.experiments.finance import finance, payback_days
from modelops_abm.experiments.words import return_in_words
from modelops_abm.formats import MINUS, NOTHING
from modelops_abm.runs import Engine
from tests.verification.organisations import quiet

IDLE_DEVELOPER = {
    "portfolio.initial_models": 0,
    "portfolio.initial_ideas": 0,
    "portfolio.ideas_per_year": 0.0,
    "team.developers": 1,
    "team.focus": 0.5,
    "team.payroll_per_year": 36_500.0,
    "horizon_days": 120,
    "capabilities.rollback.maximum": 1.0,
    "capabilities.rollback.effort_days": 25.0,
    "capabilities.rollback.effort_per_model_days": 0.0,
    "capabilities.rollback.capital_cost": 1_600.0,
    "capabilities.rollback.capital_per_model": 0.0,
    "capabilities.rollback.upkeep_per_year": 0.0,
    "capabilities.rollback.upkeep_per_model_year": 0.0,
}
"""Works 50 calendar days at $100 on a capability that costs $1,600 and brings nothing."""


def whole_cost_of(discount_rate: float, engine: Engine) -> Comparison:
    plan = quiet({**IDLE_DEVELOPER, "finance.discount_rate": discount_rate})
    return compare(plan, 2, engine=engine)


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_the_whole_cost_has_the_time_of_the_team(engine: Engine) -> None:
    """1,600 of capital and 50 x 100 of time: 1,600 lost of 6,600 put in."""
    comparison = whole_cost_of(0.0, engine)
    view = comparison.finance
    assert view.investment.mean == pytest.approx(1_600.0)
    assert view.whole_cost.mean == pytest.approx(6_600.0)
    # Payroll is paid in either case, and so in no difference.
    assert comparison.difference("payroll").estimate.mean == 0.0
    assert view.npv.mean == pytest.approx(-1_600.0)
    assert view.return_on_investment == pytest.approx(-1.0)
    assert view.return_on_whole_cost == pytest.approx(-1_600.0 / 6_600.0)


def test_the_time_of_a_day_is_discounted_like_its_money() -> None:
    view = whole_cost_of(0.2, "ensemble").finance
    time = sum(100.0 * 1.2 ** (-(day + 1) / 365) for day in range(50))
    assert view.whole_cost.mean - view.investment.mean == pytest.approx(time)


def test_both_returns_have_their_interval() -> None:
    generator = np.random.default_rng(5)
    npv, spent = generator.normal(30.0, 5.0, 400), generator.normal(10.0, 1.0, 400)
    view = finance(100, npv, spent, spent * 2.0, np.zeros(400))
    assert view.return_interval is not None
    assert view.return_on_whole_cost == pytest.approx(view.return_on_investment / 3.0)
    thirds = pytest.approx([end / 3.0 for end in view.return_interval])
    assert view.whole_cost_interval == thirds


def test_the_day_of_payback_is_the_first_from_which_it_stays_paid_back() -> None:
    daily = np.array(
        [
            [-2.0, 1.0, 2.0, 1.0],  # -2 -1 1 2
            [-1.0, 2.0, -3.0, 5.0],  # -1 1 -2 3
            [-1.0, 0.0, 0.0, 0.0],  # never
            [0.0, 1.0, 1.0, 1.0],  # at once
            [3.0, -1.0, -1.0, -1.0],  # ends at 0, which is paid back
        ]
    )
    assert payback_days(np.cumsum(daily, axis=1)).tolist() == [2.0, 3.0, math.inf, 0.0, 0.0]


def test_a_plan_without_investment_has_no_return() -> None:
    view = finance(100, np.array([1.0, 2.0]), *[np.zeros(2)] * 2, np.array([1.0, math.inf]))
    assert view.return_on_investment is None
    assert view.return_interval is None
    assert view.median_payback_day == math.inf
    assert (view.never.count, view.never.n) == (1, 2)


def test_a_plan_that_loses_what_is_paid_returns_that_without_an_interval() -> None:
    """No root is taken of rounding errors, as it is many times larger than they are."""
    for seed in range(40):
        paid = np.random.default_rng(seed).uniform(200.0, 800.0, 30)
        lost = (12_345.678 - paid) - 12_345.678
        view = finance(30, lost, paid, 0.0 * paid, np.full(30, math.inf))
        told = return_in_words(view.return_on_investment, view.return_interval)
        assert told == (f"{MINUS}$1.00", NOTHING)


def test_the_return_is_the_ratio_of_the_means() -> None:
    generator = np.random.default_rng(3)
    npv, spent = generator.normal(30.0, 5.0, 400), generator.normal(10.0, 1.0, 400)
    view = finance(100, npv, spent, *[np.zeros(400)] * 2)
    assert view.return_on_investment == pytest.approx(npv.mean() / spent.mean())
    assert view.return_interval is not None
    low, high = view.return_interval
    assert low < 3.0 < high
    # the delta method gives nearly the same width
    ratio = npv.mean() / spent.mean()
    error = np.std(npv - ratio * spent, ddof=1) / spent.mean() / math.sqrt(400)
    assert high - low == pytest.approx(2 * 1.966 * error, rel=0.02)


def test_the_fieller_interval_holds_the_ratio_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    held = 0
    for _ in range(1000):
        spent = generator.normal(10.0, 3.0, 30)
        gained = generator.normal(20.0, 10.0, 30) + spent
        view = finance(1, gained, spent, *[np.zeros(30)] * 2)
        assert view.return_interval is not None
        held += view.return_interval[0] <= 3.0 <= view.return_interval[1]
    assert abs(held / 1000 - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 1000)


def test_the_loss_and_the_fifth_percentile_come_from_the_replications() -> None:
    npv = np.arange(-5.0, 95.0)
    view = finance(1, npv, np.ones(100), *[np.zeros(100)] * 2)
    assert view.loss.count == 5
    assert view.fifth_percentile == pytest.approx(np.quantile(npv, 0.05))


def test_quantiles_of_payback_are_days_of_replications() -> None:
    days = np.array([30.0, math.inf, 10.0, 20.0, math.inf])
    view = finance(100, np.zeros(5), np.ones(5), np.zeros(5), days)
    shares = (0.0, 0.2, 0.39, 0.5, 0.6, 1.0)
    expected = [10.0, 20.0, 20.0, 30.0, math.inf, math.inf]
    assert [view.payback_quantile(share) for share in shares] == expected
    assert finance(100, *[np.empty(0)] * 4).payback_quantile(0.5) is None
