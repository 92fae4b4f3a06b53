from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from modelops_abm.experiments import Estimate, estimate, share
from modelops_abm.experiments.statistics import bootstrap_interval, moved_with
from modelops_abm.runs.quantiles import t_quantile


def test_the_mean_and_its_interval_are_those_of_students_t() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    result = estimate(values)
    low, high = stats.t.interval(0.95, 4, loc=values.mean(), scale=stats.sem(values))
    assert result.n == 5
    assert result.mean == pytest.approx(values.mean())
    assert (result.low, result.high) == pytest.approx((low, high))


@pytest.mark.parametrize("degrees", [1, 2, 10, 1000])
def test_the_factor_is_that_of_scipy(degrees: int) -> None:
    assert t_quantile(degrees) == pytest.approx(stats.t.ppf(0.975, degrees))


def test_what_does_not_exist_is_left_out_and_counted() -> None:
    result = estimate(np.array([1.0, np.nan, 3.0]))
    assert (result.n, result.mean) == (2, 2.0)
    assert estimate(np.array([np.nan])).mean is None
    assert estimate(np.array([2.0])).half_width is None


def test_the_replications_needed_reach_the_half_width() -> None:
    result = estimate(np.random.default_rng(0).normal(0.0, 10.0, 50))
    assert result.standard_deviation is not None
    n = result.replications_for(1.0)
    assert n is not None

    def half_width(size: int) -> float:
        assert result.standard_deviation is not None
        return t_quantile(size - 1) * result.standard_deviation / math.sqrt(size)

    assert half_width(n) <= 1.0 < half_width(n - 1)
    with pytest.raises(ValueError, match="above 0"):
        result.replications_for(0.0)


@pytest.mark.parametrize("ratio", [0.1, 0.5, 1.0, 1.33, 2.0, 3.1, 9.7])
def test_the_replications_told_are_the_fewest(ratio: float) -> None:
    n = Estimate(9, 0.0, ratio, None).replications_for(1.0)
    enough = [size for size in range(2, 500) if t_quantile(size - 1) * ratio / size**0.5 <= 1.0]
    assert n == enough[0]


def test_all_and_none_reach_the_ends_exactly() -> None:
    assert [share(count, 64).low == 0.0 for count in (0, 1, 64)] == [True, False, False]
    assert [share(count, 64).high == 1.0 for count in (0, 63, 64)] == [False, False, True]


@pytest.mark.parametrize("count", [0, 1, 9, 399, 400])
def test_the_share_is_wilsons(count: int) -> None:
    result = share(count, 400)
    expected = stats.binomtest(count, 400).proportion_ci(method="wilson")
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))
    assert share(0, 0).low == 0.0


def test_the_bootstrap_agrees_with_scipys() -> None:
    values = np.random.default_rng(1).exponential(1.0, 60)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    low, high = bootstrap_interval(values, resamples=10_000)
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert bootstrap_interval(np.array([2.0, 2.0, 2.0])) == (2.0, 2.0)
    with pytest.raises(ValueError, match="two values"):
        bootstrap_interval(np.array([1.0]))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % of 2,000 intervals, within 4 standard errors of a binomial share."""
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        result = estimate(generator.normal(3.0, 2.0, 20))
        assert result.low is not None
        assert result.high is not None
        held += result.low <= 3.0 <= result.high
    assert abs(held / 2000 - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / 2000)


def test_what_is_moved_with_a_control_keeps_its_spread() -> None:
    """So intervals are those of the replications at hand: never narrower than these allow."""
    control, noise = np.random.default_rng(0).standard_normal((2, 50))
    values = np.array([control, 3.0 * control + noise, noise])
    moved = moved_with(values, control, 0.5)
    assert moved[0].mean() == pytest.approx(0.5)
    assert moved[1] == pytest.approx(3.0 * moved[0] + moved[2])
    for before, after in zip(values, moved, strict=True):
        assert estimate(after).half_width == pytest.approx(estimate(before).half_width)


def test_nothing_is_moved_along_rounding_or_a_single_future() -> None:
    values = np.array([[5.0, -9.0, 2.0]])
    control = np.array([0.3, 0.1 + 0.2, 0.3])
    assert np.ptp(control) > 0.0
    assert moved_with(values, control, 0.4).tolist() == values.tolist()
    assert moved_with(values[:, :1], control[:1], 0.4).tolist() == [[5.0]]
