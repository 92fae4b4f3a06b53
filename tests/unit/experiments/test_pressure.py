"""Experiments under changes, requests and sources: all but what a plan invests is paired."""

from __future__ import annotations

from typing import Any

import numpy as np

from modelops_abm.experiments import (
    Decisions,
    Sweep,
    credit,
    grid,
    optimise,
    run_sweep,
    with_road_map,
)
from modelops_abm.experiments.credit_shares import combinations
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.running import outcome_of, totals_of
from modelops_abm.runs import replicate, simulate
from modelops_abm.scenario import Scenario, baseline_of, is_baseline, with_values
from modelops_abm.scenario.scenario import timeline
from tests.unit.experiments.plans import small

PRESSURE: dict[str, Any] = {
    "changes": [
        {"day": 40, "team.developers": 5, "capabilities.rollback.maximum": 1.0},
        {"day": 80, "usage.demand_factor": 2.0},
        {"day": 120, "capabilities.automation.maximum": 0.5},
    ],
    "requests": [
        {"name": "audit", "per_year": 6.0, "deadline_days": 9.0},
        {"name": "letter", "day": 90, "deadline_days": 20.0, "effort": 2.0},
    ],
    "incidents.shared_sources": 2,
    "incidents.shared_per_year": 9.0,
}
PLAN = small(PRESSURE, automation=1.0)
HAPPENS = ("requests_received", "source_failures", "npv")


def pressed(plan: Scenario) -> None:
    """Check that all that is no investment is as in the plan."""
    assert plan.requests == PLAN.requests
    assert plan.incidents == PLAN.incidents
    others = [
        (day, {name: each for name, each in values.items() if "capabilities" not in name})
        for day, _, values in timeline(plan)
    ]
    kept = [(day, values) for day, values in others if values]
    assert kept == [(40, {"team.developers": 5}), (80, {"usage.demand_factor": 2.0})]


def test_the_baseline_is_under_the_same_pressure_and_invests_nothing() -> None:
    baseline = baseline_of(PLAN)
    pressed(baseline)
    assert is_baseline(baseline)
    assert not any("capabilities" in name for each in baseline.changes for name in each.values)
    both = [replicate(each, 4, seed=1) for each in (PLAN, baseline)]
    for name in HAPPENS[:2]:
        assert all(ensemble.outcome(name).sum() > 0.0 for ensemble in both)
    # The sources fail by the same keys: without automation, which makes it rarer, no less often.
    plan, base = (ensemble.outcome("source_failures") for ensemble in both)
    assert np.all(base >= plan)


def test_credit_runs_every_combination_under_the_same_pressure() -> None:
    """One of the capabilities is raised by a change alone, another is lowered by one."""
    found = credit(PLAN, 6, seed=3, outcomes=("npv", "requests_received"))
    assert found.capabilities == ("automation", "rollback")
    scenarios = combinations(PLAN, found.capabilities)
    for number, scenario in enumerate(scenarios):
        pressed(scenario)
        alone = simulate(scenario, seed=3, replication=5).summary
        for name in ("npv", "requests_received"):
            assert found.worths[name][number, 5] == alone[name]
    assert scenarios[-1] == PLAN
    assert is_baseline(scenarios[0])
    shares = sum(found.share(name, "npv").values for name in found.capabilities)
    together = replicate(PLAN, 6, seed=3).outcome("npv")
    without = replicate(baseline_of(PLAN), 6, seed=3).outcome("npv")
    np.testing.assert_allclose(shares, together - without, rtol=1e-9, atol=1e-6)


def test_a_sweep_runs_every_point_under_the_same_pressure() -> None:
    inputs = (parse_input("team.developers=3,8"), parse_input("incidents.shared_per_year=0,9"))
    table = run_sweep(Sweep(PLAN, inputs, grid(inputs)), 4, seed=2).table()
    for values, rows in table.groupby(["team.developers", "incidents.shared_per_year"]):
        point = with_values(
            PLAN,
            {"team.developers": int(values[0]), "incidents.shared_per_year": float(values[1])},
            source="test",
        )
        alone = replicate(point, 4, seed=2).summaries()
        for name in HAPPENS:
            assert rows[name].tolist() == alone[name].tolist()
    quiet, loud = (table[table["incidents.shared_per_year"] == each] for each in (0.0, 9.0))
    assert quiet["source_failures"].sum() == 0.0 < loud["source_failures"].sum()


def test_a_road_map_is_sought_under_the_same_pressure() -> None:
    """What is found is worth, in the same futures, what pairs of runs say."""
    plan = small(PRESSURE, automation=1.0, lineage=1.0)
    found = optimise(Decisions(plan, (1.0,), (0.0,)), trials=20, replications=16, finalists=2)
    assert found.plan == plan
    for each in found.finalists:
        pressed(with_road_map(plan, each.road_map))
        measured = each.searched
        scenarios = [with_road_map(plan, each.road_map), baseline_of(plan)]
        npv = outcome_of("npv", totals_of(scenarios, len(measured.gains), first=16))
        assert np.array_equal(measured.gains, npv[0] - npv[1])
