"""Draws of what is known of a scenario: which, whose, how sizes go together, and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelops_abm.clients import illustrative_portfolio
from modelops_abm.experiments.draws import Draws, draws_of, joint_draws, known_of
from modelops_abm.scenario import Distribution, InputError, Scenario, catalogue, with_values
from modelops_abm.scenario.columns import takes
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.knowledge import Spread, Weights
from modelops_abm.scenario.sources import LABELS, with_range

COUNT = 4000
REFERENCE = Scenario()


@pytest.fixture(scope="module")
def many() -> Draws:
    return draws_of(REFERENCE, COUNT)


def test_everything_is_drawn_or_left_out_for_a_reason() -> None:
    known, left_out = known_of(REFERENCE)
    assert sorted([*known, *left_out]) == sorted(
        each.name for each in catalogue() if each.name not in LABELS
    )
    assert all(left_out.values())
    assert "team.developers" in known
    assert left_out["horizon_days"] == "the plan decides on it"
    assert left_out["team.productivity"].startswith("fixed: the unit")


def test_the_default_is_the_median_and_the_range_holds_nine_of_ten(many: Draws) -> None:
    """Shares of 4000 draws, within five standard errors; sizes apart, which move with others."""
    for name, known in known_of(REFERENCE)[0].items():
        if not isinstance(known, Spread) or known.in_proportion_to:
            continue
        value, column = value_at(REFERENCE, name), many.columns[name]
        value = value.mean if isinstance(value, Distribution) else value
        for end, expected in ((known.low, 0.05), (value, 0.5), (known.high, 0.95)):
            slack = 5.0 * np.sqrt(expected * (1.0 - expected) / COUNT)
            close = 1e-9 * abs(end)
            assert (column < end - close).mean() <= expected + slack, name
            assert (column <= end + close).mean() >= expected - slack, name


def test_switches_come_by_their_weights(many: Draws) -> None:
    for name, known in known_of(REFERENCE)[0].items():
        if isinstance(known, Weights):
            total = sum(weight for _, weight in known.values)
            for value, weight in known.values:
                share = weight / total
                slack = 5.0 * np.sqrt(share * (1.0 - share) / COUNT)
                assert abs((many.columns[name] == value).mean() - share) < slack


def test_names_are_independent(many: Draws) -> None:
    names = ["team.focus", "drift.severity", "usage.neutral_power", "model.market_size"]
    ranks = many.table()[names].rank().corr().to_numpy()
    assert np.abs(ranks - np.eye(4)).max() < 5.0 / np.sqrt(COUNT)


def test_sizes_move_together(many: Draws) -> None:
    """People by model, value by developer: what is known of these, whatever the size."""
    table = many.table()
    developers, models = table["team.developers"], table["portfolio.initial_models"]
    large = models >= 24  # where whole numbers are fine enough
    by_model = (models / developers)[large]
    assert 1.3 < by_model.quantile(0.05) < by_model.quantile(0.95) < 6.6
    use = table["model.market_size"] * table["model.predictions_per_user_day"]
    by_developer = table["model.value_per_prediction"] * use * models / developers
    reference = 0.5 * 500.0 * 4.0 * 24 / 8
    assert by_developer.median() / reference == pytest.approx(1.0, abs=0.1)
    assert by_developer.quantile(0.95) / reference == pytest.approx(4.0, rel=0.2)


def test_what_is_stated_is_not_drawn_and_its_size_stays() -> None:
    ours = with_values(REFERENCE, {"team.developers": 20, "drift.severity": 0.25}, source="ours")
    found = draws_of(ours, 50)
    assert {"team.developers", "drift.severity"}.isdisjoint(found.columns)
    assert found.left_out["drift.severity"] == "given: ours"
    ranged = with_range(ours, "team.developers", low=15.0, high=30.0, source="ours")
    assert {*draws_of(ranged, 50).columns["team.developers"].tolist()} <= {*range(5, 80)}


def test_a_portfolio_leaves_its_team_of_a_size() -> None:
    given = with_values(REFERENCE, {"imported": illustrative_portfolio()}, source="a client")
    found = draws_of(given, 200)
    assert "portfolio.initial_models" not in found.columns
    assert found.columns["team.developers"].min() >= 2
    assert found.columns["team.developers"].max() <= 32


def test_draws_are_frozen_and_become_scenarios() -> None:
    found = draws_of(REFERENCE, 3, seed=5)
    with pytest.raises(ValueError, match="read-only"):
        found.columns["team.focus"][0] = 1.0
    scenarios = found.scenarios()
    assert len(scenarios) == len(found) == 3
    for scenario, point in zip(scenarios, found.points, strict=True):
        for name, drawn in point.items():
            value = value_at(scenario, name)
            assert (value.mean if isinstance(value, Distribution) else value) == drawn
            was = value_at(REFERENCE, name)
            assert not isinstance(was, Distribution) or value.family == was.family
    assert found.table().index.tolist() == [0, 1, 2]


def test_delays_that_a_scenario_would_refuse_are_kept_apart() -> None:
    name = "capabilities.monitoring.delay_with_days"
    wide = with_range(REFERENCE, name, low=0.5, high=300.0, source="nobody knows")
    found = draws_of(wide, 300, names=[name])
    assert found.columns[name].max() == 30.0
    found.scenarios()


def test_rows_of_a_table_stay_together() -> None:
    table = pd.DataFrame({"team.developers": [4, 8, 40], "team.preemption": ["none"] * 3})
    found = joint_draws(REFERENCE, table, 2000, weights=np.array([1.0, 0.0, 3.0]))
    developers = found.columns["team.developers"]
    assert {*developers.tolist()} == {4, 40}
    assert abs((developers == 40).mean() - 0.75) < 5.0 * 0.0097
    assert found.scenarios()[0].team.preemption == "none"
    later = joint_draws(REFERENCE, table, 5, weights=np.array([1.0, 0.0, 3.0]), first=7)
    assert later.columns["team.developers"].tolist() == developers[7:12].tolist()


def test_words_of_a_table_are_a_column_as_the_kernel_takes_it() -> None:
    """Or a scenario would be built for every row, which takes longer than running it."""
    found = draws_of(REFERENCE, 8)
    assert any(column.dtype.kind == "U" for column in found.columns.values())
    assert takes(REFERENCE, joint_draws(REFERENCE, found.table(), 4).columns)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"count": 0}, "1 to 1,000,000 draws, not 0"),
        ({"count": 1, "names": ["team.focos"]}, "did you mean team.focus"),
        ({"count": 1, "names": ["horizon_days"]}, r"is not uncertain \(the plan decides"),
        ({"count": 1, "names": []}, "nothing is uncertain"),
    ],
)
def test_what_cannot_be_drawn(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        draws_of(REFERENCE, **arguments)


@pytest.mark.parametrize(
    ("table", "weights", "words"),
    [
        ({"team.focos": [1.0]}, None, "did you mean team.focus"),
        ({"team.focus": []}, None, "no row"),
        ({"team.focus": [0.5]}, [0.0], "not all 0"),
        ({"team.focus": [0.5]}, [1.0, 1.0], "for each row"),
        ({"team.focus": [0.5, 0.6]}, [1.0, -1.0], "0 or more"),
    ],
)
def test_what_is_no_table_to_draw_from(table: Any, weights: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        joint_draws(REFERENCE, pd.DataFrame(table), 3, weights=weights)


def test_a_draw_whose_values_do_not_go_together_is_named() -> None:
    table = pd.DataFrame({"team.focus": [3.0]})
    with pytest.raises(InputError, match="this is draw 0"):
        joint_draws(REFERENCE, table, 1).scenarios()
