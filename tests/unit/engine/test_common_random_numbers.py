"""Scenarios share their random numbers: what a change does not concern stays the same, bit for bit.

The test that adds one agent and requires all others unchanged is taken from Starsim.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from modelops_abm.core import outcomes
from modelops_abm.core.events import LogKind, TaskClass
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.day import DayFlows
from modelops_abm.scenario import Scenario, with_values

AMPLE = {"team.developers": 200, "horizon_days": 250}
"""So many developers that no model ever waits for another."""
OF_A_MODEL = frozenset(LogKind) - {LogKind.CAPABILITY_STARTED, LogKind.CAPABILITY_REACHED}
WORK = (LogKind.WORK_STARTED, LogKind.WORK_INTERRUPTED, LogKind.WORK_COMPLETED)


class Recorded(MLModel):
    """A model that keeps all its days."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.days: list[tuple[object, ...]] = []

    def close_day(self) -> DayFlows:
        flows = super().close_day()
        self.days.append((self.model.day, self.stocks, flows, self.capacity))
        return flows


def run(changes: dict[str, Any], *, seed: int = 41) -> ModelOpsModel:
    scenario = with_values(Scenario(), changes, source="test")
    model = ModelOpsModel(scenario, rng=seed, ml_model_class=Recorded)
    model.run_model()
    return model


def lives_by_entity(model: ModelOpsModel) -> dict[int, tuple[object, ...]]:
    """Everything that a model is and lives through, by its key; its number may differ."""
    records: dict[int, list[tuple[object, ...]]] = {entry.number: [] for entry in model.ml_models}
    for record in model.event_log:
        if record.model >= 0 and record.kind in OF_A_MODEL:
            if record.kind in WORK and record.cause == TaskClass.CAPABILITY:
                continue
            what = (record.time, record.kind, record.cause, record.detail)
            records[record.model].append(what)
    lives: dict[int, tuple[object, ...]] = {}
    for entry in model.ml_models:
        assert isinstance(entry, Recorded)
        lives[entry.entity] = (entry.attributes, records[entry.number], entry.days)
    return lives


def same_history(one: ModelOpsModel, other: ModelOpsModel) -> bool:
    return (
        one.event_log == other.event_log
        and one.totals == other.totals
        and one.datacollector.model_vars == other.datacollector.model_vars
        and lives_by_entity(one) == lives_by_entity(other)
    )


# One more of something


@pytest.mark.parametrize(
    "name", ["portfolio.initial_models", "portfolio.initial_ideas", "portfolio.initial_builds"]
)
def test_one_more_at_the_start_changes_no_other_life(name: str) -> None:
    start = {"portfolio.initial_models": 12, "portfolio.initial_ideas": 9}
    start["portfolio.initial_builds"] = 0 if name.endswith("ideas") else 4
    before = lives_by_entity(run({**AMPLE, **start}))
    after = lives_by_entity(run({**AMPLE, **start, name: start[name] + 1}))
    changed = [key for key, life in before.items() if after[key] != life]
    if name.endswith("builds"):
        assert len(changed) == 1  # the idea that is in build now
        assert after.keys() == before.keys()
    else:
        assert changed == []
        assert len(after) == len(before) + 1


def test_one_more_developer_who_is_not_needed_changes_nothing_but_pay() -> None:
    few, more = run(AMPLE), run({**AMPLE, "team.developers": 201})
    assert few.event_log == more.event_log
    assert lives_by_entity(few) == lives_by_entity(more)


def test_one_more_developer_leaves_the_productivity_of_the_others() -> None:
    spread = {"team.productivity": {"family": "gamma", "mean": 1.0, "cv": 0.4}, "horizon_days": 1}
    few, more = run(spread), run({**spread, "team.developers": 9})
    speeds = [developer.speed_per_day for developer in more.developers]
    assert [developer.speed_per_day for developer in few.developers] == speeds[:8]
    assert len(set(speeds)) == 9


def test_an_idea_that_arrives_late_changes_nothing_before() -> None:
    """More ideas a year only bring the same ideas sooner; the first ones are the same."""
    slow = run({"portfolio.ideas_per_year": 20.0, "horizon_days": 400})
    arrivals = [
        record.time
        for record in slow.event_log
        if record.kind == LogKind.IDEA_ARRIVED and record.time > 0.0
    ]
    last = arrivals[-1]
    early = run({"portfolio.ideas_per_year": 20.0, "horizon_days": int(last)})
    before = [record for record in slow.event_log if record.time < int(last)]
    assert early.event_log == before


def test_ideas_have_the_same_attributes_at_any_rate_of_arrival() -> None:
    slow = run({**AMPLE, "portfolio.ideas_per_year": 20.0})
    fast = run({**AMPLE, "portfolio.ideas_per_year": 60.0})
    lives = {entry.entity: entry.attributes for entry in fast.ml_models}
    assert len(fast.ml_models) > len(slow.ml_models)
    assert all(lives[entry.entity] == entry.attributes for entry in slow.ml_models)


def test_an_initial_idea_more_leaves_the_ideas_that_arrive() -> None:
    few = run({**AMPLE, "portfolio.initial_ideas": 5, "portfolio.initial_builds": 0})
    more = run({**AMPLE, "portfolio.initial_ideas": 6, "portfolio.initial_builds": 0})
    lives = lives_by_entity(more)
    assert all(lives[key] == life for key, life in lives_by_entity(few).items())


def test_the_order_of_a_clients_rows_changes_no_life() -> None:
    rows = [{"id": f"row {number}", "stage": "production"} for number in range(8)]
    rows += [{"id": f"early {number}", "stage": "build"} for number in range(3)]
    one = run({**AMPLE, "imported": {"source": "test", "models": rows}})
    other = run({**AMPLE, "imported": {"source": "test", "models": rows[::-1]}})
    assert lives_by_entity(one) == lives_by_entity(other)
    fewer = run({**AMPLE, "imported": {"source": "test", "models": rows[1:]}})
    lives = lives_by_entity(one)
    assert all(lives[key] == life for key, life in lives_by_entity(fewer).items())


# What is not used

UNUSED_CAPABILITIES = [
    (name, field, value)
    for name in ("automation", "monitoring", "rollback", "lineage", "autoscaling")
    for field, value in (
        ("effort_days", 7.0),
        ("effort_per_model_days", 7.0),
        ("capital_cost", 1.0),
        ("capital_per_model", 1.0),
        ("upkeep_per_year", 1e6),
        ("upkeep_per_model_year", 1e6),
        ("start_day", 30.0),
        ("streams", 5),
    )
] + [
    ("automation", "effort_saving", 0.9),
    ("automation", "retraining_saving", 0.9),
    ("automation", "pipeline_reduction", 0.9),
    ("automation", "self_healing_share", 1.0),
    ("automation", "self_healing_days", 5.0),
    ("monitoring", "delay_with_days", 9.0),
    ("rollback", "pipeline_coverage", 1.0),
    ("rollback", "capacity_coverage", 1.0),
    ("rollback", "compliance_coverage", 1.0),
    ("rollback", "drift_coverage", 0.1),
    ("rollback", "retraining_coverage", 0.1),
    ("rollback", "switch_days", 2.0),
    ("rollback", "previous_power", 0.5),
    ("rollback", "previous_drift_share", 1.0),
    ("lineage", "compliance_reduction", 1.0),
    ("lineage", "effort_saving", 1.0),
    ("autoscaling", "extra_capacity", 9.0),
]
BRIEF: dict[str, Any] = {"horizon_days": 150}


@pytest.fixture(scope="module")
def brief() -> ModelOpsModel:
    return run(BRIEF)


def test_unused_capabilities_change_nothing(brief: ModelOpsModel) -> None:
    """All at once, as a run of each would take long; if something matters, it is named."""
    values = {f"capabilities.{name}.{field}": value for name, field, value in UNUSED_CAPABILITIES}
    assert len(values) == len(UNUSED_CAPABILITIES)
    if not same_history(brief, run({**BRIEF, **values})):
        alone = {name: run({**BRIEF, name: value}) for name, value in values.items()}
        pytest.fail(f"{[name for name in alone if not same_history(brief, alone[name])]} matter")


WITHOUT_EFFECT: dict[str, Any] = {
    "name": "another",
    "description": "of the same",
    "start_date": date(2031, 5, 5),
    "capabilities.package_days": 3.0,
    "incidents.regulated_multiplier": 9.0,
}


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_what_has_no_effect_changes_nothing(brief: ModelOpsModel, name: str) -> None:
    assert same_history(brief, run({**BRIEF, name: WITHOUT_EFFECT[name]}))


@pytest.mark.parametrize(
    ("without", "values"),
    [
        (
            {"drift.onsets_per_year": 0.0},
            {
                "drift.growth_days": 3.0,
                "drift.offline_loss": 0.9,
                "drift.severity": 0.2,
                "efforts.drift_investigation": 30.0,
            },
        ),
        ({"drift.decay_alert": "never"}, {"drift.decay_alert_power": 0.99}),
        (
            {"incidents.capacity_per_year": 0.0},
            {
                "incidents.overload_threshold": 0.1,
                "incidents.overload_span": 0.1,
                "incidents.largest_overload": 0.1,
                "efforts.capacity_repair": 9.0,
            },
        ),
        (
            {"capacity.review_days": 36_500.0, "incidents.capacity_per_year": 0.0},
            {"incidents.capacity_growth": 3.0},
        ),
        ({"incidents.compliance_per_year": 0.0}, {"efforts.compliance_repair": 9.0}),
        ({"incidents.pipeline_per_year": 0.0}, {"efforts.pipeline_repair": 9.0}),
        (
            {"model.decaying_share": 0.0},
            {"model.yearly_power_loss": 0.5, "retraining.restored_share": 0.5},
        ),
        (
            {"portfolio.initial_models": 0},
            {
                "portfolio.past_retraining_interval_days": 9.0,
                "portfolio.initial_usage_share": 0.1,
            },
        ),
    ],
)
def test_parameters_of_what_does_not_happen_change_nothing(
    without: dict[str, Any], values: dict[str, Any]
) -> None:
    assert same_history(run({**BRIEF, **without}), run({**BRIEF, **without, **values}))


def test_money_changes_only_money(brief: ModelOpsModel) -> None:
    dear = run({**BRIEF, "team.payroll_per_year": 1e6, "finance.discount_rate": 0.5})
    assert dear.event_log == brief.event_log
    assert lives_by_entity(dear) == lives_by_entity(brief)
    money = {"payroll", "net_value", "discounted_net_value"}
    for name in outcomes.TOTALS:
        assert (dear.totals[name] == brief.totals[name]) == (name not in money)


# Common random numbers in different scenarios


def _first(model: ModelOpsModel, kind: LogKind, cause: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for record in model.event_log:
        if record.kind == kind and record.cause == cause:
            entity = model.ml_models[record.model].entity
            found.setdefault(entity, record.detail)
    return found


@pytest.mark.parametrize(
    "plan",
    [
        {"team.developers": 4},
        {"team.preemption": "none"},
        {"capabilities.lineage.start_level": 1.0},
        {"portfolio.initial_models": 30},
        {"incidents.pipeline_per_year": 30.0},
        {"retraining.interval_days": 40.0},
    ],
)
def test_every_model_has_the_same_attributes_and_first_drift_in_every_plan(
    brief: ModelOpsModel, plan: dict[str, Any]
) -> None:
    other = run({**BRIEF, **plan})
    attributes = {entry.entity: entry.attributes for entry in other.ml_models}
    assert all(attributes[entry.entity] == entry.attributes for entry in brief.ml_models)
    severities = _first(other, LogKind.DRIFT_SET_IN, 3)
    compared = 0
    for entity, severity in _first(brief, LogKind.DRIFT_SET_IN, 3).items():
        if entity in severities:
            assert severities[entity] == severity
            compared += 1
    assert compared > 5


def test_the_nth_repair_takes_the_same_effort_whatever_happened_before(
    brief: ModelOpsModel,
) -> None:
    """Efforts are keyed by cause and number: more issues of another cause shift nothing."""
    other = run({**BRIEF, "incidents.compliance_per_year": 12.0, "drift.onsets_per_year": 8.0})
    compared = 0
    efforts = _nth_pipeline_efforts(other)
    for key, effort in _nth_pipeline_efforts(brief).items():
        if key in efforts:
            assert efforts[key] == effort
            compared += 1
    assert compared > 40


def _nth_pipeline_efforts(model: ModelOpsModel) -> dict[tuple[int, int], float]:
    """Effort of every model's n-th pipeline repair."""
    numbers: dict[int, int] = {}
    struck: dict[int, int] = {}
    found: dict[tuple[int, int, int], float] = {}
    for record in model.event_log:
        if record.kind == LogKind.ISSUE_STRUCK:
            struck[record.model] = record.cause
            if record.cause == 0:
                numbers[record.model] = numbers.get(record.model, -1) + 1
        elif record.kind == LogKind.DRIFT_FOUND:
            struck[record.model] = 3
        elif record.kind == LogKind.WORK_STARTED and record.cause == TaskClass.REPAIR:
            entity = model.ml_models[record.model].entity
            found[entity, struck[record.model], numbers.get(record.model, -1)] = record.detail
    return {(entity, number): left for (entity, cause, number), left in found.items() if not cause}


def test_incidents_strike_at_the_same_exposure_in_every_plan() -> None:
    """With ample developers and instant repair a doubled rate halves the time to each issue."""
    instant = {
        **AMPLE,
        "portfolio.ideas_per_year": 0.0,
        "portfolio.initial_ideas": 0,
        "efforts.pipeline_repair": {"family": "constant", "mean": 0.0},
        "incidents.capacity_per_year": 0.0,
        "incidents.compliance_per_year": 0.0,
        "drift.onsets_per_year": 0.0,
        "drift.decay_alert": "never",
        "retraining.interval_days": 36_500.0,
        "model.useful_life_years": {"family": "constant", "mean": 100.0},
    }
    slow = run({**instant, "incidents.pipeline_per_year": 10.0})
    fast = run({**instant, "incidents.pipeline_per_year": 20.0})
    times: list[dict[int, list[float]]] = []
    for model in (slow, fast):
        times.append({entry.number: [] for entry in model.ml_models})
        for record in model.event_log:
            if record.kind == LogKind.ISSUE_STRUCK:
                times[-1][record.model].append(record.time)
    compared = 0
    for number, late in times[0].items():
        for one, other in zip(late, times[1][number], strict=False):
            assert other == pytest.approx(one / 2.0, rel=1e-9)
            compared += 1
    assert compared > 50
