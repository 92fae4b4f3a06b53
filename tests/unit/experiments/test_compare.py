from __future__ import annotations

import threading

import pytest

from modelops_abm import formats
from modelops_abm.experiments import compare
from modelops_abm.experiments.statistics import FEWEST
from modelops_abm.formats import NOTHING
from modelops_abm.runs import Cancelled, simulate
from modelops_abm.scenario import Scenario, baseline_of, with_values
from modelops_abm.scenario.presets import preset

SMALL = {"horizon_days": 200, "portfolio.initial_models": 5, "portfolio.initial_ideas": 4}


def small(**levels: float) -> Scenario:
    values = {f"capabilities.{name}.maximum": level for name, level in levels.items()}
    return with_values(preset("reference"), {**SMALL, **values}, source="test")


def test_the_baseline_keeps_the_capabilities_where_they_start() -> None:
    plan = with_values(small(rollback=1.0), {"capabilities.lineage.start_level": 0.3}, source="t")
    baseline = baseline_of(plan)
    assert baseline.capabilities.rollback.maximum == 0.0
    assert baseline.capabilities.lineage.maximum == 0.3
    assert baseline.team == plan.team
    assert all(not entry.name.endswith("rollback.maximum") for entry in baseline.sources)


def test_differences_are_paired_run_by_run() -> None:
    plan = small(automation=1.0)
    comparison = compare(plan, 5, seed=3)
    for replication in range(5):
        with_plan = simulate(plan, seed=3, replication=replication).summary["npv"]
        without = simulate(baseline_of(plan), seed=3, replication=replication).summary["npv"]
        assert comparison.plan.summaries().loc[replication, "npv"] == with_plan
        assert comparison.baseline.summaries().loc[replication, "npv"] == without
    paired = comparison.plan.summaries()["npv"] - comparison.baseline.summaries()["npv"]
    assert comparison.difference("npv").estimate.mean == pytest.approx(paired.mean())
    assert comparison.finance.npv.mean == pytest.approx(paired.mean())


def test_a_plan_that_is_its_baseline_cannot_be_told_from_it() -> None:
    comparison = compare(small(), 8)
    difference = comparison.difference("npv")
    assert (difference.estimate.mean, difference.estimate.half_width) == (0.0, 0.0)
    assert difference.verdict == "cannot tell yet"
    assert comparison.finance.return_on_investment is None


def test_a_plan_that_changes_nothing_is_worth_nothing_and_pays_nothing_back() -> None:
    nobody = {"changes": [{"day": 0, "team.developers": 0}]}
    comparison = compare(with_values(small(automation=1.0), nobody, source="test"), 3)
    assert not comparison.is_of_baseline
    assert comparison.sentence() == (
        "This plan is worth $0 over 200 days: 3 of 3 futures end as the baseline does."
    )
    assert comparison.paid_back.when == NOTHING


def test_what_differs_by_rounding_alone_does_not_differ() -> None:
    a_day = with_values(preset("all_five"), {"horizon_days": 1}, source="test")
    comparison = compare(a_day, 30)
    plan, baseline = (
        side.outcome("maintenance_share") for side in (comparison.plan, comparison.baseline)
    )
    assert (plan != baseline).any()  # by rounding, as nobody has repaired anything otherwise
    assert not comparison.difference("maintenance_share").values.any()


def test_of_one_future_there_is_no_interval() -> None:
    comparison = compare(small(automation=1.0), 1)
    worth = comparison.difference("npv").estimate.mean
    assert formats.money(worth or 0.0, signed=True) in comparison.sentence()
    figures, *_ = comparison.tables()
    assert {row.cells[-1] for row in figures.rows or ()} == {NOTHING}


def test_it_stops_when_the_average_is_known_as_well_as_wanted() -> None:
    plan = small(rollback=1.0)
    wide = compare(plan, 400, half_width=1e9)
    assert wide.replications == FEWEST
    narrow = compare(plan, 64, half_width=1e-9)
    assert narrow.replications == 64


def test_bands_of_the_difference_are_of_the_difference() -> None:
    comparison = compare(small(monitoring=1.0), 6, daily=("npv",))
    last = comparison.bands["npv"].iloc[-1]
    assert last["mean"] == pytest.approx(comparison.finance.npv.mean)
    assert last["n"] == 6
    assert last["2.5%"] <= last["50.0%"] <= last["97.5%"]


def test_it_can_be_cancelled() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        compare(small(), 100, cancel=cancel)
