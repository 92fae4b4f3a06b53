"""Runs to draw: an ordinary one, its baseline, and the edges of what there may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from modelops_abm.runs import simulate
from modelops_abm.runs.results import Run
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.presets import preset

DAYS = 730
EMPTY = {"initial_models": 0, "initial_ideas": 0, "initial_builds": 0, "ideas_per_year": 0.0}


def _simulated(name: str = "reference", days: int = DAYS, **sections: dict[str, object]) -> Run:
    values = preset(name).model_dump()
    values["horizon_days"] = days
    for section, changes in sections.items():
        values[section] = {**(values[section] or {}), **changes}
    return simulate(Scenario.model_validate(values), seed=1, model_days=True)


_MADE: dict[str, Run] = {}
_RUNS: dict[str, Callable[[], Run]] = {
    "baseline": _simulated,
    "plan": lambda: _simulated("all_five"),
    "nothing": lambda: _simulated(days=1, portfolio=EMPTY),
    "day": lambda: _simulated(days=1),
    "quiet": lambda: _simulated(
        days=200,
        incidents={
            "pipeline_per_year": 0.0,
            "capacity_per_year": 0.0,
            "compliance_per_year": 0.0,
        },
        drift={"onsets_per_year": 0.0, "decay_alert": "never"},
        retraining={"interval_days": 1000.0},
        portfolio={"past_retraining_interval_days": 1.0},
    ),
    "worthless": lambda: _simulated(
        days=100,
        model={"value_per_prediction": {"family": "constant", "mean": 0.0, "cv": 0.0}},
    ),
    "not serving": lambda: _simulated(
        "all_five", days=200, retraining={"serves_while_retraining": False}
    ),
    "long": lambda: _simulated(
        days=3650, portfolio={**EMPTY, "initial_models": 3}, team={"developers": 1}
    ),
    "client": lambda: _simulated(
        days=300,
        imported={
            "source": "a list",
            "models": [
                {"id": "online", "stage": "production"},
                {"id": "gone", "stage": "retired"},
                {"id": "soon live", "stage": "deployment"},
                {"id": "given up", "stage": "build", "retired_at": date(2026, 1, 20)},
                {"id": "dropped", "stage": "idea", "retired_at": date(2026, 1, 2)},
            ],
        },
        team={"developers": 1},
    ),
    "large": lambda: _simulated(days=40, portfolio={"initial_models": 300}),
}
NAMES = tuple(_RUNS)


def run_named(name: str) -> Run:
    """Return one of the runs, made when it is first asked for."""
    if name not in _MADE:
        _MADE[name] = _RUNS[name]()
    return _MADE[name]


@pytest.fixture(scope="session")
def baseline() -> Run:
    return run_named("baseline")


@pytest.fixture(scope="session")
def plan() -> Run:
    return run_named("plan")


@pytest.fixture(scope="session")
def nothing() -> Run:
    return run_named("nothing")


@pytest.fixture(scope="session", params=NAMES)
def any_run(request: pytest.FixtureRequest) -> Run:
    return run_named(request.param)
