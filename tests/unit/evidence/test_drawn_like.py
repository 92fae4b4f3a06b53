"""Organisations like a plan's: its size and what it states, and for the rest as published."""

from __future__ import annotations

import numpy as np

from modelops_abm.evidence.default import default_belief, drawn_like
from modelops_abm.scenario import Scenario, with_values

MODELS, TEAM, IDEAS = "portfolio.initial_models", "team.developers", "portfolio.initial_ideas"
COUNT = 400


def test_what_a_plan_states_is_held_and_its_size() -> None:
    plan = with_values(Scenario(), {"team.focus": 0.7, "horizon_days": 90}, source="test")
    drawn = drawn_like(plan, COUNT)
    assert not {"team.focus", MODELS, TEAM} & {*drawn.columns}
    assert drawn.scenario is plan
    assert len(drawn.columns) > 80
    drawn.check(plan)


def test_what_goes_by_size_goes_by_that_of_the_plan() -> None:
    """Ideas for each model are as in the belief, row by row."""
    plan = with_values(Scenario(), {MODELS: 1_000}, source="test")
    belief = default_belief()
    models = belief.draws.columns.get(MODELS, belief.scenario.portfolio.initial_models)
    rows = {**belief.draws.columns, MODELS: models}
    drawn = drawn_like(plan, COUNT)
    ratios = rows[IDEAS] / rows[MODELS]
    found = drawn.columns[IDEAS] / 1_000.0
    # Whole numbers, within a rounding and within what a scenario takes.
    assert all(np.abs(ratios - each).min() < 2e-3 or each >= 5.0 for each in found)
    if TEAM in rows:
        people = drawn.columns[TEAM] / 1_000.0
        assert abs(np.median(people) / np.median(rows[TEAM] / rows[MODELS]) - 1.0) < 0.15


def test_a_range_of_its_own_is_drawn() -> None:
    plan = with_values(Scenario(), {"team.focus": 0.5}, source="test")
    own = plan.model_copy(
        update={
            "sources": tuple(
                each.model_copy(update={"low": 0.45, "high": 0.55})
                if each.name == "team.focus"
                else each
                for each in plan.sources
            )
        }
    )
    drawn = drawn_like(own, COUNT).columns["team.focus"]
    assert abs(float(np.median(drawn)) - 0.5) < 0.01
    assert 0.08 < float(np.subtract(*np.quantile(drawn, [0.95, 0.05]))) < 0.12


def test_draws_are_keyed() -> None:
    one, other = drawn_like(Scenario(), 20), drawn_like(Scenario(), 40)
    assert np.array_equal(one.columns[IDEAS], other.columns[IDEAS][:20])
