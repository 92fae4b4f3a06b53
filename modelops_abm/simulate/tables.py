"""Tables of a run: what became of the models and the developers, from either engine."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from modelops_abm.agents.ml_model import MLModel
from modelops_abm.ensemble.engine import Replication
from modelops_abm.ensemble.layout import Record
from modelops_abm.events import RetirementReason, TaskClass
from modelops_abm.identity import identity
from modelops_abm.model import ModelOpsModel
from modelops_abm.parameters import Scenario
from modelops_abm.statechart import STAGE_OF_STATE, Cause, State, activity

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
    rows = (_record_row(scenario, number, record) for number, record in records)
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
        "retraining_interval_days": record["interval"],
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
