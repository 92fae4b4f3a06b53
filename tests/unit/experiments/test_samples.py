from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.core import outcomes
from modelops_abm.experiments.running import outcome_of, sampled
from modelops_abm.runs import replicate
from modelops_abm.scenario import baseline_of
from tests.unit.experiments.plans import small

PLAN = small({"portfolio.initial_builds": 1, "horizon_days": 60}, rollback=1.0)
"""So small that some outcomes do not exist in some replications."""


def test_every_outcome_is_that_of_the_summary_to_the_bit() -> None:
    ensemble = replicate(PLAN, 20)
    totals = ensemble.totals.to_numpy()
    summaries = ensemble.summaries()
    for outcome in outcomes.SUMMARY:
        expected = summaries[outcome.name].to_numpy()
        assert np.array_equal(outcome_of(outcome.name, totals), expected, equal_nan=True)
    assert np.isnan(outcome_of("idea_to_production_days", totals)).any()


def test_what_is_no_outcome_of_the_summary_is_a_total() -> None:
    totals = replicate(PLAN, 5).totals
    for name in ("restorations", "developer_days_build"):
        assert np.array_equal(outcome_of(name, totals.to_numpy()), totals[name].to_numpy())


def test_all_scenarios_meet_the_same_replications() -> None:
    scenarios = [PLAN, baseline_of(PLAN)]
    (found,) = sampled(scenarios, (9,), ("npv",), seed=4)
    for scenario, values in zip(scenarios, found["npv"], strict=True):
        expected = replicate(scenario, 9, seed=4).summaries()["npv"].to_numpy()
        assert np.array_equal(values, expected)


def test_nothing_else_is_kept() -> None:
    (found,) = sampled([PLAN], (4,), ("npv", "availability"))
    assert set(found) == {"npv", "availability"}


@pytest.mark.parametrize("looks", [(), (0,), (5, 5), (9, 3)])
def test_looks_that_do_not_grow_are_refused(looks: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="grow"):
        next(sampled([PLAN], looks, ("npv",)))
