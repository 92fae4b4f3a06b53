"""Each capability changes what it is expected to change, in paired runs of a fixed portfolio.

Half-grown models, no ideas, the capability at its full level from day 0 against none. Both runs of
a pair share their random numbers, so that the difference is the capability's.
Every direction that `experiments.expectations` expects must be significant; an effect that it
does not expect is measured, and not tested.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelops_abm.experiments.expectations import CONDITIONS, EFFECT_KINDS, EXPECTATIONS, MODELS
from modelops_abm.scenario import CapabilityName, Scenario
from tests.verification.checks import check_positive, seed_of
from tests.verification.findings import note_effect
from tests.verification.organisations import Ran, changed, fixed_portfolio, runs

REPLICATIONS = 24
type Measure = Callable[[Ran], float]

ORGANISATION = changed(
    Scenario(),
    {
        **fixed_portfolio(MODELS, age_days=200, value_per_prediction=0.5),
        **CONDITIONS,
        "drift.onsets_per_year": 2.5,
        "drift.severity": {"family": "beta", "mean": 0.35, "cv": 0.5},
    },
)
"""A prediction has the same value everywhere, so that its realised value is its quality; drifts are
so severe that few replications tell what finding them is worth."""


def total(*names: str) -> Measure:
    """Return the sum of some totals."""
    return lambda model: sum(model.totals[name] for name in names)


def share(of: str, per: str) -> Measure:
    """Return a total divided by another."""
    return lambda model: model.totals[of] / model.totals[per]


def users(run: Ran) -> float:
    """Return the share of the market that has adopted."""
    return sum(run.models["users"].tolist()) / sum(run.models["market_size"].tolist())


def usage(run: Ran) -> float:
    """Return the mean use per user of a model, relative to full use."""
    uses = run.models["usage"] / run.models["full_usage"]
    return sum(uses.tolist()) / len(uses)


UNSERVED = total(*(f"unserved_days_{cause}" for cause in ("pipeline", "capacity", "compliance")))
MEASURES: dict[str, Measure] = {
    "maintenance": total("developer_days_repair", "developer_days_retrain"),
    "repair": total("developer_days_repair"),
    "retraining": total("developer_days_retrain"),
    "time unserved": lambda model: model.totals["production_days"] - model.totals["served_days"],
    "time unserved, issues": UNSERVED,
    "time unserved, drift": total("unserved_days_drift"),
    "time unserved, compliance": total("unserved_days_compliance"),
    "time unserved, capacity": total("unserved_days_capacity"),
    "days in major drift": total("state_days_drift"),
    "value per prediction": share("value", "served"),
    "power": share("power_days", "production_days"),
    "adoption": users,
    "usage": usage,
    "demand met": share("served", "demand"),
}


def measured(plan: Scenario) -> list[dict[str, float]]:
    """Return every measure of every replication of a plan; all plans share their random numbers."""
    return [
        {name: measure(model) for name, measure in MEASURES.items()}
        for model in runs(plan, seed=seed_of("directions"), replications=REPLICATIONS)
    ]


@pytest.fixture(scope="module")
def without() -> list[dict[str, float]]:
    return measured(ORGANISATION)


@pytest.mark.parametrize("capability", EXPECTATIONS)
def test_directions(capability: CapabilityName, without: list[dict[str, float]]) -> None:
    with_it = measured(changed(ORGANISATION, {f"capabilities.{capability}.start_level": 1.0}))
    for measure in MEASURES:
        pair = ([run[measure] for run in runs] for runs in (with_it, without))
        note_effect(capability, measure, *pair)
    for kind, expectation in EXPECTATIONS[capability].items():
        assert kind in {each.name for each in EFFECT_KINDS}
        for measure, direction in expectation.directions.items():
            pairs = zip(with_it, without, strict=True)
            differences = [direction * (one[measure] - other[measure]) for one, other in pairs]
            check_positive(f"{capability}: {measure}", differences)


def test_automation_leaves_more_time_for_new_models() -> None:
    """With a backlog that never empties, what maintenance does not take builds models."""
    name = "directions, new models"
    growing = changed(
        Scenario(),
        {
            "horizon_days": 365,
            "portfolio.initial_models": 12,
            "portfolio.initial_ideas": 40,
            "team.developers": 5,
        },
    )
    automated = changed(growing, {"capabilities.automation.start_level": 1.0})
    new_work = total("developer_days_deploy", "developer_days_build", "developer_days_idle")
    pairs = zip(
        runs(automated, seed=seed_of(name), replications=REPLICATIONS),
        runs(growing, seed=seed_of(name), replications=REPLICATIONS),
        strict=True,
    )
    hours, delivered = [], []
    for with_it, without in pairs:
        hours.append(new_work(with_it) - new_work(without))
        delivered.append(with_it.totals["models_delivered"] - without.totals["models_delivered"])
    check_positive(f"{name}: developer time", hours)
    check_positive(f"{name}: models delivered", delivered)
