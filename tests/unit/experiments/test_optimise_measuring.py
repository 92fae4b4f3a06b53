from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelops_abm.experiments import (
    RoadMap,
    compare,
    expected_shortfall,
    joint_draws,
    road_map_of,
)
from modelops_abm.experiments.optimisation_results import frontier, spread_out
from modelops_abm.experiments.optimisation_search import Measured, Measuring
from modelops_abm.runs import replicate
from modelops_abm.scenario import baseline_of
from tests.unit.experiments.plans import small

PLAN = small(
    {
        "horizon_days": 500,
        "capabilities.monitoring.start_level": 0.5,
        "changes": [{"day": 400, "incidents.pipeline_per_year": 9.0}],
        "requests": [{"name": "audit", "day": 450, "deadline_days": 20.0}],
    },
    automation=0.5,
    monitoring=1,
)


def measured(gains: list[float], *years: float) -> Measured:
    spend = np.repeat(np.array(years or (0.0,))[:, None], len(gains), axis=1)
    return Measured(RoadMap((), 1), np.array(gains), spend)


def test_the_worth_is_that_of_a_comparison() -> None:
    found = Measuring(PLAN, {"seed": 4}).measure([road_map_of(PLAN)], 6)[0]
    assert np.array_equal(found.gains, compare(PLAN, 6, seed=4).difference("npv").values)


def test_spending_of_a_year_is_what_its_days_spend_beyond_doing_nothing() -> None:
    """Runs that end with the year see the same as runs that go on, over draws too."""
    more = road_map_of(PLAN)
    more = RoadMap(more.steps, more.developers + 1)
    found = Measuring(PLAN, {"seed": 4}).measure([more], 5, first=2)[0]
    days = {"daily": ("capital", "upkeep", "payroll"), "seed": 4}
    plan = PLAN.model_copy(
        update={"team": PLAN.team.model_copy(update={"developers": more.developers})}
    )
    by_future = []
    for replication in range(2, 7):
        ensembles = (
            replicate(scenario, 1, first=replication, **days)
            for scenario in (plan, baseline_of(PLAN))
        )
        one, other = (
            sum(bands["mean"].to_numpy() for bands in ensemble.bands.values())
            for ensemble in ensembles
        )
        daily = one - other
        by_future.append([daily[:365].sum(), daily[365:].sum()])
    np.testing.assert_allclose(found.spend, np.array(by_future).T, rtol=1e-9)
    alike = joint_draws(PLAN, pd.DataFrame({"team.focus": [PLAN.team.focus]}), 7)
    drawn = Measuring(PLAN, {"seed": 4, "draws": alike}).measure([more], 5, first=2)[0]
    assert np.array_equal(drawn.spend, found.spend)
    assert found.total_spend.mean == pytest.approx(found.spend.sum() / 5)
    assert found.dearest_year.mean == pytest.approx(found.spend.mean(axis=1).max())


def test_further_futures_follow() -> None:
    runs = Measuring(PLAN, {})
    road_map = road_map_of(PLAN)
    first, more = runs.measure([road_map], 3)[0], runs.measure([road_map], 4, first=3)[0]
    whole = runs.measure([road_map], 7)[0]
    assert np.array_equal(first.followed_by(more).gains, whole.gains)


def test_a_budget_holds_in_every_year() -> None:
    each = measured([1.0, 2.0], 10.0, 30.0)
    assert each.excess(25.0) == 5.0
    assert each.excess(None) == 0.0
    assert each.is_within(30.0)
    assert not each.is_within(29.9)
    unsure = Measured(RoadMap((), 1), np.zeros(3), np.array([[9.0, 10.0, 11.0]]))
    assert unsure.excess(10.5) < 0.0
    assert not unsure.is_within(10.5), "on average within, but not known to be"
    assert [unsure.fit(budget) for budget in (None, 13.0, 10.5, 9.5, 7.0)] == [
        "within",
        "within",
        "not known",
        "not known",
        "over",
    ]


def test_the_expected_shortfall_is_the_mean_of_the_worst() -> None:
    values = np.random.default_rng(0).permutation(np.arange(100.0))
    assert expected_shortfall(values).mean == pytest.approx(np.mean(range(5)))
    assert expected_shortfall(values, 1.0).mean == pytest.approx(values.mean())
    assert expected_shortfall(np.array([3.0])).mean == 3.0
    assert expected_shortfall(np.array([])).mean is None


def test_the_frontier_is_what_nothing_beats_for_the_same_money() -> None:
    points = [(5, 9), (0, 0), (3, 2), (3, 7), (4, 7), (9, 8), (1, -1)]
    efficient = frontier(points, lambda point: point[0], lambda point: point[1])
    assert efficient == [(0, 0), (3, 7), (5, 9)]


def test_a_long_frontier_is_thinned_to_its_whole_length() -> None:
    costs = [0.0, 1.0, 2.0, 3.0, 50.0, 97.0, 98.0, 100.0]
    assert spread_out(costs, lambda cost: cost, 3) == [0.0, 50.0, 100.0]
    assert spread_out(costs, lambda cost: cost, 8) == costs
    assert spread_out(costs, lambda cost: cost, 1) == [0.0]
