"""One run of a scenario, by either engine.

First the tables of what became of the models and the developers, which both engines fill alike;
then `simulate`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from modelops_abm.core import outcomes
from modelops_abm.core.events import LogRecord, RetirementReason, TaskClass
from modelops_abm.core.randomness import checked_seed
from modelops_abm.core.registry import simulator_version
from modelops_abm.core.statechart import STAGE_OF_STATE, Cause, State, activity
from modelops_abm.runs.engines import (
    Engine,
    ModelClass,
    Progress,
    checked_engine,
    engine_in_words,
    mesa_model,
)
from modelops_abm.runs.resources import bytes_of_run, check_memory
from modelops_abm.runs.results import Run, daily_table, event_table
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.identity import identity
from modelops_abm.scenario.scenario import timeline

if TYPE_CHECKING:
    from modelops_abm.compiled_engine.layout import Record
    from modelops_abm.compiled_engine.run import Replication
    from modelops_abm.mesa_engine.ml_model import MLModel
    from modelops_abm.mesa_engine.model import ModelOpsModel

# --------------------------------------------------------------------------------------
# Tables of a run: what became of the models and the developers, from either engine.


_ATTRIBUTES = {
    "market_size": "market_size",
    "innovation_per_year": "innovation",
    "imitation_per_year": "imitation",
    "full_usage": "full_usage",
    "value_per_prediction": "price",
    "cost_per_prediction": "cost",
    "cost_of_wrong_prediction": "wrong_cost",
}
"""Traits of a model, and the fields of the ensemble's records that hold them."""
_EFFORTS = {
    "decay": "decay",
    "build_effort_days": "build_effort",
    "deployment_effort_days": "deployment_effort",
    "useful_life_days": "life_days",
}
_WORDS = frozenset(
    ("id", "name", "origin", "archetype", "from_client", "stage", "activity", "retirement_reason")
)
"""Columns that hold text, whatever it looks like: an id such as 007 or NA stays as it is."""


def mesa_models(model: ModelOpsModel) -> pd.DataFrame:
    """Return a row for each model of a Mesa run."""
    rows = (_mesa_row(model.parameters, ml_model) for ml_model in model.ml_models)
    return _finished(pd.DataFrame(rows), model.parameters.horizon_days)


def ensemble_models(scenario: Scenario, replication: Replication) -> pd.DataFrame:
    """Return a row for each model of an ensemble replication."""
    records = enumerate(replication.models)
    at_the_end = ([scenario] + [each.scenario for each in timeline(scenario)])[-1]
    rows = (_record_row(at_the_end, number, record) for number, record in records)
    return _finished(pd.DataFrame(rows), scenario.horizon_days)


def mesa_developers(model: ModelOpsModel) -> pd.DataFrame:
    """Return a row for each developer of a Mesa run."""
    rows = ((each.speed_per_day, each.ledger_days) for each in model.developers)
    return _developers(rows)


def ensemble_developers(replication: Replication) -> pd.DataFrame:
    """Return a row for each developer of an ensemble replication."""
    return _developers((each["speed"], each["ledger"]) for each in replication.developers)


def _mesa_row(scenario: Scenario, ml_model: MLModel) -> dict[str, object]:
    attributes, traits = ml_model.attributes, ml_model.attributes.traits
    return {
        **_who(scenario, ml_model.number, ml_model.archetype),
        **_fate(ml_model.state, ml_model.cause, ml_model.retirement_reason),
        "arrived_at": ml_model.arrived_at,
        "went_live_at": ml_model.went_live_at,
        "retired_at": ml_model.retired_at,
        "score": ml_model.score,
        "regulated": ml_model.regulated,
        "retraining_interval_days": ml_model.retraining_interval_days,
        **{name: getattr(traits, name) for name in _ATTRIBUTES},
        **{name: getattr(attributes, name) for name in _EFFORTS},
        "capacity": ml_model.capacity,
        "users": ml_model.users,
        "usage": ml_model.usage,
        "served_days": ml_model.served_total,
        "value": ml_model.value_total,
        "cost": ml_model.cost_total,
    }


def _record_row(scenario: Scenario, number: int, record: Record) -> dict[str, object]:
    archetypes = [entry.name for entry in scenario.archetypes] or [""]
    # The kernel has numbers alone; below 0 stands for none.
    cause = None if record["cause"] < 0 else Cause(record["cause"])
    reason = None if record["reason"] < 0 else RetirementReason(record["reason"])
    return {
        **_who(scenario, number, archetypes[record["kind"]]),
        **_fate(State(record["state"]), cause, reason),
        "arrived_at": record["arrived_at"],
        "went_live_at": record["went_live_at"],
        "retired_at": record["retired_at"],
        "score": record["score"],
        "regulated": bool(record["regulated"]),
        "retraining_interval_days": scenario.retraining.interval_days
        if math.isnan(record["interval"])
        else record["interval"],
        **{name: record[field] for name, field in _ATTRIBUTES.items()},
        **{name: record[field] for name, field in _EFFORTS.items()},
        "capacity": record["capacity"],
        "users": record["users"],
        "usage": record["usage"],
        "served_days": record["served_total"],
        "value": record["value_total"],
        "cost": record["cost_total"],
    }


def _who(scenario: Scenario, number: int, archetype: str) -> dict[str, object]:
    who = identity(scenario, number)
    return {
        "number": number,
        "id": who.id,
        "name": who.name,
        "origin": who.origin,
        "archetype": archetype,
        "from_client": ", ".join(who.from_client),
    }


def _fate(state: State, cause: Cause | None, reason: RetirementReason | None) -> dict[str, object]:
    return {
        "stage": STAGE_OF_STATE[state].name.lower(),
        "activity": activity(state, cause),
        "retirement_reason": None if reason is None else reason.name.lower(),
    }


def _finished(table: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Give the columns their types whatever is in them, and add the time in production."""
    if not len(table):
        return table
    types = {name: "string" if name in _WORDS else "float64" for name in table.columns}
    table = table.astype({**types, "number": "int64", "regulated": "bool"})
    # What was live before the run counts from day 0; what never went live, or was retired by then,
    # has no days.
    end = table["retired_at"].fillna(horizon_days)
    days = (end - table["went_live_at"].clip(lower=0.0)).clip(lower=0.0).fillna(0.0)
    table.insert(list(table.columns).index("retired_at") + 1, "production_days", days)
    return table


def _developers(rows: Iterable[tuple[float, list[float]]]) -> pd.DataFrame:
    names = [f"{task_class.name.lower()}_days" for task_class in TaskClass]
    table = [
        {"number": number, "developer_days_per_day": speed, **dict(zip(names, days, strict=True))}
        for number, (speed, days) in enumerate(rows)
    ]
    return pd.DataFrame(table)


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
        Both 0 or more; they decide all that is random.
    engine
        ``mesa``, agent by agent, or ``ensemble``, compiled and many times faster. They give the
        same.
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

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> scenario = with_values(preset("small_team"), {"horizon_days": 60}, source="example")
    >>> run = simulate(scenario, seed=1)
    >>> run.daily[["value", "availability"]].shape
    (60, 2)
    >>> run.summary == simulate(scenario, seed=1, engine="ensemble").summary
    True
    """
    checked_seed(seed, "seed")
    checked_seed(replication, "replication")
    needed = bytes_of_run(scenario, in_full=True, with_model_days=model_days)
    check_memory(needed, "run fewer models or days")
    if checked_engine(engine, model_class) == "mesa":
        model = (model_class or mesa_model())(scenario, rng=seed, replication=replication)
        return _with_mesa(model, model_days, progress)
    if model_days:
        raise ValueError("model_days needs the Mesa engine")
    run = _with_ensemble(scenario, seed, replication)
    if progress is not None:
        progress(scenario.horizon_days, scenario.horizon_days)
    return run


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
    columns = ["day", "model", *outcomes.MODEL_DAY_COLUMNS]
    return Run(
        scenario=model.parameters,
        seed=model.seed,
        replication=model.replication,
        engine=engine_in_words("mesa", type(model)),
        version=simulator_version(),
        summary=model.summary(),
        totals=dict(model.totals),
        daily=daily_table(days),
        events=event_table(model.event_log),
        models=mesa_models(model),
        developers=mesa_developers(model),
        model_days=pd.DataFrame(rows, columns=columns) if keep else None,
    )


def _model_day(model: ModelOpsModel, ml_model: MLModel) -> tuple[object, ...]:
    values = (getattr(ml_model, name) for name in outcomes.MODEL_DAY_COLUMNS)
    return (model.day - 1, ml_model.number, *values)


def _with_ensemble(scenario: Scenario, seed: int, replication: int) -> Run:
    from modelops_abm.compiled_engine.run import run_in_full  # when it runs: Mesa does without

    run = run_in_full(scenario, seed, replication)
    totals = dict(zip(outcomes.TOTALS, run.totals.tolist(), strict=True))
    names = (outcome.name for outcome in outcomes.DAILY)
    return Run(
        scenario=scenario,
        seed=seed,
        replication=replication,
        engine="ensemble",
        version=simulator_version(),
        summary=outcomes.summarise(totals),
        totals=totals,
        daily=daily_table(dict(zip(names, run.daily.T.tolist(), strict=True))),
        events=event_table({field: run.log[field] for field in LogRecord._fields}),
        models=ensemble_models(scenario, run),
        developers=ensemble_developers(run),
    )
