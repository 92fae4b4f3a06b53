"""The one front door: run a scenario and get a typed result."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from modelops_abm import outcomes
from modelops_abm.agents.ml_model import MLModel
from modelops_abm.events import TaskClass
from modelops_abm.model import ModelOpsModel
from modelops_abm.parameters import Scenario
from modelops_abm.results import Run, daily_table, event_table
from modelops_abm.rules.population import Attributes
from modelops_abm.version import __version__

type Progress = Callable[[int, int], None]

_MODEL_DAY_COLUMNS = (
    "activity",
    "serving_version",
    "users",
    "usage",
    "power",
    "capacity",
    "value_today",
    "cost_today",
)


def simulate(
    scenario: Scenario,
    *,
    seed: int = 0,
    replication: int = 0,
    model_days: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Run a scenario once with the Mesa engine.

    Parameters
    ----------
    scenario
        What to run.
    seed, replication
        Both 0 or more; they decide all luck.
    model_days
        Whether to keep every model's day.
    progress
        Called after every day with the days done and the days in all.

    Raises
    ------
    ValueError
        If the seed or the replication is not a whole number of 0 or more.
    """
    model = ModelOpsModel(scenario, rng=seed, replication=replication)
    days: dict[str, list[float | None]] = {outcome.name: [] for outcome in outcomes.DAILY}
    rows: list[tuple[object, ...]] = []
    while model.running:
        model.step()
        for name, values in days.items():
            values.append(model.today[name])
        if model_days:
            rows.extend(_model_day(model, ml_model) for ml_model in model.closed_today)
        if progress is not None:
            progress(model.day, scenario.horizon_days)
    return _run_of(model, days, rows if model_days else None)


def _run_of(
    model: ModelOpsModel,
    days: dict[str, list[float | None]],
    model_days: list[tuple[object, ...]] | None,
) -> Run:
    columns = ["day", "model", *_MODEL_DAY_COLUMNS]
    return Run(
        scenario=model.parameters,
        seed=model.seed,
        replication=model.replication,
        engine="mesa",
        version=__version__,
        summary=model.summary(),
        totals=dict(model.totals),
        daily=daily_table(days),
        events=event_table(model.event_log),
        models=pd.DataFrame([_model_row(ml_model) for ml_model in model.ml_models]),
        developers=_developer_table(model),
        model_days=None if model_days is None else pd.DataFrame(model_days, columns=columns),
    )


def _model_day(model: ModelOpsModel, ml_model: MLModel) -> tuple[object, ...]:
    values = (getattr(ml_model, name) for name in _MODEL_DAY_COLUMNS)
    return (model.day - 1, ml_model.number, *values)


def _model_row(ml_model: MLModel) -> dict[str, object]:
    """Return what a model is like and what became of it."""
    reason = ml_model.retirement_reason
    return {
        "number": ml_model.number,
        "name": ml_model.name,
        "origin": ml_model.origin,
        "archetype": ml_model.archetype,
        "from_client": ", ".join(ml_model.from_client),
        "stage": ml_model.stage.name.lower(),
        "activity": ml_model.activity,
        "arrived_at": ml_model.arrived_at,
        "went_live_at": ml_model.went_live_at,
        "retired_at": ml_model.retired_at,
        "retirement_reason": None if reason is None else reason.name.lower(),
        "score": ml_model.score,
        "regulated": ml_model.regulated,
        "retraining_interval_days": ml_model.retraining_interval_days,
        **_flat(ml_model.attributes),
        "users": ml_model.users,
        "usage": ml_model.usage,
        "value": ml_model.value_total,
        "cost": ml_model.cost_total,
    }


def _flat(attributes: Attributes) -> dict[str, float]:
    values = attributes._asdict()
    traits = values.pop("traits")
    return {**traits._asdict(), **values}


def _developer_table(model: ModelOpsModel) -> pd.DataFrame:
    rows = [
        {
            "number": developer.number,
            "developer_days_per_day": developer.speed_per_day,
            **{
                f"{task_class.name.lower()}_days": developer.ledger_days[task_class]
                for task_class in TaskClass
            },
        }
        for developer in model.developers
    ]
    return pd.DataFrame(rows)
