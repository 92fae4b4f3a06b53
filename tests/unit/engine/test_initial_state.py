"""Where everything stands on day 0 (ODD 5), for the scenario's own portfolio and a client's."""

from __future__ import annotations

import math
from typing import Any

import pytest

from modelops_abm.core.events import LogKind, RetirementReason, TaskClass
from modelops_abm.core.randomness import DecisionPoint, draw_key, uniform
from modelops_abm.core.statechart import Serving, Stage, State
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario, with_values


def model_of(changes: dict[str, Any] | None = None, *, seed: int = 61) -> ModelOpsModel:
    return ModelOpsModel(with_values(Scenario(), changes or {}, source="test"), rng=seed)


def imported(**values: Any) -> ModelOpsModel:
    return model_of({"imported": {"source": "test", "models": [{"id": "one", **values}]}})


def test_the_reference_organisation_starts_as_specified() -> None:
    model = model_of()
    states = [entry.state for entry in model.ml_models]
    assert states[:24] == [State.ONLINE] * 24
    assert sorted(states[24:]) == [State.IDEA] * 36 + [State.BUILD] * 4
    assert len(model.developers) == 8
    assert model.levels == (0.0,) * 5


def test_models_in_production_have_a_past() -> None:
    for entry in model_of().ml_models[:24]:
        assert entry.went_live_at is not None
        assert -entry.attributes.useful_life_days < entry.went_live_at < 0.0
        assert entry.serving is Serving.CURRENT
        stocks, traits = entry.stocks, entry.attributes.traits
        assert stocks.usage == pytest.approx(0.8 * traits.full_usage)
        assert (stocks.ideal_users, stocks.ideal_usage) == (stocks.users, stocks.usage)
        assert stocks.availability_memory == 1.0
        assert 0.0 < stocks.users < traits.market_size
        assert entry.condition is not None
        assert not entry.condition.drifting
        assert math.exp(-entry.attributes.decay * 90.0) <= entry.condition.base() <= 1.0


def test_retraining_is_due_an_interval_after_the_last_one() -> None:
    model = model_of({"horizon_days": 90, "team.developers": 200})
    model.run_model()
    due: dict[int, float] = {}
    for record in model.event_log:
        if record.kind == LogKind.RETRAINING_REQUESTED:
            due.setdefault(record.model, record.time)
    for entry in model.ml_models[:24]:
        age = -(entry.went_live_at or 0.0)
        ago = min(age, 90.0 * uniform(draw_key(entry.entity, DecisionPoint.LAST_RETRAINING, 0)))
        untouched = entry.exposure.counts[3] == 0 and entry.stage is Stage.PRODUCTION
        if untouched and entry.condition is not None and entry.condition.health.restored > 0.93:
            assert due[entry.number] == pytest.approx(90.0 - ago, abs=1e-9)


def test_the_best_ideas_are_in_build_with_part_of_the_work_left() -> None:
    model = model_of()
    ideas = model.ml_models[24:]
    best = sorted(ideas, key=lambda idea: -idea.score)[:4]
    assert {idea for idea in ideas if idea.state is State.BUILD} == set(best)
    for idea in best:
        assert idea.work is not None
        assert idea.work.interrupted
    model.step()
    first = [record for record in model.event_log if record.kind == LogKind.WORK_STARTED][:8]
    for record in first[:4]:
        idea = model.ml_models[record.model]
        left = uniform(draw_key(idea.entity, DecisionPoint.WORK_LEFT, 0))
        assert record.detail == pytest.approx(left * idea.attributes.build_effort_days)
    assert {record.model for record in first[:4]} == {idea.number for idea in best}
    assert [record.developer for record in first] == list(range(8))
    assert {record.cause for record in first} == {TaskClass.BUILD}


@pytest.mark.parametrize(("stage", "work"), [("build", "build"), ("deployment", "deploy")])
def test_work_in_progress_is_scaled_when_it_starts_in_the_run(stage: str, work: str) -> None:
    """One developer puts in automation first, which then saves on what is left."""
    rows = [{"id": "one", "stage": stage, f"{stage}_effort_days": 30.0}]
    automation = {"maximum": 1.0, "effort_days": 6.0, "effort_per_model_days": 0.0}
    model = model_of(
        {
            "imported": {"source": "test", "models": rows},
            "portfolio.ideas_per_year": 0.0,
            "team.developers": 1,
            **{f"capabilities.automation.{name}": value for name, value in automation.items()},
        }
    )
    model.run_for(20.0)
    (entry,) = model.ml_models
    saved = model.parameters.capabilities.automation.effort_saving
    (begun,) = [
        record
        for record in model.event_log
        if record.kind == LogKind.WORK_STARTED and record.cause == TaskClass[work.upper()]
    ]
    left = 30.0 * uniform(draw_key(entry.entity, DecisionPoint.WORK_LEFT, 0))
    assert begun.time == pytest.approx(6.0 / model.parameters.team.focus)
    assert begun.detail == pytest.approx(left * (1.0 - saved))


def test_a_clients_portfolio_replaces_the_initial_one_and_ideas_still_arrive() -> None:
    model = imported()
    assert [entry.name for entry in model.ml_models] == ["one"]
    model.run_for(200.0)
    assert len(model.ml_models) > 3
    assert {entry.who.origin for entry in model.ml_models} == {"client", "idea"}


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        ("idea", State.IDEA),
        ("build", State.BUILD),
        ("deployment", State.DEPLOYMENT),
        ("production", State.ONLINE),
        ("retired", State.RETIRED),
    ],
)
def test_a_clients_model_stands_where_he_says(stage: str, state: State) -> None:
    (entry,) = imported(stage=stage).ml_models
    assert entry.state is state


def test_dates_count_from_the_start_date() -> None:
    (entry,) = imported(
        deployed_at="2025-01-01",
        last_retrained_at="2025-12-12",
        retired_at="2026-03-02",
        retraining_interval_days=60.0,
    ).ml_models
    model = entry.model
    assert entry.went_live_at == -365.0
    model.run_for(100.0)
    assert (entry.retired_at, entry.retirement_reason) == (60.0, RetirementReason.PLANNED)
    scheduled = [
        record.time
        for record in model.event_log
        if record.kind == LogKind.RETRAINING_REQUESTED and record.model == 0
    ]
    assert scheduled[0] <= 40.0


def test_a_clients_users_take_the_place_of_the_bass_start() -> None:
    (entry,) = imported(
        users=120.0,
        addressable_users=200.0,
        predictions_per_user_day=6.0,
        current_predictions_per_user_day=1.5,
        capacity_per_day=77.0,
        value_per_prediction=0.25,
    ).ml_models
    assert entry.stocks == (120.0, 1.5, 1.0, 120.0, 1.5)
    assert entry.attributes.traits.market_size == 200.0
    assert entry.attributes.traits.full_usage == 6.0
    assert entry.attributes.traits.value_per_prediction == 0.25
    assert entry.capacity == 77.0


def test_what_comes_from_the_client_is_said() -> None:
    (entry,) = imported(users=120.0, stage="production").ml_models
    assert set(entry.who.from_client) == {"id", "name", "users", "stage"}


def test_archetypes_give_their_own_attributes() -> None:
    kinds = [
        {"name": "small", "share": 0.5, "market_size": {"family": "constant", "mean": 10.0}},
        {"name": "large", "share": 0.5, "market_size": {"family": "constant", "mean": 9000.0}},
    ]
    model = model_of({"archetypes": kinds})
    sizes = {(entry.archetype, entry.attributes.traits.market_size) for entry in model.ml_models}
    assert sizes == {("small", 10.0), ("large", 9000.0)}
