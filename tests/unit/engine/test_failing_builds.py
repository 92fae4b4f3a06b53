"""Builds that fail (ODD 7.7), against times and sums by hand."""

from __future__ import annotations

from typing import Any

import pytest

from modelops_abm.core.events import LogKind, RetirementReason, TaskClass
from modelops_abm.core.randomness import DecisionPoint, draw_key, uniform
from modelops_abm.core.statechart import State
from modelops_abm.mesa_engine.model import ModelOpsModel
from tests.verification.organisations import constant, quiet, run

PLAIN = {
    "team.developers": 1,
    "horizon_days": 40,
    "model.build_effort_days": constant(3.0),
    "model.deployment_effort_days": constant(2.0),
}


def client(*stages: str) -> dict[str, Any]:
    rows = [{"id": f"model {number}", "stage": stage} for number, stage in enumerate(stages)]
    return {"imported": {"source": "test", "models": rows}}


def finished(changes: dict[str, Any], *, seed: int = 5) -> ModelOpsModel:
    return run(quiet({**PLAIN, **changes}), seed=seed)


def records(model: ModelOpsModel, kind: LogKind) -> list[tuple[float, int, float]]:
    return [
        (record.time, record.model, record.detail)
        for record in model.event_log
        if record.kind == kind
    ]


def test_a_failed_build_ends_the_model_and_frees_its_developer() -> None:
    model = finished({**client("idea", "idea"), "portfolio.success_share": 0.0})
    assert [record[::2] for record in records(model, LogKind.BUILD_FAILED)] == [
        (3.0, 3.0),
        (6.0, 3.0),
    ]
    assert not records(model, LogKind.BUILD_DONE)
    assert not records(model, LogKind.RETIRED)
    for entry in model.ml_models:
        assert entry.state is State.RETIRED
        assert entry.retirement_reason is RetirementReason.FAILED
        assert entry.went_live_at is None
    assert model.totals["retired_failed"] == 2.0
    assert model.totals["failed_build_days"] == 6.0
    assert model.totals["models_delivered"] == 0.0
    assert model.developers[0].ledger_days[TaskClass.IDLE] == 34.0


def test_what_a_failed_build_took_are_the_days_of_the_ledger() -> None:
    """Half the focus takes twice the days; another's repair in between is none of them."""
    model = finished(
        {
            **client("idea", "deployment"),
            "portfolio.success_share": 0.0,
            "team.focus": 0.5,
            "incidents.pipeline_per_year": 60.0,
            "efforts.pipeline_repair": constant(1.0),
        }
    )
    ((failed_at, number, days),) = records(model, LogKind.BUILD_FAILED)
    assert days == pytest.approx(6.0)
    assert model.totals["failed_build_days"] == days
    assert number == 0
    struck = [time for time, _, _ in records(model, LogKind.ISSUE_STRUCK) if time < failed_at]
    # First the other's deployment, which nobody can know the end of: part of it was done before.
    went_live, _, _ = records(model, LogKind.WENT_LIVE)[0]
    assert struck
    assert failed_at == pytest.approx(went_live + 6.0 + 2.0 * len(struck))


def test_initial_builds_take_part_and_initial_deployments_do_not() -> None:
    model = finished({**client("build", "deployment"), "portfolio.success_share": 0.0})
    ((_, number, days),) = records(model, LogKind.BUILD_FAILED)
    assert number == 0
    # Of an initial build a share was done before the run, by no developer of the ledger.
    entity = model.ml_models[0].entity
    assert days == pytest.approx(3.0 * uniform(draw_key(entity, DecisionPoint.WORK_LEFT, 0)))
    assert [number for _, number, _ in records(model, LogKind.WENT_LIVE)] == [1]


@pytest.mark.parametrize(("level", "chance"), [(0.0, 0.4), (0.5, 0.55), (1.0, 0.7)])
def test_automation_saves_a_share_of_what_would_fail(level: float, chance: float) -> None:
    changes = {
        **client(*["idea"] * 40),
        "portfolio.success_share": 0.4,
        "capabilities.automation.handover_gain": 0.5,
        "capabilities.automation.effort_saving": 0.0,
        "capabilities.automation.start_level": level,
        "team.developers": 40,
    }
    model = finished(changes)
    for entry in model.ml_models:
        drawn = uniform(draw_key(entry.entity, DecisionPoint.BUILD_SUCCESS, 0))
        assert (entry.state is State.ONLINE) == (drawn < chance)
    assert 0 < len(records(model, LogKind.BUILD_FAILED)) < 40


def test_the_level_is_that_of_the_day_on_which_the_build_is_done() -> None:
    """The level rises from 0 to 1 on the first day, before the first build is done."""
    changes = {
        **client("idea"),
        "portfolio.success_share": 0.0,
        "capabilities.automation.handover_gain": 1.0,
        "capabilities.automation.maximum": 1.0,
        "capabilities.automation.effort_days": 0.5,
        "team.developers": 2,
    }
    (entry,) = finished(changes).ml_models
    assert entry.state is State.ONLINE


def test_a_build_that_ends_when_its_model_is_retired_has_not_failed() -> None:
    """Retirement comes before completion: the model leaves as planned, on day 3."""
    rows = client("idea")["imported"]["models"]
    rows[0]["retired_at"] = "2026-01-04"
    changes = {"imported": {"source": "test", "models": rows}, "portfolio.success_share": 0.0}
    model = finished(changes)
    assert model.ml_models[0].retirement_reason is RetirementReason.PLANNED
    assert model.totals["failed_build_days"] == model.totals["retired_failed"] == 0.0
