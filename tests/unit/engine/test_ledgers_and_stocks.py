"""Developers' ledgers, work that keeps its progress, capability stocks, money, retirement."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import Stage
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario, with_values
from tests.unit.engine.lives import on_steps
from tests.verification.organisations import constant, fixed_portfolio, quiet, run


def test_a_developer_day_takes_longer_with_less_focus_and_productivity() -> None:
    for focus, productivity in ((1.0, 1.0), (0.6, 1.0), (0.5, 2.0), (0.3, 0.7)):
        scenario = quiet(
            {
                "portfolio.initial_ideas": 1,
                "model.build_effort_days": constant(6.0),
                "model.deployment_effort_days": constant(3.0),
                "team.developers": 1,
                "team.focus": focus,
                "team.productivity": constant(productivity),
                "horizon_days": 100,
            }
        )
        model = run(scenario, seed=1)
        assert model.ml_models[0].went_live_at == pytest.approx(9.0 / (focus * productivity))
        days = model.developers[0].ledger_days
        assert days[TaskClass.BUILD] == pytest.approx(6.0 / (focus * productivity))
        assert days[TaskClass.DEPLOY] == pytest.approx(3.0 / (focus * productivity))
        assert math.fsum(days) == pytest.approx(100.0, rel=1e-12)


Key = tuple[int, int, bool]
"""A task: number of the model or capability, class of work, whether it is a step of capacity."""


class Ledgers:
    """Days of each developer at each class of work, from the event log alone."""

    def __init__(self) -> None:
        self.days: defaultdict[tuple[int, int], float] = defaultdict(float)
        self.at_work: dict[Key, tuple[int, float]] = {}

    def read(self, record: LogRecord, *, is_step: bool) -> None:
        key = (record.model, record.cause, is_step)
        if record.kind == LogKind.WORK_STARTED:
            assert record.developer not in [developer for developer, _ in self.at_work.values()]
            self.at_work[key] = (record.developer, record.time)
        elif record.kind in (LogKind.WORK_INTERRUPTED, LogKind.WORK_COMPLETED):
            assert self.at_work[key][0] == record.developer
            self.stop(key, record.time)
        elif record.kind == LogKind.RETIRED:  # what is withdrawn leaves no record
            for task_class in set(TaskClass) - {TaskClass.CAPABILITY}:
                self.stop((record.model, task_class, False), record.time)
            self.stop((record.model, TaskClass.RETRAIN, True), record.time)
        elif record.kind == LogKind.CAPABILITY_REACHED:
            self.stop((record.model, TaskClass.CAPABILITY, False), record.time)

    def stop(self, key: Key, time: float) -> None:
        if key in self.at_work:
            developer, since = self.at_work.pop(key)
            self.days[developer, key[1]] += time - since


def test_ledgers_agree_with_the_event_log() -> None:
    scenario = with_values(
        Scenario(),
        {
            "horizon_days": 300,
            "capabilities.rollback.maximum": 1.0,
            "team.productivity": {"family": "gamma", "mean": 1.0, "cv": 0.5},
        },
        source="test",
    )
    model = run(scenario, seed=2)
    ledgers, steps = Ledgers(), on_steps(model.event_log)
    for record in model.event_log:
        ledgers.read(record, is_step=record in steps)
    for key in [*ledgers.at_work]:
        ledgers.stop(key, 300.0)
    for entry in model.developers:
        for task_class in set(TaskClass) - {TaskClass.IDLE}:
            expected = ledgers.days[entry.number, task_class]
            assert entry.ledger_days[task_class] == pytest.approx(expected, abs=1e-8)
        assert math.fsum(entry.ledger_days) == pytest.approx(300.0, rel=1e-12)


def test_interrupted_work_keeps_its_progress() -> None:
    """Work done on every task adds up to its effort, however often it was interrupted."""
    scenario = with_values(Scenario(), {"horizon_days": 400}, source="test")
    model = run(scenario, seed=3)
    left: dict[Key, float] = {}
    since: dict[Key, float] = {}
    interruptions = 0
    steps = on_steps(model.event_log)
    for record in model.event_log:
        key = (record.model, record.cause, record in steps)
        if record.kind == LogKind.WORK_STARTED:
            if key in left:
                assert record.detail == left.pop(key)
            since[key] = record.time
            left[key] = record.detail
        elif record.kind == LogKind.WORK_INTERRUPTED:
            done = (record.time - since[key]) * 0.6
            assert record.detail == pytest.approx(left[key] - done, abs=1e-9)
            left[key] = record.detail
            interruptions += 1
        elif record.kind == LogKind.WORK_COMPLETED:
            assert left.pop(key) == pytest.approx((record.time - since[key]) * 0.6, abs=1e-9)
        elif record.kind in (LogKind.RETIRED, LogKind.DRIFT_ADDRESSED):
            for task_class in TaskClass:
                if record.kind == LogKind.RETIRED or task_class is TaskClass.RETRAIN:
                    left.pop((record.model, task_class, False), None)
            if record.kind == LogKind.RETIRED:
                left.pop((record.model, TaskClass.RETRAIN, True), None)
    assert interruptions > 50


def capability_alone(**changes: float) -> Scenario:
    return quiet(
        {
            "team.developers": 3,
            "horizon_days": 200,
            "team.focus": 0.5,
            "capabilities.monitoring.maximum": 1.0,
            "capabilities.monitoring.effort_days": 40.0,
            "capabilities.monitoring.effort_per_model_days": 0.0,
            **{f"capabilities.monitoring.{name}": value for name, value in changes.items()},
        }
    )


def test_a_level_rises_by_the_work_put_in_and_costs_as_it_rises() -> None:
    model = run(capability_alone(), seed=1)
    series = model.datacollector.model_vars
    levels = np.array(series["level_monitoring"])
    expected = np.minimum(1.0, 0.5 / 40.0 * np.arange(1, 201))
    np.testing.assert_allclose(levels, expected, rtol=1e-12)
    assert math.fsum(series["capital"]) == pytest.approx(30_000.0, rel=1e-12)
    before = np.concatenate([[0.0], levels[:-1]])
    np.testing.assert_allclose(series["upkeep"], before * 15_000.0 / 365.0, rtol=1e-12)
    assert model.totals["developer_days_capability"] == pytest.approx(80.0, rel=1e-9)
    reached = [entry for entry in model.event_log if entry.kind == LogKind.CAPABILITY_REACHED]
    assert [entry.time for entry in reached] == [80.0]


@pytest.mark.parametrize("streams", [1, 2, 3, 7])
def test_streams_work_side_by_side_as_far_as_there_are_developers(streams: int) -> None:
    model = run(capability_alone(streams=streams), seed=1)
    workers = min(streams, 3)
    levels = np.array(model.datacollector.model_vars["level_monitoring"])
    expected = np.minimum(1.0, workers * 0.5 / 40.0 * np.arange(1, 201))
    np.testing.assert_allclose(levels, expected, rtol=1e-9)
    assert set(model.today) >= {"waiting_capability"}
    assert model.today["waiting_capability"] == 0


def test_work_on_a_capability_begins_on_its_day_and_ends_at_its_maximum() -> None:
    model = run(capability_alone(start_day=50.5, start_level=0.2, maximum=0.6), seed=1)
    levels = np.array(model.datacollector.model_vars["level_monitoring"])
    days = np.maximum(0.0, np.arange(1, 201) - 50.5)
    np.testing.assert_allclose(levels, np.minimum(0.6, 0.2 + days * 0.5 / 40.0), rtol=1e-9)
    assert model.totals["capital"] == pytest.approx(0.4 * 30_000.0)


@pytest.mark.parametrize("maximum", [0.0, 0.3, 0.5])
def test_nothing_is_built_up_to_the_level_at_the_start(maximum: float) -> None:
    model = run(capability_alone(start_level=0.5, maximum=maximum), seed=1)
    assert set(model.datacollector.model_vars["level_monitoring"]) == {0.5}
    assert model.totals["capital"] == 0.0
    assert model.totals["developer_days_capability"] == 0.0
    assert model.totals["upkeep"] == pytest.approx(200 * 0.5 * 15_000.0 / 365.0)


def test_capability_work_comes_in_packages() -> None:
    """Without preemption a developer is locked in for a package, not for the whole level."""
    model = run(capability_alone(), seed=1)
    begun = [
        record.time
        for record in model.event_log
        if record.kind == LogKind.WORK_STARTED and record.cause == TaskClass.CAPABILITY
    ]
    assert begun[:4] == pytest.approx([0.0, 20.0, 40.0, 60.0])


def test_net_present_value_discounts_every_day_at_its_end() -> None:
    model = run(with_values(Scenario(), {"horizon_days": 400}, source="test"), seed=4)
    series = model.datacollector.model_vars
    net = np.array(series["value"]) - series["cost"] - np.array(series["payroll"])
    np.testing.assert_allclose(series["net_value"], net, rtol=1e-9)
    factors = 1.08 ** (-(np.arange(400) + 1) / 365.0)
    assert model.summary()["npv"] == pytest.approx(math.fsum(net * factors), rel=1e-9)
    np.testing.assert_allclose(series["npv"], np.cumsum(net * factors), rtol=1e-9)
    np.testing.assert_allclose(series["payroll"], 8 * 190_000 / 365, rtol=1e-12)


def test_a_retirement_withdraws_the_work_and_frees_the_developer() -> None:
    facts = {"retired_at": "2026-02-10", "deployed_at": "2025-01-01"}
    scenario = quiet(
        {
            "imported": {"source": "test", "models": [{"id": "a", **facts}]},
            "incidents.pipeline_per_year": 400.0,
            "efforts.pipeline_repair": constant(500.0),
            "team.developers": 1,
            "horizon_days": 60,
        }
    )
    model = run(scenario, seed=5)
    entry = model.ml_models[0]
    assert (entry.retired_at, entry.stage) == (40.0, Stage.RETIRED)
    days = model.developers[0].ledger_days
    struck = next(one.time for one in model.event_log if one.kind == LogKind.ISSUE_STRUCK)
    assert days[TaskClass.REPAIR] == pytest.approx(40.0 - struck)
    assert days[TaskClass.IDLE] == pytest.approx(20.0 + struck)
    assert model.scheduler.waiting[TaskClass.REPAIR] == 0
    assert model.totals["restorations"] == 0.0
    assert model.totals["unserved_days_pipeline"] == pytest.approx(40.0 - struck)


def test_a_capacity_repair_adds_none_but_the_step_that_it_leads_to_does() -> None:
    scenario = quiet(
        {
            **fixed_portfolio(3, users=400.0, addressable_users=400.0, capacity_per_day=1000.0),
            "incidents.capacity_per_year": 50.0,
            "horizon_days": 300,
        }
    )
    model = run(scenario, seed=6)
    repairs, steps = [0, 0, 0], [0, 0, 0]
    for record in model.event_log:
        repairs[record.model] += record.kind == LogKind.ISSUE_RESOLVED
        steps[record.model] += record.kind == LogKind.CAPACITY_ADDED
    assert sum(repairs) > 3
    assert steps != repairs
    for entry, number in zip(model.ml_models, steps, strict=True):
        assert entry.capacity == pytest.approx(1000.0 * 1.25**number)


def test_a_drift_without_severity_is_a_drift_all_the_same() -> None:
    """No second onset while one is active, even if it takes nothing away."""
    scenario = quiet(
        {
            **fixed_portfolio(2),
            "drift.onsets_per_year": 50.0,
            "drift.severity": constant(0.0),
        }
    )
    model = run(scenario, seed=7)
    active = [False, False]
    for record in model.event_log:
        if record.kind == LogKind.DRIFT_SET_IN:
            assert not active[record.model]
            active[record.model] = True
        elif record.kind == LogKind.RETRAINED:
            active[record.model] = False
    assert (model.summary()["drift_days_undetected"] or 0.0) > 100.0


def test_the_calendar_of_a_finished_run_is_behind_the_horizon() -> None:
    model = ModelOpsModel(with_values(Scenario(), {"horizon_days": 50}, source="test"))
    model.run_model()
    assert max(record.time for record in model.event_log) < 50.0
    times = [record.time for record in model.event_log]
    assert times == sorted(times)
