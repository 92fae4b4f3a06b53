"""Section 4 of the specification, rule by rule, on the event log of runs with much trouble."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from modelops_abm.core.events import LogKind, LogRecord, TaskClass
from modelops_abm.core.statechart import Cause
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.rules.constants import NOT_GIVEN
from modelops_abm.rules.maintenance import maintenance_effort
from modelops_abm.scenario import Scenario, with_values
from tests.unit.engine.lives import on_steps

INTERVAL_DAYS = 25.0
TROUBLE: dict[str, Any] = {
    "horizon_days": 300,
    "portfolio.initial_models": 12,
    "team.developers": 7,
    "incidents.pipeline_per_year": 30.0,
    "incidents.compliance_per_year": 6.0,
    "incidents.capacity_per_year": 20.0,
    "drift.onsets_per_year": 15.0,
    "retraining.interval_days": INTERVAL_DAYS,
    "model.yearly_power_loss": {"family": "lognormal", "mean": 0.5, "cv": 0.3},
    "model.useful_life_years": {"family": "weibull", "mean": 5.0, "cv": 0.3},
    "capabilities.rollback.start_level": 0.7,
    "capabilities.automation.start_level": 0.7,
    "capabilities.monitoring.start_level": 0.6,
}
CASES: dict[str, dict[str, Any]] = {
    "serves while retraining": {},
    "does not": {"retraining.serves_while_retraining": False},
    "too few developers": {"team.developers": 3},
    "no preemption": {"team.preemption": "none"},
}


@cache
def run(case: str) -> ModelOpsModel:
    scenario = with_values(Scenario(), {**TROUBLE, **CASES[case]}, source="test")
    model = ModelOpsModel(scenario, rng=71)
    model.run_model()
    return model


@dataclass
class Ward:
    """What one model's records say of it, checked record by record."""

    serves_while_retraining: bool
    online: bool = True
    away: int | None = None
    away_since: float = 0.0
    retraining: bool = False
    request: str = ""
    drifting: bool = False
    detected: bool = False
    pending: bool = False
    restored_at: float | None = None
    due_seen: bool = False
    rolled_back: bool = False
    onset: float = 0.0
    severity: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)

    def read(self, record: LogRecord) -> None:
        kind = LogKind(record.kind)
        if self.online and self.pending and self.away_since < record.time:
            assert self.request, "a detected drift is acted on as soon as the model is online"
            assert self.loss_at(self.away_since) < 0.15
            self.pending = False  # a request that waits already will do
        if self.online and self.detected and not self.pending:
            opened = math.ceil(record.time) - 1.0
            assert opened <= self.away_since or self.loss_at(opened) < 0.15
        self.check_due(record, kind)
        reader = getattr(self, f"on_{kind.name.lower()}", None)
        if reader is not None:
            reader(record)

    def loss_at(self, time: float) -> float:
        """Loss of power to the active drift."""
        return self.severity * -math.expm1(-(time - self.onset) / 20.0)

    def check_due(self, record: LogRecord, kind: LogKind) -> None:
        """A retraining is requested by its due time, unless a request is there already."""
        if self.restored_at is None or self.due_seen:
            return
        due = self.restored_at + INTERVAL_DAYS
        if record.time > due + 1e-9:
            assert self.request or self.retraining, "a retraining that was due is not requested"
            self.due_seen = True
        elif kind is LogKind.RETRAINING_REQUESTED and record.cause == Cause.RETRAINING:
            assert record.time == pytest.approx(due, abs=1e-9)
            self.due_seen = True

    def restore(self, record: LogRecord) -> None:
        self.restored_at, self.due_seen = record.time, False
        self.drifting = self.detected = self.pending = False
        self.request = ""
        self.back(record)

    def back(self, record: LogRecord) -> None:
        self.online, self.away, self.rolled_back = True, None, False
        self.away_since = record.time

    def on_retraining_requested(self, record: LogRecord) -> None:
        assert not self.request, "one request per model"
        self.request = "waiting"
        self.seen["requested while away"] += not self.online
        if record.cause == Cause.DRIFT:
            assert self.online
            assert self.drifting
            self.pending = False

    def on_retraining_began(self, record: LogRecord) -> None:
        assert self.online
        assert self.request in ("waiting", "interrupted")
        self.seen["resumed"] += self.request == "interrupted"
        self.request, self.retraining, self.online = "begun", True, False
        self.away, self.away_since = Cause.RETRAINING, record.time

    def on_retrained(self, record: LogRecord) -> None:
        assert self.retraining
        assert self.request == "begun"
        self.seen["unseen drift cleared"] += self.drifting and not self.detected
        self.retraining = False
        self.restore(record)

    def on_issue_struck(self, record: LogRecord) -> None:
        assert self.away in (None, Cause.RETRAINING)
        assert self.away is None or self.serves_while_retraining
        if self.retraining:
            self.request, self.retraining = "interrupted", False
        self.online, self.away, self.away_since = False, record.cause, record.time

    def on_issue_resolved(self, record: LogRecord) -> None:
        assert self.away == record.cause
        assert record.detail == pytest.approx(record.time - self.away_since, abs=1e-9)
        self.back(record)

    def on_self_healed(self, record: LogRecord) -> None:
        assert self.away == Cause.PIPELINE
        assert record.time == pytest.approx(self.away_since + 0.05, abs=1e-9)
        self.seen["healed"] += 1

    def on_drift_set_in(self, record: LogRecord) -> None:
        assert not self.drifting
        assert self.online or (self.retraining and self.serves_while_retraining)
        self.drifting = True
        self.onset, self.severity = record.time, record.detail

    def on_drift_detected(self, record: LogRecord) -> None:
        assert self.drifting
        assert not self.detected
        assert record.detail == pytest.approx(self.loss_at(record.time), rel=1e-9)
        self.detected, self.pending = True, True
        if self.online:
            self.away_since = record.time
            self.seen["mild"] += record.detail < 0.15
        else:
            self.seen["detected while away"] += 1

    def on_drift_found(self, record: LogRecord) -> None:
        assert self.online
        assert record.detail >= 0.15
        assert record.detail == pytest.approx(self.loss_at(record.time), rel=1e-9)
        if self.pending:
            assert record.time == self.away_since
            self.seen["request before a fix"] += bool(self.request)
        else:
            assert self.detected
            assert self.request, "a mild drift is judged again while its request waits"
            assert record.time.is_integer()
            self.request = ""
            self.seen["judged again"] += 1
        self.pending, self.online, self.away = False, False, Cause.DRIFT
        self.away_since = record.time

    def on_drift_addressed(self, record: LogRecord) -> None:
        assert self.away == Cause.DRIFT
        self.restore(record)

    def on_previous_serves(self, record: LogRecord) -> None:
        assert self.away == record.cause
        assert record.cause != Cause.CAPACITY
        assert not self.rolled_back
        assert record.time == pytest.approx(self.away_since + 0.04, abs=1e-9)
        self.rolled_back = True
        self.seen["rolled back"] += 1

    def on_previous_broke(self, record: LogRecord) -> None:
        assert self.away == record.cause
        assert self.rolled_back
        self.rolled_back = False
        self.seen["broken"] += 1


def wards(case: str) -> tuple[list[Ward], list[tuple[Ward, LogRecord]]]:
    model = run(case)
    serves = case != "does not"
    found = [Ward(serves) for _ in range(12)]
    readings = []
    for record in model.event_log:
        of_a_model = record.kind not in (LogKind.CAPABILITY_STARTED, LogKind.CAPABILITY_REACHED)
        work = record.kind <= LogKind.WORK_COMPLETED
        if of_a_model and not work and 0 <= record.model < 12:
            found[record.model].read(record)
            readings.append((found[record.model], record))
    return found, readings


@pytest.mark.parametrize("case", CASES)
def test_every_record_is_where_the_rules_allow_it(case: str) -> None:
    _, readings = wards(case)
    assert len(readings) > 500


def test_the_runs_above_meet_every_turn_of_the_rules() -> None:
    seen = sum((ward.seen for case in CASES for ward in wards(case)[0]), Counter[str]())
    for turn in (
        "healed",
        "rolled back",
        "broken",
        "judged again",
        "mild",
        "detected while away",
        "requested while away",
        "request before a fix",
        "resumed",
        "unseen drift cleared",
    ):
        assert seen[turn] > 0, turn


def expected_effort(entity: int, cause: Cause, number: int) -> float:
    """Effort by the rule, which has its own tests, at the levels that all cases have."""
    model = run("serves while retraining")
    care = model.constants.care
    law = NOT_GIVEN
    return maintenance_effort(care, model.levels, law, law, entity, cause.value, number)


NOT_OF_ONE_MODEL = (Cause.DECAY, Cause.SHARED)


@pytest.mark.parametrize("case", CASES)
def test_the_nth_issue_drift_and_retraining_have_the_nth_effort(case: str) -> None:
    """Counted here from the log: issues by cause, drifts by onset, retrainings by their start."""
    model = run(case)
    count: Counter[tuple[int, int]] = Counter()
    trouble: dict[int, Cause] = {}
    resumes: set[int] = set()
    compared: Counter[Cause] = Counter()
    steps = on_steps(model.event_log)
    for record in model.event_log:
        if record in steps:
            continue
        number, kind = record.model, LogKind(record.kind)
        if kind in (LogKind.ISSUE_STRUCK, LogKind.DRIFT_SET_IN):
            count[number, record.cause] += 1
        if kind in (LogKind.ISSUE_STRUCK, LogKind.DRIFT_FOUND):
            trouble[number] = Cause(record.cause)
        elif kind is LogKind.RETRAINING_REQUESTED:
            resumes.discard(number)
        elif kind is LogKind.WORK_STARTED and record.cause <= TaskClass.RETRAIN:
            cause = trouble[number] if record.cause == TaskClass.REPAIR else Cause.RETRAINING
            if cause is Cause.RETRAINING and number in resumes:
                continue
            if cause is Cause.RETRAINING:
                resumes.add(number)
                count[number, cause] += 1
            entity = model.ml_models[number].entity
            expected = expected_effort(entity, cause, count[number, cause] - 1)
            assert record.detail == expected
            compared[cause] += 1
    assert min(compared[cause] for cause in Cause if cause not in NOT_OF_ONE_MODEL) > 0


@pytest.mark.parametrize("case", CASES)
def test_repairs_and_retrainings_begin_only_where_they_are_needed(case: str) -> None:
    """A retraining is worked on in its own state only, a repair offline only."""
    model, started = run(case), Counter[tuple[int, int]]()
    steps = on_steps(model.event_log)
    for record in model.event_log:
        if record in steps:
            continue
        if record.kind == LogKind.WORK_STARTED and record.cause in (
            TaskClass.REPAIR,
            TaskClass.RETRAIN,
        ):
            started[record.model, record.cause] += 1
        elif record.kind == LogKind.RETRAINING_BEGAN:
            started[record.model, TaskClass.RETRAIN] -= 1
            assert started[record.model, TaskClass.RETRAIN] == 0
    assert all(number == 0 for (_, task_class), number in started.items() if task_class == 1)


def test_a_self_healed_issue_needs_no_developer() -> None:
    helped: dict[int, bool] = {}
    healed = 0
    for record in run("serves while retraining").event_log:
        if record.kind == LogKind.ISSUE_STRUCK:
            helped[record.model] = False
        elif record.kind == LogKind.WORK_STARTED and record.cause == TaskClass.REPAIR:
            helped[record.model] = True
        elif record.kind == LogKind.SELF_HEALED:
            assert not helped[record.model]
            healed += 1
    assert healed > 10


def test_offline_time_served_by_the_previous_version_counts_as_served() -> None:
    model = run("serves while retraining")
    totals = model.totals
    for cause in ("pipeline", "compliance", "drift"):
        assert totals[f"unserved_days_{cause}"] < totals[f"state_days_{cause}"]
    assert totals["unserved_days_retraining"] == 0.0
    assert run("does not").totals["unserved_days_retraining"] > 0.0
    unserved = sum(value for name, value in totals.items() if name.startswith("unserved_days_"))
    gap = totals["production_days"] - totals["served_days"]
    assert unserved == pytest.approx(gap, rel=1e-9)
