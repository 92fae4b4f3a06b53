"""Keywords of experiments: unknown ones are refused, a model class of one's own runs in all."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelops_abm import MLModel, ModelOpsModel, compare, experiments, replicate, simulate
from modelops_abm.experiments import (
    Decisions,
    Question,
    Sweep,
    credit,
    grid,
    level_worth,
    optimise,
    run_sweep,
    side_by_side,
    tornado,
    try_single_changes,
    why,
)
from modelops_abm.experiments.information_runs import value_of_information
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.store import Store
from modelops_abm.mesa_engine.scheduler import Task
from modelops_abm.scenario import Scenario, baseline_of, with_values

SHORT = with_values(
    Scenario(),
    {
        "horizon_days": 5,
        "portfolio.initial_models": 3,
        "portfolio.initial_ideas": 2,
        "capabilities.rollback.maximum": 1.0,
    },
    source="the test",
)


class HalfTheWork(MLModel):
    """A model on a platform where all work takes half the effort."""

    def effort_of(self, task: Task) -> float:
        """Return half of what it takes elsewhere."""
        return 0.5 * super().effort_of(task)


class Platform(ModelOpsModel):
    """An organisation with such a platform."""

    made = 0

    def __init__(self, *args: Any, **keywords: Any) -> None:
        """Count the organisations."""
        super().__init__(*args, ml_model_class=HalfTheWork, **keywords)
        Platform.made += 1


def functions_with_keywords() -> list[Callable[..., Any]]:
    """Return every function of the experiments that takes keywords beyond those it lists."""
    names = [
        found.name
        for found in pkgutil.walk_packages(experiments.__path__, "modelops_abm.experiments.")
    ]
    found = {}
    for name in names:
        for _, each in inspect.getmembers(importlib.import_module(name), inspect.isfunction):
            kinds = [parameter.kind for parameter in inspect.signature(each).parameters.values()]
            if each.__module__ == name and inspect.Parameter.VAR_KEYWORD in kinds:
                found[f"{name}.{each.__qualname__}"] = each
    return list(found.values())


@pytest.mark.parametrize("function", functions_with_keywords(), ids=lambda each: each.__qualname__)
def test_an_unknown_keyword_is_refused_at_the_call(function: Callable[..., Any]) -> None:
    required = {
        name: None
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    }
    with pytest.raises(TypeError, match=r"'seeed'; did you mean 'seed'\?"):
        function(**required, seeed=5)


def test_all_experiments_are_among_them() -> None:
    names = {function.__qualname__ for function in functions_with_keywords()}
    told = {"compare", "side_by_side", "credit", "level_worth", "why", "run_sweep", "tornado"}
    assert told | {"optimise", "value_of_information", "morris", "sobol"} <= names


INPUTS = (parse_input("team.developers=2..3"),)
EXPERIMENTS: dict[str, Callable[..., object]] = {
    "compare": lambda **how: compare(SHORT, 2, **how),
    "credit": lambda **how: credit(SHORT, 2, **how),
    "level_worth": lambda **how: level_worth(SHORT, "rollback", replications=2, **how),
    "optimise": lambda **how: optimise(
        Decisions(SHORT), trials=3, replications=8, finalists=2, **how
    ),
    "replicate": lambda **how: replicate(SHORT, 2, **how),
    "run_sweep": lambda **how: run_sweep(Sweep(SHORT, INPUTS, grid(INPUTS)), 2, **how),
    "side_by_side": lambda **how: side_by_side(
        {"plan": SHORT, "baseline": baseline_of(SHORT)}, 2, baseline="baseline", **how
    ),
    "simulate": lambda **how: simulate(SHORT, **how),
    "tornado": lambda **how: tornado(Question(SHORT, INPUTS), 2, points_each=2, **how),
    "try_single_changes": lambda **how: try_single_changes(SHORT, 2, **how),
    "value_of_information": lambda **how: value_of_information(
        {"plan": SHORT, "baseline": baseline_of(SHORT)}, INPUTS, 32, 2, **how
    ),
    "why": lambda **how: why(SHORT, "rollback", 2, **how),
}


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def test_the_ensemble_engine_refuses_a_model_class_by_name(
    experiment: Callable[..., object],
) -> None:
    with pytest.raises(ValueError, match=r"model_class needs engine='mesa'"):
        experiment(engine="ensemble", model_class=Platform)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS.keys())
def test_the_mesa_engine_runs_a_model_class(experiment: Callable[..., object]) -> None:
    before = Platform.made
    experiment(engine="mesa", model_class=Platform)
    assert Platform.made > before


def test_a_comparison_is_of_what_the_model_class_does() -> None:
    found = compare(SHORT, 2, seed=3, engine="mesa", model_class=Platform)
    for number in range(2):
        own = simulate(SHORT, seed=3, replication=number, model_class=Platform)
        assert found.plan.summaries().loc[number, "npv"] == own.summary["npv"]
        assert own.summary != simulate(SHORT, seed=3, replication=number).summary


def test_a_result_names_the_class_that_ran() -> None:
    name = f"mesa: {__name__}.Platform"
    assert simulate(SHORT, model_class=Platform).engine == name
    assert replicate(SHORT, 1, engine="mesa", model_class=Platform).engine == name
    assert compare(SHORT, 2, engine="mesa", model_class=Platform).plan.engine == name
    assert simulate(SHORT, model_class=ModelOpsModel).engine == "mesa"


def test_something_else_than_a_subclass_is_no_model_class() -> None:
    with pytest.raises(ValueError, match="must be a subclass of ModelOpsModel, not <class 'int'>"):
        simulate(SHORT, model_class=int)  # type: ignore[arg-type]


def test_runs_of_a_model_class_are_not_kept(tmp_path: Path) -> None:
    with (
        Store(tmp_path / "runs", engine="mesa") as store,
        pytest.raises(ValueError, match="keeps no runs of a model_class"),
    ):
        compare(SHORT, 2, engine="mesa", model_class=Platform, store=store)
