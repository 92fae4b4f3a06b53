"""Organisations in which almost nothing happens, so that a theory applies to what does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.core import outcomes
from modelops_abm.core.events import LogRecord
from modelops_abm.mesa_engine.model import ModelOpsModel
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario, with_values
from tests.docking.docking import dock, log_of

NEVER_DAYS = 36_500.0
PLACES = {outcome.name: place for place, outcome in enumerate(outcomes.DAILY)}

QUIET: Mapping[str, Any] = {
    "portfolio.initial_models": 0,
    "portfolio.initial_ideas": 0,
    "portfolio.initial_builds": 0,
    "portfolio.ideas_per_year": 0.0,
    "portfolio.success_share": 1.0,
    "incidents.pipeline_per_year": 0.0,
    "incidents.capacity_per_year": 0.0,
    "incidents.compliance_per_year": 0.0,
    "drift.onsets_per_year": 0.0,
    "drift.decay_alert": "never",
    "retraining.interval_days": NEVER_DAYS,
    "model.decaying_share": 0.0,
    "model.useful_life_years": {"family": "constant", "mean": 100.0},
    "usage.abandonment_share": 0.0,
    "capacity.review_days": NEVER_DAYS,
    "capacity.target_load": 10.0,
    "capacity.cost_share": 0.0,
    "team.focus": 1.0,
}
"""No ideas, no builds that fail, no issues, no drift, no decay, no retraining, no end; capacity
stays, and costs nothing unused; a developer-day is a day."""


def quiet(changes: Mapping[str, Any] | None = None, **named: Any) -> Scenario:
    """Return an organisation in which nothing happens except what the changes bring about.

    Names may be dotted in a mapping, or with two underscores for a dot as keywords.
    """
    dotted = {name.replace("__", "."): value for name, value in named.items()}
    return changed(Scenario(), {**QUIET, **(changes or {}), **dotted})


def fixed_portfolio(models: int, *, age_days: int = 0, **facts: Any) -> dict[str, Any]:
    """Return changes that put so many models into production for good, all of the same age.

    Models of the scenario's own initial portfolio would be anywhere in their life, however long
    it is; a client's models of a known age have the rest of it before them.
    """
    start = Scenario().start_date
    rows = (
        PortfolioModel(
            id=f"model {number}",
            deployed_at=start - timedelta(days=age_days),
            last_retrained_at=start,
            **facts,
        )
        for number in range(models)
    )
    return {"imported": ImportedPortfolio(source="verification", models=tuple(rows))}


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with other values."""
    return with_values(scenario, changes, source="verification")


def constant(mean: float) -> dict[str, Any]:
    """A quantity without spread."""
    return {"family": "constant", "mean": mean}


def exponential(mean: float) -> dict[str, Any]:
    """An exponential quantity."""
    return {"family": "exponential", "mean": mean}


def run(scenario: Scenario, *, seed: int, replication: int = 0, **options: Any) -> ModelOpsModel:
    """Return a Mesa model after its whole run."""
    model = ModelOpsModel(scenario, rng=seed, replication=replication, **options)
    model.run_model()
    return model


class Ran(NamedTuple):
    """What a check reads of a run, by the names that a Mesa model has for it.

    Attributes
    ----------
    totals
        By name.
    event_log
        The event log.
    days
        A row for each day, a column for each of `outcomes.DAILY`.
    models
        Records of the models as at the end.
    """

    totals: Mapping[str, float]
    event_log: Sequence[LogRecord]
    days: NDArray[np.float64]
    models: Any


def runs(scenario: Scenario, *, seed: int, replications: int) -> Iterator[Ran]:
    """Return several replications, by the engine that takes some milliseconds for each.

    The Mesa engine runs the first of them too, and has to give the same to the bit: what theory
    says of the one it says of the other.
    """
    for replication in range(replications):
        if replication == 0:
            found = dock(scenario, seed).replication
        else:
            found = run_in_full(scenario, seed, replication)
        totals = dict(zip(outcomes.TOTALS, found.totals.tolist(), strict=True))
        yield Ran(totals, log_of(found), found.daily, found.models)


def daily(run: ModelOpsModel | Ran, name: str) -> list[float]:
    """Return the days of one daily outcome."""
    if isinstance(run, Ran):
        days: list[float] = run.days[:, PLACES[name]].tolist()
        return days
    return [float(value) for value in run.datacollector.model_vars[name]]
