from __future__ import annotations

import threading
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from modelops_abm.experiments import (
    Comparison,
    compare,
    comparisons,
    estimate,
    side_by_side,
    sides_by_side,
)
from modelops_abm.experiments.statistics import FEWEST, LOOKS, is_known
from modelops_abm.runs import Cancelled, replicate
from modelops_abm.scenario import Scenario, baseline_of, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 150, "portfolio.initial_models": 4, "portfolio.initial_ideas": 3}
DAILY = ("npv", "availability")


def small(**levels: float) -> Scenario:
    values = {f"capabilities.{name}.maximum": level for name, level in levels.items()}
    return with_values(preset("reference"), {**SMALL, **values}, source="test")


FOUR = {
    "today": small(),
    "monitoring": small(monitoring=1.0),
    "rollback": small(rollback=1.0),
    "both": small(monitoring=1.0, rollback=1.0),
}


def assert_same(one: Comparison, other: Comparison) -> None:
    pd.testing.assert_frame_equal(one.plan.totals, other.plan.totals, check_exact=True)
    pd.testing.assert_frame_equal(one.baseline.totals, other.baseline.totals, check_exact=True)
    assert one.finance.payback_days.tolist() == other.finance.payback_days.tolist()
    for name in one.bands:
        for mine, theirs in (
            (one.bands, other.bands),
            (one.plan.bands, other.plan.bands),
            (one.baseline.bands, other.baseline.bands),
        ):
            pd.testing.assert_frame_equal(mine[name], theirs[name], check_exact=True)


# Look by look


def test_each_look_is_the_comparison_of_as_many_replications() -> None:
    """Whatever the blocks in which they come in: 13 and 30 are not multiples of a block."""
    plan, looks = small(rollback=1.0), (5, 13, 30)
    seen = list(comparisons(plan, looks, seed=2, daily=DAILY, period_days=7))
    assert tuple(comparison.replications for comparison in seen) == looks
    for comparison, look in zip(seen, looks, strict=True):
        assert_same(comparison, compare(plan, look, seed=2, daily=DAILY, period_days=7))


def test_looks_end_at_the_precision_wished() -> None:
    plan = small(rollback=1.0)
    whole = compare(plan, LOOKS[-1]).difference("npv").values
    widths = {look: estimate(whole[:look]).half_width or 0.0 for look in LOOKS}
    for wanted in (1.01 * widths[16], 1.01 * widths[200], 1.0):
        expected = next(
            look for look in LOOKS if look == LOOKS[-1] or is_known(whole[:look], wanted)
        )
        seen = [each.replications for each in comparisons(plan, half_width=wanted)]
        assert seen == [look for look in LOOKS if look <= expected]
        assert compare(plan, LOOKS[-1], half_width=wanted).replications == expected
    assert compare(plan, LOOKS[-1], half_width=1.01 * widths[16]).replications == FEWEST


def test_progress_reaches_the_last_look() -> None:
    seen: list[tuple[int, int]] = []
    for comparison in comparisons(
        small(), (5, 20), progress=lambda done, total: seen.append((done, total))
    ):
        assert seen[-1] == (comparison.replications, 20)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_looking_can_be_cancelled_and_given_up() -> None:
    cancel = threading.Event()
    looking = comparisons(small(), (5, 1000), cancel=cancel)
    assert next(looking).replications == 5
    cancel.set()
    with pytest.raises(Cancelled):
        next(looking)
    given_up = comparisons(small(), (5, 1000))
    next(given_up)
    given_up.close()


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="grow from 1 on"):
        next(comparisons(small(), (20, 10)))
    with pytest.raises(ValueError, match="not a daily outcome"):
        compare(small(), 2, daily=("nvp",))
    with pytest.raises(ValueError, match="period_days"):
        compare(small(), 2, daily=DAILY, period_days=0)
    with pytest.raises(ValueError, match="a scenario 'now'"):
        side_by_side(FOUR, 2, baseline="now")
    longer = with_values(small(), {"horizon_days": 151}, source="test")
    with pytest.raises(ValueError, match="baseline 151, plan 150"):
        compare(small(), 2, baseline=longer)
    with pytest.raises(ValueError, match="others to compare with it"):
        side_by_side({"today": small()}, 2, baseline="today")


# Side by side


def test_several_plans_are_compared_as_each_alone() -> None:
    together = side_by_side(FOUR, 12, baseline="today", seed=3, daily=DAILY, period_days=30)
    assert together.replications == 12
    assert list(together.comparisons) == ["monitoring", "rollback", "both"]
    assert list(together.ensembles) == list(FOUR)
    for name, comparison in together.comparisons.items():
        alone = compare(FOUR[name], 12, baseline=FOUR["today"], seed=3, daily=DAILY, period_days=30)
        assert_same(comparison, alone)


def test_the_baseline_need_not_come_first() -> None:
    turned = dict(reversed(FOUR.items()))
    one = side_by_side(FOUR, 4, baseline="rollback")
    other = side_by_side(turned, 4, baseline="rollback")
    assert set(one.comparisons) == {"today", "monitoring", "both"}
    for name, comparison in one.comparisons.items():
        assert_same(comparison, other.comparisons[name])


def test_any_two_can_be_set_against_each_other() -> None:
    together = side_by_side(FOUR, 30, baseline="today")
    npv = {name: replicate(scenario, 30).summaries()["npv"] for name, scenario in FOUR.items()}
    for one, other in combinations(FOUR, 2):
        values = (npv[one] - npv[other]).to_numpy()
        difference = together.difference("npv", one, other)
        np.testing.assert_array_equal(difference.values, values)
        assert difference.higher.count == (values > 0.0).sum()
        assert difference.futures == pytest.approx(np.quantile(values, [0.025, 0.975]))


def test_the_table_has_a_row_for_each_scenario() -> None:
    together = side_by_side(FOUR, 30, baseline="today")
    table = together.table("availability")
    assert list(table.index) == list(FOUR)
    for name, row in table.iterrows():
        own = estimate(together.ensembles[str(name)].summaries()["availability"].to_numpy())
        assert (row["mean"], row["half_width"]) == (own.mean, own.half_width)
    assert table.loc["today"].drop(["mean", "half_width"]).isna().all()
    difference = together.comparisons["both"].difference("availability")
    row = table.loc["both"]
    assert (row["difference"], row["n"]) == (difference.estimate.mean, 30)
    assert (row["beats"], row["beats_low"]) == (difference.higher.share, difference.higher.low)
    with pytest.raises(KeyError):
        together.table("nvp")


def test_all_plans_must_be_known_as_well_as_wanted() -> None:
    looks = (FEWEST, 2 * FEWEST, 4 * FEWEST)
    whole = side_by_side(FOUR, looks[-1], baseline="today")
    widths = {
        name: estimate(each.difference("npv").values[:FEWEST]).half_width or 0.0
        for name, each in whole.comparisons.items()
    }
    narrow, wide = min(widths.values()), max(widths.values())
    seen = list(sides_by_side(FOUR, looks, baseline="today", half_width=1.01 * wide))
    assert [each.replications for each in seen] == [FEWEST]
    seen = list(sides_by_side(FOUR, looks, baseline="today", half_width=1.01 * narrow))
    assert seen[-1].replications > FEWEST


# What a comparison holds


def test_leakage_adds_up_to_the_ideal_value() -> None:
    comparison = compare(small(rollback=1.0, automation=1.0), 6)
    leakage = comparison.leakage()
    assert leakage.index[0] == "ideal_value"
    assert leakage.index[-1] == "value"
    for column in ("plan", "baseline", "difference"):
        parts = leakage[column].iloc[1:].sum()
        assert parts == pytest.approx(leakage.loc["ideal_value", column], rel=1e-9)


def test_the_range_of_futures_is_not_the_interval_of_the_mean() -> None:
    # Automation changes every future, and so the mean's distribution is nearly normal.
    difference = compare(small(automation=1.0), 100).difference("npv")
    assert difference.futures is not None
    low, high = difference.futures
    assert difference.estimate.low is not None
    assert difference.estimate.high is not None
    assert low < difference.estimate.low < difference.estimate.high < high
    assert difference.bootstrap is not None
    assert difference.bootstrap == pytest.approx(
        (difference.estimate.low, difference.estimate.high), rel=0.1
    )


def test_an_outcome_that_exists_nowhere_has_neither_mean_nor_range() -> None:
    """Nothing goes live in ten days, so there is no time from idea to production."""
    plan = with_values(
        small(rollback=1.0),
        {"horizon_days": 10, "portfolio.initial_builds": 0},
        source="test",
    )
    difference = compare(plan, 3).difference("idea_to_production_days")
    assert (difference.estimate.n, difference.estimate.mean) == (0, None)
    assert (difference.bootstrap, difference.futures) == (None, None)
    assert difference.verdict == "cannot tell yet"
    assert baseline_of(plan).horizon_days == 10
