"""Capacity that is planned and costs money (ODD 7.15): times and sums by hand, ties included."""

from __future__ import annotations

import math
from typing import Any

import pytest

from modelops_abm.core.events import NOBODY, LogKind, LogRecord, TaskClass
from modelops_abm.core.randomness import (
    DecisionPoint,
    Origin,
    draw_key,
    entity_key,
    index_of_identifier,
    uniform,
)
from modelops_abm.core.statechart import Cause, Stage, State
from modelops_abm.mesa_engine.model import ModelOpsModel
from tests.docking.clockwork import reviewed_as_a_repair_ends
from tests.docking.docking import dock
from tests.verification.organisations import NEVER_DAYS, constant, daily, quiet, run

SEED = 3
# All of 100 users ask for 4 predictions a day: 400, where 300 can be served.
FULL: dict[str, Any] = {
    "horizon_days": 200,
    "team.developers": 1,
    "portfolio.initial_usage_share": 1.0,
    "model.predictions_per_user_day": constant(4.0),
    "model.value_per_prediction": constant(0.5),
    "model.cost_per_prediction": constant(0.01),
    "model.cost_of_wrong_prediction": constant(0.0),
    "capacity.review_days": 40.0,
    "capacity.target_load": 0.8,
    "efforts.capacity_step": constant(2.0),
}
LIVE: dict[str, Any] = {
    "id": "one",
    "users": 100.0,
    "addressable_users": 100.0,
    "capacity_per_day": 300.0,
}
CAPACITY = (LogKind.CAPACITY_REQUESTED, LogKind.CAPACITY_ADDED)


def lived(row: dict[str, Any] = LIVE, **changes: Any) -> ModelOpsModel:
    """Run an organisation with one model in both engines, which must agree."""
    dotted = {name.replace("__", "."): value for name, value in changes.items()}
    client = {"imported": {"source": "test", "models": [row]}}
    scenario = quiet({**FULL, **client, **dotted})
    dock(scenario, SEED)
    return run(scenario, seed=SEED)


def of(model: ModelOpsModel, *kinds: LogKind) -> list[LogRecord]:
    return [record for record in model.event_log if record.kind in kinds]


def first_review(review_days: float = 40.0) -> float:
    client = Origin.CLIENT_MODEL.value
    entity = entity_key(SEED, 0, client, index_of_identifier("one"))
    return uniform(draw_key(entity, DecisionPoint.FIRST_REVIEW.value, 0)) * review_days


def test_reviews_add_capacity_until_it_is_enough() -> None:
    """300, 375 and 469 a day are less than 400 / 0.8; 586 are not."""
    model = lived()
    first = first_review()
    steps = [first, first + 40.0, first + 80.0]
    assert [record.time for record in of(model, LogKind.CAPACITY_REQUESTED)] == pytest.approx(steps)
    asked = {(record.cause, round(record.detail, 6)) for record in of(model, CAPACITY[0])}
    assert asked == {(NOBODY, 400.0)}
    added = of(model, LogKind.CAPACITY_ADDED)
    assert [record.time for record in added] == pytest.approx([time + 2.0 for time in steps])
    assert [record.detail for record in added] == pytest.approx([375.0, 468.75, 585.9375])
    assert model.totals["load_reviews"] == math.floor((200.0 - first) / 40.0) + 1
    assert model.summary()["capacity_steps"] == 3.0
    assert model.developers[0].ledger_days[TaskClass.RETRAIN] == pytest.approx(6.0)
    assert model.totals["state_days_retraining"] == 0.0


def test_who_goes_live_is_reviewed_that_many_days_later() -> None:
    row = {"id": "one", "stage": "idea", "build_effort_days": 1.0, "deployment_effort_days": 2.0}
    model = lived({**row, "capacity_per_day": 1e-6})
    assert of(model, LogKind.WENT_LIVE)[0].time == 3.0
    assert of(model, LogKind.CAPACITY_REQUESTED)[0].time == 43.0
    # 43, 83, 123 and 163; the fifth would be on day 203.
    assert model.totals["load_reviews"] == 4.0


def test_capacity_at_the_target_is_enough() -> None:
    assert not of(lived({**LIVE, "capacity_per_day": 500.1}), *CAPACITY)
    assert of(lived({**LIVE, "capacity_per_day": 499.9}), *CAPACITY)


def test_demand_factor_and_autoscaling_count() -> None:
    """800 from day 100 on, of 600 that can be served; with autoscaling of 2,400."""
    changes = [{"day": 100, "usage.demand_factor": 2.0}]
    row = {**LIVE, "capacity_per_day": 600.0}
    asked = of(lived(row, changes=changes), LogKind.CAPACITY_REQUESTED)
    first = first_review()
    assert asked[0].time == pytest.approx(first + 40.0 * math.ceil((100.0 - first) / 40.0))
    assert asked[0].detail == pytest.approx(800.0)
    assert not of(
        lived(row, changes=changes, capabilities__autoscaling__start_level=1.0), *CAPACITY
    )


def test_a_repair_adds_nothing_and_is_followed_by_a_review() -> None:
    model = lived(
        capacity__review_days=NEVER_DAYS,
        incidents__capacity_per_year=20.0,
        efforts__capacity_repair=constant(1.0),
        capabilities__rollback__maximum=0.0,
    )
    repaired, asked, added = (of(model, kind)[0] for kind in (LogKind.ISSUE_RESOLVED, *CAPACITY))
    assert (asked.time, asked.cause) == (repaired.time, Cause.CAPACITY)
    assert repaired.time == pytest.approx(of(model, LogKind.ISSUE_STRUCK)[0].time + 1.0)
    assert (added.time, added.detail) == (pytest.approx(repaired.time + 2.0), 375.0)
    steps = len(of(model, LogKind.CAPACITY_ADDED))
    assert model.ml_models[0].capacity == pytest.approx(300.0 * 1.25**steps)
    assert model.totals["load_reviews"] == len(of(model, LogKind.ISSUE_RESOLVED))


def test_a_repair_that_ends_as_a_review_is_due_asks_once() -> None:
    found = 0
    for case in filter(None, map(reviewed_as_a_repair_ends, range(30))):
        log = dock(*case).log
        ended = next(record.time for record in log if record.kind == LogKind.ISSUE_RESOLVED)
        asked = [record for record in log if record.kind == LogKind.CAPACITY_REQUESTED]
        assert [record.cause for record in asked if record.time == ended] == [NOBODY]
        found += 1
    assert found > 3


def test_one_step_at_a_time() -> None:
    """What a review asks for while a step is open is dropped, not kept."""
    model = lived(efforts__capacity_step=constant(90.0))
    asked, first = of(model, LogKind.CAPACITY_REQUESTED), first_review()
    assert [record.time for record in asked] == pytest.approx([first, first + 120.0])
    assert model.ml_models[0].capacity == 375.0


def test_the_state_does_not_change_and_does_not_matter() -> None:
    """Offline for an issue from early on, the model is given capacity all the same."""
    model = lived(
        team__developers=2,
        incidents__compliance_per_year=400.0,
        efforts__compliance_repair=constant(500.0),
    )
    (struck,), (added,) = of(model, LogKind.ISSUE_STRUCK), of(model, LogKind.CAPACITY_ADDED)
    assert struck.time < first_review()
    assert added.time == pytest.approx(first_review() + 2.0)
    assert model.ml_models[0].state is State.OFFLINE_ISSUE


def test_who_retires_needs_no_more_capacity() -> None:
    row = {**LIVE, "retired_at": "2026-03-12"}
    model = lived(row, efforts__capacity_step=constant(90.0))
    entry = model.ml_models[0]
    assert (entry.stage, entry.retired_at, entry.capacity) == (Stage.RETIRED, 70.0, 300.0)
    assert model.developers[0].ledger_days[TaskClass.RETRAIN] == pytest.approx(
        70.0 - first_review()
    )
    assert model.developers[0].task is None
    assert model.totals["capacity_steps"] == 0.0
    assert model.scheduler.waiting[TaskClass.RETRAIN] == 0


def test_a_leaver_lays_down_the_step() -> None:
    """Two of three days are left when somebody comes back on day 100."""
    begun = math.ceil(first_review())
    changes = [{"day": begun, "team.developers": 0}, {"day": 100, "team.developers": 1}]
    model = lived(efforts__capacity_step=constant(3.0), changes=changes)
    (laid_down,) = of(model, LogKind.WORK_INTERRUPTED)
    assert laid_down.detail == pytest.approx(3.0 - (begun - first_review()))
    assert of(model, LogKind.CAPACITY_ADDED)[0].time == pytest.approx(100.0 + laid_down.detail)
    assert model.ml_models[0].state is State.ONLINE


def test_an_effort_is_that_of_the_day_on_which_work_starts() -> None:
    first = first_review()
    changes = [{"day": math.ceil(first) + 1, "efforts.capacity_step": 5.0}]
    added = of(lived(changes=changes), LogKind.CAPACITY_ADDED)
    assert [record.time for record in added] == pytest.approx(
        [first + 2.0, first + 45.0, first + 85.0]
    )


def test_automation_saves_on_steps() -> None:
    model = lived(capabilities__automation__start_level=0.5)
    added = of(model, LogKind.CAPACITY_ADDED)[0]
    assert added.time == pytest.approx(first_review() + 2.0 * (1.0 - 0.3 * 0.5))


def test_own_capacity_costs_and_autoscaling_when_it_is_used() -> None:
    """A prediction costs 0.01: 300 served and 300 held ready at a fifth; then 400 and 300."""
    still = {"capacity__review_days": NEVER_DAYS, "capacity__cost_share": 0.2, "horizon_days": 5}
    assert daily(lived(**still), "cost") == pytest.approx([3.0 + 0.6] * 5)
    scaled = lived(**still, capabilities__autoscaling__start_level=1.0)
    assert daily(scaled, "cost") == pytest.approx([4.0 + 0.6] * 5)
    idle = lived(**still, usage__demand_factor=0.0)
    assert daily(idle, "cost") == pytest.approx([0.6] * 5)


def test_capacity_costs_while_in_production_served_or_not() -> None:
    row = {**LIVE, "retired_at": "2026-01-04"}
    model = lived(
        row,
        capacity__review_days=NEVER_DAYS,
        capacity__cost_share=0.5,
        incidents__compliance_per_year=1e4,
        efforts__compliance_repair=constant(500.0),
        horizon_days=5,
    )
    assert daily(model, "cost")[1:] == pytest.approx([1.5, 1.5, 0.0, 0.0])
