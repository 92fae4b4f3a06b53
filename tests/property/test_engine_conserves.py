"""Any valid scenario runs, and conserves models, developer-days, money and lost value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelops_abm.core import outcomes
from modelops_abm.core.events import MAINTENANCE, LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import STAGE_OF_STATE, TARGET, Cause, Serving, Stage, State
from modelops_abm.mesa_engine.ml_model import MLModel
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.day import DayFlows
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import PRESETS, preset
from tests.strategies import scenarios
from tests.unit.engine.lives import TRIGGERS, Life, lives_of

SCENARIOS = scenarios(max_horizon_days=90, max_models=8)
QUICK = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TINY = 1e-9


def close(one: float, other: float, scale: float = 0.0) -> bool:
    """Equal but for the rounding of sums of numbers of that scale."""
    return math.isclose(one, other, rel_tol=TINY, abs_tol=TINY * max(1.0, scale))


class WatchedModel(MLModel):
    """A model that is looked at whenever its day closes."""

    def close_day(self) -> DayFlows:
        before = self.stocks
        flows = super().close_day()
        after = self.stocks
        market, full = self.attributes.traits.market_size, self.attributes.traits.full_usage
        assert before.users <= after.users <= market * (1 + TINY)
        assert before.ideal_users <= after.ideal_users <= market * (1 + TINY)
        assert after.users <= after.ideal_users * (1 + TINY)
        assert 0.0 <= after.usage <= full * (1 + TINY)
        assert 0.0 <= after.availability_memory <= 1.0
        assert 0.0 <= flows.served_share <= flows.production * (1 + TINY) <= 1 + 2 * TINY
        lost = [getattr(flows, f"lost_{cause}") for cause in outcomes.LOSSES]
        assert close(math.fsum([*lost, flows.value]), flows.ideal_value, flows.ideal_value)
        assert min(lost) >= -TINY * max(1.0, flows.ideal_value)
        assert self.day_start is not None
        assert 0.0 < self.day_start.base <= 1.0
        assert 0.0 < self.day_start.base * (1 - self.day_start.loss) <= 1.0
        return flows

    def check_state(self) -> None:
        """State, cause, version and stage agree."""
        away = self.state in (State.RETRAINING, State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
        assert (self.cause is not None) == away
        assert self.stage is STAGE_OF_STATE[self.state]
        if self.state is State.ONLINE:
            assert self.serving is Serving.CURRENT
        elif self.state in (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT):
            assert self.serving is not Serving.CURRENT
        elif self.state is not State.RETRAINING:
            assert self.serving is Serving.NONE
        assert (self.power is not None) == (self.stage is Stage.PRODUCTION)
        assert self.power is None or 0.0 < self.power <= 1.0


class Watched(ModelOpsModel):
    """A model of the organisation that is looked at after every assignment and every day."""

    def dispatch(self) -> None:
        super().dispatch()
        order = [TaskClass[name.upper()] for name in self.parameters.team.priority_order]
        team = [developer for developer in self.developers if developer.left_at is None]
        idle = [developer for developer in team if developer.task is None]
        eligible = [task for task in self.tasks_of_models() if task.worker is None]
        eligible = [task for task in eligible if not task.held]
        assert not (idle and eligible)
        if self.parameters.team.preemption == "none":
            return
        for task in eligible:
            if task.task_class in MAINTENANCE:
                rank = order.index(task.task_class)
                for developer in team:
                    assert developer.task is not None
                    doing = developer.task.task_class
                    assert doing in MAINTENANCE or order.index(doing) < rank

    def open_day(self) -> None:
        super().open_day()
        limit = self.parameters.drift.offline_loss
        for entry in self.ml_models:
            condition = entry.condition
            if entry.state is State.ONLINE and condition is not None and condition.drift_detected:
                assert condition.loss() < limit, "a mild drift that has grown is judged again"

    def tasks_of_models(self) -> list[Any]:
        """Tasks on models, answers to requests among them, and on sources that they share."""
        tasks = [
            task
            for entry in self.ml_models
            for task in (entry.work, entry.retraining, entry.capacity_step)
        ]
        tasks += [each.task for entry in self.ml_models for each in entry.requests.values()]
        tasks += [source.repair for source in self.sources]
        return [task for task in tasks if task is not None]

    def collect(self) -> None:
        super().collect()
        self.check_counts()
        self.check_day()

    def check_counts(self) -> None:
        today = self.today
        assert sum(today[name] or 0.0 for name in outcomes.MODEL_COUNTS) == len(self.ml_models)
        for entry in self.ml_models:
            assert isinstance(entry, WatchedModel)
            entry.check_state()
            self.check_source(entry)
        tasks = self.tasks_of_models()
        for task_class in TaskClass:
            name = task_class.name.lower()
            if task_class not in (TaskClass.IDLE, TaskClass.CAPABILITY):
                mine = [task for task in tasks if task.task_class is task_class]
                assert today[f"waiting_{name}"] == sum(task.worker is None for task in mine)
            if task_class is not TaskClass.IDLE:
                at_work = [entry.task for entry in self.developers if entry.task is not None]
                number = sum(task.task_class is task_class for task in at_work)
                assert self.scheduler.in_progress[task_class] == number

    def check_source(self, entry: MLModel) -> None:
        """Who reads a source that is down is not online, and who is offline for one reads it."""
        down = entry.source >= 0 and self.sources[entry.source].is_down
        if down:
            assert entry.state not in (State.ONLINE, State.RETRAINING)
        if entry.cause is Cause.SHARED:
            assert down
            assert entry.serving is Serving.NONE
            assert entry.work is None

    def check_day(self) -> None:
        today = {name: value or 0.0 for name, value in self.today.items()}
        # Who leaves does so as a day opens, so those at its end were there for all of it.
        developers = today["developers"]
        worked = math.fsum(today[flow.name] for flow in outcomes.DEVELOPER_FLOWS)
        assert close(worked, developers, developers)
        lost = [today[f"lost_{cause}"] for cause in outcomes.LOSSES]
        assert close(math.fsum([*lost, today["value"]]), today["ideal_value"], today["ideal_value"])
        assert close(today["served"] + today["unserved"], today["demand"], today["demand"])
        unserved = math.fsum(today[flow.name] for flow in outcomes.UNSERVED_TIME_FLOWS)
        gap = today["production_days"] - today["served_days"]
        assert close(unserved, gap, today["production_days"] * 100)
        net = today["value"] - today["cost"] - today["payroll"]
        net -= today["capital"] + today["upkeep"]
        assert close(today["net_value"], net, max(today["value"], today["payroll"]))
        assert 0.0 <= today["discounted_capability_time"] <= today["payroll"] * (1.0 + TINY)
        for share in outcomes.SHARES:
            assert 0.0 <= today[share.name] <= 1.0 + TINY
        for name in outcomes.CAPABILITIES:
            capability = getattr(self.parameters.capabilities, name)
            highest = max(
                capability.maximum,
                capability.start_level,
                *(
                    change.values.get(f"capabilities.{name}.maximum", 0.0)
                    for change in self.parameters.changes
                ),
            )
            assert today[f"level_rise_{name}"] >= 0.0
            assert capability.start_level <= today[f"level_{name}"] <= highest


def check_run(model: ModelOpsModel, scenario: Scenario) -> None:
    """What must hold of a whole run."""
    days, series = scenario.horizon_days, model.datacollector.model_vars
    assert model.day == days
    for flow in outcomes.FLOWS:
        values = [float(value) for value in series[flow.name]]
        assert len(values) == days
        scale = math.fsum(map(abs, values))
        assert all(map(math.isfinite, values))
        assert close(model.totals[flow.name], math.fsum(values), scale)
    for developer in model.developers:
        present = math.fsum(developer.ledger_days)
        assert present <= days + TINY * days
        assert scenario.changes or close(present, days, days)
    present = math.fsum(map(float, series["developers"]))
    ledgers = math.fsum(days for entry in model.developers for days in entry.ledger_days)
    assert close(ledgers, present, present)
    answered = [model.totals[f"requests_{how}"] for how in ("in_time", "late", "withdrawn", "open")]
    assert math.fsum(answered) == model.totals["requests_received"]
    for name in outcomes.CAPABILITIES:
        levels = series[f"level_{name}"]
        assert levels == sorted(levels)
    ideal = model.totals["ideal_value"]
    lost = [model.totals[f"lost_{cause}"] for cause in outcomes.LOSSES]
    assert close(math.fsum([*lost, model.totals["value"]]), ideal, ideal)
    served = math.fsum(entry.served_total for entry in model.ml_models)
    assert close(served, model.totals["served_days"], model.totals["served_days"])
    per_model = math.fsum(entry.value_total for entry in model.ml_models)
    assert close(per_model, model.totals["value"], model.totals["value"])
    for name, value in model.summary().items():
        assert value is None or math.isfinite(value), name
    availability = model.summary()["availability"]
    assert availability is None or 0.0 <= availability <= 1.0 + TINY


def check_deliveries(model: ModelOpsModel) -> None:
    """Sums and medians of the times to production are those of the models that went live."""
    totals = model.totals
    delivered = [
        (entry.went_live_at - entry.arrived_at, entry.went_live_at - entry.begun_at)
        for entry in model.ml_models
        if entry.went_live_at is not None and entry.begun_at is not None
    ]
    assert len(delivered) == totals["models_delivered"]
    assert totals["has_delivered"] == (len(delivered) > 0)
    for name, days in zip(outcomes.MEDIANS, zip(*delivered, strict=True), strict=False):
        assert close(totals[f"{name}_days"], math.fsum(days))
        assert totals[f"{name}_median_days"] == median(days)
    assert totals["begun_to_live_days"] <= totals["idea_to_production_days"] * (1 + TINY)


def check_previous_versions(log: Iterable[LogRecord]) -> None:
    """One takes over at most once while the current one does not serve, and breaks only then."""
    since_change: dict[int, list[LogKind]] = {}
    for record in log:
        kind = LogKind(record.kind)
        if kind in TRIGGERS:
            since_change[record.model] = []
        elif kind in (LogKind.PREVIOUS_SERVES, LogKind.PREVIOUS_BROKE):
            passed = since_change.setdefault(record.model, [])
            assert passed == ([LogKind.PREVIOUS_SERVES] * (kind is LogKind.PREVIOUS_BROKE))
            passed.append(kind)


def check_ideas(model: ModelOpsModel, start: dict[int, State], lives: dict[int, Life]) -> None:
    """No idea that earns nothing is ever built; what was in build at the start goes on."""
    for entry in model.ml_models:
        if entry.score <= 0.0 and start.get(entry.number, State.IDEA) is State.IDEA:
            assert entry.begun_at is None
            life = lives[entry.number]
            assert {stay.state for stay in life.stays} <= {State.IDEA, State.RETIRED}


def check_sources(model: ModelOpsModel, scenario: Scenario) -> None:
    """Sources fail and are restored in turn, and models are offline for them meanwhile only."""
    down: set[int] = set()
    failures = 0
    for record in model.event_log:
        if record.kind == LogKind.SOURCE_FAILED:
            assert record.model not in down
            down.add(record.model)
            failures += 1
        elif record.kind == LogKind.SOURCE_RESTORED:
            down.remove(record.model)
        elif record.kind == LogKind.ISSUE_STRUCK and record.cause == Cause.SHARED:
            assert model.ml_models[record.model].source in down
    assert model.totals["source_failures"] == failures
    assert down == {source.number for source in model.sources if source.is_down}
    assert scenario.incidents.shared_sources == len(model.sources)


def check_capacity(model: ModelOpsModel) -> None:
    """Only steps add capacity, each of them asked for, one at a time."""
    growth = 1.0 + model.parameters.incidents.capacity_growth
    is_open = [False] * len(model.ml_models)
    steps = [0] * len(model.ml_models)
    for record in model.event_log:
        if record.kind == LogKind.CAPACITY_REQUESTED:
            assert not is_open[record.model]
            is_open[record.model] = True
        elif record.kind == LogKind.CAPACITY_ADDED:
            assert is_open[record.model]
            is_open[record.model] = False
            steps[record.model] += 1
    for entry in model.ml_models:
        number = entry.number
        assert close(entry.capacity, entry.attributes.capacity * growth ** steps[number])
        retired = entry.state is State.RETIRED
        assert (entry.capacity_step is not None) == (is_open[number] and not retired)
    assert model.totals["capacity_steps"] == sum(steps)
    assert model.totals["load_reviews"] >= sum(steps)


def check_scenario(scenario: Scenario) -> None:
    """Run a scenario and check all that must hold, day by day and in the end."""
    model = Watched(scenario, rng=scenario.horizon_days, ml_model_class=WatchedModel)
    start = {entry.number: entry.state for entry in model.ml_models}
    while model.running:
        model.step()
    check_run(model, scenario)
    times = [record.time for record in model.event_log]
    assert times == sorted(times)
    check_sources(model, scenario)
    assert all(0.0 <= time <= scenario.horizon_days for time in times)
    close = [record for record in model.event_log if record.time == scenario.horizon_days]
    assert {record.kind for record in close} <= {LogKind.RETIRED, LogKind.CAPABILITY_REACHED}
    lives = lives_of(start, model.event_log, scenario.horizon_days)
    for entry in model.ml_models:
        life = lives[entry.number]
        assert life.state is entry.state
        passed = {(stay.state, stay.trigger) for stay in life.stays if stay.trigger is not None}
        assert passed <= TARGET.keys()
    check_deliveries(model)
    check_previous_versions(model.event_log)
    check_ideas(model, start, lives)
    check_capacity(model)


@given(SCENARIOS)
@QUICK
def test_any_valid_scenario_runs_and_conserves(scenario: Scenario) -> None:
    check_scenario(scenario)


@pytest.mark.slow(85)
@given(scenarios(max_horizon_days=250, max_models=15))
@settings(QUICK, max_examples=400)
def test_many_longer_scenarios_run_and_conserve(scenario: Scenario) -> None:
    check_scenario(scenario)


@given(SCENARIOS, st.integers(1, 5), st.floats(1.0, 60.0))
@QUICK
def test_any_valid_scenario_conserves_with_shared_sources(
    scenario: Scenario, sources: int, per_year: float
) -> None:
    values = {"incidents.shared_sources": sources, "incidents.shared_per_year": per_year}
    check_scenario(with_values(scenario, values, source="test"))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_conserves(name: str) -> None:
    check_scenario(with_values(preset(name), {"horizon_days": 80}, source="test"))
