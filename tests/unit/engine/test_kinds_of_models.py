"""Kinds of models beside each other are the same kinds alone, to the bit, where nobody waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from modelops_abm.compiled_engine.run import run_in_full
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.sections import OF_KIND
from modelops_abm.scenario.without_effect import ATTRIBUTES
from tests.docking.docking import dock

AMPLE: dict[str, Any] = {
    "horizon_days": 300,
    "portfolio.ideas_per_year": 0.0,
    "team.developers": 60,
    "model.useful_life_years": 1.0,
    "model.capacity_ratio": 0.4,
}
"""Nobody ever waits, so that models have nothing in common."""
KINDS: dict[str, dict[str, Any]] = {
    "scorecard": {
        "pipeline_issues_per_year": 5.0,
        "compliance_issues_per_year": 6.0,
        "drift_onsets_per_year": 1.0,
        "retraining_interval_days": 200.0,
        "regulated": True,
    },
    "ranking": {
        "pipeline_issues_per_year": 30.0,
        "capacity_issues_per_year": 20.0,
        "compliance_issues_per_year": 8.0,
        "drift_onsets_per_year": 9.0,
        "drift_severity": {"family": "beta", "mean": 0.6, "cv": 0.2},
        "retraining_interval_days": 7.0,
        "retraining_effort_days": 0.5,
        "pipeline_repair_days": 0.4,
        "capacity_repair_days": 0.8,
        "compliance_repair_days": 3.0,
        "drift_investigation_days": 1.0,
    },
}
FATE = ("state", "users", "usage", "served_total", "value_total", "cost_total", "capacity")
"""What is left of a model's life in its record."""


def portfolio(*kinds: str, rows: Mapping[str, Any] | None = None) -> Scenario:
    """Return an organisation with ten models of each of some kinds."""
    archetypes = [{"name": kind, "share": 0.5, **own} for kind, own in KINDS.items()]
    models = [
        {"id": f"{kind} {number}", "archetype": kind, **(rows or {})}
        for kind in kinds
        for number in range(10)
    ]
    imported = {"source": "test", "models": models}
    return with_values(
        Scenario(), {**AMPLE, "archetypes": archetypes, "imported": imported}, source="test"
    )


def fates(scenario: Scenario) -> list[tuple[Any, ...]]:
    """Return what became of every model, by its number, and its incidents by cause."""
    models = run_in_full(scenario, 5, 1).models
    return [(*(each[name] for name in FATE), *each["counts"].tolist()) for each in models]


@pytest.fixture(scope="module")
def together() -> list[tuple[Any, ...]]:
    return fates(portfolio("scorecard", "ranking"))


def test_two_kinds_are_each_kind_alone(together: list[tuple[Any, ...]]) -> None:
    assert together == fates(portfolio("scorecard")) + fates(portfolio("ranking"))


def test_both_engines_say_so() -> None:
    dock(portfolio("scorecard", "ranking"), seed=5, replication=1)


def test_rows_that_say_what_a_kind_says_live_the_same_lives(
    together: list[tuple[Any, ...]],
) -> None:
    """Of the numbers; a row has the mean, and the spread is the kind's."""
    kind = KINDS["ranking"]
    rows = {
        name: value["mean"] if isinstance(value, dict) else value for name, value in kind.items()
    }
    assert fates(portfolio("ranking", rows=rows)) == together[10:]


def test_a_kind_that_says_what_the_scenario_says_changes_no_bit() -> None:
    same = {name: value_at(Scenario(), whole) for whole, name in ATTRIBUTES.items()}
    plain = with_values(Scenario(), {"horizon_days": 200}, source="test")
    kinds = [{"name": "all", "share": 1.0, **same}]
    ours = run_in_full(with_values(plain, {"archetypes": kinds}, source="test"), 3, 0)
    theirs = run_in_full(plain, 3, 0)
    assert ours.totals.tobytes() == theirs.totals.tobytes()
    assert np.array_equal(ours.daily, theirs.daily, equal_nan=True)


@pytest.mark.parametrize("name", [*OF_KIND, "regulated"])
def test_what_a_kind_says_itself_reaches_no_other_kind(
    name: str, together: list[tuple[Any, ...]]
) -> None:
    """Without it the models of the ranking kind live otherwise, and the scorecards as before."""
    scenario = portfolio("scorecard", "ranking")
    scorecard, ranking = scenario.archetypes
    said = {name: not ranking.regulated} if name == "regulated" else {name: None}
    kinds = (scorecard, ranking.model_copy(update=said))
    found = fates(scenario.model_copy(update={"archetypes": kinds}))
    assert found[:10] == together[:10]
    assert found[10:] != together[10:]
