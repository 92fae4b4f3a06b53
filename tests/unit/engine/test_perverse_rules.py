"""Mild drifts that grow, previous versions that break, ideas not worth building, medians.

Small organisations of constants, in which what must happen can be told beforehand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

import pytest

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import Cause, Serving, State
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.hazards import previous_threshold
from modelops_abm.scenario import Scenario, with_values
from tests.docking.clockwork import constant, live, punctual

YEAR = 365.0


def of_kind(model: ModelOpsModel, kind: LogKind) -> list[LogRecord]:
    return [record for record in model.event_log if record.kind == kind]


def run(scenario: Scenario, replication: int = 0) -> ModelOpsModel:
    model = ModelOpsModel(scenario, replication=replication)
    model.run_model()
    return model


# Mild drifts that grow

GROWING: Mapping[str, Any] = {
    "horizon_days": 120,
    "team.developers": 1,
    "team.preemption": "none",
    "drift.onsets_per_year": 20.0,
    "drift.severity": constant(0.4),
    "drift.growth_days": 20.0,
    "drift.offline_loss": 0.3,
    "model.build_effort_days": constant(90.0),
}


def grown(values: Mapping[str, Any] | None = None) -> ModelOpsModel:
    """Return a run in which the only developer builds for 90 days, and nobody retrains."""
    idea = {"id": "long", "stage": "idea", "build_effort_days": 90.0}
    return run(punctual({**GROWING, **(values or {})}, [*live("model", 1), idea]))


def test_a_mild_drift_takes_the_model_offline_when_a_day_opens_on_which_it_has_grown() -> None:
    model = grown()
    (onset,) = [r.time for r in of_kind(model, LogKind.DRIFT_SET_IN) if r.time < 60.0]
    (request,) = [r for r in of_kind(model, LogKind.RETRAINING_REQUESTED) if r.time < 60.0]
    assert request.cause == Cause.DRIFT
    (found,) = [r for r in of_kind(model, LogKind.DRIFT_FOUND) if r.time < 90.0]
    # 0.4 (1 - exp(-t / 20)) = 0.3 after 20 ln 4 days
    assert found.time == math.ceil(onset + 20.0 * math.log(4.0))
    assert found.detail >= 0.3
    # The fix, an investigation of 1 day and a retraining of 5, is all that is done.
    repairs = [r for r in of_kind(model, LogKind.WORK_STARTED) if r.cause == TaskClass.REPAIR]
    assert [(r.time, r.detail) for r in repairs[:1]] == [(90.0, 6.0)]
    assert [r.time for r in of_kind(model, LogKind.DRIFT_ADDRESSED)][:1] == [96.0]
    assert all(r.time > 96.0 for r in of_kind(model, LogKind.RETRAINING_BEGAN))
    assert model.totals["state_days_drift"] >= 96.0 - found.time


def test_a_drift_that_stays_mild_is_retrained_and_never_takes_the_model_offline() -> None:
    model = grown({"drift.severity": constant(0.29)})
    assert not of_kind(model, LogKind.DRIFT_FOUND)
    assert of_kind(model, LogKind.RETRAINING_BEGAN)[0].time == 90.0


# Previous versions that break

BREAKING: Mapping[str, Any] = {
    "horizon_days": 200,
    "team.developers": 1,
    "incidents.pipeline_per_year": 30.0,
    "capabilities.rollback.start_level": 1.0,
    "capabilities.rollback.switch_days": 0.125,
    "efforts.pipeline_repair": constant(25.0),
}


@pytest.mark.parametrize("replication", range(3))
def test_a_previous_version_breaks_when_its_exposure_is_used_up(replication: int) -> None:
    model = run(punctual(BREAKING, list(live("model", 4))), replication)
    struck: Counter[int] = Counter()
    due: dict[int, float] = {}
    broken = 0
    for record in model.event_log:
        if record.kind == LogKind.ISSUE_STRUCK:
            struck[record.model] += 1
        elif record.kind == LogKind.PREVIOUS_SERVES:
            entity = model.ml_models[record.model].entity
            left = previous_threshold(entity, Cause.PIPELINE.value, struck[record.model] - 1)
            due[record.model] = record.time + left / 30.0 * YEAR
        elif record.kind == LogKind.PREVIOUS_BROKE:
            assert record.time == pytest.approx(due.pop(record.model), abs=1e-6)
            assert record.cause == Cause.PIPELINE
            broken += 1
        elif record.kind == LogKind.ISSUE_RESOLVED:
            assert due.pop(record.model, math.inf) > record.time
    assert broken > 5
    assert all(time > 200.0 for time in due.values())


def test_nobody_serves_from_there_until_the_model_is_online_again() -> None:
    model = ModelOpsModel(punctual(BREAKING, list(live("model", 2))))
    seen = 0
    broken: set[int] = set()
    while model.running:
        start = len(model.event_log)
        model.step()
        for record in model.event_log[start:]:
            if record.kind == LogKind.PREVIOUS_BROKE:
                broken.add(record.model)
            elif record.kind == LogKind.ISSUE_RESOLVED:
                broken.discard(record.model)
        for number in broken:
            assert model.ml_models[number].serving is Serving.NONE
            seen += 1
    assert seen > 20
    totals = model.totals
    gap = totals["production_days"] - totals["served_days"]
    assert totals["unserved_days_pipeline"] == pytest.approx(gap, rel=1e-9)
    assert totals["unserved_days_pipeline"] < totals["state_days_pipeline"]


def test_the_previous_version_never_breaks_where_pipelines_do_not() -> None:
    values = {
        **BREAKING,
        "incidents.pipeline_per_year": 0.0,
        "incidents.compliance_per_year": 30.0,
        "efforts.compliance_repair": constant(25.0),
    }
    model = run(punctual(values, list(live("model", 4))))
    assert of_kind(model, LogKind.PREVIOUS_SERVES)
    assert not of_kind(model, LogKind.PREVIOUS_BROKE)


# Ideas that are not worth building

QUIET: Mapping[str, Any] = {
    "horizon_days": 60,
    "portfolio.initial_models": 0,
    "portfolio.initial_ideas": 12,
    "portfolio.initial_builds": 5,
    "portfolio.ideas_per_year": 60.0,
    "model.build_effort_days": 2.0,
    "model.deployment_effort_days": 1.0,
}


def test_a_portfolio_in_which_no_idea_is_worth_building_leaves_the_team_idle() -> None:
    values = {**QUIET, "model.cost_per_prediction": constant(1e6)}
    model = run(with_values(Scenario(), values, source="test"))
    arrived = len(of_kind(model, LogKind.IDEA_ARRIVED))
    assert arrived > 15
    assert model.today["models_idea"] == arrived
    assert model.today["waiting_build"] == 0
    assert model.summary()["idle_share"] == 1.0
    assert {record.kind for record in model.event_log} == {LogKind.IDEA_ARRIVED}


@pytest.mark.parametrize("order", ["value_per_effort", "first_in_first_out"])
def test_only_ideas_with_a_score_above_zero_are_built(order: str) -> None:
    values = {
        **QUIET,
        "portfolio.initial_builds": 12,
        "portfolio.backlog_order": order,
        "model.cost_per_prediction": {"family": "lognormal", "mean": 0.5, "cv": 0.5},
    }
    scenario = with_values(Scenario(), values, source="test")
    at_start = ModelOpsModel(scenario)
    in_build = [entry for entry in at_start.ml_models if entry.state is State.BUILD]
    worth = [entry for entry in at_start.ml_models if entry.score > 0.0]
    assert in_build == worth
    assert 0 < len(worth) < 12
    model = run(scenario)
    assert {entry.score > 0.0 for entry in model.ml_models} == {False, True}
    for entry in model.ml_models:
        assert entry.score > 0.0 or entry.state is State.IDEA
    assert model.today["waiting_build"] == sum(
        entry.work is not None
        and entry.work.worker is None
        and entry.work.task_class is TaskClass.BUILD
        for entry in model.ml_models
    )


# Times to production

ROWS = [
    {"id": f"idea {n}", "stage": "idea", "build_effort_days": float(n), "value_per_prediction": 1.0}
    for n in (1, 2, 4)
]
DELIVERED: Mapping[str, Any] = {
    "horizon_days": 30,
    "team.developers": 1,
    "team.preemption": "none",
    "model.deployment_effort_days": constant(1.0),
}


def test_means_and_medians_of_the_times_to_production() -> None:
    """One developer builds and deploys after 1 + 1, 2 + 1 and 4 + 1 days, one after the other."""
    scenario = punctual(DELIVERED, ROWS)
    summary = run(scenario).summary()
    assert summary["models_delivered"] == 3
    assert summary["idea_to_production_days"] == pytest.approx((2 + 5 + 10) / 3)
    assert summary["idea_to_production_median_days"] == 5.0
    assert summary["begun_to_live_days"] == pytest.approx((2 + 3 + 5) / 3)
    assert summary["begun_to_live_median_days"] == 3.0
    two = run(with_values(scenario, {"horizon_days": 9}, source="test")).summary()
    assert two["idea_to_production_median_days"] == 3.5
    assert two["begun_to_live_median_days"] == 2.5


def test_without_a_delivery_there_is_no_median() -> None:
    summary = run(punctual({**DELIVERED, "horizon_days": 2}, ROWS)).summary()
    for name in outcomes.MEDIANS:
        assert summary[f"{name}_median_days"] is None
        assert summary[f"{name}_days"] is None


def test_medians_are_those_of_the_models_delivered_in_a_run() -> None:
    scenario = Scenario()
    ensemble = run_in_full(scenario, 0, 0)
    totals = dict(zip(outcomes.TOTALS, ensemble.totals.tolist(), strict=True))
    delivered = [
        entry
        for entry in ensemble.models
        if entry["went_live_at"] >= 0.0 and entry["begun_at"] >= 0.0
    ]
    assert len(delivered) == totals["models_delivered"] > 20
    for name, since in zip(outcomes.MEDIANS, ("arrived_at", "begun_at"), strict=True):
        days = [float(entry["went_live_at"] - entry[since]) for entry in delivered]
        assert totals[f"{name}_median_days"] == median(days)
        assert totals[f"{name}_days"] == pytest.approx(sum(days))
