"""One run of a scenario, by either engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import pandas as pd

from modelops_abm import outcomes
from modelops_abm.agents.ml_model import MLModel
from modelops_abm.ensemble.engine import run_in_full
from modelops_abm.events import LogRecord
from modelops_abm.model import MODEL_DAY_COLUMNS, ModelOpsModel, checked_seed
from modelops_abm.parameters import Scenario
from modelops_abm.results import Run, daily_table, event_table
from modelops_abm.simulate.block_size import bytes_of_run
from modelops_abm.simulate.machine import check_memory
from modelops_abm.simulate.tables import (
    ensemble_developers,
    ensemble_models,
    mesa_developers,
    mesa_models,
)
from modelops_abm.version import __version__

type Progress = Callable[[int, int], None]
type Engine = Literal["ensemble", "mesa"]
type ModelClass = type[ModelOpsModel]


def simulate(
    scenario: Scenario,
    *,
    seed: int = 0,
    replication: int = 0,
    engine: Engine = "mesa",
    model_class: ModelClass | None = None,
    model_days: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Run a scenario once.

    Parameters
    ----------
    scenario
        What to run.
    seed, replication
        Both 0 or more; they decide all luck.
    engine
        ``mesa``, agent by agent, or ``ensemble``, hundreds of times faster. They give the same.
    model_class
        A subclass of `ModelOpsModel` to run; only the Mesa engine can.
    model_days
        Whether to keep every model's day; only the Mesa engine can.
    progress
        Called after every day with the days done and the days in all.

    Raises
    ------
    InputError
        If there is not enough memory for it.
    ValueError
        If the seed or the replication is not a whole number of 0 or more, there is no such engine,
        or it cannot keep the models' days or run a model class.
    """
    checked_seed(seed, "seed")
    checked_seed(replication, "replication")
    needed = bytes_of_run(scenario, in_full=True, with_model_days=model_days)
    check_memory(needed, "run fewer models or days")
    if checked_engine(engine, model_class) == "mesa":
        model = (model_class or ModelOpsModel)(scenario, rng=seed, replication=replication)
        return _with_mesa(model, model_days, progress)
    if model_days:
        raise ValueError("model_days needs the Mesa engine")
    run = _with_ensemble(scenario, seed, replication)
    if progress is not None:
        progress(scenario.horizon_days, scenario.horizon_days)
    return run


def checked_engine(engine: Engine, model_class: object = None) -> Engine:
    """Return the name of an engine.

    Raises
    ------
    ValueError
        If there is no such engine, or it cannot run a model class.
    """
    if engine not in get_args(Engine.__value__):
        raise ValueError(f"engine must be 'mesa' or 'ensemble', not {engine!r}")
    if model_class is None:
        return engine
    if not (isinstance(model_class, type) and issubclass(model_class, ModelOpsModel)):
        raise ValueError(f"model_class must be a subclass of ModelOpsModel, not {model_class!r}")
    if engine == "ensemble":
        raise ValueError(
            "model_class needs engine='mesa': the ensemble engine runs the rules as they are"
            " compiled, and would leave out what the class changes"
        )
    return engine


def engine_in_words(engine: Engine, model_class: ModelClass | None) -> str:
    """Return what a result says it was run by: the engine, and the class if it is one's own."""
    if model_class is None or model_class is ModelOpsModel:
        return engine
    return f"{engine}: {model_class.__module__}.{model_class.__qualname__}"


def _with_mesa(model: ModelOpsModel, keep: bool, progress: Progress | None) -> Run:
    days: dict[str, list[float | None]] = {outcome.name: [] for outcome in outcomes.DAILY}
    rows: list[tuple[object, ...]] = []
    while model.running:
        model.step()
        for name, values in days.items():
            values.append(model.today[name])
        if keep:
            rows.extend(_model_day(model, ml_model) for ml_model in model.closed_today)
        if progress is not None:
            progress(model.day, model.parameters.horizon_days)
    columns = ["day", "model", *MODEL_DAY_COLUMNS]
    return Run(
        scenario=model.parameters,
        seed=model.seed,
        replication=model.replication,
        engine=engine_in_words("mesa", type(model)),
        version=__version__,
        summary=model.summary(),
        totals=dict(model.totals),
        daily=daily_table(days),
        events=event_table(model.event_log),
        models=mesa_models(model),
        developers=mesa_developers(model),
        model_days=pd.DataFrame(rows, columns=columns) if keep else None,
    )


def _model_day(model: ModelOpsModel, ml_model: MLModel) -> tuple[object, ...]:
    values = (getattr(ml_model, name) for name in MODEL_DAY_COLUMNS)
    return (model.day - 1, ml_model.number, *values)


def _with_ensemble(scenario: Scenario, seed: int, replication: int) -> Run:
    run = run_in_full(scenario, seed, replication)
    totals = dict(zip(outcomes.TOTALS, run.totals.tolist(), strict=True))
    names = (outcome.name for outcome in outcomes.DAILY)
    return Run(
        scenario=scenario,
        seed=seed,
        replication=replication,
        engine="ensemble",
        version=__version__,
        summary=outcomes.summarise(totals),
        totals=totals,
        daily=daily_table(dict(zip(names, run.daily.T.tolist(), strict=True))),
        events=event_table({field: run.log[field] for field in LogRecord._fields}),
        models=ensemble_models(scenario, run),
        developers=ensemble_developers(run),
    )
