"""The table of states, and every model's path through it as the event log tells it."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from modelops_abm.core.events import LogKind, TaskClass
from modelops_abm.core.statechart import (
    PRODUCTION_STATES,
    STAGE_OF_STATE,
    TARGET,
    TRANSITIONS,
    IllegalTransitionError,
    Stage,
    State,
    Trigger,
    target,
)
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.presets import PRESETS, preset
from tests.docking.clockwork import constant
from tests.unit.engine.lives import Life, lives_of, watched_run

COUNTS: dict[str, tuple[State, ...]] = {
    "idea": (State.IDEA,),
    "build": (State.BUILD,),
    "deployment": (State.DEPLOYMENT,),
    "online": (State.ONLINE,),
    "retraining": (State.RETRAINING,),
    "offline_drift": (State.OFFLINE_DRIFT,),
    "retired": (State.RETIRED,),
}
VARIED: dict[str, dict[str, object]] = {
    "defaults": {},
    "no service while retraining": {"retraining.serves_while_retraining": False},
    "builds fail": {"portfolio.success_share": 0.5},
    "no preemption": {"team.preemption": "none"},
    "rollback and automation": {
        "capabilities.rollback.start_level": 1.0,
        "capabilities.automation.start_level": 1.0,
    },
    "capabilities grow": {
        f"capabilities.{name}.maximum": 1.0
        for name in ("automation", "monitoring", "rollback", "lineage", "autoscaling")
    },
    "everything breaks": {
        "incidents.pipeline_per_year": 200.0,
        "incidents.compliance_per_year": 60.0,
        "drift.onsets_per_year": 60.0,
        "retraining.interval_days": 7.0,
        "horizon_days": 200,
    },
    "abandoned": {"retraining.interval_days": 36500.0, "team.developers": 2},
}


def scenario_of(case: str) -> Scenario:
    return with_values(Scenario(), {"horizon_days": 500, **VARIED[case]}, source="test")


def count_at(lives: dict[int, Life], states: tuple[State, ...], time: float) -> int:
    """Models in some states just before a time."""
    return sum(
        stay.state in states and stay.begin < time <= stay.end
        for life in lives.values()
        for stay in life.stays
    )


def test_every_state_can_be_reached_from_the_idea_and_leads_to_retirement() -> None:
    reached, open_states = {State.IDEA}, [State.IDEA]
    while open_states:
        state = open_states.pop()
        for transition in TRANSITIONS:
            if transition.source is state and transition.target not in reached:
                reached.add(transition.target)
                open_states.append(transition.target)
    assert reached == set(State)
    for state in State:
        if state is not State.RETIRED:
            assert target(state, Trigger.RETIRES) is State.RETIRED


def test_the_table_is_a_function_and_nothing_leaves_retirement() -> None:
    assert len(TARGET) == len(TRANSITIONS)
    assert not [transition for transition in TRANSITIONS if transition.source is State.RETIRED]
    assert set(STAGE_OF_STATE) == set(State)
    assert set(STAGE_OF_STATE.values()) == set(Stage)
    assert set(PRODUCTION_STATES) == {
        State.ONLINE,
        State.RETRAINING,
        State.OFFLINE_ISSUE,
        State.OFFLINE_DRIFT,
    }
    assert {transition.trigger for transition in TRANSITIONS} == set(Trigger)


def test_every_other_transition_is_illegal() -> None:
    for state in State:
        for trigger in Trigger:
            if (state, trigger) not in TARGET:
                with pytest.raises(IllegalTransitionError, match=trigger.name):
                    target(state, trigger)


@pytest.mark.parametrize("case", VARIED)
def test_every_life_follows_the_table_and_agrees_with_the_agents(case: str) -> None:
    """Random walks: the log's path is legal, ends where the agent is, and gives every count."""
    scenario = scenario_of(case)
    model, lives = watched_run(scenario, seed=31)
    assert set(lives) == {entry.number for entry in model.ml_models}
    for entry in model.ml_models:
        life = lives[entry.number]
        assert life.state is entry.state
        assert life.cause is entry.cause
    series = model.datacollector.model_vars
    for day in range(0, scenario.horizon_days, 7):
        for name, states in COUNTS.items():
            assert series[f"models_{name}"][day] == count_at(lives, states, day + 1.0)
        issues: float = sum(
            series[f"models_offline_{cause}"][day]
            for cause in ("pipeline", "capacity", "compliance")
        )
        assert issues == count_at(lives, (State.OFFLINE_ISSUE,), day + 1.0)


@pytest.mark.parametrize("case", VARIED)
def test_days_in_each_state_agree_with_the_summary(case: str) -> None:
    model, lives = watched_run(scenario_of(case), seed=32)
    days: defaultdict[str, float] = defaultdict(float)
    for life in lives.values():
        for stay in life.stays:
            if stay.cause is not None:
                days[stay.cause.name.lower()] += stay.end - stay.begin
            if STAGE_OF_STATE[stay.state] is Stage.PRODUCTION:
                days["production"] += stay.end - stay.begin
    summary = model.summary()
    for cause in ("pipeline", "capacity", "compliance", "drift", "retraining"):
        found = summary[f"state_days_{cause}"]
        assert found == pytest.approx(days[cause], rel=1e-9, abs=1e-6)
    assert summary["production_days"] == pytest.approx(days["production"], rel=1e-9)


def test_every_transition_of_the_table_happens_in_some_run() -> None:
    taken = set()
    for case in VARIED:
        _, lives = watched_run(scenario_of(case), seed=33)
        for life in lives.values():
            taken |= {(stay.state, stay.trigger) for stay in life.stays}
    early = with_values(
        Scenario(),
        {
            "imported": _short_lived(),
            "team.developers": 1,
            "horizon_days": 60,
        },
        source="test",
    )
    _, lives = watched_run(early, seed=33)
    for life in (*lives.values(), *_with_leavers().values(), *_with_requests().values()):
        taken |= {(stay.state, stay.trigger) for stay in life.stays}
    missing = set(TARGET) - {pair for pair in taken if pair[1] is not None}
    assert not missing


LONG_RETRAININGS = {"efforts.retraining": constant(6.0), "retraining.interval_days": 30.0}
"""Retrainings so long and frequent that whatever may happen in one does."""


def _with_requests() -> dict[int, Life]:
    """Return lives of models about which somebody asks more than a small team can answer."""
    request = {"name": "audit", "per_year": 12.0, "deadline_days": 5.0, "effort": constant(2.0)}
    values = {"requests": [request], "horizon_days": 240, **LONG_RETRAININGS}
    return watched_run(with_values(Scenario(), values, source="test"), seed=33)[1]


def _with_leavers() -> dict[int, Life]:
    """Lives in a run in which whoever retrains a model leaves."""
    values = {"horizon_days": 60, **LONG_RETRAININGS}
    model = ModelOpsModel(with_values(Scenario(), values, source="test"), rng=33)
    start = {entry.number: entry.state for entry in model.ml_models}
    while model.running:
        model.step()
        for developer in model.developers[1:]:
            if developer.task is not None and developer.task.task_class is TaskClass.RETRAIN:
                developer.remove()
    return lives_of(start, model.event_log, 60.0)


def _short_lived() -> dict[str, object]:
    """Models in every early stage whose end is planned soon."""
    entries = [
        {"id": f"{stage} {number}", "stage": stage, "retired_at": f"2026-01-{day:02d}"}
        for stage in ("idea", "build", "deployment")
        for number, day in enumerate((3, 10, 20))
    ]
    return {"source": "test", "models": entries}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_walks_the_table_for_a_while(name: str) -> None:
    scenario = with_values(preset(name), {"horizon_days": 150}, source="test")
    model, lives = watched_run(scenario, seed=34)
    assert all(lives[entry.number].state is entry.state for entry in model.ml_models)


def test_offline_times_in_the_log_are_the_stays() -> None:
    model = ModelOpsModel(scenario_of("everything breaks"), rng=35)
    start = {entry.number: entry.state for entry in model.ml_models}
    model.run_model()
    lives = lives_of(start, model.event_log, 200.0)
    stays = {
        (number, stay.end): stay.end - stay.begin
        for number, life in lives.items()
        for stay in life.stays
        if stay.state in (State.OFFLINE_ISSUE, State.OFFLINE_DRIFT)
    }
    total = 0.0
    for record in model.event_log:
        if record.kind in (LogKind.ISSUE_RESOLVED, LogKind.DRIFT_ADDRESSED):
            assert record.detail == pytest.approx(stays[record.model, record.time], abs=1e-9)
            total += record.detail
    waited = model.totals["restore_waiting_days"] + model.totals["restore_working_days"]
    assert math.isclose(waited, total, rel_tol=1e-9)
