"""A plan over what the organisation may be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelops_abm import Scenario, preset, with_values
from modelops_abm.experiments import compare, compare_over, draws_of, joint_draws
from modelops_abm.experiments.comparison_over import repeated, unknown_share


@pytest.fixture(scope="module")
def plan() -> Scenario:
    return with_values(preset("all_five"), {"horizon_days": 200}, source="test")


def test_draws_that_are_as_set_change_no_bit(plan: Scenario) -> None:
    table = pd.DataFrame({"team.developers": [plan.team.developers]})
    found = compare_over(plan, joint_draws(plan, table, 6), seed=3)
    for at, over in ((found.at.plan, found.over.plan), (found.at.baseline, found.over.baseline)):
        np.testing.assert_array_equal(at.values, over.values)


def test_plan_and_baseline_share_draw_and_luck(plan: Scenario) -> None:
    draws = draws_of(plan, 3, seed=2, names=["team.developers", "drift.onsets_per_year"])
    found = compare_over(plan, draws, seed=5)
    assert found.over.replications == 6
    for number, scenario in enumerate(draws.scenarios()):
        alone = compare(scenario, 6, seed=5)
        for luck in (2 * number, 2 * number + 1):
            assert alone.difference("npv").values[luck] == found.over.difference("npv").values[luck]


def test_each_draw_comes_twice_in_turn(plan: Scenario) -> None:
    draws = draws_of(plan, 3, first=7, names=["team.focus"])
    twice = repeated(draws)
    assert twice.first == 0
    np.testing.assert_array_equal(
        twice.columns["team.focus"], np.repeat(draws.columns["team.focus"], 2)
    )


@pytest.mark.parametrize(("between", "within"), [(3.0, 1.0), (0.0, 1.0), (1.0, 0.5)])
def test_the_spread_is_split_as_variances_are(between: float, within: float) -> None:
    generator, draws = np.random.default_rng(1), 20_000
    own = np.repeat(between * generator.standard_normal(draws), 2)
    found = unknown_share(own + within * generator.standard_normal(2 * draws))
    true = between**2 / (between**2 + within**2)
    assert found is not None
    # The correlation of pairs has an error of (1 - true^2) / sqrt(draws).
    assert abs(found - true) < 5.0 * (1.0 - true**2) / np.sqrt(draws) + 1e-12


def test_it_says_both_answers_and_what_the_spread_is_of(plan: Scenario) -> None:
    found = compare_over(plan, draws_of(plan, 10))
    words = found.sentence()
    assert "As set: " in words
    assert "Over what the organisation may be it pays in" in words
    assert "is what nobody knows, and" in words
    assert found.tables()[0].rows[1].cells[0] == "Over what it may be"
    document = found.to_json()
    assert document["pays"]["n"] == 20
    assert 0.0 <= document["unknown_share"] <= 1.0
    assert document["nine_of_ten"][0] < document["nine_of_ten"][1]


def test_the_interval_of_the_average_counts_each_draw_once(plan: Scenario) -> None:
    found = compare_over(plan, draws_of(plan, 10))
    means = found.over.difference("npv").values.reshape(10, 2).mean(axis=1)
    assert found.average.n == 10
    assert found.average.mean == pytest.approx(means.mean())


def test_the_baseline_has_no_chance_to_tell() -> None:
    scenario = with_values(preset("reference"), {"horizon_days": 30}, source="test")
    found = compare_over(scenario, draws_of(scenario, 4))
    assert found.unknown is None
    assert "baseline" in found.sentence()
